//! What this process has in memory, as Linux tells it.

use std::fs;

use benches::done;

/// Bytes in memory now.
pub fn now() -> u64 {
    bytes("VmRSS:")
}

/// The most bytes that ever were in memory.
pub fn peak() -> u64 {
    bytes("VmHWM:")
}

fn bytes(name: &str) -> u64 {
    let status = done(fs::read_to_string("/proc/self/status"), "the memory of this process");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kibibytes: u64 = done(line.trim().trim_end_matches(" kB").parse(), name);
    kibibytes * 1024
}
