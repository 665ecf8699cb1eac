//! Sorts more lines than fit in memory: sorted runs in files, merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use backproof_store::RunFiles;

use crate::error::{EngineError, Result};

/// Bytes of lines that are held before they are written out as a sorted run.
const HELD_BYTES: usize = 24 << 20;

/// Lines on their way to being sorted, each ended by LF.
pub(super) struct SortedLines {
    files: RunFiles,
    name: String,
    held: Vec<Box<str>>,
    bytes: usize,
    runs: Vec<PathBuf>,
}

impl SortedLines {
    pub(super) fn new(files: &RunFiles, name: &str) -> Self {
        Self { files: files.clone(), name: name.to_owned(), held: Vec::new(), bytes: 0, runs: Vec::new() }
    }

    /// Takes a line with its LF.
    pub(super) fn push(&mut self, line: String) -> Result<()> {
        self.bytes += line.len() + size_of::<Box<str>>();
        self.held.push(line.into_boxed_str());
        if self.bytes >= HELD_BYTES { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> Result<()> {
        let name = format!("{}.{}.run", self.name, self.runs.len());
        let mut file = self.files.create(&name)?;
        self.held.sort_unstable();
        for line in self.held.drain(..) {
            file.write_all(line.as_bytes())?;
        }
        file.finish()?;
        self.runs.push(self.files.path(&name));
        self.bytes = 0;
        Ok(())
    }

    /// Gives every line once, in bytewise order, and removes the files in between.
    pub(super) fn merge(mut self, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
        self.held.sort_unstable();
        let mut sources: Vec<Box<dyn BufRead>> = Vec::new();
        for path in &self.runs {
            let file = File::open(path).map_err(EngineError::internal)?;
            sources.push(Box::new(BufReader::with_capacity(1 << 16, file)));
        }
        let mut held = std::mem::take(&mut self.held).into_iter();
        let in_memory = sources.len();
        let mut next = |source: usize| -> Result<Option<Box<str>>> {
            if source == in_memory {
                return Ok(held.next());
            }
            let mut line = String::new();
            let read = sources[source].read_line(&mut line).map_err(EngineError::internal)?;
            Ok((read > 0).then(|| line.into_boxed_str()))
        };
        let mut heap = BinaryHeap::new();
        for source in 0..=in_memory {
            heap.extend(next(source)?.map(|line| Reverse((line, source))));
        }
        let mut last: Option<Box<str>> = None;
        while let Some(Reverse((line, source))) = heap.pop() {
            heap.extend(next(source)?.map(|line| Reverse((line, source))));
            // The same line from two pages is one point that moved between them.
            if last.as_ref() != Some(&line) {
                take(&line)?;
                last = Some(line);
            }
        }
        for path in &self.runs {
            std::fs::remove_file(path).map_err(EngineError::internal)?;
        }
        Ok(())
    }
}
