// How a Rust program ends: argv[1] = panic (status 101), exit (3), abort, double (a panic in Drop while panicking aborts),
// code (ExitCode 4). The panic hook prints nothing that changes from run to run (the usual one prints the thread's number).
// SPDX-License-Identifier: GPL-2.0-or-later
use std::process::ExitCode;

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[inline(never)]
fn fail(depth: u32) -> u32 {
    if depth == 0 {
        panic!("at the bottom");
    }
    fail(depth - 1) + 1
}

fn main() -> ExitCode {
    let how = std::env::args().nth(1).unwrap_or_default();
    std::panic::set_hook(Box::new(|_| println!("a panic")));
    match how.as_str() {
        "panic" => ExitCode::from(fail(4) as u8),
        "exit" => std::process::exit(3),
        "abort" => std::process::abort(),
        "double" => {
            let _bomb = Bomb;
            ExitCode::from(fail(2) as u8)
        }
        _ => ExitCode::from(4),
    }
}
