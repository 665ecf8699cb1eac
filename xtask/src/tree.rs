//! The project's text files, read once. No check below reads the disk.

use std::path::Path;

use anyhow::{Context, Result};

/// Folders that are no part of the sources.
const LEFT_OUT: &[&str] = &["target", ".git", "backproof-demo", "node_modules", "__pycache__"];
/// Larger files are data.
const LARGEST: u64 = 2 << 20;

/// The project's text files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Sorted by path.
    pub(crate) files: Vec<File>,
}

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let unreadable = || format!("cannot read {}", folder.display());
        for entry in std::fs::read_dir(folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(unreadable)?;
            if kind.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() && entry.metadata().with_context(unreadable)?.len() <= LARGEST {
                // A file that is no UTF-8 is no text.
                let bytes = std::fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
                self.files.extend(String::from_utf8(bytes).ok().map(|text| File { path, text }));
            }
        }
        Ok(())
    }

    /// The text of a file that must be there.
    pub(crate) fn text(&self, path: &str) -> Result<&str> {
        let file = self.files.iter().find(|file| file.path == path);
        file.map(|file| file.text.as_str()).with_context(|| format!("{path} is missing"))
    }

    /// The files below a folder (`crates/aws`), or all for the root (empty).
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| {
            folder.is_empty() || file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// The lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }
}
