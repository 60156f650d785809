// Files, processes and pipes through Rust's library: writes and reads a file in memory, runs a command (argv[1]), reads its output.
// SPDX-License-Identifier: GPL-2.0-or-later
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

#[inline(never)]
fn in_memory(n: usize) -> usize {
    let mut file = Cursor::new(Vec::new());
    for i in 0..n {
        writeln!(file, "line {} {:>6.2}", i, i as f64 / 3.0).unwrap();
    }
    file.seek(SeekFrom::Start(10)).unwrap();
    BufReader::with_capacity(64, file).lines().map(|line| line.unwrap().len()).sum()
}

fn main() {
    let command = std::env::args().nth(1).unwrap_or_else(|| "/bin/true".into());
    let mut child = Command::new(command).arg("some text").stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    println!("{} {} {}", in_memory(60), text.trim(), status.code().unwrap_or(-1));
}
