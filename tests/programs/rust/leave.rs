// SPDX-License-Identifier: GPL-2.0-or-later
// The main thread ends the program while the others run: by returning, or with an argument by abort.
use std::hint::black_box;
use std::thread;

fn main() {
    for k in 0..3u64 {
        thread::spawn(move || {
            let mut x = k;
            loop {
                x = black_box(x.wrapping_mul(3) + 1);
            }
        });
    }
    let sum = (0..1_000_000u64).fold(1, |sum, i| black_box(sum ^ i));
    println!("{sum}");
    if std::env::args().len() > 1 {
        std::process::abort();
    }
}
