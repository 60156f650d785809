// Threads of Rust's library, started and joined one after another: results, thread-local values with destructors, names, scopes.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::thread;

struct Counted(Cell<u64>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

thread_local! {
    static LOCAL: Counted = const { Counted(Cell::new(1)) };
    static LAZY: String = String::from("made in this thread");
}

#[inline(never)]
fn work(n: u64) -> u64 {
    LOCAL.with(|l| l.0.set(l.0.get() + n));
    if n < 2 {
        LAZY.with(|s| s.len() as u64)
    } else {
        work(n - 1) + work(n - 2)
    }
}

fn main() {
    let threads = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(12u64);
    let total = Arc::new(Mutex::new(0u64));
    for i in 0..threads {
        let shared = Arc::clone(&total);
        let body = move || {
            let result = work(i % 7 + 2);
            *shared.lock().unwrap() += result;
            result
        };
        let handle = thread::Builder::new().name(format!("t{}", i)).spawn(body).unwrap();
        let result = handle.join().unwrap();
        *total.lock().unwrap() ^= result;
    }
    let mut list = vec![1u64, 2, 3];
    thread::scope(|s| {
        s.spawn(|| list.push(work(5))).join().unwrap();
    });
    println!("{} {:?}", total.lock().unwrap(), list);
}
