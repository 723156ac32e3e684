//! The seal: names, lengths and SHA-256 of all files of a store, written when it was closed. What does not match to the
//! byte, is large, or holds anything but files and folders, is not as it was closed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// The bytes of all files together, at most.
const STORE_BYTES_MAX: u64 = 16 << 20;

/// How many files there may be, and how deep in folders.
const FILES_MAX: usize = 256;
const DEPTH_MAX: usize = 4;

/// The bytes of a seal, at most.
const SEAL_BYTES_MAX: u64 = 64 << 10;

/// One file of a store.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Sealed {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Whether the store is as it was when this seal was written.
pub fn holds(store: &Path, seal: &Path) -> bool {
    let read = || -> io::Result<bool> {
        let found = seal.symlink_metadata()?;
        if !found.is_file() || found.len() > SEAL_BYTES_MAX {
            return Ok(false);
        }
        let sealed: Vec<Sealed> = serde_json::from_reader(File::open(seal)?.take(SEAL_BYTES_MAX))?;
        Ok(sealed == contents(store)?)
    };
    read().unwrap_or(false)
}

/// Seals a store that is closed, durably.
pub fn write(store: &Path, seal: &Path) -> io::Result<()> {
    let sealed = serde_json::to_vec(&contents(store)?)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(seal)?;
    file.write_all(&sealed)?;
    file.sync_all()
}

/// All files of a store, in order.
fn contents(store: &Path) -> io::Result<Vec<Sealed>> {
    if !store.symlink_metadata()?.is_dir() {
        return Err(refused("it is no folder"));
    }
    let (mut found, mut bytes) = (Vec::new(), 0);
    look(store, "", DEPTH_MAX, &mut found, &mut bytes)?;
    found.sort_unstable();
    Ok(found)
}

fn look(
    folder: &Path,
    above: &str,
    depth: usize,
    found: &mut Vec<Sealed>,
    bytes: &mut u64,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        let name = entry.file_name().into_string().map_err(|_| refused("a name that it never gives"))?;
        let name = format!("{above}{name}");
        if kind.is_dir() && depth > 0 {
            look(&path, &format!("{name}/"), depth - 1, found, bytes)?;
        } else if kind.is_file() && found.len() < FILES_MAX {
            // Its length is asked before it is read: a file may be a hole of any size.
            let len = entry.metadata()?.len();
            *bytes = bytes.saturating_add(len);
            if *bytes > STORE_BYTES_MAX {
                return Err(refused("it is too large"));
            }
            found.push(Sealed { name, bytes: len, sha256: sha256(&path, len)? });
        } else {
            return Err(refused("it holds what it never makes"));
        }
    }
    Ok(())
}

fn sha256(path: &Path, len: u64) -> io::Result<String> {
    let (mut context, mut piece) = (Context::new(&SHA256), vec![0; 256 << 10]);
    let mut file = File::open(path)?.take(len);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(data_encoding::HEXLOWER.encode(context.finish().as_ref())),
            read => context.update(&piece[..read]),
        }
    }
}

fn refused(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
