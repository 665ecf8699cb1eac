//! Reads one table, and gives a server that falls over it a second chance.

use crate::dialect::{Part, Pile, Scan, Scanned, Sequence, Session, TableShape};
use crate::held::Door;
use crate::question::Question;
use crate::sample::Sample;
use crate::trouble::{Obstacle, Trouble};

/// A table, and what reading it gave.
#[derive(Clone, Debug)]
pub(crate) struct TableLook {
    /// The table.
    pub(crate) shape: TableShape,
    /// The columns that were hashed.
    pub(crate) columns: Vec<String>,
    /// What was seen of its rows.
    pub(crate) seen: Seen,
}

/// What was seen of a table's rows.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// All of them.
    Whole(Scanned),
    /// Those of a sample of ranges.
    Part(Sample, Scanned),
    /// None, or not all, and that is nobody's proof.
    Unread(Obstacle),
    /// The server cannot read them: its data is damaged. In words that name files and pages.
    Damaged(String),
}

impl TableLook {
    /// Whether all rows were read.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.seen, Seen::Whole(_))
    }

    /// The largest value of a column that was watched.
    pub(crate) fn largest(&self, column: &str) -> Option<i128> {
        match &self.seen {
            Seen::Whole(scanned) => scanned.largest.get(column).copied(),
            Seen::Part(..) | Seen::Unread(_) | Seen::Damaged(_) => None,
        }
    }
}

/// The sum of all piles.
pub(crate) fn together(scanned: &Scanned) -> Pile {
    scanned.piles.iter().fold(Pile::default(), |all, pile| Pile {
        cell: None,
        rows: all.rows + pile.rows,
        sum: all.sum + pile.sum,
        settled_rows: all.settled_rows + pile.settled_rows,
        settled_sum: all.settled_sum + pile.settled_sum,
        undated: all.undated + pile.undated,
        ahead: all.ahead + pile.ahead,
        newest: all.newest.max(pile.newest),
    })
}

/// Reads a table.
///
/// # Errors
/// Where the server is gone and does not come back. All else is what was seen.
pub(super) async fn look(
    door: &Door<'_>,
    question: &Question,
    database: &str,
    shape: &TableShape,
    session: &mut Box<dyn Session>,
    sequences: &[Sequence],
) -> Result<TableLook, Trouble> {
    let expectation = question.table(database, shape);
    let columns = Question::columns(&expectation, shape);
    if let Some(why) = &shape.unreadable {
        let words = format!("{database}.{}: {why}", shape.name);
        let seen = Seen::Unread(Obstacle::new(backproof_model::FaultOwner::Sandbox, words));
        return Ok(TableLook { shape: shape.clone(), columns, seen });
    }
    let doing = format!("reading table {database}.{}", shape.name);
    let (mut losses, mut refusals, deaths_before) = (0, 0, door.deaths());
    let seen = loop {
        match read(door, question, database, shape, &columns, session, sequences).await {
            Ok(seen) => break seen,
            Err(Trouble::Damaged { words, .. }) => break Seen::Damaged(words),
            Err(Trouble::Lost(words)) => {
                losses += 1;
                *session = door.open(Some(database)).await?;
                match door.deaths() - deaths_before {
                    _ if losses < 2 => {}
                    // It fell over the same table twice, and nothing else has been asked of it in between.
                    2.. => break Seen::Damaged(format!("the server dies whenever it reads it ({words})")),
                    // The server lives on, or may: it is the way there that is cut.
                    0..2 => break Seen::Unread(Obstacle::of(&doing, &Trouble::Lost(words))),
                }
            }
            Err(trouble) if trouble.may_pass() && refusals == 0 => refusals += 1,
            Err(trouble) if trouble.ends_the_session() && !matches!(trouble, Trouble::TimeIsUp) => return Err(trouble),
            Err(trouble) => break Seen::Unread(Obstacle::of(&doing, &trouble)),
        }
    };
    Ok(TableLook { shape: shape.clone(), columns, seen })
}

async fn read(
    door: &Door<'_>,
    question: &Question,
    database: &str,
    shape: &TableShape,
    columns: &[String],
    session: &mut Box<dyn Session>,
    sequences: &[Sequence],
) -> Result<Seen, Trouble> {
    door.limit(session).await?;
    let expectation = question.table(database, shape);
    let fills = |sequence: &Sequence| match &sequence.fills {
        Some((table, column)) if *table == shape.name => Some(column.clone()),
        Some(_) | None => None,
    };
    let largest: Vec<String> = sequences.iter().filter_map(fills).collect();
    let scan = Scan {
        table: shape,
        hash: Some(columns),
        seed: question.hasher.seed(&shape.name.to_string()),
        ages: question.ages(&expectation, shape),
        largest: &largest,
        part: Part::Whole,
    };
    let Some(sample) = sample(door, question, database, shape, session).await? else {
        return Ok(Seen::Whole(door.ask(session.scan(&scan)).await?));
    };
    let mut scanned = Scanned::default();
    for cell in &sample.cells {
        let part = Scan { part: Part::Cell(sample.grid(), *cell), largest: &[], ..scan.clone() };
        let found = door.ask(session.scan(&part)).await?;
        scanned.piles.extend(found.piles.into_iter().map(|pile| Pile { cell: Some(*cell), ..pile }));
    }
    Ok(Seen::Part(sample, scanned))
}

/// The ranges to read of a large table; none for one that is read whole.
async fn sample(
    door: &Door<'_>,
    question: &Question,
    database: &str,
    shape: &TableShape,
    session: &mut Box<dyn Session>,
) -> Result<Option<Sample>, Trouble> {
    if !question.is_large(shape) {
        return Ok(None);
    }
    let (size, name) = (question.sample_ranges(), format!("{database}.{}", shape.name));
    if let Some(grid) = question.table(database, shape).baseline.and_then(|baseline| baseline.grid.as_ref()) {
        return Ok(Some(Sample::of_baseline(grid, size, &question.seed, &name)));
    }
    let Some(key) = &shape.key else { return Ok(None) };
    let bounds = match key.kind {
        crate::dialect::KeyKind::Integer => door.ask(session.key_bounds(&shape.name, &key.column)).await?,
        crate::dialect::KeyKind::Uuid => None,
    };
    Ok(Some(Sample::of_key(key, bounds, size, &question.seed, &name)))
}
