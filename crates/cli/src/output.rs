//! What is printed, and where.

use std::fmt;
use std::io::{ErrorKind, Write};

use serde::Serialize;

/// As std's, but a reader who has seen enough (`| head`) is no reason to panic.
macro_rules! print {
    ($($words:tt)*) => { $crate::output::put(format_args!($($words)*)) };
}

/// As std's, but a reader who has seen enough (`| head`) is no reason to panic.
macro_rules! println {
    () => { $crate::output::put(format_args!("\n")) };
    ($($words:tt)*) => { $crate::output::put(format_args!("{}\n", format_args!($($words)*))) };
}

/// As std's, but nobody listening is no reason to panic: what is under way matters more.
macro_rules! eprintln {
    ($($words:tt)*) => { $crate::output::tell(format_args!("{}\n", format_args!($($words)*))) };
}

/// Writes to stdout. Whoever closed it has seen enough, and the exit code stays what it is.
pub(crate) fn put(words: fmt::Arguments<'_>) {
    match std::io::stdout().write_fmt(words) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => {
            tell(format_args!("error: cannot write the result: {error}\n"));
            std::process::exit(70);
        }
    }
}

/// Writes to stderr, if anybody listens.
pub(crate) fn tell(words: fmt::Arguments<'_>) {
    std::io::stderr().write_fmt(words).ok();
}

/// Prints a result for programs.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints a table: columns as wide as they must be, two blanks between.
pub(crate) fn print_table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        println!("{}", line.trim_end());
    }
}

/// A number with a comma every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 unit`, `1,200 units`.
pub(crate) fn counted(number: u64, of: &str) -> String {
    format!("{} {of}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped};

    #[test]
    fn one_of_something_is_singular() {
        assert_eq!([0, 1, 1200].map(|number| counted(number, "unit")), ["0 units", "1 unit", "1,200 units"]);
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
