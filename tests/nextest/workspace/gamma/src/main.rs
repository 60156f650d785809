// SPDX-License-Identifier: GPL-2.0-or-later
//! A package that has a binary only.
fn main() {
    println!("{}", square(12));
}

fn square(n: u64) -> u64 {
    n * n
}

#[test]
fn squares() {
    assert_eq!(square(3), 9);
}

#[test]
fn says() {
    println!("squares are fine");
}
