//! `Files`: the storage of real ledgers, a folder of the file system. It never deletes or shortens a file unasked,
//! and needs no right to write as long as it only reads.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, DirEntry, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::lock_file::LockFile;
use super::shelf::{DiskShelf, remove_any};
use super::{
    INDEX_FOLDER, Lock, LockError, NotAFile, OtherFile, Patience, Shelf, ShelfError, Storage, check_folder,
    check_path, guard, in_memory, is_of_the_shelf, open_plain, plain, read_full, split_path,
};

/// Files kept open at once, far below the usual limit of 1024 descriptors.
const HANDLES_MAX: usize = 64;

/// Zeros written between two syncs of an extension: a commit that syncs the same file meanwhile waits for no more.
static ZEROS: [u8; 256 * 1024] = [0; 256 * 1024];

/// The files below one folder of the file system.
///
/// Handles stay open between calls. A reader notices a file that another process replaced when it asks for its length.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    handles: Mutex<BTreeMap<String, Handle>>,
    ahead: Arc<Mutex<Option<Extension>>>,
    patience: Patience,
}

#[derive(Debug, Clone)]
struct Handle {
    file: Arc<File>,
    access: Access,
    identity: Identity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    Read,
    Write,
}

/// Device and inode: what tells a replaced file from the one that is open.
type Identity = (u64, u64);

/// An extension under way in the background; there is one at a time.
#[derive(Debug)]
struct Extension {
    path: String,
    worker: JoinHandle<io::Result<()>>,
}

impl Files {
    /// The storage in the folder `root`; touches nothing yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let (handles, ahead, patience) = (Mutex::default(), Arc::default(), Patience::default());
        Self { root: root.into(), handles, ahead, patience }
    }

    /// The same storage, which waits so long for the lock; otherwise it hardly waits.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The storage in the folder `root`, which is made durably, for the owner alone, if it is absent.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make_at(root: impl Into<PathBuf>) -> io::Result<Self> {
        let files = Self::at(root);
        make_folders(&files.root)?;
        Ok(files)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn file(&self, path: &str, access: Access) -> io::Result<Arc<File>> {
        if let Some(handle) = guard(&self.handles).get(path).filter(|handle| handle.access >= access) {
            return Ok(Arc::clone(&handle.file));
        }
        let place = self.place(path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(access == Access::Write);
        self.keep(path, open_plain(&place, &options)?, access)
    }

    fn keep(&self, path: &str, file: File, access: Access) -> io::Result<Arc<File>> {
        let identity = identity(&file.metadata()?);
        let file = Arc::new(file);
        let mut handles = guard(&self.handles);
        if handles.len() >= HANDLES_MAX {
            handles.clear();
        }
        handles.insert(path.to_owned(), Handle { file: Arc::clone(&file), access, identity });
        Ok(file)
    }

    /// The file, to write at its end and nowhere else: zeros never fall on the blocks of a writer that should not be there.
    fn end_of(&self, path: &str) -> io::Result<File> {
        open_plain(&self.place(path)?, OpenOptions::new().append(true))
    }

    /// Where a file is, unless a folder on the way to it is a link: what stands behind that is not of this ledger.
    fn place(&self, path: &str) -> io::Result<PathBuf> {
        check_path(path)?;
        self.refuse_links(split_path(path).0)?;
        Ok(self.root.join(path))
    }

    fn refuse_links(&self, folder: &str) -> io::Result<()> {
        if folder.is_empty() {
            return Ok(());
        }
        self.refuse_links(split_path(folder).0)?;
        match self.root.join(folder).symlink_metadata() {
            Ok(found) if found.is_symlink() => Err(NotAFile { what: OtherFile::Link }.into()),
            _ => Ok(()),
        }
    }

    /// What is in a folder; nothing where there is none, or something else in its place.
    fn entries(&self, folder: &str) -> io::Result<Vec<DirEntry>> {
        check_folder(folder)?;
        if self.refuse_links(folder).is_err() {
            return Ok(Vec::new());
        }
        match self.root.join(folder).read_dir() {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(Vec::new())
            }
            entries => entries?.collect(),
        }
    }

    fn forget(&self, path: &str) {
        guard(&self.handles).remove(path);
    }

    /// Waits for the background extension of `path`, if there is one. A disk that was full then may have room now:
    /// that error is left to the extension in the foreground.
    fn wait_for_extension(&self, path: &str) -> io::Result<()> {
        let extension = guard(&self.ahead).take_if(|extension| extension.path == path);
        match extension.map(Extension::finish) {
            Some(Err(error)) if error.kind() != io::ErrorKind::StorageFull => Err(error),
            _ => Ok(()),
        }
    }
}

impl Extension {
    fn finish(self) -> io::Result<()> {
        self.worker
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the extension in the background panicked")))
    }
}

impl Storage for Files {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.entries(folder)? {
            if entry.file_type()?.is_file() {
                // A name that is not UTF-8 is none of ours.
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn others(&self, folder: &str) -> io::Result<Vec<(String, OtherFile)>> {
        let mut others = Vec::new();
        for entry in self.entries(folder)? {
            if let Some(NotAFile { what }) = NotAFile::of(entry.file_type()?) {
                others.extend(entry.file_name().into_string().map(|name| (name, what)));
            }
        }
        others.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(others)
    }

    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        let metadata = plain::metadata(&self.place(path)?)?;
        let now = metadata.as_ref().map(identity);
        let mut handles = guard(&self.handles);
        if handles.get(path).is_some_and(|handle| Some(handle.identity) != now) {
            handles.remove(path);
        }
        Ok(metadata.map(|metadata| metadata.len()))
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_full(&*self.file(path, Access::Read)?, offset, buffer)
    }

    fn create(&self, path: &str) -> io::Result<()> {
        self.place(path)?;
        make_below(&self.root, split_path(path).0)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.root.join(path))?;
        self.keep(path, file, Access::Write).map(drop)
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file(path, Access::Write)?.write_all_at(bytes, offset)
    }

    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        self.wait_for_extension(path)?;
        extend_with_zeros(&self.end_of(path)?, new_len)
    }

    fn extend_ahead(&self, path: &str, new_len: u64) {
        let Ok(file) = self.end_of(path) else {
            return;
        };
        let mut ahead = guard(&self.ahead);
        // Only a hint: one at a time, and none before `extend` has heard how the last one of this file went.
        let busy = |extension: &Extension| extension.path == path || !extension.worker.is_finished();
        if ahead.as_ref().is_some_and(busy) {
            return;
        }
        let worker =
            thread::Builder::new().name("extend".to_owned()).spawn(move || extend_with_zeros(&file, new_len));
        *ahead = worker.ok().map(|worker| Extension { path: path.to_owned(), worker });
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        self.file(path, Access::Write)?.sync_data()
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        check_folder(folder)?;
        sync_names(&self.root.join(folder))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.place(from)?, self.place(to)?)?;
        self.forget(from);
        self.forget(to);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        std::fs::remove_file(self.place(path)?)?;
        self.forget(path);
        Ok(())
    }

    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        let lock = LockFile::take(&self.root, self.patience)?;
        Ok(Box::new(FilesLock { lock, ahead: Arc::clone(&self.ahead) }))
    }

    fn lock_held(&self) -> io::Result<bool> {
        LockFile::is_held(&self.root)
    }

    fn clear(&self, folder: &str, keep: &dyn Fn(&str) -> bool) -> io::Result<()> {
        check_path(folder)?;
        let path = self.root.join(folder);
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
            Ok(found) if !found.is_dir() => return remove_any(&path),
            Ok(_) => {}
        }
        for entry in path.read_dir()? {
            let entry = entry?;
            let name = entry.file_name();
            // A folder or a link is not kept in the place of a file.
            let kept = name.to_str().is_some_and(keep)
                && (entry.file_type()?.is_file() || name.to_str().is_some_and(is_of_the_shelf));
            if !kept {
                remove_any(&entry.path())?;
                self.forget(&format!("{folder}/{}", name.to_string_lossy()));
            }
        }
        Ok(())
    }

    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        self.refuse_links(INDEX_FOLDER)?;
        Ok(Box::new(DiskShelf::open(self.root.join(INDEX_FOLDER))?))
    }

    fn drop_shelf(&self) -> io::Result<()> {
        DiskShelf::drop_at(&self.root.join(INDEX_FOLDER))
    }
}

#[derive(Debug)]
struct FilesLock {
    lock: LockFile,
    ahead: Arc<Mutex<Option<Extension>>>,
}

impl Lock for FilesLock {
    fn still_held(&self) -> io::Result<bool> {
        self.lock.still_held()
    }
}

impl Drop for FilesLock {
    fn drop(&mut self) {
        // The next writer lays out zeros itself; the lock is given up behind this.
        if let Some(extension) = guard(&self.ahead).take() {
            let _ = extension.finish();
        }
    }
}

fn identity(metadata: &std::fs::Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

fn extend_with_zeros(mut file: &File, new_len: u64) -> io::Result<()> {
    let mut len = file.metadata()?.len();
    while len < new_len {
        let zeros = &ZEROS[..in_memory(new_len - len).min(ZEROS.len())];
        file.write_all(zeros)?;
        file.sync_data()?;
        len += zeros.len() as u64;
    }
    // An earlier attempt may have failed between its last write and its sync.
    file.sync_data()
}

/// Makes a folder and those above it, each name durable before the next is made in it.
fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    make_folders(above)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_names(above),
    }
}

/// Makes a folder below the root and those between, in the same way. The root itself is not made: whoever removed it, as a
/// command that is interrupted does, must not find it again.
fn make_below(root: &Path, folder: &str) -> io::Result<()> {
    if folder.is_empty() || root.join(folder).is_dir() {
        return Ok(());
    }
    let above = split_path(folder).0;
    make_below(root, above)?;
    match DirBuilder::new().mode(0o700).create(root.join(folder)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_names(&root.join(above)),
    }
}

fn sync_names(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_ledger_folder_that_was_removed_is_not_made_again() {
        let (folder, files) = files();
        files.create("journal/one").unwrap();
        std::fs::remove_dir_all(folder.path().join("a/ledger")).unwrap();
        for path in ["two", "journal/two", "a/b/two"] {
            assert_eq!(files.create(path).unwrap_err().kind(), io::ErrorKind::NotFound, "{path}");
        }
        assert!(!folder.path().join("a/ledger").exists());
    }

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::make_at(folder.path().join("a/ledger")).unwrap();
        (folder, files)
    }

    #[test]
    fn a_file_goes_from_creation_to_removal() {
        let (_folder, files) = files();
        assert_eq!(files.len("journal/x").unwrap(), None);
        assert!(files.list("journal").unwrap().is_empty());
        files.create("journal/x").unwrap();
        assert_eq!(files.create("journal/x").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        files.write_at("journal/x", 2, b"abc").unwrap();
        files.sync("journal/x").unwrap();
        files.sync_folder("journal").unwrap();
        let mut buffer = [9; 8];
        assert_eq!(files.read_at("journal/x", 1, &mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"\0abc");
        files.rename("journal/x", "journal/y").unwrap();
        assert_eq!(files.list("journal").unwrap(), ["y"]);
        assert_eq!(files.read_at("journal/x", 0, &mut buffer).unwrap_err().kind(), io::ErrorKind::NotFound);
        files.remove("journal/y").unwrap();
        assert_eq!(files.len("journal/y").unwrap(), None);
    }

    #[test]
    fn files_are_for_the_owner_alone() {
        let (_folder, files) = files();
        files.create("journal/x").unwrap();
        let mode = |path: &str| files.root().join(path).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("journal"), mode("journal/x")), (0o700, 0o600));
    }

    #[test]
    fn extending_ahead_is_waited_for_and_never_shortens() {
        let (_folder, files) = files();
        files.create("x").unwrap();
        files.extend_ahead("x", 1_000_000);
        files.extend("x", 1_000_000).unwrap();
        assert_eq!(files.len("x").unwrap(), Some(1_000_000));
        files.extend("x", 10).unwrap();
        assert_eq!(files.len("x").unwrap(), Some(1_000_000));
    }

    #[test]
    fn the_lock_is_exclusive_and_names_its_holder() {
        let (_folder, files) = files();
        assert!(!files.lock_held().unwrap());
        let lock = files.lock().unwrap();
        let other = Files::at(files.root());
        assert!(other.lock_held().unwrap());
        let error = other.lock().unwrap_err();
        assert!(
            matches!(error, LockError::Held { pid: Some(pid), .. } if pid == std::process::id()),
            "{error}"
        );
        drop(lock);
        assert!(!other.lock_held().unwrap());
        other.lock().unwrap();
    }

    #[test]
    fn what_is_no_plain_file_is_refused_and_not_waited_for() {
        let (_folder, files) = files();
        let root = files.root().to_owned();
        std::fs::create_dir(root.join("folder")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
        assert!(made.success());
        for (name, what) in [
            ("folder", OtherFile::Folder),
            ("link", OtherFile::Link),
            ("pipe", OtherFile::Pipe),
            ("socket", OtherFile::Socket),
        ] {
            let refused = [
                files.len(name).unwrap_err(),
                files.read_at(name, 0, &mut [0; 8]).unwrap_err(),
                files.write_at(name, 0, b"x").unwrap_err(),
            ];
            for error in refused {
                assert_eq!(NotAFile::in_error(&error), Some(NotAFile { what }), "{name}: {error}");
            }
            std::fs::rename(root.join(name), root.join("lock")).unwrap();
            let held = files.lock_held().unwrap_err();
            assert_eq!(NotAFile::in_error(&held), Some(NotAFile { what }), "{name} as the lock");
            assert_eq!(files.lock().unwrap_err().code(), "lock_io", "{name} as the lock");
            std::fs::rename(root.join("lock"), root.join(name)).unwrap();
        }
    }

    #[test]
    fn a_reader_notices_a_replaced_file() {
        let (_folder, files) = files();
        for (name, bytes) in [("x", b"old"), ("y", b"new")] {
            files.create(name).unwrap();
            files.write_at(name, 0, bytes).unwrap();
        }
        let reader = Files::at(files.root());
        let mut buffer = [0; 3];
        reader.read_at("x", 0, &mut buffer).unwrap();
        files.rename("y", "x").unwrap();
        assert_eq!(reader.len("x").unwrap(), Some(3));
        reader.read_at("x", 0, &mut buffer).unwrap();
        assert_eq!(&buffer, b"new");
    }
}
