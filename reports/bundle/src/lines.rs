//! Reads the lines of large files one by one, strictly: UTF-8, each ended by LF, none longer than any honest one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// More than any line of ours: a line of this length is an attack on memory.
const LONGEST_LINE: u64 = 1 << 20;

/// The lines of a file.
pub(crate) struct Lines {
    file: BufReader<File>,
    line: Vec<u8>,
    number: u64,
}

/// Why a line cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadLine {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is not ended by LF.
    #[error("line {line} is not ended by LF")]
    CutOff {
        /// The line, from 1.
        line: u64,
    },
    /// It is longer than any honest line.
    #[error("line {line} is longer than {LONGEST_LINE} bytes")]
    TooLong {
        /// The line, from 1.
        line: u64,
    },
    /// It is no text.
    #[error("line {line} is not UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: u64,
    },
}

impl Lines {
    /// The lines of this file.
    pub(crate) fn of(file: File) -> Self {
        Self { file: BufReader::with_capacity(1 << 16, file), line: Vec::new(), number: 0 }
    }

    /// The next line with its number from 1, without its LF.
    pub(crate) fn next_line(&mut self) -> Result<Option<(u64, &str)>, BadLine> {
        self.line.clear();
        let read = (&mut self.file).take(LONGEST_LINE + 1).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let line = self.number;
        if self.line.pop() != Some(b'\n') {
            return Err(if read as u64 > LONGEST_LINE { BadLine::TooLong { line } } else { BadLine::CutOff { line } });
        }
        let text = std::str::from_utf8(&self.line).map_err(|_| BadLine::NotUtf8 { line })?;
        Ok(Some((line, text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::fs::write(&path, content).unwrap();
        let mut lines = Lines::of(File::open(&path).unwrap());
        let mut all = Vec::new();
        while let Some((_, line)) = lines.next_line().map_err(|problem| problem.to_string())? {
            all.push(line.to_owned());
        }
        Ok(all)
    }

    #[test]
    fn only_whole_lines_of_text_are_read() {
        assert_eq!(read(b"a\n\nb\r\n").unwrap(), ["a", "", "b\r"]);
        assert_eq!(read(b"a\nb").unwrap_err(), "line 2 is not ended by LF");
        assert_eq!(read(b"\xff\n").unwrap_err(), "line 1 is not UTF-8");
        let long = vec![b'a'; usize::try_from(LONGEST_LINE + 5).unwrap()];
        assert_eq!(read(&long).unwrap_err(), format!("line 1 is longer than {LONGEST_LINE} bytes"));
    }
}
