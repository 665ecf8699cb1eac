//! qpdf and poppler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A PDF in a directory of its own.
pub(crate) struct OnDisk {
    directory: TempDir,
}

impl OnDisk {
    pub(crate) fn new(pdf: &[u8]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        fs::write(directory.path().join("report.pdf"), pdf).expect("a file can be written there");
        Self { directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("report.pdf")
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What a program says of the PDF; `{}` among the arguments is its path.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let path = self.path().display().to_string();
        let output = Command::new(program)
            .args(arguments.iter().map(|argument| argument.replace("{}", &path)))
            .current_dir(self.directory())
            .output()
            .unwrap_or_else(|error| panic!("{program} cannot be started ({error}); `./test --install` brings it"));
        assert!(
            output.status.success(),
            "{program} {arguments:?} failed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("the program writes UTF-8")
    }

    /// The text of every page, as it is laid out.
    pub(crate) fn pages(&self) -> Vec<String> {
        let text = self.ask("pdftotext", &["-layout", "{}", "-"]);
        text.split_terminator('\u{c}').map(str::to_owned).collect()
    }

    /// The whole text without blanks and line ends, so that what was broken over lines is found.
    pub(crate) fn letters(&self) -> String {
        self.ask("pdftotext", &["-raw", "{}", "-"]).split_whitespace().collect()
    }
}
