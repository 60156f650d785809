// main.rs - arenas, and what looks like one.  Argument: which.  Each function loses what it makes.
//
// SPDX-License-Identifier: GPL-2.0-or-later
use std::cell::Cell;
use std::future::Future;
use std::hint::black_box as bb;
use std::mem::forget;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

struct Node<'a> {
    other: Cell<Option<&'a Node<'a>>>,
    values: [u64; 3],
}

fn node<'a>(other: Option<&'a Node<'a>>) -> Node<'a> {
    Node { other: Cell::new(other), values: [1; 3] }
}

#[inline(never)]
fn bump() {
    let b = bumpalo::Bump::new();
    (0..20u64).for_each(|i| drop(bb(b.alloc(i))));
    forget(bb(b))
}

#[inline(never)]
fn bump_of_many() {
    let b = bumpalo::Bump::new();
    (0..9000u64).for_each(|i| drop(bb(b.alloc(i))));
    forget(bb(b))
}

#[inline(never)]
fn bump_in_box() {
    let b = Box::leak(Box::new(bumpalo::Bump::new()));
    let x = b.alloc(node(None));
    x.other.set(Some(b.alloc(node(None))));
    bb(x.values);
}

#[inline(never)]
fn typed() {
    let a: &'static _ = &*Box::leak(Box::new(typed_arena::Arena::new()));
    let mut last = None;
    for _ in 0..20 {
        last = Some(&*a.alloc(node(last)));
    }
    bb(last.map(|n| n.values));
}

#[inline(never)]
fn typed_of_numbers() {
    let a = typed_arena::Arena::new();
    (0..100u64).for_each(|i| drop(bb(a.alloc(i))));
    forget(bb(a))
}

#[inline(never)]
fn hand_made() {
    let chunk = Vec::leak(vec![0usize; 512]);
    let base = chunk.as_mut_ptr();
    for i in 0..10 {
        chunk[i * 4] = unsafe { base.add((i + 1) * 4) } as usize;
    }
    bb(chunk);
}

#[inline(never)]
fn words() {
    let s = String::leak(format!("{} words that are parts of a text", bb(5)));
    forget(bb(s.split(' ').collect::<Vec<_>>()))
}

#[inline(never)]
fn references() {
    let all: &'static Vec<[u64; 4]> = Box::leak(Box::new((0..100).map(|i| [i; 4]).collect()));
    forget(bb(all.iter().filter(|x| x[0] % 3 == 0).collect::<Vec<_>>()))
}

struct Nobody;
impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

#[inline(never)]
fn future() {
    let mut f = Box::pin(async {
        let mut a = [1u64; 40];
        bb(&mut a);
        let (x, y) = (&a[11], &a[22]);
        std::future::pending::<()>().await;
        bb(x + y);
    });
    let waker = Waker::from(Arc::new(Nobody));
    bb(f.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    forget(f)
}

fn main() {
    let all: [(&str, fn()); 9] = [("bump", bump), ("bump_of_many", bump_of_many), ("bump_in_box", bump_in_box), ("typed", typed),
        ("typed_of_numbers", typed_of_numbers), ("hand_made", hand_made), ("words", words), ("references", references), ("future", future)];
    let wanted = std::env::args().nth(1).expect("which");
    all.iter().find(|(name, _)| *name == wanted).expect("unknown").1()
}
