// SPDX-License-Identifier: GPL-2.0-or-later
//! Threads, leaks, time.
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

pub fn sum(threads: u64, n: u64) -> u64 {
    let (tx, rx) = mpsc::channel();
    let total = Arc::new(Mutex::new(0));
    let handles: Vec<_> = (0..threads)
        .map(|k| {
            let (tx, total) = (tx.clone(), Arc::clone(&total));
            thread::spawn(move || {
                let part = (0..n).map(|i| i ^ k).sum::<u64>();
                *total.lock().unwrap() += part;
                tx.send(part).unwrap();
            })
        })
        .collect();
    drop(tx);
    let received: u64 = rx.iter().sum();
    for h in handles {
        h.join().unwrap();
    }
    assert_eq!(received, *total.lock().unwrap());
    received
}

#[cfg(test)]
mod threads {
    macro_rules! tests {
        ($($name:ident $n:expr;)*) => {$(
            #[test]
            fn $name() {
                assert_eq!(super::sum($n, 100), super::sum($n, 100));
            }
        )*};
    }
    tests! { one 1; two 2; three 3; four 4; eight 8; sixteen 16; }

    #[test]
    fn scoped() {
        let mut v = vec![3, 1, 2];
        std::thread::scope(|s| {
            s.spawn(|| v.sort());
        });
        assert_eq!(v, [1, 2, 3]);
    }

    #[test]
    fn one_panics() {
        assert!(std::thread::spawn(|| panic!("wanted")).join().is_err());
    }

    #[test]
    fn left_behind() {
        std::thread::spawn(|| loop {
            std::thread::sleep(std::time::Duration::from_secs(3600));
        });
    }
}

#[cfg(test)]
mod leaks {
    use std::cell::RefCell;
    use std::rc::Rc;

    #[test]
    fn forget() {
        std::mem::forget(std::hint::black_box(vec![1u8; 1000]));
    }

    #[test]
    fn raw() {
        let _ = std::hint::black_box(Box::into_raw(Box::new([7u64; 16])) as usize ^ 0x5555);
    }

    #[test]
    fn cycle() {
        struct Node(RefCell<Option<Rc<Node>>>, [u64; 8]);
        let a = Rc::new(Node(RefCell::new(None), [1; 8]));
        *a.0.borrow_mut() = Some(Rc::clone(&a));
        std::hint::black_box(a.1[0]);
    }

    #[test]
    fn none() {
        assert_eq!(std::hint::black_box(vec![1u8; 1000]).len(), 1000);
    }

    #[test]
    fn weak_is_none() {
        struct Node(RefCell<std::rc::Weak<Node>>);
        let a = Rc::new(Node(RefCell::new(std::rc::Weak::new())));
        *a.0.borrow_mut() = Rc::downgrade(&a);
        assert_eq!(Rc::strong_count(&a), 1);
    }
}

#[cfg(test)]
mod time {
    #[test]
    fn never_ends() {
        if std::env::var_os("NEVER_ENDS").is_some() {
            loop {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
    }

    #[test]
    fn sleeps() {
        let begin = std::time::Instant::now();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(begin.elapsed().as_millis() >= 20);
    }
}
