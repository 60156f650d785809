// SPDX-License-Identifier: GPL-2.0-or-later
// many threads
use std::sync::{Arc,Mutex,mpsc}; use std::thread;
#[inline(never)] fn work(k:u64,n:u64)->u64 { let mut x=k+1; let mut s=0; for i in 0..n { x=x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); s^=step(x,i); } s }
#[inline(never)] fn step(x:u64,i:u64)->u64 { x.rotate_left((i&63) as u32) ^ i }
fn main(){
  let n: u64 = std::env::args().nth(1).and_then(|s|s.parse().ok()).unwrap_or(200000);
  let tot=Arc::new(Mutex::new(0u64)); let (tx,rx)=mpsc::channel(); let mut hs=vec![];
  for k in 0..16 { let t=tot.clone(); let tx=tx.clone(); hs.push(thread::spawn(move||{ for r in 0..10 { let w=work(k*10+r,n); *t.lock().unwrap()^=w; tx.send(w).unwrap(); } })); }
  drop(tx); let mut z=0; for v in rx { z^=v; } for h in hs { h.join().unwrap(); }
  println!("{} {}", tot.lock().unwrap(), z);
}
