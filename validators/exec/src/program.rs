//! The program that the plan names: where it is, and what it is.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::settings::ExecSettings;

/// A program that can be started, and the files that go with it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Its absolute path.
    pub(crate) path: PathBuf,
    /// What follows it on the command line.
    pub(crate) arguments: Vec<String>,
    /// Absolute paths of the files that it reads, by the plan's names for them.
    pub(crate) files: BTreeMap<String, PathBuf>,
}

/// Why a program cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoProgram {
    #[error("`program` is empty; write the program's path and its arguments, like [\"./check-orders.sh\"]")]
    Empty,
    #[error("`program`: `{name}` is looked for nowhere; write `./{name}` for a file here, or its full path")]
    NoPath { name: String },
    #[error("`program`: an argument holds a NUL byte, which no command line can")]
    Nul,
    #[error("`{setting}`: there is no `{path}`; relative paths count from the directory that backproof is started in")]
    Absent { setting: String, path: String },
    #[error("`{setting}`: `{path}` is no file")]
    NoFile { setting: String, path: String },
    #[error("`program`: `{path}` may not be executed; allow it with `chmod +x {path}`")]
    NotExecutable { path: String },
}

impl Program {
    /// Finds the program and its files.
    pub(crate) fn find(settings: &ExecSettings) -> Result<Self, NoProgram> {
        let (name, arguments) = settings.program.split_first().ok_or(NoProgram::Empty)?;
        if settings.program.iter().any(|part| part.contains('\0')) {
            return Err(NoProgram::Nul);
        }
        if !name.contains('/') {
            return Err(NoProgram::NoPath { name: name.clone() });
        }
        let path = file("program", Path::new(name))?;
        let mode = path.metadata().map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o111 == 0 {
            return Err(NoProgram::NotExecutable { path: name.clone() });
        }
        let files = settings.files.iter().map(|(name, path)| Ok((name.clone(), file(&format!("files.{name}"), path)?)));
        Ok(Self { path, arguments: arguments.to_vec(), files: files.collect::<Result<_, _>>()? })
    }

    /// The digests of the program and of its files, the program's under the empty name.
    ///
    /// # Errors
    /// Says which one cannot be read.
    pub(crate) fn digests(&self) -> Result<BTreeMap<String, String>, String> {
        let all = std::iter::once((String::new(), &self.path));
        let all = all.chain(self.files.iter().map(|(name, path)| (name.clone(), path)));
        all.map(|(name, path)| {
            let digest = sha256(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
            Ok((name, digest))
        })
        .collect()
    }
}

fn file(setting: &str, path: &Path) -> Result<PathBuf, NoProgram> {
    let shown = || (setting.to_owned(), path.display().to_string());
    // Only an empty path has no absolute one.
    let absolute = std::path::absolute(path).unwrap_or_default();
    match absolute.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(absolute),
        Ok(_) => {
            let (setting, path) = shown();
            Err(NoProgram::NoFile { setting, path })
        }
        Err(_) => {
            let (setting, path) = shown();
            Err(NoProgram::Absent { setting, path })
        }
    }
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}
