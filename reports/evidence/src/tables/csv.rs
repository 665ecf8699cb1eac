//! Tables as CSV by RFC 4180: a header, CR LF at the end of each line, quotes where a cell needs them.
//!
//! Names of resources are whatever somebody called them. A cell that a spreadsheet would take for a formula gets an
//! apostrophe in front, which spreadsheets hide and which keeps the rest of the text as it is.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Column, Table, Value};

impl Table {
    /// The whole table as CSV.
    pub fn to_csv(&self) -> String {
        self.csv_lines().collect()
    }

    /// The lines of its CSV, the header first, each with its line end.
    pub fn csv_lines(&self) -> CsvRows<'_> {
        CsvRows { columns: Some(self.columns), rows: self.rows.iter() }
    }
}

/// The lines of a table's CSV.
pub struct CsvRows<'a> {
    columns: Option<&'static [Column]>,
    rows: std::slice::Iter<'a, Vec<Value>>,
}

impl Iterator for CsvRows<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        match self.columns.take() {
            Some(columns) => {
                let names: Vec<Value> = columns.iter().map(|column| Value::text(column.name)).collect();
                Some(csv_line(&names))
            }
            None => self.rows.next().map(|row| csv_line(row)),
        }
    }
}

/// One line of CSV with its line end.
pub fn csv_line(cells: &[Value]) -> String {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_cell(&mut line, cell);
    }
    line.push_str("\r\n");
    line
}

fn push_cell(line: &mut String, cell: &Value) {
    // Writing to a string does not fail.
    let _ = match cell {
        Value::Empty => Ok(()),
        Value::Text(text) => {
            push_text(line, text);
            Ok(())
        }
        Value::Integer(number) => write!(line, "{number}"),
        Value::Seconds(seconds) => write!(line, "{seconds}"),
        Value::Timestamp(moment) => write!(line, "{moment}"),
        Value::Money(sum) => write!(line, "{sum}"),
    };
}

fn push_text(line: &mut String, text: &str) {
    let text = defused(text);
    if text.contains(['"', ',', ';', '\t', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&text);
    }
}

/// What formulas begin with, wide forms included.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\u{2212}'];

/// What some spreadsheet takes for the beginning of a formula, with blanks before it or not.
fn defused(text: &str) -> Cow<'_, str> {
    // An apostrophe before one is a text that has been defused already, and must be told from it when it is read.
    let begins = text.trim_start_matches([' ', '\u{a0}', '\'']);
    if begins.starts_with(FORMULA) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Reads a CSV text that [`csv_line`] wrote, row by row, each cell as it was before it was written.
#[derive(Clone, Debug)]
pub struct CsvReader<'a> {
    header: Vec<String>,
    rest: &'a str,
    line: usize,
}

/// One row of a CSV text.
#[derive(Clone, Debug)]
pub struct CsvRow<'a> {
    header: &'a [String],
    cells: Vec<String>,
    line: usize,
}

impl<'a> CsvReader<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// Where there is none.
    pub fn new(text: &'a str) -> Result<Self, NotCsv> {
        let mut reader = Self { header: Vec::new(), rest: text, line: 0 };
        reader.header = reader.cells()?.ok_or(NotCsv { line: 1 })?;
        Ok(reader)
    }

    /// Whether every one of these columns is there.
    pub fn has(&self, columns: &[Column]) -> bool {
        columns.iter().all(|column| self.header.iter().any(|name| name == column.name))
    }

    /// The next row.
    ///
    /// # Errors
    /// Where what follows is no row, or one with more or fewer cells than there are columns.
    pub fn next_row(&mut self) -> Result<Option<CsvRow<'_>>, NotCsv> {
        let Some(cells) = self.cells()? else { return Ok(None) };
        if cells.len() != self.header.len() {
            return Err(NotCsv { line: self.line });
        }
        Ok(Some(CsvRow { header: &self.header, cells, line: self.line }))
    }

    fn cells(&mut self) -> Result<Option<Vec<String>>, NotCsv> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        let wrong = NotCsv { line: self.line };
        let mut cells = Vec::with_capacity(self.header.len());
        loop {
            let (cell, behind) = read_cell(self.rest).ok_or(wrong)?;
            cells.push(cell);
            let Some(next) = behind.strip_prefix(',') else {
                self.rest = behind.strip_prefix("\r\n").ok_or(wrong)?;
                return Ok(Some(cells));
            };
            self.rest = next;
        }
    }
}

impl CsvRow<'_> {
    /// The cell of this column; empty where there is no such column.
    pub fn cell(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    /// What the cell of this column says; `None` where it is empty.
    ///
    /// # Errors
    /// Says in words where it says something else.
    pub fn parsed<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, String> {
        match self.cell(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.wrong(column)),
        }
    }

    /// What is wrong with the cell of this column, in words.
    pub fn wrong(&self, column: &str) -> String {
        format!("row {} holds `{}` as {column}", self.line, self.cell(column))
    }
}

/// Why a text is no CSV as it is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {line} is no CSV as this program writes it")]
pub struct NotCsv {
    /// The row, from 1; the header is the first.
    pub line: usize,
}

/// A cell and what follows it.
fn read_cell(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n'])?;
        return Some((armed(&text[..end]).to_owned(), &text[end..]));
    };
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let (part, behind) = rest.split_once('"')?;
        cell.push_str(part);
        match behind.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Some((armed(&cell).to_owned(), behind)),
        }
    }
}

/// The text that [`defused`] was given.
fn armed(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(original) if matches!(defused(original), Cow::Owned(_)) => original,
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        csv_line(&[Value::text(text)]).trim_end_matches("\r\n").to_owned()
    }

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(csv_line(&[Value::Empty, Value::Empty]), ",\r\n");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let texts = ["", "a", "a,b", "\"", "two\nlines", "=1+1", "'=1", "''-", "'quoted'", " - ", "ä;ö", "\r\n", "'"];
        let row: Vec<Value> = texts.iter().map(Value::text).collect();
        let text = csv_line(&row) + &csv_line(&row);
        let mut reader = CsvReader::new(&text).unwrap();
        assert_eq!(reader.header, texts);
        assert_eq!(reader.next_row().unwrap().unwrap().cells, texts);
        assert!(reader.next_row().unwrap().is_none());
        for broken in ["", "a,b", "\"a\r\n", "\"a\"b\r\n", "a\nb\r\n"] {
            assert_eq!(CsvReader::new(broken).unwrap_err(), NotCsv { line: 1 }, "{broken:?}");
        }
        let mut short = CsvReader::new("a,b\r\n1\r\n").unwrap();
        assert_eq!(short.next_row().unwrap_err(), NotCsv { line: 2 });
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0"] {
            let written = cell(text);
            assert!(written.trim_start_matches('"').starts_with('\''), "{text:?} is written {written:?}");
        }
        assert_eq!(cell("a=1"), "a=1");
        let negative = [Value::Integer(-3), Value::Seconds(-4)];
        assert_eq!(csv_line(&negative), "-3,-4\r\n", "a number is no formula");
    }
}
