// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the outside world for what differs from run to run, and waits in each way that has an end in time.
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::{mpsc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn urandom(path: &str) -> Vec<u8> {
    let mut bytes = vec![0; 12];
    std::fs::File::open(path).unwrap().read_exact(&mut bytes).unwrap();
    bytes
}

fn waited(name: &str, least: u64, wait: impl FnOnce()) {
    let begin = Instant::now();
    wait();
    let ms = begin.elapsed().as_millis() as u64;
    println!("{name} {}", if ms >= least && ms < least + 20 { "ok".to_string() } else { format!("{ms} ms") });
}

#[cfg(target_os = "linux")]
extern "C" {
    fn time(t: *mut i64) -> i64;
    fn times(t: *mut [i64; 4]) -> i64;
    fn getrusage(who: i32, r: *mut [i64; 18]) -> i32;
    fn sysinfo(s: *mut [u64; 16]) -> i32;
    fn sched_getcpu() -> i32;
    fn clock() -> i64;
    fn pthread_self() -> u64;
    fn pthread_getcpuclockid(thread: u64, clock: *mut i32) -> i32;
    fn clock_gettime(clock: i32, t: *mut [i64; 2]) -> i32;
}

/// What C libraries ask for, and Rust's own does not.
fn asked_from_c() {
    let (mut t, mut r, mut s, mut id, mut own) = ([0; 4], [0; 18], [0; 16], 0, [0; 2]);
    unsafe {
        let (since_start, cpu) = (times(&mut t), sched_getcpu());
        assert_eq!((getrusage(0, &mut r), sysinfo(&mut s), pthread_getcpuclockid(pthread_self(), &mut id)), (0, 0, 0));
        assert_eq!(clock_gettime(id, &mut own), 0);
        println!("time {}", time(std::ptr::null_mut()));
        println!("{since_start} {t:?} {r:?} {s:?} {cpu} {} {own:?}", clock());
    }
    println!("{}", std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap().trim());
}

fn main() {
    asked_from_c();
    let map: HashMap<u32, ()> = (0..20).map(|i| (i, ())).collect();
    println!("{:?}", map.keys().collect::<Vec<_>>());
    println!("{:?} {:?}", urandom("/dev/urandom"), urandom("/dev/random"));
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    println!("{} {}", maps.lines().count(), maps.contains("/outside"));
    println!("{:?}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
    waited("sleep", 30, || std::thread::sleep(Duration::from_millis(30)));
    waited("condvar", 30, || {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        let begin = Instant::now();
        let mut guard = lock.lock().unwrap();
        while begin.elapsed() < Duration::from_millis(30) {
            guard = changed.wait_timeout(guard, Duration::from_millis(30)).unwrap().0;
        }
    });
    waited("channel", 30, || {
        let (_tx, rx) = mpsc::channel::<()>();
        assert_eq!(rx.recv_timeout(Duration::from_millis(30)), Err(mpsc::RecvTimeoutError::Timeout));
    });
    waited("park", 30, || {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(30) {
            std::thread::park_timeout(Duration::from_millis(30) - begin.elapsed().min(Duration::from_millis(30)));
        }
    });
    waited("spin", 3, || {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(3) {
            std::hint::spin_loop();
        }
    });
    #[cfg(target_arch = "x86_64")]
    unsafe {
        let (mut r, t) = (0u64, core::arch::x86_64::_rdtsc());
        if std::is_x86_feature_detected!("rdrand") {
            std::arch::asm!("2:", "rdrand {r}", "jnc 2b", r = inout(reg) r);
        }
        println!("{r} {t}");
    }
    let set = || format!("{:?}", HashSet::from([1, 2, 3, 4, 5, 6]));
    let threads: Vec<_> = (0..3).map(|_| std::thread::spawn(set)).collect();
    for t in threads {
        println!("{}", t.join().unwrap());
    }
    let sleepers: Vec<_> = [5, 3, 4].map(|ms| std::thread::spawn(move || std::thread::sleep(Duration::from_millis(ms)))).into();
    for t in sleepers {
        t.join().unwrap();
    }
    assert!(std::panic::catch_unwind(|| panic!("this panic is wanted: its backtrace reads the mappings")).is_err());
}
