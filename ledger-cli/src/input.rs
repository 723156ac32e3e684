//! What the user names to be read: a file, a pipe or standard input. No memory is claimed beyond a bound that is told, and
//! no pipe is waited for that has nobody at its other end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ledger_core::storage::{NotAFile, OtherFile};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

use crate::error::{CliError, Deed};
use crate::lang::french_file_kind;

/// The longest statement of a bank, in bytes: a line of a CSV has about a hundred, an entry of CAMT.053 about a thousand.
pub const STATEMENT_BYTES_MAX: u64 = 64 << 20;
/// The longest checkpoint, receipt or proof of consistency, and the longest file of a key, in bytes.
pub const PROOF_BYTES_MAX: u64 = 1 << 20;
/// The longest profile, chart of accounts or file of rules, in bytes.
pub const SETTINGS_BYTES_MAX: u64 = 1 << 20;

const NO_WAIT: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// How long a pipe is waited for that nobody has open at its other end.
const OTHER_END_WAIT: Duration = Duration::from_secs(2);
const OTHER_END_PAUSE: Duration = Duration::from_millis(10);

/// An input that is open, to be read once.
#[derive(Debug)]
pub struct Input {
    /// What was read of a pipe to see that somebody writes.
    begun: Cursor<Vec<u8>>,
    file: File,
    bytes: u64,
}

impl Input {
    /// Opens a file or a pipe. A folder, a socket, and a device that is no terminal are refused.
    pub fn open(path: &Path) -> Result<Self, CliError> {
        let failed = |error: io::Error| CliError::file(Deed::Read, path, &error);
        let named = fs::metadata(path).map_err(failed)?;
        if let Some(other) = NotAFile::of(named.file_type()) {
            match other.what {
                OtherFile::Pipe => return Self::pipe(path),
                OtherFile::Device => {}
                _ => return Err(not_a_file(path, other)),
            }
        }
        Self::of(opened(path).map_err(failed)?, path)
    }

    /// The same; `-` is standard input.
    pub fn open_or_stdin(path: &Path) -> Result<Self, CliError> {
        if path.as_os_str() != "-" {
            return Self::open(path);
        }
        let own = io::stdin().as_fd().try_clone_to_owned();
        Self::of(own.map_err(|error| CliError::file(Deed::Read, path, &error))?.into(), path)
    }

    fn of(file: File, path: &Path) -> Result<Self, CliError> {
        let found = file.metadata().map_err(|error| CliError::file(Deed::Read, path, &error))?;
        match NotAFile::of(found.file_type()) {
            None => Ok(Self { begun: Cursor::default(), file, bytes: found.len() }),
            Some(other) => match other.what {
                OtherFile::Folder => Err(not_a_file(path, other)),
                OtherFile::Device if !file.is_terminal() && !is_null(found.rdev()) => {
                    Err(not_a_file(path, other))
                }
                _ => Ok(Self { begun: Cursor::default(), file, bytes: 0 }),
            },
        }
    }

    /// A pipe with a name. Nobody may ever write into it, which is found out by reading without waiting.
    fn pipe(path: &Path) -> Result<Self, CliError> {
        let failed = |error: io::Error| CliError::file(Deed::Read, path, &error);
        let mut file = opened(path).map_err(failed)?;
        let (until, mut bytes) = (Instant::now() + OTHER_END_WAIT, [0; 512]);
        let begun = loop {
            match file.read(&mut bytes) {
                // Whoever writes has opened it, and has written nothing yet.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break 0,
                Err(error) => return Err(failed(error)),
                Ok(0) if Instant::now() < until => thread::sleep(OTHER_END_PAUSE),
                Ok(0) => return Err(no_writer(path)),
                Ok(count) => break count,
            }
        };
        wait_again(&file).map_err(failed)?;
        Ok(Self { begun: Cursor::new(bytes.get(..begun).unwrap_or_default().to_vec()), file, bytes: 0 })
    }

    /// Its length; 0 where that is not known.
    pub fn length(&self) -> u64 {
        self.bytes
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.begun.read(buffer)? {
            0 => self.file.read(buffer),
            count => Ok(count),
        }
    }
}

/// All bytes of a file or a pipe, which must not be more than so many.
pub fn bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>, CliError> {
    all(Input::open(path)?, path, bytes_max)
}

/// The same; `-` is standard input.
pub fn bytes_or_stdin(path: &Path, bytes_max: u64) -> Result<Vec<u8>, CliError> {
    all(Input::open_or_stdin(path)?, path, bytes_max)
}

/// The same as text.
pub fn text(path: &Path, bytes_max: u64) -> Result<String, CliError> {
    let not_text = |_| CliError::file(Deed::Read, path, &io::ErrorKind::InvalidData.into());
    String::from_utf8(bytes(path, bytes_max)?).map_err(not_text)
}

fn all(input: Input, path: &Path, bytes_max: u64) -> Result<Vec<u8>, CliError> {
    if input.bytes > bytes_max {
        return Err(too_large(path, bytes_max));
    }
    let mut bytes = Vec::new();
    // Claims memory as it is read, and fails where there is none.
    let read = input.take(bytes_max + 1).read_to_end(&mut bytes);
    read.map_err(|error| CliError::file(Deed::Read, path, &error))?;
    if bytes.len() as u64 > bytes_max { Err(too_large(path, bytes_max)) } else { Ok(bytes) }
}

/// Opens a plain file that is to be read in any order, or again. A link is followed.
pub fn plain(path: &Path) -> Result<File, CliError> {
    let failed = |error: io::Error| CliError::file(Deed::Read, path, &error);
    let named = fs::metadata(path).map_err(failed)?;
    NotAFile::of(named.file_type()).map_or(Ok(()), |other| Err(not_a_file(path, other)))?;
    let file = opened(path).map_err(failed)?;
    match NotAFile::of(file.metadata().map_err(failed)?.file_type()) {
        None => Ok(file),
        Some(other) => Err(not_a_file(path, other)),
    }
}

/// All bytes of a plain file, which must not be more than so many.
pub fn plain_bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>, CliError> {
    let file = plain(path)?;
    let bytes = file.metadata().map_err(|error| CliError::file(Deed::Read, path, &error))?.len();
    all(Input { begun: Cursor::default(), file, bytes }, path, bytes_max)
}

/// Opens a device or a pipe to write into.
pub fn output(path: &Path) -> Result<File, CliError> {
    let until = Instant::now() + OTHER_END_WAIT;
    let file = loop {
        let file = OpenOptions::new().write(true).custom_flags(NO_WAIT).open(path);
        match file {
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                if Instant::now() >= until {
                    return Err(no_reader(path));
                }
                thread::sleep(OTHER_END_PAUSE);
            }
            file => break file.and_then(|file| wait_again(&file).map(|()| file)),
        }
    };
    file.map_err(|error| CliError::file(Deed::Write, path, &error))
}

/// A file that was opened without waiting is read and written as any other.
fn wait_again(file: &File) -> io::Result<()> {
    let flags = fcntl_getfl(file)?;
    Ok(fcntl_setfl(file, flags - OFlags::NONBLOCK)?)
}

/// Opens a file without waiting for whoever would write into it.
fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(NO_WAIT).open(path)
}

/// Whether a device is the one in which there is nothing.
fn is_null(device: u64) -> bool {
    fs::metadata("/dev/null").is_ok_and(|null| null.file_type().is_char_device() && null.rdev() == device)
}

/// More than such a file may have; what was claimed for it is no more than that.
pub fn too_large(path: &Path, bytes_max: u64) -> CliError {
    let shown = path.display();
    let message = format!("{shown} has more than {bytes_max} bytes, the most that is read of such a file");
    CliError::not_found("too_large", message)
        .in_french(format!("{shown} a plus de {bytes_max} octets, le maximum lu d'un tel fichier"))
        .with_figure("path", shown.to_string())
        .with_figure("bytes_max", bytes_max)
}

/// Something that has no end, or cannot be read at all.
fn not_a_file(path: &Path, other: NotAFile) -> CliError {
    let (shown, what, french) = (path.display(), other.what, french_file_kind(other.what));
    CliError::storage("not_a_file", format!("could not read {shown}: it is {what}, and a file is needed"))
        .in_french(format!("impossible de lire {shown} : c'est {french}, et il faut un fichier"))
        .with_figure("path", shown.to_string())
}

fn no_writer(path: &Path) -> CliError {
    let (shown, seconds) = (path.display(), OTHER_END_WAIT.as_secs());
    let message = format!("nobody has written into the pipe {shown} for {seconds} seconds");
    CliError::storage("no_writer", message)
        .in_french(format!("personne n'a rien écrit dans le tube {shown} pendant {seconds} secondes"))
        .with_figure("path", shown.to_string())
}

fn no_reader(path: &Path) -> CliError {
    let (shown, seconds) = (path.display(), OTHER_END_WAIT.as_secs());
    CliError::storage("no_reader", format!("nobody has read from the pipe {shown} for {seconds} seconds"))
        .in_french(format!("personne n'a rien lu dans le tube {shown} pendant {seconds} secondes"))
        .with_figure("path", shown.to_string())
}
