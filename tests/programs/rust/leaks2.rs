// More leak cases, beside leaks.rs.  usage: leaks2 <case>   (list = all names)
#![allow(static_mut_refs, dead_code)]
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::*;
use std::ffi::{CString, OsString};
use std::future::Future;
use std::hint::black_box as bb;
use std::marker::PhantomPinned;
use std::mem::{forget, ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::*};
use std::sync::{mpsc, Arc, Barrier, Condvar, LazyLock, Mutex, OnceLock, RwLock};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::thread;

extern "C" {
    fn malloc(n: usize) -> *mut u8;
    fn calloc(n: usize, m: usize) -> *mut u8;
    fn posix_memalign(p: *mut *mut u8, a: usize, n: usize) -> i32;
    fn exit(status: i32) -> !;
}

static SLOT: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
fn keep<T: ?Sized>(p: *const T) { bb(&SLOT).store(p as *const u8 as *mut u8, SeqCst) }

// ---- cycles ----

struct Once { next: OnceCell<Rc<Once>>, _pad: [u64; 2] }
struct Locked { next: RwLock<Option<Arc<Locked>>>, _name: String }
struct Parent { kids: RefCell<Vec<Rc<Child>>>, _id: u64 }
struct Child { parent: RefCell<Option<Rc<Parent>>>, _id: [u64; 2] }
trait Node { fn link(&self, to: Rc<dyn Node>); }
struct A { next: RefCell<Option<Rc<dyn Node>>>, _v: [u64; 4] }
struct B { next: RefCell<Option<Rc<dyn Node>>>, _v: [u64; 8] }
impl Node for A { fn link(&self, to: Rc<dyn Node>) { *self.next.borrow_mut() = Some(to) } }
impl Node for B { fn link(&self, to: Rc<dyn Node>) { *self.next.borrow_mut() = Some(to) } }
struct InMap { peers: RefCell<BTreeMap<u32, Rc<InMap>>> }
struct InDeque { queue: Mutex<VecDeque<Arc<InDeque>>> }
struct Observer { subject: RefCell<Option<Rc<Subject>>> }
struct Subject { observers: RefCell<Vec<Box<dyn Fn(u32)>>>, _v: [u8; 40] }
struct Ring { next: RefCell<Option<Rc<Ring>>>, _n: usize }
struct WeakAndStrong { strong: RefCell<Option<Rc<WeakAndStrong>>>, weak: RefCell<Weak<WeakAndStrong>> }
struct InOption { next: Cell<Option<Box<(u64, Rc<InOption>)>>> }

#[inline(never)] fn once_cell_cycle() { let a = Rc::new(Once { next: OnceCell::new(), _pad: [0; 2] }); let b = Rc::new(Once { next: OnceCell::from(a.clone()), _pad: [1; 2] }); let _ = a.next.set(b); }
#[inline(never)] fn rwlock_arc_cycle() {
    let a = Arc::new(Locked { next: RwLock::new(None), _name: "the first one of the two".to_string() });
    let b = Arc::new(Locked { next: RwLock::new(Some(a.clone())), _name: "the second one of the two".to_string() });
    *a.next.write().unwrap() = Some(b);
}
#[inline(never)] fn parent_child_cycle() {
    let p = Rc::new(Parent { kids: RefCell::new(Vec::with_capacity(3)), _id: 7 });
    for i in 0..3 { p.kids.borrow_mut().push(Rc::new(Child { parent: RefCell::new(Some(p.clone())), _id: [i; 2] })); }
}
#[inline(never)] fn dyn_cycle() {
    let a: Rc<dyn Node> = Rc::new(A { next: RefCell::new(None), _v: [1; 4] });
    let b: Rc<dyn Node> = Rc::new(B { next: RefCell::new(None), _v: [1; 8] });
    a.link(b.clone()); b.link(a.clone());
}
#[inline(never)] fn btree_cycle() { let a = Rc::new(InMap { peers: RefCell::new(BTreeMap::new()) }); let b = Rc::new(InMap { peers: RefCell::new(BTreeMap::new()) }); a.peers.borrow_mut().insert(1, b.clone()); b.peers.borrow_mut().insert(2, a.clone()); }
#[inline(never)] fn deque_arc_cycle() { let a = Arc::new(InDeque { queue: Mutex::new(VecDeque::with_capacity(4)) }); for _ in 0..3 { let c = a.clone(); a.queue.lock().unwrap().push_back(c); } }
#[inline(never)] fn observer_cycle() {
    let s = Rc::new(Subject { observers: RefCell::new(Vec::with_capacity(2)), _v: [0; 40] });
    for _ in 0..2 { let o = Rc::new(Observer { subject: RefCell::new(Some(s.clone())) }); s.observers.borrow_mut().push(Box::new(move |x| { bb((&o, x)); })); }
}
#[inline(never)] fn ring_of_twelve() {
    let first = Rc::new(Ring { next: RefCell::new(None), _n: 0 });
    let mut last = first.clone();
    for i in 1..12 { let n = Rc::new(Ring { next: RefCell::new(None), _n: i }); *last.next.borrow_mut() = Some(n.clone()); last = n; }
    *last.next.borrow_mut() = Some(first);
}
#[inline(never)] fn weak_inside_cycle() {
    let a = Rc::new(WeakAndStrong { strong: RefCell::new(None), weak: RefCell::new(Weak::new()) });
    let b = Rc::new(WeakAndStrong { strong: RefCell::new(Some(a.clone())), weak: RefCell::new(Rc::downgrade(&a)) });
    *a.weak.borrow_mut() = Rc::downgrade(&b); *a.strong.borrow_mut() = Some(b);
}
#[inline(never)] fn box_tuple_cycle() { let a = Rc::new(InOption { next: Cell::new(None) }); a.next.set(Some(Box::new((9, a.clone())))); }
#[inline(never)] fn arc_vec_cycle() { struct V(Mutex<Vec<Arc<V>>>); let v: Vec<Arc<V>> = (0..4).map(|_| Arc::new(V(Mutex::new(Vec::with_capacity(4))))).collect(); for i in 0..4 { let n = v[(i + 1) % 4].clone(); v[i].0.lock().unwrap().push(n); } }
#[inline(never)] fn weak_tree_ok() {
    struct T { kids: RefCell<Vec<Rc<T>>>, parent: RefCell<Weak<T>> }
    let root = Rc::new(T { kids: RefCell::new(vec![]), parent: RefCell::new(Weak::new()) });
    for _ in 0..5 { let k = Rc::new(T { kids: RefCell::new(vec![]), parent: RefCell::new(Weak::new()) }); *k.parent.borrow_mut() = Rc::downgrade(&root); root.kids.borrow_mut().push(k); }
}
// ---- futures ----

unsafe fn noop_clone(p: *const ()) -> RawWaker { RawWaker::new(p, &VTABLE) }
unsafe fn noop(_: *const ()) {}
static VTABLE: RawWakerVTable = RawWakerVTable::new(noop_clone, noop, noop, noop);
struct Never;
impl Future for Never { type Output = (); fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> { Poll::Pending } }
#[inline(never)] fn poll_once(f: &mut Pin<Box<dyn Future<Output = ()>>>) { let w = unsafe { Waker::from_raw(RawWaker::new(std::ptr::null(), &VTABLE)) }; bb(f.as_mut().poll(&mut Context::from_waker(&w)).is_ready()); }
#[inline(never)] fn future_forgotten() { let f: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async { let v = bb(vec![1u64; 50]); let r = &v[10]; Never.await; bb(r); }); let mut f = f; poll_once(&mut f); forget(f); }
struct WakesItself { task: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>, _id: u64 }
#[inline(never)] fn task_cycle() { let t = Arc::new(WakesItself { task: Mutex::new(None), _id: 1 }); let u = t.clone(); *t.task.lock().unwrap() = Some(Box::pin(async move { bb(u._id); Never.await; bb(&u); })); }

// ---- forgotten values ----

struct Selfish { text: String, at: *const u8, _pin: PhantomPinned }
#[inline(never)] fn pinned_self_reference() { let mut b = Box::pin(Selfish { text: "a text that is owned by the box".to_string(), at: std::ptr::null(), _pin: PhantomPinned }); let p = &b.text as *const String as *const u8; unsafe { b.as_mut().get_unchecked_mut().at = p }; forget(b) }
#[inline(never)] fn string_forget() { forget(bb("some text that is longer than most".to_string())) }
#[inline(never)] fn osstring_forget() { forget(bb(OsString::from("an os string"))) }
#[inline(never)] fn format_forget() { forget(bb(format!("{} and {}", bb("one text"), bb("another text")))) }
#[inline(never)] fn deque_forget() { let mut d = VecDeque::with_capacity(8); for i in 0..8u64 { d.push_back(Box::new(i)); } forget(bb(d)) }
#[inline(never)] fn heap_forget() { let mut h = BinaryHeap::with_capacity(16); for i in 0..9u64 { h.push(i); } forget(bb(h)) }
#[inline(never)] fn hashset_forget() { let mut s = HashSet::with_capacity(28); for i in 0..20u32 { s.insert(i); } forget(bb(s)) }
#[inline(never)] fn hashmap_of_strings_forget() { let mut m = HashMap::with_capacity(7); for i in 0..5u32 { m.insert(format!("key {i:04}"), format!("value {i:04}")); } forget(bb(m)) }
#[inline(never)] fn btreeset_forget() { let s: BTreeSet<u32> = (0..100).collect(); forget(bb(s)) }
#[inline(never)] fn vec_of_vec_forget() { let v: Vec<Vec<u32>> = (0..6).map(|i| vec![i; 10 + i as usize]).collect(); forget(bb(v)) }
#[inline(never)] fn boxed_slice_forget() { forget(bb(vec![3u16; 33].into_boxed_slice())) }
#[inline(never)] fn boxed_str_leak() { bb(String::from("text of a boxed str").into_boxed_str()); bb(Box::leak(String::from("text of another boxed str").into_boxed_str())); }
#[inline(never)] fn box_dyn_fnonce_forget() { let v = bb([5u64; 6]); let f: Box<dyn FnOnce() -> u64> = Box::new(move || v[1]); forget(bb(f)) }
#[inline(never)] fn box_dyn_any_forget() { let b: Box<dyn Any> = Box::new(bb([1u32; 9])); forget(bb(b)) }
#[inline(never)] fn manually_drop_box() { let b = ManuallyDrop::new(Box::new(bb([2u64; 12]))); bb(&b); }
#[inline(never)] fn manually_drop_string() { struct S { s: ManuallyDrop<String> } let s = S { s: ManuallyDrop::new("a string that nobody drops".to_string()) }; bb(&s.s); }
#[inline(never)] fn maybe_uninit_box() { let b = MaybeUninit::new(Box::new(bb([4u64; 5]))); bb(&b); }
#[inline(never)] fn cstring_lost() { bb(CString::new("handed to C, never back").unwrap().into_raw()); }
#[inline(never)] fn vec_into_raw_parts() { let mut v = bb(vec![1u32; 77]); bb(v.as_mut_ptr()); forget(v) }
#[inline(never)] fn arc_str_forget() { let s: Arc<str> = Arc::from("counted text"); forget(bb(s)) }
#[inline(never)] fn arc_slice_forget() { let s: Arc<[u64]> = Arc::from(bb(vec![1u64; 20])); forget(bb(s)) }
#[inline(never)] fn rc_dyn_forget() { let s: Rc<dyn Any> = Rc::new(bb([1u64; 11])); forget(bb(s)) }
#[inline(never)] fn rc_str_clone_forget() { let s: Rc<str> = Rc::from("shared text here"); forget(s.clone()); forget(bb(s)) }
#[inline(never)] fn rc_into_raw_lost() { bb(Rc::into_raw(Rc::new(bb([3u64; 4])))); }
#[inline(never)] fn arc_increment() { let a = Arc::new(bb([6u64; 6])); unsafe { Arc::increment_strong_count(Arc::as_ptr(&a)) } bb(&a); }
#[inline(never)] fn weak_of_arc_forget() { let a = Arc::new(bb([7u64; 7])); forget(Arc::downgrade(&a)); bb(&a); }
#[inline(never)] fn sender_forget() { let (tx, rx) = mpsc::channel::<u64>(); forget(tx); drop(rx); }
#[inline(never)] fn channel_full_forget() { let (tx, rx) = mpsc::sync_channel::<Box<u32>>(3); for i in 0..3 { tx.send(Box::new(i)).unwrap(); } forget(rx); }
struct Q { head: AtomicPtr<QNode>, len: AtomicUsize }
struct QNode { next: *mut QNode, value: u64 }
#[inline(never)] fn lock_free_stack_forget() { let q = Arc::new(Q { head: AtomicPtr::new(std::ptr::null_mut()), len: AtomicUsize::new(0) }); for i in 0..5 { let n = Box::into_raw(Box::new(QNode { next: q.head.load(SeqCst), value: i })); q.head.store(n, SeqCst); q.len.fetch_add(1, SeqCst); } forget(bb(q)) }
#[inline(never)] fn linkedlist_of_strings_forget() { let mut l = LinkedList::new(); for i in 0..4 { l.push_back(format!("list item {i}")); } forget(bb(l)) }
#[inline(never)] fn guard_forget() { static M: Mutex<Vec<u8>> = Mutex::new(Vec::new()); let mut g = M.lock().unwrap(); g.extend_from_slice(&[1; 100]); forget(g) }
#[inline(never)] fn into_iter_forget() { let v: Vec<Box<u64>> = (0..4).map(Box::new).collect(); let mut i = v.into_iter(); bb(i.next()); forget(bb(i)) }
#[inline(never)] fn drain_forget() { let mut v: Vec<Box<u64>> = (0..4).map(Box::new).collect(); forget(v.drain(1..3)); bb(&v); }
#[inline(never)] fn c_malloc_calloc() { unsafe { bb(malloc(70)); bb(calloc(3, 30)); } }
#[inline(never)] fn c_posix_memalign() { unsafe { let mut p = std::ptr::null_mut(); bb(posix_memalign(&mut p, 128, 500)); bb(p); } }
#[inline(never)] fn alloc_layout() { unsafe { bb(std::alloc::alloc(std::alloc::Layout::from_size_align(150, 8).unwrap())); } }

// ---- alive ----

static CACHE: OnceLock<RwLock<HashMap<String, Vec<u8>>>> = OnceLock::new();
static LAZY: LazyLock<Arc<Vec<Box<u64>>>> = LazyLock::new(|| Arc::new((0..3).map(Box::new).collect()));
static QUEUE: Mutex<Option<mpsc::Sender<Box<u64>>>> = Mutex::new(None);
static KEEP: OnceLock<Arc<[u64]>> = OnceLock::new();
static TEXT: OnceLock<Arc<str>> = OnceLock::new();
static INDEX: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
struct Entry { _next: u32, _name: Box<str> }
thread_local! { static STATE: RefCell<Option<Box<[u64; 25]>>> = const { RefCell::new(None) }; static NO_DROP: Cell<Option<&'static [u64; 21]>> = const { Cell::new(None) }; }
#[inline(never)] fn cache_static() { let c = CACHE.get_or_init(Default::default); for i in 0..10 { c.write().unwrap().insert(format!("key number {i}"), vec![i; 50]); } }
#[inline(never)] fn lazy_arc_static() { bb(LAZY.len()); }
#[inline(never)] fn arc_slice_static() { let _ = KEEP.set(Arc::from(bb(vec![8u64; 15]))); }
#[inline(never)] fn arc_str_static() { let _ = TEXT.set(Arc::from("text that is kept")); }
#[inline(never)] fn arena_of_indices_static() { for i in 0..5 { INDEX.lock().unwrap().push(Entry { _next: i, _name: format!("entry {i}").into() }); } }
#[inline(never)] fn sender_static() { let (tx, rx) = mpsc::channel(); for i in 0..3 { tx.send(Box::new(i)).unwrap(); } *QUEUE.lock().unwrap() = Some(tx); keep(Box::leak(Box::new(rx))) }
#[inline(never)] fn box_dyn_fn_static() { let v = bb([9u64; 4]); let f: Box<dyn Fn() -> u64> = Box::new(move || v[0]); keep(Box::leak(Box::new(f))) }
#[inline(never)] fn tagged_box_static() { let p = Box::into_raw(Box::new(bb([1u64; 8]))) as usize | 5; bb(&SLOT).store(p as *mut u8, SeqCst) }
#[inline(never)] fn tagged_arc_static() { let p = Arc::into_raw(Arc::new(bb([1u64; 8]))) as usize | 1; bb(&SLOT).store(p as *mut u8, SeqCst) }
#[inline(never)] fn tail_of_vec_static() { let v = bb(vec![1u64; 64]).leak(); keep(&v[60..]) }
#[inline(never)] fn field_of_box_static() { struct F { _a: [u64; 5], b: [u64; 3] } let f = Box::leak(Box::new(F { _a: bb([1; 5]), b: bb([2; 3]) })); keep(&f.b) }
#[inline(never)] fn raw_tree_forget() { struct N { _left: Option<Box<N>>, up: *const N, _v: [u64; 3] } let mut root = Box::new(N { _left: None, up: std::ptr::null(), _v: [1; 3] }); let up: *const N = &*root; root._left = Some(Box::new(N { _left: None, up, _v: [2; 3] })); forget(bb(root)) }
#[inline(never)] fn box_field_of_lost() { struct F { _a: [u64; 5], b: [u64; 3] } let f = Box::leak(Box::new(F { _a: bb([1; 5]), b: bb([2; 3]) })); bb(Box::leak(Box::new((bb(1u64), &f.b)))); }
#[inline(never)] fn map_of_boxes_lost() { let v: Vec<Box<[u64; 3]>> = (0..5).map(|i| [i; 3]).map(Box::new).collect(); for b in v { bb(Box::into_raw(b)); } }
#[inline(never)] fn strings_collected_lost() { let v: Vec<String> = ["one text", "another text"].iter().map(ToString::to_string).collect(); for s in v { bb(s.leak()); } }
#[inline(never)] fn rcs_collected_lost() { let v: Vec<Rc<u64>> = (0..3).map(Rc::new).collect(); for r in v { bb(Rc::into_raw(r)); } }
#[inline(never)] fn deque_static() { static D: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new()); for i in 0..6 { D.lock().unwrap().push_back(format!("queued string {i}")); } }
#[inline(never)] fn tls_leaked_main() { NO_DROP.with(|s| bb(s).set(Some(Box::leak(Box::new(bb([1u64; 21])))))) }
#[inline(never)] fn tls_dropped() { thread::spawn(|| STATE.with(|s| *s.borrow_mut() = Some(Box::new(bb([1u64; 25]))))).join().unwrap() }
#[inline(never)] fn parked_thread() {
    let b = Arc::new(Barrier::new(2)); let c = b.clone();
    thread::spawn(move || { let v = bb(vec![7u8; 3000]); let w = bb(Box::new([3u64; 30])); c.wait(); loop { thread::park(); bb((&v, &w)); } });
    b.wait();
}
#[inline(never)] fn waiting_thread() {
    static M: Mutex<bool> = Mutex::new(false); static C: Condvar = Condvar::new(); static READY: AtomicUsize = AtomicUsize::new(0);
    thread::spawn(|| { let s = bb(String::from("what a waiting thread has on its stack")); let mut g = M.lock().unwrap(); READY.store(1, SeqCst); while !*g { g = C.wait(g).unwrap(); } bb(&s); });
    while READY.load(SeqCst) == 0 { thread::yield_now() } drop(M.lock().unwrap());
}
#[inline(never)] fn running_threads_exit() {
    static B: Barrier = Barrier::new(4);
    for i in 0..3 { thread::spawn(move || { let v = bb(vec![i as u64; 100]); B.wait(); loop { bb(&v); } }); }
    B.wait(); std::process::exit(0)
}
#[inline(never)] fn exit_from_depth() { #[inline(never)] fn down(n: u32) -> u64 { let b = bb(Box::new([n as u64; 10])); if n == 0 { unsafe { exit(0) } } down(n - 1) + b[0] } bb(down(5)); }
#[inline(never)] fn panic_joined() { let _ = thread::spawn(|| { let _v = bb(vec![1u8; 400]); if bb(true) { std::panic::resume_unwind(Box::new(5u32)) } }).join(); }
#[inline(never)] fn scoped_threads_ok() { let v = vec![1u64; 100]; thread::scope(|s| { for _ in 0..4 { s.spawn(|| bb(v.iter().sum::<u64>())); } }) }
#[inline(never)] fn huge_untouched() { let v: Vec<u8> = Vec::with_capacity(1 << 30); keep(v.leak().as_ptr()) }

macro_rules! cases { ($($n:ident)*) => { const CASES: &[(&str, fn())] = &[ $((stringify!($n), $n)),* ]; } }
cases! { once_cell_cycle rwlock_arc_cycle parent_child_cycle dyn_cycle btree_cycle deque_arc_cycle observer_cycle ring_of_twelve weak_inside_cycle
 box_tuple_cycle arc_vec_cycle weak_tree_ok future_forgotten task_cycle pinned_self_reference string_forget osstring_forget format_forget deque_forget
 heap_forget hashset_forget hashmap_of_strings_forget btreeset_forget vec_of_vec_forget boxed_slice_forget boxed_str_leak box_dyn_fnonce_forget
 box_dyn_any_forget manually_drop_box manually_drop_string maybe_uninit_box cstring_lost vec_into_raw_parts arc_str_forget arc_slice_forget
 rc_dyn_forget rc_str_clone_forget rc_into_raw_lost arc_increment weak_of_arc_forget sender_forget channel_full_forget lock_free_stack_forget
 linkedlist_of_strings_forget guard_forget into_iter_forget drain_forget c_malloc_calloc c_posix_memalign alloc_layout cache_static lazy_arc_static
 arc_slice_static arc_str_static arena_of_indices_static sender_static box_dyn_fn_static tagged_box_static tagged_arc_static tail_of_vec_static
 field_of_box_static raw_tree_forget box_field_of_lost map_of_boxes_lost strings_collected_lost rcs_collected_lost deque_static tls_leaked_main tls_dropped parked_thread waiting_thread running_threads_exit exit_from_depth panic_joined
 scoped_threads_ok huge_untouched }

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    if name == "list" { for (n, _) in CASES { println!("{n}"); } return; }
    let f = CASES.iter().find(|c| c.0 == name).expect("unknown case").1;
    drop(name);
    f();
}
