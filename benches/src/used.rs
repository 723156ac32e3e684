//! How many bytes of a journal are blocks. The length of its files does not say it: zeros are laid out ahead.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How much is read at once, from the end backwards, in bytes.
const STEP_LEN: u64 = 256 * 1024;

/// The segments of the ledger in this folder.
pub fn segments(ledger: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(ledger.join("journal"))?.map(|entry| Ok(entry?.path())).collect()
}

/// The bytes of all segments without the zeros at their ends.
pub fn journal_bytes(ledger: &Path) -> io::Result<u64> {
    segments(ledger)?.iter().map(|segment| used_bytes(&File::open(segment)?)).sum()
}

fn used_bytes(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut buffer = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP_LEN);
        buffer.resize(usize::try_from(end - start).map_err(io::Error::other)?, 0);
        file.read_exact_at(&mut buffer, start)?;
        if let Some(last) = buffer.iter().rposition(|&byte| byte != 0) {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
