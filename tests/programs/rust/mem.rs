// SPDX-License-Identifier: GPL-2.0-or-later
// memory heavy: matrix multiply, random table update, linear sweeps
use std::hint::black_box;
fn main(){
  let n: usize = std::env::args().nth(1).and_then(|s|s.parse().ok()).unwrap_or(200);
  let a: Vec<f64>=(0..n*n).map(|i|i as f64*0.5).collect(); let b: Vec<f64>=(0..n*n).map(|i|(i%7) as f64).collect(); let mut c=vec![0.0f64;n*n];
  for i in 0..n { for j in 0..n { let mut s=0.0; for k in 0..n { s+=a[i*n+k]*b[k*n+j]; } c[i*n+j]=s; } }
  let m=1<<20; let mut t=vec![0u64;m]; let mut x=88172645463325252u64;
  for _ in 0..n*n*40 { x^=x<<13; x^=x>>7; x^=x<<17; let i=(x as usize)&(m-1); t[i]=t[i].wrapping_add(x); }
  let mut s=0u64; for r in 0..4 { for v in black_box(&t).iter() { s=s.wrapping_mul(31).wrapping_add(*v^r); } }
  println!("{} {}", c[n+3], s);
}
