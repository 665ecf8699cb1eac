//! Records of CSV as they stand, quotes and line breaks inside of cells included.

use std::io::{self, BufRead};

/// The records of a CSV, each with its line end, byte by byte as they stand.
pub(super) struct Records<R> {
    reader: R,
}

impl<R: BufRead> Records<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = Vec::new();
        let mut is_quoted = false;
        loop {
            let piece = record.len();
            match self.reader.read_until(b'\n', &mut record) {
                Err(error) => return Some(Err(error)),
                Ok(0) if record.is_empty() => return None,
                Ok(0) => return Some(Ok(record)),
                Ok(_) => {
                    // A line break behind an odd number of quotes stands inside of a cell.
                    is_quoted = record[piece..].iter().fold(is_quoted, |is_quoted, byte| is_quoted ^ (*byte == b'"'));
                    if !is_quoted {
                        return Some(Ok(record));
                    }
                }
            }
        }
    }
}

/// The restore test of a record whose first two cells are the run and the test.
pub(super) fn test_of(record: &[u8]) -> Option<u32> {
    let cell = record.split(|byte| *byte == b',').nth(1)?;
    std::str::from_utf8(cell).ok()?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_whole() {
        let csv = b"run,test,why\r\n7,3,\"two\r\nlines, \"\"7,9\"\" quoted\"\r\n7,4,x\r\n7,,scratch";
        let records: Vec<Vec<u8>> = Records::of(&csv[..]).map(Result::unwrap).collect();
        assert_eq!(records.concat(), csv);
        let tests: Vec<Option<u32>> = records.iter().map(|record| test_of(record)).collect();
        assert_eq!(tests, [None, Some(3), Some(4), None]);
    }
}
