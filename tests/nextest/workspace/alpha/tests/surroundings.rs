// SPDX-License-Identifier: GPL-2.0-or-later
// Standard input, output and error; the directory; what the environment says.
use std::io::Read;

#[test]
fn standard_input_is_empty() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}

#[test]
fn output() {
    println!("to standard output");
    eprintln!("to standard error");
}

#[test]
fn directory_is_the_package() {
    assert!(std::path::Path::new("Cargo.toml").exists());
    assert_eq!(std::env::current_dir().unwrap(), std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
}

#[test]
fn interrupts_are_not_ignored() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).unwrap().trim();
    let ignored = u64::from_str_radix(ignored, 16).unwrap();
    assert_eq!(ignored & (1 << 1 | 1 << 14), 0, "SIGINT or SIGTERM is ignored: {ignored:x}");
}

#[test]
fn flaky() {
    let attempt = std::env::var("NEXTEST_ATTEMPT").unwrap_or_default();
    assert_ne!(attempt, "1", "the first attempt fails");
}
