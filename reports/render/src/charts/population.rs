//! The population by type and month of creation, with the drawn points marked.

use std::collections::BTreeMap;

use backproof_evidence::dossier::{PopulationBucket, PopulationShape};
use backproof_evidence::words::{counted, grouped};
use jiff::civil::Date;

use super::{Anchor, Fill, INK, Picture, QUIET, WIDTH, scaled, shortened};
use crate::document::Block;

/// Months drawn at most: the newest. Older ones stand together in the first column.
const MOST: usize = 24;
const ROW: i64 = 76;
const BARS: i64 = 44;
const NAMES: i64 = 130;

/// The chart; `None` where nothing was eligible.
pub(crate) fn chart(run: u64, shape: &PopulationShape) -> Option<Block> {
    let mut months: Vec<Date> = shape.buckets.iter().map(|bucket| bucket.month).collect();
    months.sort_unstable();
    months.dedup();
    let newest = *months.last()?;
    let columns = months_back(newest, &months);
    let first = *columns.first()?;
    let mut rows: BTreeMap<&str, BTreeMap<Date, (u64, u64)>> = BTreeMap::new();
    for PopulationBucket { resource_type, month, points, drawn } in &shape.buckets {
        let sums = rows.entry(resource_type).or_default().entry((*month).max(first)).or_default();
        *sums = (sums.0 + points, sums.1 + drawn);
    }
    let most = rows.values().flat_map(BTreeMap::values).map(|(points, _)| whole(*points)).max()?.max(1);
    let step = (WIDTH - NAMES - 10) / whole(columns.len() as u64);
    let mut picture = Picture::new(format!("population-{run}"));
    picture.bar(0, 0, 14, 14, Fill::Measure);
    picture.words(19, 11, Anchor::Start, "eligible recovery points");
    picture.diamond(200, 7);
    picture.words(211, 11, Anchor::Start, "drawn for a restore test, with their number");
    let mut ground = 26 + ROW;
    let mut told = Vec::new();
    for (resource_type, months) in &rows {
        picture.words(NAMES - 10, ground - 4, Anchor::End, &shortened(resource_type, 18));
        for (index, month) in (0_i64..).zip(&columns) {
            let Some((points, drawn)) = months.get(month) else { continue };
            let (x, width) = (NAMES + index * step, (step - 4).clamp(3, 40));
            let height = scaled(whole(*points), most, BARS).max(2);
            picture.bar(x, ground - height, width, height, Fill::Measure);
            if *drawn > 0 {
                picture.diamond(x + width / 2, ground - height - 8);
                picture.words(x + width / 2 + 7, ground - height - 4, Anchor::Start, &grouped(*drawn));
            }
        }
        picture.line((NAMES, ground), (WIDTH, ground), INK, false);
        told.push(in_words(resource_type, months));
        ground += ROW;
    }
    let every = (columns.len().div_ceil(8)).max(1);
    for (index, month) in (0_i64..).zip(&columns).step_by(every) {
        let earlier = if index == 0 && months.first() < Some(&first) { "to " } else { "" };
        let label = format!("{earlier}{}", month.strftime("%Y-%m"));
        picture.coloured_words(NAMES + index * step, ground - ROW + 16, Anchor::Start, &label, QUIET);
    }
    let older = if months.first() < Some(&first) { " The first month holds everything older as well." } else { "" };
    Some(picture.block(
        "The population by month of creation, with the drawn points marked",
        format!("{}.{older}", told.join("; ")),
    ))
}

fn in_words(resource_type: &str, months: &BTreeMap<Date, (u64, u64)>) -> String {
    let told: Vec<String> = months
        .iter()
        .map(|(month, (points, drawn))| {
            format!("{} {} ({} drawn)", month.strftime("%Y-%m"), counted(*points, "point"), grouped(*drawn))
        })
        .collect();
    format!("{resource_type}: {}", told.join(", "))
}

/// Every month from the first that has a point to the newest, or the last [`MOST`] of them.
fn months_back(newest: Date, months: &[Date]) -> Vec<Date> {
    let oldest = months.first().copied().unwrap_or(newest);
    let mut columns = vec![newest];
    while columns.len() < MOST && *columns.last().unwrap_or(&oldest) > oldest {
        let last = *columns.last().unwrap_or(&newest);
        let Some(before) = last.first_of_month().yesterday().ok().map(Date::first_of_month) else { break };
        columns.push(before);
    }
    columns.reverse();
    columns
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
