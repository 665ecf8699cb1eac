//! The lines of `population.tsv` and `excluded.tsv`, written and read.
//!
//! A population file is frozen evidence: bytewise sorted, without duplicates, every line ended by LF. A file that is
//! anything else is refused with the line and what to do, never mended: its digest is what the draw rests on.

use super::exclusion::Exclusion;
use crate::RecoveryPoint;

/// One line of `population.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PopulationLine<'a> {
    /// The stratum.
    pub stratum: &'a str,
    /// The unit.
    pub unit: &'a str,
    /// The recovery point.
    pub recovery_point_arn: &'a str,
}

impl PopulationLine<'_> {
    /// How many bytes the line takes in the file, two tabs and its LF included.
    pub(crate) fn width(&self) -> u64 {
        (self.stratum.len() + self.unit.len() + self.recovery_point_arn.len() + 3) as u64
    }
}

/// Why a text is no population file. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPopulation {
    /// Not UTF-8.
    #[error("line {line} of the population file is not UTF-8")]
    NotUtf8 {
        /// The line.
        line: u64,
    },
    /// The last line has no end.
    #[error("line {line} of the population file is not ended by LF: the file was cut off")]
    NoLineEnd {
        /// The line.
        line: u64,
    },
    /// Not three fields.
    #[error("line {line} of the population file has {fields} fields: expected stratum TAB unit TAB recovery point ARN")]
    Fields {
        /// The line.
        line: u64,
        /// How many fields it has.
        fields: usize,
    },
    /// An empty field.
    #[error("line {line} of the population file has an empty {field}")]
    Empty {
        /// The line.
        line: u64,
        /// Which field.
        field: &'static str,
    },
    /// A control character, most often the CR of an editor, or a byte order mark.
    #[error(
        "line {line} of the population file holds the character {character:?}: \
         give the file as it was frozen, without CR line ends or a byte order mark"
    )]
    Character {
        /// The line.
        line: u64,
        /// The character.
        character: char,
    },
    /// A line that does not come after the one before.
    #[error("line {line} of the population file is out of order: sort the file bytewise, as `LC_ALL=C sort -u` does")]
    Order {
        /// The line.
        line: u64,
    },
    /// The same line twice.
    #[error("line {line} of the population file stands there twice: a frozen population has no duplicates")]
    Duplicate {
        /// The line.
        line: u64,
    },
}

/// Checks lines as they pass: shape, order, duplicates. Keeps only the line before.
#[derive(Clone, Debug, Default)]
pub struct LineCheck {
    before: String,
    line: u64,
}

impl LineCheck {
    /// Reads the next line, without its LF.
    ///
    /// # Errors
    /// Says what is wrong with this line.
    pub fn next<'a>(&mut self, text: &'a str) -> Result<PopulationLine<'a>, BadPopulation> {
        self.line += 1;
        let parsed = parse_line(text, self.line)?;
        match text.as_bytes().cmp(self.before.as_bytes()) {
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Equal => return Err(BadPopulation::Duplicate { line: self.line }),
            std::cmp::Ordering::Less => return Err(BadPopulation::Order { line: self.line }),
        }
        self.before.clear();
        self.before.push_str(text);
        Ok(parsed)
    }
}

fn parse_line(text: &str, line: u64) -> Result<PopulationLine<'_>, BadPopulation> {
    let strange = |character: &char| (character.is_control() && *character != '\t') || *character == '\u{feff}';
    if let Some(character) = text.chars().find(strange) {
        return Err(BadPopulation::Character { line, character });
    }
    let mut fields = text.split('\t');
    let (Some(stratum), Some(unit), Some(recovery_point_arn), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(BadPopulation::Fields { line, fields: text.split('\t').count() });
    };
    for (field, value) in [("stratum", stratum), ("unit", unit), ("recovery point ARN", recovery_point_arn)] {
        if value.is_empty() {
            return Err(BadPopulation::Empty { line, field });
        }
    }
    Ok(PopulationLine { stratum, unit, recovery_point_arn })
}

/// Reads a whole population file. A file without a line is a population without a point.
///
/// # Errors
/// Names the first line that is wrong.
pub fn parse_population(file: &[u8]) -> Result<Vec<PopulationLine<'_>>, BadPopulation> {
    let mut check = LineCheck::default();
    lines_of(file)?.map(|line| check.next(line)).collect()
}

/// The lines of `file`, without their LF.
fn lines_of(file: &[u8]) -> Result<impl Iterator<Item = &str>, BadPopulation> {
    let line_at = |offset: usize| 1 + file[..offset].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
    let text =
        std::str::from_utf8(file).map_err(|error| BadPopulation::NotUtf8 { line: line_at(error.valid_up_to()) })?;
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(BadPopulation::NoLineEnd { line: line_at(file.len()) });
    }
    Ok(text.split_terminator('\n'))
}

/// The line of an eligible point, ended by LF: `stratum TAB unit TAB recovery-point-arn`.
///
/// The fields cannot hold a tab or a line end: a stratum is percent-encoded, and an ARN is printable by construction.
/// Collect, sort bytewise, and collapse duplicates.
pub fn frozen_line(stratum: &str, unit: &str, point: &RecoveryPoint) -> String {
    format!("{}\t{}\t{}\n", plain(stratum), plain(unit), point.recovery_point_arn)
}

/// The line of an excluded point, ended by LF: `reason TAB recovery-point-arn TAB resource-arn TAB detail`.
///
/// A detail can hold words of AWS or of a plan: each control character in it becomes a space.
pub fn excluded_line(point: &RecoveryPoint, why: &Exclusion) -> String {
    format!("{}\t{}\t{}\t{}\n", why.code(), point.recovery_point_arn, point.resource_arn, plain(&why.detail()))
}

/// `text` without a character that could end a field or a line.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
