//! From the text of a catalogue's file to a catalogue, or to everything that is wrong with it.

mod criterion;
mod table;

use std::ops::Range;

use backproof_model::canonical::sha256_hex;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalogue::{CATALOGUE_FORMAT, Catalogue, Criterion};
use crate::problem::{CatalogueProblems, Findings};
use table::Table;

const KEYS: [&str; 11] = [
    "format",
    "id",
    "title",
    "version",
    "source",
    "source_url",
    "licence",
    "reviewed_on",
    "reviewer",
    "unverified",
    "criterion",
];

impl Catalogue {
    /// Reads a catalogue's file. `name` is what problems call it.
    ///
    /// # Errors
    /// Every problem of the file, with its line and how to mend it.
    pub fn read(text: &str, name: &str) -> Result<Self, CatalogueProblems> {
        let mut findings = Findings::of(text);
        let (document, faults) = DeTable::parse_recoverable(text);
        for fault in &faults {
            let message = fault.message().lines().next().unwrap_or_default();
            findings.add(&fault.span().unwrap_or(0..0), format!("not TOML: {message}"), "mend the syntax of this line");
        }
        let read = if faults.is_empty() { catalogue(document.get_ref(), text, &mut findings) } else { None };
        findings.finish(name, read)
    }
}

fn catalogue(document: &DeTable<'_>, text: &str, findings: &mut Findings) -> Option<Catalogue> {
    let mut table = Table::open(document, &(0..0), "the catalogue", &KEYS, findings);
    let format = table.text("format", &format!("write `format = \"{CATALOGUE_FORMAT}\"`"));
    if let Some((format, place)) = &format
        && format != CATALOGUE_FORMAT
    {
        let hint = format!("this version reads `{CATALOGUE_FORMAT}`");
        table.findings.add(place, format!("unknown format `{format}`"), hint);
    }
    let id = table.text("id", "write a short name of lower-case letters, digits and hyphens");
    if let Some((id, place)) = &id
        && !is_name(id)
    {
        let hint = "use lower-case letters, digits and hyphens, at most 40";
        table.findings.add(place, format!("`{id}` is no name of a catalogue"), hint);
    }
    let title = table.text("title", "write what reports shall call the catalogue");
    let version = table.text("version", "write which edition of the standard is mapped");
    let source = table.text("source", "name the publication");
    let source_url = table.text("source_url", "write where the publication can be had");
    let licence = table.text("licence", "write what may be done with the standard's text");
    let reviewed_on = reviewed_on(&mut table);
    let reviewer =
        table.text("reviewer", "write who compared the catalogue with the publication, and in what capacity");
    let unverified = table.texts("unverified", "list in sentences what nobody has checked, or write `[]`");
    let criteria = criteria(document, findings);
    Some(Catalogue {
        id: id?.0,
        title: title?.0,
        version: version?.0,
        source: source?.0,
        source_url: source_url?.0,
        licence: licence?.0,
        reviewed_on: reviewed_on?,
        reviewer: reviewer?.0,
        unverified: unverified?.into_iter().map(|(text, _)| text).collect(),
        criteria,
        sha256: sha256_hex(text),
    })
}

fn is_name(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    id.len() <= 40 && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(fits)
}

fn reviewed_on(table: &mut Table<'_, '_, '_>) -> Option<Date> {
    let hint = "write a day, such as 2026-11-22, without quotes";
    let value = table.value("reviewed_on", hint)?;
    let day = match value.get_ref() {
        DeValue::Datetime(day) => day.to_string().parse().ok(),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    };
    if day.is_none() {
        table.findings.add(&value.span(), "`reviewed_on` is no day", hint);
    }
    day
}

fn criteria(document: &DeTable<'_>, findings: &mut Findings) -> Vec<Criterion> {
    let hint = "each criterion is a table [[criterion]] with id, title, relation, claims, minimum_frequency, \
                leaves_open and source";
    let Some(value) = document.get("criterion") else {
        findings.add(&(0..0), "the catalogue has no criterion", hint);
        return Vec::new();
    };
    let DeValue::Array(tables) = value.get_ref() else {
        findings.add(&value.span(), "`criterion` is no list of tables", hint);
        return Vec::new();
    };
    if tables.is_empty() {
        findings.add(&value.span(), "the catalogue has no criterion", hint);
    }
    let mut seen: Vec<(String, Range<usize>)> = Vec::new();
    let mut criteria = Vec::new();
    for table in tables {
        let Some(criterion) = read_criterion(table, findings, hint) else { continue };
        if seen.iter().any(|(id, _)| *id == criterion.id) {
            let message = format!("criterion `{}` stands here a second time", criterion.id);
            findings.add(&table.span(), message, "give each criterion an id of its own");
        }
        seen.push((criterion.id.clone(), table.span()));
        criteria.push(criterion);
    }
    criteria
}

fn read_criterion(value: &Spanned<DeValue<'_>>, findings: &mut Findings, hint: &str) -> Option<Criterion> {
    let DeValue::Table(table) = value.get_ref() else {
        findings.add(&value.span(), "a criterion is no table", hint);
        return None;
    };
    criterion::read(table, &value.span(), findings)
}
