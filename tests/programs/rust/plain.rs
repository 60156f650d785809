// Plain Rust: strings, vectors, maps, sorting, formatting. argv[1] = size.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::collections::{BTreeMap, VecDeque};

#[inline(never)]
fn words(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("w{}-{:03x}", i % 17, i * 37 % 1000)).collect()
}

#[inline(never)]
fn count(words: &[String]) -> BTreeMap<&str, usize> {
    let mut map = BTreeMap::new();
    for word in words {
        *map.entry(word.split('-').next().unwrap()).or_insert(0) += word.len();
    }
    map
}

#[inline(never)]
fn breadth_first(n: usize) -> usize {
    let mut queue = VecDeque::from([1usize]);
    let mut sum = 0;
    while let Some(x) = queue.pop_front() {
        sum += x;
        if x * 2 < n {
            queue.push_back(x * 2);
            queue.push_back(x * 2 + 1);
        }
    }
    sum
}

fn main() {
    let n = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(400);
    let mut list = words(n);
    let totals: usize = count(&list).values().sum();
    list.sort();
    list.dedup();
    let mut numbers: Vec<u32> = (0..n as u32).map(|i| i.wrapping_mul(2654435761)).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    println!("{} {} {} {} {}", totals, list.len(), list[0], numbers[0], breadth_first(n));
}
