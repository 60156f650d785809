// All kinds of functions that compilers make instances of: generic functions and methods, traits with and without provided methods,
// blanket impls, closures, trait objects, drop glue, const generics, async bodies.  Every instance runs.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::fmt::Debug;
use std::future::Future;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

#[inline(never)]
fn biggest<T: PartialOrd + Copy>(items: &[T]) -> T {
    let mut best = items[0];
    for &x in items {
        if x > best {
            best = x;
        }
    }
    best
}

#[inline(never)]
fn twice<F: FnMut(u32) -> u32>(mut f: F) -> u32 {
    let once = f(1);
    f(once)
}

struct Pair<A, B> {
    a: A,
    b: B,
}

impl<A: Copy, B: Copy> Pair<A, B> {
    #[inline(never)]
    fn swap(&self) -> Pair<B, A> {
        Pair { a: self.b, b: self.a }
    }
    #[inline(never)]
    fn map<C, F: Fn(A) -> C>(&self, f: F) -> Pair<C, B> {
        Pair { a: f(self.a), b: self.b }
    }
}

impl Pair<u8, u8> {
    #[inline(never)]
    fn sum(&self) -> u32 {
        self.a as u32 + self.b as u32
    }
}

trait Shape {
    fn area(&self) -> u64;
    #[inline(never)]
    fn doubled(&self) -> u64 {
        2 * self.area()
    }
}

struct Square(u64);
struct Circle(u64);

impl Shape for Square {
    #[inline(never)]
    fn area(&self) -> u64 {
        self.0 * self.0
    }
}

impl Shape for Circle {
    #[inline(never)]
    fn area(&self) -> u64 {
        3 * self.0 * self.0
    }
    #[inline(never)]
    fn doubled(&self) -> u64 {
        6 * self.0 * self.0
    }
}

impl<T: Shape> Shape for [T] {
    #[inline(never)]
    fn area(&self) -> u64 {
        self.iter().map(|s| s.area()).sum()
    }
}

trait Describe {
    fn describe(&self) -> usize;
}

impl<T: Debug> Describe for T {
    #[inline(never)]
    fn describe(&self) -> usize {
        format!("{:?}", self).len()
    }
}

struct Grid<const W: usize, const H: usize>([[u8; W]; H]);

impl<const W: usize, const H: usize> Grid<W, H> {
    #[inline(never)]
    fn cells(&self) -> usize {
        self.0.iter().map(|row| row.len()).sum()
    }
}

impl<const W: usize, const H: usize> Drop for Grid<W, H> {
    #[inline(never)]
    fn drop(&mut self) {
        self.0[0][0] = W as u8;
    }
}

struct Noisy<T: Debug>(T);

impl<T: Debug> Drop for Noisy<T> {
    #[inline(never)]
    fn drop(&mut self) {
        std::hint::black_box(&self.0);
    }
}

mod inner {
    pub mod deeper {
        #[inline(never)]
        pub fn pick<T: Copy, const I: usize>(items: &[T; 3]) -> T {
            items[I]
        }
    }
}

struct Soon<T>(Option<T>);

impl<T: Unpin> Future for Soon<T> {
    type Output = T;
    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        Poll::Ready(self.0.take().unwrap())
    }
}

async fn add<T: std::ops::Add<Output = T> + Unpin>(x: T, y: T) -> T {
    let x = Soon(Some(x)).await;
    let y = async { Soon(Some(y)).await }.await;
    x + y
}

#[inline(never)]
fn run<F: Future>(f: F) -> F::Output {
    let mut f = pin!(f);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(x) = f.as_mut().poll(&mut context) {
            return x;
        }
    }
}

#[inline(never)]
fn adder<T: Copy + std::ops::Add<Output = T> + 'static>(n: T) -> Box<dyn Fn(T) -> T> {
    Box::new(move |x| x + n)
}

fn main() {
    let mut sum = 0u64;
    sum += biggest(&[1u8, 2, 3]) as u64 + biggest(&[1.5f64, 2.5]) as u64 + biggest(&['a', 'b']) as u64;
    let k = std::env::args().count() as u32;
    sum += (twice(|x| x + k) + twice(|x| x * 3)) as u64;
    let pair = Pair { a: 1u8, b: 2u64 };
    sum += pair.swap().a + pair.map(|a| a as u32 + k).a as u64 + pair.map(|a| a as f32).a as u64 + Pair { a: 3u8, b: 4u8 }.sum() as u64;
    let shapes: [Box<dyn Shape>; 2] = [Box::new(Square(k as u64)), Box::new(Circle(2))];
    sum += shapes.iter().map(|s| s.area() + s.doubled()).sum::<u64>();
    sum += [Square(1), Square(2)][..].area() + [Circle(1)][..].area();
    sum += (7u32.describe() + "text".describe() + [1u8, 2].describe()) as u64;
    sum += (Grid([[0; 3]; 2]).cells() + Grid([[0; 4]; 4]).cells()) as u64;
    drop((Noisy(1u8), vec![Noisy("s")], Box::new(Noisy('c'))));
    let items = [1u16, 2, 3];
    sum += (inner::deeper::pick::<_, 0>(&items) + inner::deeper::pick::<_, 2>(&items)) as u64 + inner::deeper::pick::<_, 1>(&[1.0f32, 2.0, 3.0]) as u64;
    sum += run(add(1u32, 2)) as u64 + run(add(1.5f64, 2.5)) as u64;
    sum += adder(1u64)(2) + adder(1.0f32)(2.0) as u64;
    println!("{}", sum);
}
