//! The places of a ledger's folder: what stands in one of them and is of another type than what belongs there. Nobody reads
//! it, and nobody waits for it.

use std::fmt;
use std::sync::Arc;

use super::{Finding, Remedy};
use crate::history::KEYS_FOLDER;
use crate::index::SNAPSHOTS_FOLDER;
use crate::journal::{BUNDLES_PATH, DAMAGED_FOLDER, JOURNAL_FOLDER};
use crate::storage::{INDEX_FOLDER, OtherFile, Storage, is_of_the_shelf};

/// The file that tells what a backup holds.
const MANIFEST_FILE: &str = "backup.json";

/// Something in a place where something else belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where it is.
    pub path: String,
    /// What it is; none for a plain file.
    pub found: Option<OtherFile>,
    /// What belongs there: none for a plain file.
    pub expected: Option<OtherFile>,
    /// Whether only what can be made again belongs there.
    pub derived: bool,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |kind: Option<OtherFile>| kind.map_or("a plain file".to_owned(), |kind| kind.to_string());
        write!(f, "{} is {}; expected {}", self.path, name(self.found), name(self.expected))
    }
}

impl Misfit {
    /// What mends it.
    pub fn remedy(&self) -> Remedy {
        if self.derived { Remedy::Repair } else { Remedy::Person }
    }
}

/// Looks for them. Of a folder that cannot be looked into, whoever reads in it tells.
pub fn misfits(storage: &Arc<dyn Storage>, findings: &mut Vec<Finding>) {
    let tree = BUNDLES_PATH.split_once('/').map_or("", |(folder, _)| folder);
    let folders = [
        (JOURNAL_FOLDER, false),
        (DAMAGED_FOLDER, false),
        (KEYS_FOLDER, false),
        (SNAPSHOTS_FOLDER, true),
        (tree, true),
        (INDEX_FOLDER, true),
    ];
    let mut note = |path: String, found, expected, derived| {
        findings.push(Finding::Misfit(Misfit { path, found, expected, derived }));
    };
    let others = |folder: &str| storage.others(folder).unwrap_or_default();
    for name in storage.list("").unwrap_or_default() {
        if let Some((_, derived)) = folders.iter().find(|(folder, _)| *folder == name) {
            note(name, None, Some(OtherFile::Folder), *derived);
        }
    }
    for (name, what) in others("") {
        match folders.iter().find(|(folder, _)| *folder == name) {
            // A key may be kept elsewhere.
            Some(_) if name == KEYS_FOLDER && what == OtherFile::Link => {}
            Some((_, derived)) if what != OtherFile::Folder => {
                note(name, Some(what), Some(OtherFile::Folder), *derived);
            }
            None if name == MANIFEST_FILE => note(name, Some(what), None, false),
            _ => {}
        }
    }
    // Of the key the doctor looks at each file, and anything may have been set aside.
    for (folder, derived) in
        folders.iter().filter(|(folder, _)| ![KEYS_FOLDER, DAMAGED_FOLDER].contains(folder))
    {
        for (name, what) in others(folder) {
            if !(*folder == INDEX_FOLDER && is_of_the_shelf(&name)) {
                note(format!("{folder}/{name}"), Some(what), None, *derived);
            }
        }
    }
}
