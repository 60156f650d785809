// Generics: many instances of the same functions, recursion through generic functions, closures in closures.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::collections::{BTreeSet, BinaryHeap};
use std::ops::Add;

#[inline(never)]
fn total<T: Copy + Add<Output = T> + Default>(items: &[T]) -> T {
    match items {
        [] => T::default(),
        [one] => *one,
        _ => {
            let (left, right) = items.split_at(items.len() / 2);
            total(left) + total(right)
        }
    }
}

#[inline(never)]
fn largest<T: Ord + Clone, I: IntoIterator<Item = T>>(items: I, k: usize) -> Vec<T> {
    let mut heap: BinaryHeap<T> = items.into_iter().collect();
    (0..k).filter_map(|_| heap.pop()).collect()
}

#[inline(never)]
fn apply<F: Fn(u64) -> u64>(n: u64, f: F) -> u64 {
    (0..n).map(|x| f(x)).fold(0, |a, b| a.wrapping_mul(31).wrapping_add(b))
}

struct Matrix<const R: usize, const C: usize>([[i32; C]; R]);

impl<const R: usize, const C: usize> Matrix<R, C> {
    #[inline(never)]
    fn times<const D: usize>(&self, other: &Matrix<C, D>) -> Matrix<R, D> {
        let mut out = Matrix([[0; D]; R]);
        for (i, row) in out.0.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell = (0..C).map(|k| self.0[i][k].wrapping_mul(other.0[k][j])).fold(0, i32::wrapping_add);
            }
        }
        out
    }
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(6u64);
    let mut sum = 0u64;
    for r in 0..rounds {
        let wide: Vec<u64> = (0..100).map(|x| x * r).collect();
        let narrow: Vec<u8> = (0..20).map(|x| x as u8 & 7).collect();
        let real: Vec<f64> = (0..64).map(|x| x as f64 / 4.0).collect();
        sum += total(&wide) + total(&narrow) as u64 + total(&real) as u64;
        let texts: BTreeSet<String> = wide.iter().map(|x| x.to_string()).collect();
        sum += largest(texts, 5).iter().map(String::len).sum::<usize>() as u64 + largest(wide.clone(), 3)[0];
        sum ^= apply(40, |x| x + r) ^ apply(30, |x| apply(x, |y| y ^ r));
        let product = Matrix([[1, 2, 3], [4, 5, r as i32]]).times(&Matrix([[1], [2], [3]])).times(&Matrix([[7, 8]]));
        sum += product.0[1][1] as u64;
    }
    println!("{}", sum);
}
