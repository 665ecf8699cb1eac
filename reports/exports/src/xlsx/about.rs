//! The first sheet: what the workbook is.

use backproof_evidence::{Dossier, words};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::fitting;
use super::{Formats, title};
use crate::safe::one_line;

/// Writes the sheet, with how many rows each other sheet has.
pub(super) fn write_about(
    sheet: &mut Worksheet,
    dossier: &Dossier,
    sheets: &[(String, u64)],
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 30)?.set_column_width(1, 110)?;
    let mut row = 0;
    if dossier.is_simulated() {
        let banner = "SIMULATION: this was not real AWS, and proves nothing of any backup";
        sheet.write_string_with_format(row, 0, banner, &formats.banner)?;
        row += 2;
    }
    for (name, text) in about(dossier) {
        sheet.write_string_with_format(row, 0, name, &formats.bold)?;
        sheet.write_string(row, 1, fitting(&text))?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, "sheet", &formats.bold)?;
    sheet.write_string_with_format(row, 1, "rows", &formats.bold)?;
    for (number, (name, count)) in (row + 1..).zip(sheets) {
        sheet.write_string(number, 0, name)?;
        sheet.write_string(number, 1, words::grouped(*count))?;
    }
    Ok(())
}

/// What the workbook is, in pairs of a word and a sentence.
fn about(dossier: &Dossier) -> Vec<(&'static str, String)> {
    let latest = dossier.latest();
    let subject = &dossier.subject;
    let mut lines = vec![("workbook", title(dossier))];
    let given = [("entity", &subject.entity), ("system", &subject.system), ("classification", &subject.classification)];
    lines.extend(given.into_iter().filter_map(|(name, text)| Some((name, one_line(text.as_ref()?)))));
    lines.push(("newest run", latest.evidence.run.to_string()));
    lines.push(("verdict", latest.conclusion.headline.clone()));
    lines.push(("scope", latest.conclusion.scope_line.clone()));
    let seal = latest.seal.as_ref().map_or("the run's bundle was not at hand".to_owned(), |seal| seal.sha256.clone());
    lines.push(("sealed digest", seal));
    lines.push(("journal SHA-256", latest.evidence.journal_sha256.clone()));
    lines.push(("times", "All times are UTC, to the second; lengths of time are seconds.".to_owned()));
    lines.push((
        "evidence",
        "A reading aid. The evidence is the sealed bundle, which `backproof verify` and VERIFY.md check; this workbook \
         is not sealed and can be edited by anybody."
            .to_owned(),
    ));
    lines.push(("lists", "Population and excluded points are those of the newest run.".to_owned()));
    lines
}
