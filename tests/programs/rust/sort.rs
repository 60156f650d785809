// SPDX-License-Identifier: GPL-2.0-or-later
//! Sorts numbers, floating-point numbers and texts: three instances of the standard library's generic sort.

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    let mut state = 88172645463325252;
    let mut integers: Vec<u64> = (0..n).map(|_| random(&mut state)).collect();
    let mut floats: Vec<f64> = integers.iter().map(|&i| i as f64 / 3.0).collect();
    let mut texts: Vec<String> = integers.iter().map(|i| format!("{i:x}")).collect();
    integers.sort();
    floats.sort_by(f64::total_cmp);
    texts.sort();
    println!("{} {:e} {}", integers[n / 2], floats[n / 2], texts[n / 2]);
}
