//! The tables as one workbook: a sheet each, header frozen, with filters, numbers as numbers and times as times.
//!
//! Texts are written as texts, so that no name of a resource can become a formula or a link. The first sheet says what
//! the workbook is, above all whether it is a simulation; the last explains every column. The creation date is the
//! evidence's own, so that the same evidence gives the same bytes. Lists go through temporary files row by row.

mod about;
mod cells;

use std::io::Write;

use backproof_evidence::Dossier;
use backproof_evidence::tables::{Column, Table, Value};
use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet, XlsxError};

use crate::csv::{as_of, tables};
use crate::population::{ListProblem, Lists};
use about::write_about;
use cells::{excel, write_row};

/// Rows of a sheet below its header: Excel has 1,048,576 in all.
const ROWS_OF_A_SHEET: u64 = 1_048_575;
/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum NoWorkbook {
    /// A list's own file cannot be read.
    #[error(transparent)]
    List(#[from] ListProblem),
    /// The workbook cannot be made or written.
    #[error("the workbook cannot be written: {0}; the CSV files hold the same rows")]
    Writing(#[from] XlsxError),
}

/// Writes the workbook of a dossier's tables, and of the lists whose files are at hand.
///
/// # Errors
/// Fails where a list cannot be read, or where `out` or the directory for temporary files takes nothing.
pub fn write_workbook(dossier: &Dossier, lists: Lists<'_>, out: impl Write + Send) -> Result<(), NoWorkbook> {
    write_in_sheets_of(ROWS_OF_A_SHEET, dossier, lists, out)
}

fn write_in_sheets_of(
    most_rows: u64,
    dossier: &Dossier,
    lists: Lists<'_>,
    out: impl Write + Send,
) -> Result<(), NoWorkbook> {
    let mut book = Book::new(dossier, most_rows)?;
    for table in tables(dossier) {
        book.table(table)?;
    }
    for list in lists.into_lists() {
        book.rows(list.name, list.columns, list.rows)?;
    }
    book.finish(dossier, out)
}

/// The workbook under construction.
struct Book {
    workbook: Workbook,
    formats: Formats,
    most_rows: u64,
    /// Each sheet of rows with how many it has.
    sheets: Vec<(String, u64)>,
    /// Each table with its columns.
    explained: Vec<(&'static str, &'static [Column])>,
}

struct Formats {
    bold: Format,
    banner: Format,
    moment: Format,
    money: Format,
    whole: Format,
}

impl Book {
    fn new(dossier: &Dossier, most_rows: u64) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let created = excel(as_of(&dossier.latest().evidence)).or_else(|_| excel(Timestamp::UNIX_EPOCH))?;
        let properties = DocProperties::new().set_title(title(dossier)).set_author("backproof");
        workbook.set_properties(&properties.set_creation_datetime(&created));
        workbook.add_worksheet().set_name("about")?;
        let formats = Formats {
            bold: Format::new().set_bold(),
            banner: Format::new().set_bold().set_font_size(16).set_font_color(0x009C_0006),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            money: Format::new().set_num_format("0.00####"),
            whole: Format::new().set_num_format("0"),
        };
        Ok(Self { workbook, formats, most_rows, sheets: Vec::new(), explained: Vec::new() })
    }

    fn table(&mut self, table: Table) -> Result<(), NoWorkbook> {
        self.rows(table.name, table.columns, table.rows.into_iter().map(Ok))
    }

    /// Writes rows to a sheet of this name, and to further ones where it is full.
    fn rows(
        &mut self,
        name: &'static str,
        columns: &'static [Column],
        rows: impl Iterator<Item = Result<Vec<Value>, ListProblem>>,
    ) -> Result<(), NoWorkbook> {
        self.explained.push((name, columns));
        let mut rows = rows.peekable();
        for part in 1_u64.. {
            let sheet_name = if part == 1 { name.to_owned() } else { format!("{name} {part}") };
            let sheet = self.workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(&sheet_name)?;
            begin_sheet(sheet, columns, &self.formats)?;
            let mut count = 0;
            while count < self.most_rows {
                let Some(row) = rows.next() else { break };
                count += 1;
                write_row(sheet, row_number(count), &row?, &self.formats)?;
            }
            sheet.autofilter(0, 0, row_number(count), last_column(columns))?;
            self.sheets.push((sheet_name, count));
            if rows.peek().is_none() {
                break;
            }
        }
        Ok(())
    }

    fn finish(mut self, dossier: &Dossier, out: impl Write + Send) -> Result<(), NoWorkbook> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name("columns")?.set_freeze_panes(1, 0)?;
        let header = ["sheet", "column", "meaning"];
        for (column, name) in (0..).zip(header) {
            sheet.write_string_with_format(0, column, name, &self.formats.bold)?;
        }
        sheet.set_column_width(0, 14)?.set_column_width(1, 28)?.set_column_width(2, 90)?;
        let explained = self.explained.iter().flat_map(|(name, columns)| columns.iter().map(move |it| (*name, it)));
        for (row, (name, column)) in (1..).zip(explained) {
            sheet.write_string(row, 0, name)?;
            sheet.write_string(row, 1, column.name)?;
            sheet.write_string(row, 2, column.meaning)?;
        }
        let about = self.workbook.worksheet_from_index(0)?;
        write_about(about, dossier, &self.sheets, &self.formats)?;
        self.workbook.save_to_writer(out)?;
        Ok(())
    }
}

fn title(dossier: &Dossier) -> String {
    let of = match dossier.period {
        Some(period) => format!("{} to {}", period.from, period.to),
        None => format!("run {}", dossier.latest().evidence.run),
    };
    let simulated = if dossier.is_simulated() { "SIMULATION: " } else { "" };
    format!("{simulated}restore tests, {of}")
}

fn begin_sheet(sheet: &mut Worksheet, columns: &[Column], formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    for (number, column) in (0..).zip(columns) {
        sheet.set_column_width(number, width(column.name))?;
        sheet.write_string_with_format(0, number, column.name, &formats.bold)?;
    }
    Ok(())
}

/// Wide enough for what the column's name promises.
fn width(name: &str) -> f64 {
    let wide = name.ends_with("arn") || matches!(name, "unit" | "reason" | "detail" | "why" | "about" | "remark");
    let least = if wide { 48 } else { 12 };
    u32::try_from(name.len() + 3).map_or(48.0, f64::from).max(f64::from(least))
}

/// The sheet's row of the row so many below the header.
fn row_number(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn last_column(columns: &[Column]) -> u16 {
    u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use backproof_evidence::dossier::{RegisterReading, RunRecord, Subject};
    use backproof_evidence::testing::Story;
    use backproof_evidence::{RunEvidence, conclude};

    use super::*;

    fn dossier() -> Dossier {
        let evidence = RunEvidence::from_journal(&Story::all_passed(5).journal()).unwrap();
        let conclusion = conclude(&evidence);
        let run = RunRecord { evidence, conclusion, seal: None, attestations: Vec::new(), population: None };
        Dossier {
            subject: Subject::default(),
            period: None,
            runs: vec![run],
            register: RegisterReading::default(),
            coverage: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// The sheets that hold `results` of five restore tests, with how many rows each has.
    fn sheets_of(most_rows: u64) -> Vec<(String, u64)> {
        let dossier = dossier();
        let mut book = Book::new(&dossier, most_rows).unwrap();
        for table in tables(&dossier).into_iter().filter(|table| table.name == "results") {
            book.table(table).unwrap();
        }
        let sheets = book.sheets.clone();
        book.finish(&dossier, std::io::sink()).unwrap();
        sheets
    }

    #[test]
    fn what_is_longer_than_a_sheet_goes_on_in_the_next() {
        let named = |sheets: &[(&str, u64)]| -> Vec<(String, u64)> {
            sheets.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect()
        };
        assert_eq!(sheets_of(2), named(&[("results", 2), ("results 2", 2), ("results 3", 1)]));
        assert_eq!(sheets_of(5), named(&[("results", 5)]), "a full sheet alone");
        assert_eq!(sheets_of(ROWS_OF_A_SHEET), named(&[("results", 5)]));
    }
}
