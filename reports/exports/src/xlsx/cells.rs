//! Cells of a sheet: what a workbook can hold of a value, and a text where it cannot hold all of it.

use backproof_evidence::tables::Value;
use jiff::Timestamp;
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet, XlsxError};

use super::Formats;

/// The longest text of a cell, in UTF-16 units: Excel takes 32,767, and what was cut needs a word.
const LONGEST_CELL: usize = 32_000;
/// The largest whole number that a cell holds exactly.
const LARGEST_NUMBER: u128 = 1 << 53;

/// Writes a row.
pub(super) fn write_row(sheet: &mut Worksheet, row: u32, cells: &[Value], formats: &Formats) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells) {
        write_cell(sheet, row, column, cell, formats)?;
    }
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Value, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        Value::Empty => {}
        Value::Text(text) => {
            sheet.write_string(row, column, fitting(text))?;
        }
        Value::Integer(number) => write_number(sheet, (row, column), *number, 1.0, &formats.whole, cell)?,
        Value::Seconds(seconds) => write_number(sheet, (row, column), (*seconds).into(), 1.0, &formats.whole, cell)?,
        Value::Money(sum) => write_number(sheet, (row, column), sum.micros.into(), 1e6, &formats.money, cell)?,
        Value::Timestamp(moment) => match excel(*moment) {
            Ok(date) => {
                sheet.write_datetime_with_format(row, column, &date, &formats.moment)?;
            }
            Err(_) => {
                sheet.write_string(row, column, moment.to_string())?;
            }
        },
    }
    Ok(())
}

/// A number of so many units; as a text where a cell could not hold all its digits.
#[expect(clippy::cast_precision_loss, reason = "numbers that would lose a digit are written as texts")]
fn write_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    number: i128,
    units: f64,
    format: &Format,
    cell: &Value,
) -> Result<(), XlsxError> {
    if number.unsigned_abs() <= LARGEST_NUMBER {
        sheet.write_number_with_format(row, column, number as f64 / units, format)?;
    } else {
        let text = match cell {
            Value::Money(sum) => sum.to_string(),
            Value::Empty | Value::Text(_) | Value::Integer(_) | Value::Seconds(_) | Value::Timestamp(_) => {
                number.to_string()
            }
        };
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

/// A text as long as a cell may be.
pub(super) fn fitting(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST_CELL {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= LONGEST_CELL
    };
    let begin: String = text.chars().take_while(fits).collect();
    format!("{begin} [cut here: a cell holds no more; the CSV has all of it]")
}

/// Excel's dates have no zone; all of ours are UTC, to the second.
pub(super) fn excel(moment: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_cut_and_says_so() {
        let long = "𝄞".repeat(20_000);
        let cut = fitting(&long);
        assert!(cut.encode_utf16().count() <= 32_767 && cut.ends_with("the CSV has all of it]"), "{}", cut.len());
        assert_eq!(fitting("short"), "short");
    }
}
