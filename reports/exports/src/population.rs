//! The rows of the frozen lists, read one by one from a bundle's files: a population may have millions of points.
//!
//! The files are evidence that somebody else has checked; here they are only read, and a line that AWS's fields do not
//! belong to is shown without them.

use std::io::BufRead;

use backproof_evidence::tables::{Column, EXCLUDED_COLUMNS, POPULATION_COLUMNS, Value, excluded_row, population_row};

/// The frozen lists of a run, as far as their files are at hand.
#[derive(Default)]
pub struct Lists<'a> {
    /// `population.tsv`.
    pub population: Option<Box<dyn BufRead + 'a>>,
    /// `points.tsv`: AWS's fields of the same points in the same order, below a header.
    pub points: Option<Box<dyn BufRead + 'a>>,
    /// `excluded.tsv`.
    pub excluded: Option<Box<dyn BufRead + 'a>>,
}

/// Why a list cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of {file} cannot be read: {problem}; check the bundle with `backproof verify`")]
pub struct ListProblem {
    /// The file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u64,
    /// What reading said.
    pub problem: std::io::Error,
}

/// A list: its columns, and its rows as they are read.
pub(crate) struct List<'a> {
    /// Its name: `population` or `excluded`.
    pub(crate) name: &'static str,
    /// Its columns.
    pub(crate) columns: &'static [Column],
    /// Its rows.
    pub(crate) rows: Box<dyn Iterator<Item = Result<Vec<Value>, ListProblem>> + 'a>,
}

impl<'a> Lists<'a> {
    /// The lists that are there, the population first.
    pub(crate) fn into_lists(self) -> Vec<List<'a>> {
        let Self { population, points, excluded } = self;
        let population = population.map(|population| List {
            name: "population",
            columns: &POPULATION_COLUMNS,
            rows: Box::new(population_rows(population, points)) as Box<dyn Iterator<Item = _> + 'a>,
        });
        let excluded = excluded.map(|excluded| List {
            name: "excluded",
            columns: &EXCLUDED_COLUMNS,
            rows: Box::new(lines("excluded.tsv", excluded).map(|line| Ok(excluded_row(&line?)))),
        });
        population.into_iter().chain(excluded).collect()
    }
}

/// The eligible points, each with AWS's own fields where their line is of the same point.
fn population_rows<'a>(
    population: Box<dyn BufRead + 'a>,
    points: Option<Box<dyn BufRead + 'a>>,
) -> impl Iterator<Item = Result<Vec<Value>, ListProblem>> + 'a {
    let mut points = points.map(|points| lines("points.tsv", points).skip(1));
    lines("population.tsv", population).map(move |line| {
        let line = line?;
        let arn = line.split('\t').nth(2);
        let point = points.as_mut().and_then(Iterator::next).transpose()?;
        let same = point.filter(|point| arn.is_some() && point.split('\t').next() == arn);
        Ok(population_row(&line, same.as_deref()))
    })
}

fn lines<'a>(
    file: &'static str,
    reader: Box<dyn BufRead + 'a>,
) -> impl Iterator<Item = Result<String, ListProblem>> + 'a {
    (1..).zip(reader.lines()).map(move |(line, text)| text.map_err(|problem| ListProblem { file, line, problem }))
}
