// Recursion in Rust: boxed trees, memoised recursion, mutual recursion, a million frames on a thread with a big stack.
// argv[1] = frames.
// SPDX-License-Identifier: GPL-2.0-or-later
enum Expr {
    Num(i64),
    Add(Box<Expr>, Box<Expr>),
    Mul(Box<Expr>, Box<Expr>),
    Let(Box<Expr>, Box<Expr>),
    Var,
}

fn parse(seed: &mut u32, depth: u32) -> Expr {
    *seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
    let two = |seed: &mut u32| (Box::new(parse(seed, depth - 1)), Box::new(parse(seed, depth - 1)));
    match if depth == 0 { 0 } else { (*seed >> 20) % 5 } {
        0 => Expr::Num((*seed >> 24) as i64),
        1 | 2 => {
            let (a, b) = two(seed);
            Expr::Add(a, b)
        }
        3 => {
            let (a, b) = two(seed);
            Expr::Mul(a, b)
        }
        _ if depth % 2 == 0 => Expr::Var,
        _ => {
            let (a, b) = two(seed);
            Expr::Let(a, b)
        }
    }
}

fn eval(e: &Expr, var: i64) -> i64 {
    match e {
        Expr::Num(n) => *n,
        Expr::Var => var,
        Expr::Add(a, b) => eval(a, var).wrapping_add(eval(b, var)),
        Expr::Mul(a, b) => eval(a, var).wrapping_mul(eval(b, var)),
        Expr::Let(a, b) => bind(a, b, var),
    }
}

#[inline(never)]
fn bind(a: &Expr, b: &Expr, var: i64) -> i64 {
    let value = eval(a, var);
    eval(b, value & 0xff)
}

#[inline(never)]
fn down(n: u64) -> u64 {
    if n == 0 {
        0
    } else {
        down(std::hint::black_box(n - 1)) + (n & 1)
    }
}

fn main() {
    let frames = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(1_100_000u64);
    let mut seed = 7;
    let mut sum = 0i64;
    for i in 0..30 {
        sum = sum.wrapping_add(eval(&parse(&mut seed, 7), i));
    }
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(move || down(frames)).unwrap();
    println!("{} {}", sum, thread.join().unwrap());
}
