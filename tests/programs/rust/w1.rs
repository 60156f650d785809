// SPDX-License-Identifier: GPL-2.0-or-later
use std::collections::{HashMap, BTreeMap};
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Json { Null, Bool(bool), Num(f64), Str(String), Arr(Vec<Json>), Obj(BTreeMap<String, Json>) }
struct P<'a> { s: &'a [u8], i: usize }
impl<'a> P<'a> {
    fn ws(&mut self) { while self.i < self.s.len() && (self.s[self.i] as char).is_whitespace() { self.i += 1; } }
    fn val(&mut self) -> Json {
        self.ws();
        match self.s[self.i] {
            b'{' => { self.i += 1; let mut m = BTreeMap::new(); loop { self.ws(); if self.s[self.i]==b'}' {self.i+=1;break;} if self.s[self.i]==b',' {self.i+=1;continue;} let k = self.string(); self.ws(); self.i+=1; let v = self.val(); m.insert(k,v);} Json::Obj(m) }
            b'[' => { self.i += 1; let mut v = vec![]; loop { self.ws(); if self.s[self.i]==b']' {self.i+=1;break;} if self.s[self.i]==b',' {self.i+=1;continue;} v.push(self.val()); } Json::Arr(v) }
            b'"' => Json::Str(self.string()),
            b't' => { self.i+=4; Json::Bool(true) } b'f' => { self.i+=5; Json::Bool(false) } b'n' => { self.i+=4; Json::Null }
            _ => { let st=self.i; while self.i<self.s.len() && matches!(self.s[self.i], b'0'..=b'9'|b'.'|b'-'|b'e'|b'+') {self.i+=1;} Json::Num(std::str::from_utf8(&self.s[st..self.i]).unwrap().parse().unwrap()) }
        }
    }
    fn string(&mut self) -> String { self.i+=1; let st=self.i; while self.s[self.i]!=b'"' {self.i+=1;} let r=String::from_utf8_lossy(&self.s[st..self.i]).into_owned(); self.i+=1; r }
}
fn gen(n: usize) -> String { let mut s=String::from("["); for i in 0..n { if i>0 {s.push(',');} s.push_str(&format!("{{\"id\": {}, \"name\": \"user{}\", \"vals\": [{}, {:.3}, true, null], \"tag\": \"t{}\"}}", i, i*7, i%13, (i as f64)*0.37, i%5)); } s.push(']'); s }
fn walk(j:&Json, h:&mut HashMap<String,usize>) -> f64 { match j { Json::Num(x)=>*x, Json::Str(s)=>{*h.entry(s.clone()).or_insert(0)+=1; 0.0}, Json::Arr(v)=>v.iter().map(|x|walk(x,h)).sum(), Json::Obj(m)=>m.values().map(|x|walk(x,h)).sum(), _=>0.0 } }
fn sortit<T: PartialOrd + Clone>(v: &[T]) -> Vec<T> { let mut x=v.to_vec(); x.sort_by(|a,b|a.partial_cmp(b).unwrap()); x }
fn main() {
    let n: usize = std::env::args().nth(1).and_then(|s|s.parse().ok()).unwrap_or(20000);
    let s = gen(n);
    let j = P{s:s.as_bytes(),i:0}.val();
    let mut h = HashMap::new();
    let t = walk(&j,&mut h);
    let mut rng=12345u64; let mut v: Vec<u64> = (0..n*5).map(|_|{rng^=rng<<13;rng^=rng>>7;rng^=rng<<17;rng}).collect();
    let a=sortit(&v); let b=sortit(&v.iter().map(|x|*x as f64).collect::<Vec<_>>()); let c=sortit(&v.iter().map(|x|format!("{x}")).collect::<Vec<_>>());
    v.sort_unstable(); v.dedup();
    println!("{} {} {} {} {} {}", t, h.len(), a[0], b[0], c[0], v.len());
}
