//! What is to be verified: a ledger, or an export of one.

use std::path::{Path, PathBuf};

use ledger_core::audit::AuditReport;
use ledger_core::export::Imported;
use tempfile::TempDir;

use crate::audited::audited;
use crate::backup::check_manifest;
use crate::context::Context;
use crate::error::CliError;
use crate::import::import_into;
use crate::open;

/// The ledger that is to be verified: the user's, or one made of an export, which is gone when this is dropped.
#[derive(Debug)]
pub struct Subject {
    folder: PathBuf,
    imported: Option<Imported>,
    _aside: Option<TempDir>,
}

impl Subject {
    /// That of the export, if one is named.
    pub fn of(context: &Context, export: Option<&Path>) -> Result<Self, CliError> {
        let Some(export) = export else {
            return Ok(Self { folder: context.folder.clone(), imported: None, _aside: None });
        };
        let aside = open::temporary()?;
        let folder = aside.path().join("ledger");
        let imported = import_into(&folder, export).map_err(|error| match error.code() {
            // Whoever verifies an export may hold nothing else, and cannot make another.
            "invalid_export" => error.hinting_as("export_received"),
            _ => error,
        })?;
        Ok(Self { folder, imported: Some(imported), _aside: Some(aside) })
    }

    /// What an audit of it says. An export was audited when the ledger was made of it: every line is what this program makes
    /// of the operation in it, and the postings were summed.
    pub fn audited(&self) -> Result<AuditReport, CliError> {
        if let Some(imported) = self.imported.clone() {
            return Ok(imported.into());
        }
        let report = audited(&open::stored(&self.folder)?)?;
        if report.ok {
            check_manifest(&self.folder)?;
        }
        Ok(report)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
