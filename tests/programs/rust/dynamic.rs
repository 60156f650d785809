// Dynamic dispatch: trait objects, boxed closures, function pointers, dyn Any, iterators behind Box<dyn Iterator>.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::any::Any;
use std::fmt::Debug;

trait Node: Debug {
    fn value(&self) -> i64;
    fn name(&self) -> &'static str {
        "node"
    }
}

#[derive(Debug)]
struct Leaf(i64);
#[derive(Debug)]
struct Sum(Vec<Box<dyn Node>>);
#[derive(Debug)]
struct Neg(Box<dyn Node>);

impl Node for Leaf {
    fn value(&self) -> i64 {
        self.0
    }
    fn name(&self) -> &'static str {
        "leaf"
    }
}

impl Node for Sum {
    fn value(&self) -> i64 {
        self.0.iter().map(|n| n.value()).sum()
    }
}

impl Node for Neg {
    fn value(&self) -> i64 {
        -self.0.value()
    }
}

fn build(depth: u32, seed: i64) -> Box<dyn Node> {
    match (depth, seed % 3) {
        (0, _) => Box::new(Leaf(seed)),
        (_, 0) => Box::new(Neg(build(depth - 1, seed + 1))),
        _ => Box::new(Sum((0..3).map(|i| build(depth - 1, seed * 2 + i)).collect())),
    }
}

fn closures() -> Vec<Box<dyn Fn(i64) -> i64>> {
    let k = std::hint::black_box(3);
    vec![Box::new(move |x| x + k), Box::new(|x| x * 2), Box::new(move |x| x ^ k), Box::new(i64::abs)]
}

#[inline(never)]
fn compose(functions: &[Box<dyn Fn(i64) -> i64>], x: i64) -> i64 {
    functions.iter().fold(x, |x, f| f(x) & 0xffff)
}

fn numbers(kind: usize) -> Box<dyn Iterator<Item = i64>> {
    match kind % 3 {
        0 => Box::new(0..20),
        1 => Box::new((0..40).filter(|x| x % 3 == 0).rev()),
        _ => Box::new((1..10).flat_map(|x| (0..x).map(move |y| x * y))),
    }
}

fn kind(value: &dyn Any) -> usize {
    if value.is::<i32>() {
        1
    } else if let Some(text) = value.downcast_ref::<String>() {
        text.len()
    } else {
        0
    }
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(5);
    let functions = closures();
    let mut sum = 0i64;
    for r in 0..rounds {
        let tree = build(5, r);
        sum += tree.value() + tree.name().len() as i64 + format!("{:?}", tree).len() as i64;
        sum += (0..50).map(|x| compose(&functions, x + r)).sum::<i64>();
        sum += numbers(r as usize).map(|x| x & 7).sum::<i64>();
        sum += (kind(&r) + kind(&String::from("abc")) + kind(&7i32)) as i64;
    }
    println!("{}", sum);
}
