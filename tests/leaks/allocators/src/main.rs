// Leaks of several kinds, with the allocator that a feature chooses.
use std::cell::RefCell;
use std::hint::black_box as bb;
use std::rc::Rc;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static A: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
#[cfg(feature = "mimalloc")]
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Node {
    next: RefCell<Option<Rc<Node>>>,
    _pad: [u64; 5],
}

fn main() {
    let mut v: Vec<Box<[u64; 9]>> = (0..100).map(|i| Box::new([i; 9])).collect();
    v.truncate(50);
    bb(Box::leak(Box::new(bb([7u64; 20]))));
    std::mem::forget(bb(vec![1u8; 1000]));
    let mut grown = Vec::new();
    for i in 0..5000u32 {
        grown.push(i);
    }
    std::mem::forget(bb(grown));
    let a = Rc::new(Node { next: RefCell::new(None), _pad: [1; 5] });
    *a.next.borrow_mut() = Some(a.clone());
    std::thread::spawn(|| std::mem::forget(bb(String::from("leaked by a thread")))).join().unwrap();
    bb(&v);
}
