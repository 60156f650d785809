// Panics that are caught: from depth, in a closure, with values to drop on the way, a panic caught inside a Drop, rethrown, in a
// thread. The hook is replaced because the usual one prints the thread's number.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Noisy(usize);

impl Drop for Noisy {
    #[inline(never)]
    fn drop(&mut self) {
        DROPPED.fetch_add(self.0, Ordering::Relaxed);
    }
}

struct Nesting;

impl Drop for Nesting {
    fn drop(&mut self) {
        let caught = panic::catch_unwind(|| dive(3));
        DROPPED.fetch_add(caught.is_err() as usize, Ordering::Relaxed);
    }
}

#[inline(never)]
fn dive(n: usize) -> usize {
    let _held = Noisy(n);
    if n == 0 {
        panic!("bottom {}", DROPPED.load(Ordering::Relaxed) % 2);
    }
    dive(n - 1) + 1
}

#[inline(never)]
fn guarded(n: usize) -> usize {
    match panic::catch_unwind(|| dive(n)) {
        Ok(value) => value,
        Err(cause) => cause.downcast_ref::<String>().map_or(0, |text| text.len()),
    }
}

#[inline(never)]
fn nested(n: usize) -> usize {
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        let _outer = Nesting;
        guarded(n) + dive(2)
    }));
    result.unwrap_or(5)
}

#[inline(never)]
fn rethrown(n: usize) -> bool {
    panic::catch_unwind(|| {
        if let Err(cause) = panic::catch_unwind(|| dive(n)) {
            panic::resume_unwind(cause);
        }
    })
    .is_err()
}

#[inline(never)]
fn by_index(list: &[u8], i: usize) -> u8 {
    list[i]
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(6usize);
    panic::set_hook(Box::new(|_| {}));
    let mut sum = 0;
    for i in 0..rounds {
        sum += guarded(i) + nested(i) + rethrown(i) as usize;
        sum += panic::catch_unwind(|| by_index(&[1, 2, 3], i)).unwrap_or(9) as usize;
    }
    let thread = std::thread::spawn(|| dive(4));
    sum += thread.join().is_err() as usize;
    println!("{} {}", sum, DROPPED.load(Ordering::Relaxed));
}
