//! Reading all that was asked for: a whole file into memory, which is claimed once it is known that the file is no longer than
//! it may be, and a buffer that is filled however the system cuts it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::{Storage, in_memory};

/// All bytes of a file, which must not be more than `bytes_max`.
///
/// # Errors
/// `NotFound`, `FileTooLarge` for a file that is longer, `OutOfMemory`, and those of the storage.
pub fn read_whole(storage: &dyn Storage, path: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let len = storage.len(path)?.ok_or(io::ErrorKind::NotFound)?;
    if len > bytes_max {
        let reason = format!("it has {len} bytes; expected at most {bytes_max}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    let mut bytes = zeros(len)?;
    let read = storage.read_at(path, 0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Fills a buffer from an offset on and says how many bytes it was: fewer than asked only at the end of the file.
///
/// # Errors
/// Those of the file system.
pub fn read_full(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// So many zeros.
///
/// # Errors
/// `OutOfMemory`.
fn zeros(len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(in_memory(len)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.resize(in_memory(len), 0);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Memory;

    #[test]
    fn a_file_that_is_longer_than_it_may_be_is_refused_before_it_is_read() {
        let memory = Memory::new();
        memory.set_bytes("x", vec![7; 100]);
        assert_eq!(read_whole(&memory, "x", 100).unwrap(), vec![7; 100]);
        let refused = |path: &str, most| read_whole(&memory, path, most).unwrap_err().kind();
        assert_eq!(refused("x", 99), io::ErrorKind::FileTooLarge);
        assert_eq!(refused("y", 99), io::ErrorKind::NotFound);
        assert_eq!(zeros(u64::MAX).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
    }
}
