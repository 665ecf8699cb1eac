//! Remembers an upload in parts on this computer's disk, so that it is gone on with after a crash.
//!
//! Only a hint: what S3 has is asked of S3, and where this is lost the unfinished upload is found by listing.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::fingerprint::digest;

/// An upload that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The bucket.
    pub(crate) bucket: String,
    /// The object's key.
    pub(crate) key: String,
    /// SHA-256 of the whole content, in hexadecimal.
    pub(crate) sha256: String,
    /// The upload's id.
    pub(crate) upload_id: String,
    /// When it was begun.
    pub(crate) begun_at: Timestamp,
}

/// Where the progress of one object's upload is remembered.
#[derive(Clone, Debug)]
pub(crate) struct ProgressFile(PathBuf);

impl ProgressFile {
    /// For an object of a bucket, below `directory`.
    pub(crate) fn of(directory: &Path, bucket: &str, key: &str) -> Self {
        let name = hex::encode(&digest(format!("{bucket}\n{key}").as_bytes())[..16]);
        Self(directory.join(format!("upload-{name}.json")))
    }

    /// What is remembered of this content. What cannot be read is as good as forgotten.
    pub(crate) fn read(&self, sha256: &str) -> Option<Progress> {
        let progress: Progress = serde_json::from_slice(&std::fs::read(&self.0).ok()?).ok()?;
        (progress.sha256 == sha256).then_some(progress)
    }

    /// Remembers, so that a crash leaves either this or what was there before.
    pub(crate) fn write(&self, progress: &Progress) -> Result<(), ArchiveError> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        let write = || {
            std::fs::create_dir_all(folder)?;
            let unfinished = self.0.with_extension("new");
            let mut file = File::create(&unfinished)?;
            file.write_all(&serde_json::to_vec(progress)?)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, &self.0)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(ArchiveError::files("written", &self.0))
    }

    /// Forgets. What stays by mistake is harmless.
    pub(crate) fn forget(&self) {
        std::fs::remove_file(&self.0).ok();
    }
}
