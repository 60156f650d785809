// SPDX-License-Identifier: GPL-2.0-or-later
//! What rustc-demangle says of each line of standard input.
//!
//! `oracle plain`, `oracle alternate`: a filter, as `rustgrind demangle --form=` is one.
//! `oracle time FILE N`: reads the symbols of FILE and demangles all of them N times, in both forms, into a buffer that is kept;
//! prints the nanoseconds of each time.

use std::fmt::Write as _;
use std::io::{BufRead, Write as _};

fn filter(alternate: bool) -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in stdin.lock().split(b'\n') {
        let line = line?;
        match std::str::from_utf8(&line).ok().and_then(|s| rustc_demangle::try_demangle(s).ok()) {
            Some(name) if alternate => write!(out, "{name:#}")?,
            Some(name) => write!(out, "{name}")?,
            None => out.write_all(&line)?,
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn time(file: &str, times: u32) -> std::io::Result<()> {
    let text = std::fs::read_to_string(file)?;
    let symbols: Vec<&str> = text.lines().collect();
    let mut name = String::with_capacity(1 << 20);
    for _ in 0..times {
        let start = std::time::Instant::now();
        let mut sum = 0;
        for symbol in &symbols {
            if let Ok(d) = rustc_demangle::try_demangle(symbol) {
                name.clear();
                write!(name, "{d}").unwrap();
                sum += name.len();
                name.clear();
                write!(name, "{d:#}").unwrap();
                sum += name.len();
            }
        }
        println!("{} {}", start.elapsed().as_nanos(), sum);
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["plain"] => filter(false),
        ["alternate"] => filter(true),
        ["time", file, n] => time(file, n.parse().expect("a number")),
        _ => panic!("usage: oracle plain | alternate | time FILE N"),
    }
}
