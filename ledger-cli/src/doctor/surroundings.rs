//! What surrounds the ledger's files: who may read them, the key, what was left lying about, the room on the disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ledger_core::diagnosis::{Diagnosis, LockFound};
use ledger_core::proof::KEYS_FOLDER;
use rustix::fs::{Access, access, statvfs};

use crate::error::CliError;
use crate::key;
use crate::lang::Lang;
use crate::say;

/// Whoever is not the owner.
const OTHERS: u32 = 0o077;
/// What the names of files begin with that `aiga` is still making.
const BEGUN: &str = ".aiga-";
/// A segment of the journal takes as much: with less room, it may not go on for long.
const ROOM_BYTES: u64 = 64 << 20;
/// All that the folder of a ledger, or of a backup, holds.
const OURS: [&str; 8] = ["journal", "damaged", "snapshots", "tree", "index", "keys", "lock", "backup.json"];

/// What surrounds the ledger.
pub struct Surroundings {
    mode: u32,
    /// The first file or folder that others may read or write, and how many there are.
    open: Option<(PathBuf, u64)>,
    strangers: Vec<PathBuf>,
    begun: Vec<PathBuf>,
    /// Room for files, in bytes; none where the disk does not say.
    pub free_bytes: Option<u64>,
    /// Whether this user may record.
    pub writable: bool,
    /// Whether there is a key.
    pub has_key: bool,
    /// Why the key does not sign.
    pub key_trouble: Option<CliError>,
}

/// What is worth knowing, and wrong in nothing.
#[derive(Debug)]
pub enum Note {
    /// Others may read or write files.
    Open { path: PathBuf, files: u64 },
    /// Something that no ledger made.
    Stranger(PathBuf),
    /// A file or folder that `aiga` began.
    Begun(PathBuf),
    /// Little room.
    LittleRoom { mebibytes: u64 },
    /// This user cannot record.
    ReadOnly,
    /// The last writer was ended before it could say so.
    WriterEnded { pid: u32 },
}

impl Surroundings {
    /// Looks around the ledger in this folder.
    pub fn of(folder: &Path) -> Self {
        let mut around = Self {
            mode: fs::metadata(folder).map_or(0, |found| found.mode()),
            open: None,
            strangers: Vec::new(),
            begun: Vec::new(),
            free_bytes: statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
            writable: access(folder, Access::WRITE_OK).is_ok(),
            has_key: key::may_sign(folder),
            key_trouble: None,
        };
        around.look(folder);
        // Whoever may not look into the keys is not told that they are wrong.
        let keys = folder.join(KEYS_FOLDER);
        if around.has_key && access(&keys, Access::READ_OK).is_ok() {
            around.key_trouble = key::check(folder).err();
        }
        for entry in names_in(folder) {
            if !OURS.iter().any(|ours| entry.file_name() == *ours) {
                around.strangers.push(entry.path());
            }
        }
        let above = folder.canonicalize().ok().and_then(|whole| whole.parent().map(Path::to_owned));
        for folder in [above, Some(keys)].iter().flatten() {
            around.begun.extend(
                names_in(folder)
                    .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(BEGUN.as_bytes()))
                    .map(|entry| entry.path()),
            );
        }
        around.strangers.sort_unstable();
        around.begun.sort_unstable();
        around
    }

    /// Looks who else may come to what is in a folder, and the folder itself; what cannot be looked into is passed over.
    fn look(&mut self, path: &Path) {
        let Ok(found) = path.symlink_metadata() else { return };
        // What lies in a folder that is closed to others is closed to them.
        if found.mode() & OTHERS == 0 || found.is_symlink() {
            return;
        }
        let (_, files) = self.open.get_or_insert_with(|| (path.to_owned(), 0));
        *files += 1;
        if found.is_dir() {
            names_in(path).for_each(|entry| self.look(&entry.path()));
        }
    }

    /// The permissions of the folder, as `chmod` has them.
    pub fn mode_text(&self) -> String {
        format!("{:04o}", self.mode & 0o7777)
    }

    /// What is worth knowing.
    pub fn notes(&self, found: &Diagnosis) -> Vec<Note> {
        let open = self.open.clone().map(|(path, files)| Note::Open { path, files });
        let room = self.free_bytes.filter(|bytes| *bytes < ROOM_BYTES);
        let room = room.map(|bytes| Note::LittleRoom { mebibytes: bytes >> 20 });
        let ended = match found.lock {
            LockFound::Left { pid } => Some(Note::WriterEnded { pid }),
            _ => None,
        };
        let read_only = (!self.writable).then_some(Note::ReadOnly);
        let strangers = self.strangers.iter().cloned().map(Note::Stranger);
        let begun = self.begun.iter().cloned().map(Note::Begun);
        open.into_iter().chain(room).chain(ended).chain(read_only).chain(strangers).chain(begun).collect()
    }
}

/// What is in a folder, as far as it can be looked into.
fn names_in(folder: &Path) -> impl Iterator<Item = fs::DirEntry> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

impl Note {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open_to_others",
            Self::Stranger(_) => "not_of_the_ledger",
            Self::Begun(_) => "left_unfinished",
            Self::LittleRoom { .. } => "little_room",
            Self::ReadOnly => "read_only",
            Self::WriterEnded { .. } => "writer_ended",
        }
    }

    /// What it is and what to do, in a sentence.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Open { path, files } => {
                let shown = path.display();
                say!(
                    lang,
                    "{files} files or folders may be read or written by others, {shown} among them; `chmod -R go= FOLDER` ends that",
                    "{files} fichiers ou dossiers peuvent être lus ou écrits par d'autres, dont {shown} ; `chmod -R go= DOSSIER` y met fin"
                )
            }
            Self::Stranger(path) => {
                let shown = path.display();
                say!(
                    lang,
                    "{shown} is not of the ledger: it is never read, and may be moved elsewhere",
                    "{shown} n'est pas du registre : il n'est jamais lu, et peut être déplacé ailleurs"
                )
            }
            Self::Begun(path) => {
                let shown = path.display();
                say!(
                    lang,
                    "{shown} was begun by a command; if none is running any more, remove it",
                    "{shown} a été commencé par une commande ; si aucune ne tourne plus, supprimez-le"
                )
            }
            Self::LittleRoom { mebibytes } => say!(
                lang,
                "only {mebibytes} MiB are free on the disk: make room, or operations will soon be refused",
                "il ne reste que {mebibytes} Mio sur le disque : faites de la place, sinon les opérations seront bientôt refusées"
            ),
            Self::ReadOnly => say!(
                lang,
                "you may read this ledger and not record in it",
                "vous pouvez lire ce registre, mais pas y enregistrer"
            ),
            Self::WriterEnded { pid } => say!(
                lang,
                "the last program that recorded (process {pid}) was ended from outside; what it confirmed is there",
                "le dernier programme qui a enregistré (processus {pid}) a été interrompu ; ce qu'il a confirmé est là"
            ),
        }
    }
}
