// SPDX-License-Identifier: GPL-2.0-or-later
// call heavy: fib, ackermann, dyn dispatch
use std::hint::black_box;
#[inline(never)] fn fib(n: u32) -> u64 { if n < 2 { n as u64 } else { fib(n-1) + fib(n-2) } }
#[inline(never)] fn ack(m: u64, n: u64) -> u64 { if m == 0 { n+1 } else if n == 0 { ack(m-1, 1) } else { let k = ack(m, n-1); ack(m-1, k) } }
trait Shape { fn area(&self) -> f64; fn scale(&mut self, k: f64); }
struct Sq(f64); struct Ci(f64); struct Tr(f64,f64);
impl Shape for Sq { #[inline(never)] fn area(&self)->f64 { self.0*self.0 } #[inline(never)] fn scale(&mut self,k:f64){ self.0*=k } }
impl Shape for Ci { #[inline(never)] fn area(&self)->f64 { 3.14*self.0*self.0 } #[inline(never)] fn scale(&mut self,k:f64){ self.0*=k } }
impl Shape for Tr { #[inline(never)] fn area(&self)->f64 { 0.5*self.0*self.1 } #[inline(never)] fn scale(&mut self,k:f64){ self.0*=k; self.1*=k } }
fn main(){
  let n: u32 = std::env::args().nth(1).and_then(|s|s.parse().ok()).unwrap_or(30);
  let a=fib(black_box(n)); let b=ack(black_box(2), black_box(700));
  let mut v: Vec<Box<dyn Shape>> = vec![]; let mut r=1u32;
  for i in 0..1000 { r=r.wrapping_mul(1664525).wrapping_add(1013904223); match (r>>16)%3 {0=>v.push(Box::new(Sq(i as f64))),1=>v.push(Box::new(Ci(i as f64))),_=>v.push(Box::new(Tr(i as f64,2.0)))} }
  let mut t=0.0; for k in 0..700 { for s in v.iter_mut(){ t+=s.area(); s.scale(if k%2==0 {1.5} else {1.0/1.5}); } }
  println!("{} {} {}", a, b, t);
}
