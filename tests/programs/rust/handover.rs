// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that hand work to each other: a token through a mutex and a condition, and values through channels.
use std::collections::HashMap;
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::thread;

fn work(n: u64) -> u64 {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    for i in 0..n {
        *seen.entry(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 97).or_insert(0) += i;
    }
    seen.iter().fold(0, |a, (k, v)| a ^ k.wrapping_mul(*v))
}

fn ring(threads: usize, rounds: usize) -> u64 {
    let state = Arc::new((Mutex::new((0usize, 0u64)), Condvar::new()));
    let handles: Vec<_> = (0..threads)
        .map(|me| {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                for round in 0..rounds {
                    let (lock, changed) = &*state;
                    let mut s = lock.lock().unwrap();
                    while s.0 % threads != me {
                        s = changed.wait(s).unwrap();
                    }
                    s.0 += 1;
                    s.1 ^= work(50 + round as u64);
                    changed.notify_all();
                }
            })
        })
        .collect();
    for h in handles {
        h.join().unwrap();
    }
    let s = state.0.lock().unwrap();
    s.1
}

fn pipeline(stages: usize, values: u64) -> u64 {
    let (first, mut input) = mpsc::channel::<u64>();
    let mut handles = vec![];
    for _ in 0..stages {
        let (tx, rx) = mpsc::sync_channel::<u64>(2);
        let from = std::mem::replace(&mut input, { let (t, r) = mpsc::channel(); drop(t); r });
        handles.push(thread::spawn(move || {
            for v in from {
                tx.send(v ^ work(30 + v % 7)).unwrap();
            }
        }));
        let (t, r) = mpsc::channel();
        handles.push(thread::spawn(move || {
            for v in rx {
                t.send(v + 1).unwrap();
            }
        }));
        input = r;
    }
    for v in 0..values {
        first.send(v).unwrap();
    }
    drop(first);
    let sum = input.iter().fold(0u64, |a, v| a.wrapping_add(v));
    for h in handles {
        h.join().unwrap();
    }
    sum
}

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(40);
    println!("{} {}", ring(4, n), pipeline(2, n as u64));
}
