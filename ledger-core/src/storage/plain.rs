//! Opening plain files: what else may have a name (a folder, a pipe, a device, a link) is refused before anybody waits
//! for it.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// What stands where a plain file should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {what}, and no plain file")]
pub struct NotAFile {
    /// What it is.
    pub what: OtherFile,
}

/// What is no plain file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherFile {
    /// A folder.
    Folder,
    /// A link, which is not followed.
    Link,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

impl std::fmt::Display for OtherFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Folder => "a folder",
            Self::Link => "a link",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        })
    }
}

impl NotAFile {
    /// What has this type, where it is no plain file.
    pub fn of(kind: FileType) -> Option<Self> {
        let what = match kind {
            kind if kind.is_file() => return None,
            kind if kind.is_dir() => OtherFile::Folder,
            kind if kind.is_symlink() => OtherFile::Link,
            kind if kind.is_fifo() => OtherFile::Pipe,
            kind if kind.is_socket() => OtherFile::Socket,
            _ => OtherFile::Device,
        };
        Some(Self { what })
    }

    /// The one that an error holds.
    pub fn in_error(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<NotAFile> for io::Error {
    fn from(other: NotAFile) -> Self {
        let kind = match other.what {
            OtherFile::Folder => io::ErrorKind::IsADirectory,
            _ => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, other)
    }
}

/// Opens a plain file. What it is is asked before, so that no pipe is waited for, and of what was opened.
///
/// # Errors
/// Those of the file system, and [`NotAFile`].
pub fn open_plain(path: &Path, options: &OpenOptions) -> io::Result<File> {
    plain(&path.symlink_metadata()?)?;
    let file = options.open(path)?;
    plain(&file.metadata()?)?;
    Ok(file)
}

/// The length of a plain file; none when there is nothing of that name.
pub(super) fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        metadata => metadata.and_then(|metadata| plain(&metadata).map(|()| Some(metadata))),
    }
}

fn plain(metadata: &Metadata) -> io::Result<()> {
    NotAFile::of(metadata.file_type()).map_or(Ok(()), |other| Err(other.into()))
}
