//! Looks into one database.

use super::integrity::{IntegrityLook, integrity};
use super::references::{OrphanLook, orphans};
use super::tables::{self, TableLook};
use crate::dialect::{Answer, ObjectName, Sequence, Session};
use crate::held::Door;
use crate::inventory::Inventory;
use crate::question::Question;
use crate::settings::SqlExpectation;
use crate::trouble::{Obstacle, Trouble};

/// How many rows of an expectation's answer are read.
const ROWS_READ: u32 = 1000;

/// What a look into a database showed.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseLook {
    /// Its schema.
    pub(crate) objects: Result<Inventory, Obstacle>,
    /// Its views.
    pub(crate) views: ViewsLook,
    /// Its sequences.
    pub(crate) sequences: Result<Vec<SequenceLook>, Obstacle>,
    /// How its rows were hashed.
    pub(crate) algorithm: &'static str,
    /// Its tables.
    pub(crate) tables: Vec<TableLook>,
    /// Its references.
    pub(crate) orphans: Result<Vec<OrphanLook>, Obstacle>,
    /// Its physical structures.
    pub(crate) integrity: IntegrityLook,
    /// What the plan's queries gave.
    pub(crate) answers: Vec<AnswerLook>,
}

/// Views that were opened without fetching a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct ViewsLook {
    /// How many.
    pub(crate) opened: u64,
    /// Those that cannot be opened, and why.
    pub(crate) broken: Vec<(ObjectName, String)>,
    /// Those of which that cannot be told, and why.
    pub(crate) untold: Vec<String>,
    /// Why not all of them were tried.
    pub(crate) obstacle: Option<Obstacle>,
}

/// A sequence beside the column that it fills.
#[derive(Clone, Debug)]
pub(crate) struct SequenceLook {
    /// The sequence.
    pub(crate) sequence: Sequence,
    /// The largest value in that column.
    pub(crate) largest: Option<i128>,
}

/// A query of the plan, and what it gave.
#[derive(Clone, Debug)]
pub(crate) struct AnswerLook {
    /// The query's name in the plan.
    pub(crate) name: String,
    /// What it gave.
    pub(crate) answer: Result<Answer, Obstacle>,
}

/// Looks into one database. The cheap and telling comes first, so that a deadline cuts off the rest.
pub(super) async fn look(door: &Door<'_>, question: &Question, name: &str) -> Result<DatabaseLook, Trouble> {
    let mut session = door.open(Some(name)).await?;
    let shapes = door.ask_again(Some(name), &mut session, |session| session.tables()).await?;
    let objects = door.ask_again(Some(name), &mut session, |session| session.objects()).await;
    let views = open_views(door, &mut session, name).await;
    let sequences = door.ask_again(Some(name), &mut session, |session| session.sequences()).await;
    let algorithm = session.algorithm();
    let mut tables = Vec::with_capacity(shapes.len());
    for shape in &shapes {
        tables.push(
            tables::look(door, question, name, shape, &mut session, sequences.as_deref().unwrap_or_default()).await?,
        );
    }
    let sequences = beside_columns(door, &mut session, name, sequences, &tables).await;
    let orphans = orphans(door, question, &mut session, name, &shapes).await;
    let answers = answers(door, question, &mut session, name).await;
    let integrity = integrity(door, question, &mut session, name).await;
    door.close(session).await;
    Ok(DatabaseLook {
        objects: objects.map_err(|trouble| Obstacle::of(&format!("reading the schema of {name}"), &trouble)),
        views,
        sequences,
        algorithm,
        tables,
        orphans,
        integrity,
        answers,
    })
}

/// What a view calls may be forbidden to this login and not to those who use the view, so that is no fault of it.
async fn open_views(door: &Door<'_>, session: &mut Box<dyn Session>, database: &str) -> ViewsLook {
    let mut look = ViewsLook::default();
    let views = match door.ask_again(Some(database), session, |session| session.views()).await {
        Ok(views) => views,
        Err(trouble) => {
            look.obstacle = Some(Obstacle::of(&format!("listing the views of {database}"), &trouble));
            return look;
        }
    };
    for view in views {
        let opened = door.ask_again(Some(database), session, |session| {
            let view = view.clone();
            Box::pin(async move { session.open_view(&view).await })
        });
        match opened.await {
            Ok(()) => look.opened += 1,
            Err(trouble @ Trouble::Denied { .. }) => look.untold.push(format!("view {view} was not opened: {trouble}")),
            Err(trouble) if trouble.ends_the_session() || trouble.may_pass() => {
                look.obstacle = Some(Obstacle::of(&format!("opening view {view} of {database}"), &trouble));
                return look;
            }
            Err(trouble) => look.broken.push((view, trouble.to_string())),
        }
    }
    look
}

/// The largest values were taken along where the whole table was read; else the key's index knows them.
async fn beside_columns(
    door: &Door<'_>,
    session: &mut Box<dyn Session>,
    database: &str,
    sequences: Result<Vec<Sequence>, Trouble>,
    tables: &[TableLook],
) -> Result<Vec<SequenceLook>, Obstacle> {
    let sequences = sequences.map_err(|trouble| Obstacle::of(&format!("reading sequences of {database}"), &trouble))?;
    let mut looks = Vec::with_capacity(sequences.len());
    for sequence in sequences {
        let largest = match &sequence.fills {
            None => None,
            Some((table, column)) => match tables.iter().find(|look| look.shape.name == *table) {
                Some(look) if look.is_whole() => look.largest(column),
                Some(_) => match door.ask(session.largest(table, column)).await {
                    Err(trouble) if trouble.ends_the_session() => {
                        return Err(Obstacle::of(&format!("reading the largest {column} of {table}"), &trouble));
                    }
                    // Why the table cannot be read is told of the table.
                    answer => answer.unwrap_or_default(),
                },
                None => None,
            },
        };
        looks.push(SequenceLook { sequence, largest });
    }
    Ok(looks)
}

async fn answers(
    door: &Door<'_>,
    question: &Question,
    session: &mut Box<dyn Session>,
    database: &str,
) -> Vec<AnswerLook> {
    let mut answers = Vec::new();
    let here = |query: &&SqlExpectation| query.database.as_deref().is_none_or(|wanted| wanted == database);
    for query in question.settings.expectations.iter().filter(here) {
        let doing = format!("asking `{}` in {database}", query.name);
        let answer = match door.limit(session).await {
            Ok(()) | Err(Trouble::Lost(_)) => {
                let asked = door.ask_again(Some(database), session, |session| {
                    let sql = query.sql.clone();
                    Box::pin(async move { session.ask(&sql, ROWS_READ).await })
                });
                asked.await
            }
            Err(trouble) => Err(trouble),
        };
        let answer = answer.map_err(|trouble| Obstacle::of(&doing, &trouble));
        answers.push(AnswerLook { name: query.name.clone(), answer });
    }
    answers
}
