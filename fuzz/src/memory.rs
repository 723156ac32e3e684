//! Guards against a reader that claims memory for what its input says, rather than for what its input is.

/// What a reader may hold at once whatever its input, in bytes: its buffers, and the built-in chart of accounts.
const ANY: u64 = 128 << 10;
/// And for each byte of its input: a byte of TOML can become a table, a few of a CSV a line with labels, names and figures.
const EACH: u64 = 512;

/// Reads, and sees to it that reading `input_len` bytes holds no more memory at any time than that allows.
pub fn bounded<T>(input_len: usize, read: impl FnOnce() -> T) -> T {
    let mut result = None;
    // Of this thread; what others do meanwhile is not counted.
    let claimed = allocation_counter::measure(|| result = Some(read()));
    let allowed = ANY + EACH * input_len as u64;
    assert!(claimed.bytes_max <= allowed, "{} bytes for an input of {input_len}", claimed.bytes_max);
    result.unwrap_or_else(|| unreachable!("it has read"))
}
