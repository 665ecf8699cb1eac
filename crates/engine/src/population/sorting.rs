//! Sorts more lines than fit in memory: sorted runs in files, merged at the end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;

use backproof_store::{RunFiles, StoreError};

use crate::error::{EngineError, Result};

/// Bytes of lines that are held before they are written out as a sorted run.
const HELD_BYTES: usize = 24 << 20;

/// Lines on their way to being sorted, each ended by LF.
pub(super) struct SortedLines {
    files: RunFiles,
    name: String,
    held: Held,
    runs: Vec<PathBuf>,
}

/// Lines in one piece of memory.
#[derive(Default)]
struct Held {
    text: String,
    lines: Vec<Range<usize>>,
}

impl SortedLines {
    pub(super) fn new(files: &RunFiles, name: &str) -> Self {
        Self { files: files.clone(), name: name.to_owned(), held: Held::default(), runs: Vec::new() }
    }

    /// Takes a line with its LF.
    pub(super) fn push(&mut self, line: &str) -> Result<()> {
        if !self.held.lines.is_empty() && self.held.bytes() + line.len() > HELD_BYTES {
            self.write_run()?;
        }
        let begin = self.held.text.len();
        self.held.text.push_str(line);
        self.held.lines.push(begin..self.held.text.len());
        Ok(())
    }

    /// A run lives until the merge and proves nothing, so it needs neither a digest nor to survive a crash.
    fn write_run(&mut self) -> Result<()> {
        let path = self.files.path(&format!("{}.{}.run", self.name, self.runs.len()));
        let failed = |source| StoreError::Files { path: path.clone(), source };
        let mut file = BufWriter::with_capacity(1 << 16, File::create(&path).map_err(failed)?);
        self.held.sort();
        for line in self.held.iter() {
            file.write_all(line.as_bytes()).map_err(failed)?;
        }
        file.flush().map_err(failed)?;
        self.held.clear();
        self.runs.push(path);
        Ok(())
    }

    /// Gives every line once, in bytewise order, and removes the files in between.
    pub(super) fn merge(mut self, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
        self.held.sort();
        let mut held = self.held.iter();
        let mut sources: Vec<BufReader<File>> = Vec::new();
        for path in &self.runs {
            sources.push(BufReader::with_capacity(1 << 16, File::open(path).map_err(EngineError::internal)?));
        }
        let in_memory = sources.len();
        // Whether the source had another line, which is then in the place of what was in `line`.
        let mut read_next = |source: usize, line: &mut String| -> Result<bool> {
            line.clear();
            match sources.get_mut(source) {
                Some(run) => Ok(run.read_line(line).map_err(EngineError::internal)? > 0),
                None => Ok(held.next().map(|next| line.push_str(next)).is_some()),
            }
        };
        let mut heap = BinaryHeap::new();
        for source in 0..=in_memory {
            let mut line = String::new();
            if read_next(source, &mut line)? {
                heap.push(Next { line, source });
            }
        }
        let mut last = String::new();
        while let Some(mut next) = heap.peek_mut() {
            // The same line from two pages is one point that moved between them.
            if next.line != last {
                take(&next.line)?;
                std::mem::swap(&mut last, &mut next.line);
            }
            let source = next.source;
            if !read_next(source, &mut next.line)? {
                PeekMut::pop(next);
            }
        }
        for path in &self.runs {
            std::fs::remove_file(path).map_err(EngineError::internal)?;
        }
        Ok(())
    }
}

impl Held {
    fn bytes(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<Range<usize>>()
    }

    fn sort(&mut self) {
        let text = self.text.as_bytes();
        self.lines.sort_unstable_by(|a, b| text[a.clone()].cmp(&text[b.clone()]));
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &self.text[line.clone()])
    }

    fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }
}

/// The next line of a source. The least line is the greatest `Next`, as a heap gives its greatest first.
#[derive(PartialEq, Eq)]
struct Next {
    line: String,
    source: usize,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        other.line.cmp(&self.line).then_with(|| other.source.cmp(&self.source))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use backproof_clock::VirtualRuntime;
    use backproof_store::Store;

    use super::*;

    #[test]
    fn lines_of_several_runs_come_in_order_and_once() {
        let directory = tempfile::tempdir().unwrap();
        let runtime = VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
        let store = Store::open(directory.path(), Arc::new(runtime.clock()), "a test", "test2345".parse().unwrap());
        let files = runtime.block_on(store).unwrap().other_files("sorting").unwrap();
        let mut lines = SortedLines::new(&files, "lines");
        let rest = "x".repeat(1000);
        // A step that shares no factor with 50,000 meets every number before it meets any again.
        for n in 0..60_000_u32 {
            lines.push(&format!("{:05}{rest}\n", n * 7919 % 50_000)).unwrap();
        }
        let runs = lines.runs.clone();
        let mut seen = Vec::new();
        lines
            .merge(|line| {
                seen.push(line[..5].parse::<u32>().unwrap());
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, (0..50_000).collect::<Vec<_>>());
        assert_eq!((runs.len(), runs.iter().any(|run| run.exists())), (2, false));
    }
}
