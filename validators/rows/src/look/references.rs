//! Follows references, those of the schema and those of the plan.

use std::collections::BTreeMap;

use crate::dialect::{ObjectName, Reference, Session, TableShape};
use crate::held::Door;
use crate::question::Question;
use crate::settings::DeclaredReference;
use crate::trouble::{Obstacle, Trouble};

/// A reference, and how many rows refer to nothing.
#[derive(Clone, Debug)]
pub(crate) struct OrphanLook {
    /// The reference.
    pub(crate) reference: Reference,
    /// How many, or why that could not be told.
    pub(crate) orphans: Result<u64, Obstacle>,
}

pub(super) async fn orphans(
    door: &Door<'_>,
    question: &Question,
    session: &mut Box<dyn Session>,
    database: &str,
    shapes: &[TableShape],
) -> Result<Vec<OrphanLook>, Obstacle> {
    let declared = question.settings.references.iter().filter_map(|one| resolved(one, database, shapes));
    let mut references = door
        .ask_again(Some(database), session, |session| session.references())
        .await
        .map_err(|trouble| Obstacle::of(&format!("reading the references of {database}"), &trouble))?;
    references.extend(declared);
    let by_name: BTreeMap<&ObjectName, &TableShape> = shapes.iter().map(|shape| (&shape.name, shape)).collect();
    let mut looks = Vec::with_capacity(references.len());
    for reference in references {
        let large = by_name.get(&reference.from).is_some_and(|shape| question.is_large(shape));
        let doing = format!("following {} of {}", reference.name, reference.from);
        let orphans = if large {
            let words = format!("{doing}: the table is read in part only");
            Err(Obstacle::new(backproof_model::FaultOwner::Validator, words))
        } else {
            match door.limit(session).await {
                Ok(()) | Err(Trouble::Lost(_)) => {
                    let asked = door.ask_again(Some(database), session, |session| {
                        let reference = reference.clone();
                        Box::pin(async move { session.orphans(&reference).await })
                    });
                    asked.await
                }
                Err(trouble) => Err(trouble),
            }
            .map_err(|trouble| Obstacle::of(&doing, &trouble))
        };
        looks.push(OrphanLook { reference, orphans });
    }
    Ok(looks)
}

/// A declared reference in this database, where both of its tables are here.
fn resolved(declared: &DeclaredReference, database: &str, shapes: &[TableShape]) -> Option<Reference> {
    let find = |wanted: &str| {
        let fits = |shape: &&TableShape| {
            let name = shape.name.to_string();
            name == wanted || format!("{database}.{name}") == wanted
        };
        shapes.iter().find(fits).map(|shape| shape.name.clone())
    };
    Some(Reference {
        name: "the plan's reference".into(),
        from: find(&declared.table)?,
        columns: declared.columns.clone(),
        to: find(&declared.to)?,
        to_columns: declared.to_columns.clone(),
        operators: Vec::new(),
        unproven: false,
        full: false,
    })
}
