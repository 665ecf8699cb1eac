//! Has the engine's own checker look at physical structures.

use crate::dialect::{Session, Structure};
use crate::held::Door;
use crate::question::Question;
use crate::settings::Integrity;
use crate::trouble::{Obstacle, Trouble};

/// What the engine's own checker found.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntegrityLook {
    /// How many structures it checked.
    pub(crate) checked: u64,
    /// What is wrong, by object.
    pub(crate) defects: Vec<String>,
    /// What it could not check, and why.
    pub(crate) unchecked: Vec<String>,
    /// What it does not know at all.
    pub(crate) limits: Vec<String>,
    /// Why checking came to an end before it was through.
    pub(crate) obstacle: Option<Obstacle>,
}

pub(super) async fn integrity(
    door: &Door<'_>,
    question: &Question,
    session: &mut Box<dyn Session>,
    database: &str,
) -> IntegrityLook {
    let mut look = IntegrityLook::default();
    match question.settings.integrity {
        Some(Integrity::Pages | Integrity::Off) => return look,
        Some(Integrity::Full) | None => {}
    }
    let depth = question.settings.integrity;
    let scope = match door.ask_again(Some(database), session, |session| session.begin_integrity(depth)).await {
        Ok(scope) => scope,
        Err(trouble) if trouble.ends_the_session() => {
            look.obstacle = Some(Obstacle::of(&format!("preparing checks of {database}"), &trouble));
            return look;
        }
        Err(trouble) => {
            look.unchecked.push(trouble.to_string());
            return look;
        }
    };
    (look.unchecked, look.limits) = (scope.unchecked, scope.limits);
    for structure in &scope.structures {
        let mut answer = door.ask(session.check_structure(structure)).await;
        if let Err(Trouble::Lost(_)) = answer {
            answer = check_again(door, question, session, database, structure).await;
        }
        match answer {
            Ok(defects) => {
                look.checked += 1;
                look.defects.extend(defects);
            }
            Err(trouble) if trouble.ends_the_session() => {
                look.obstacle = Some(Obstacle::of(&format!("checking the structure of {}", structure.name), &trouble));
                return look;
            }
            Err(Trouble::Damaged { words, .. }) => {
                look.checked += 1;
                look.defects.push(format!("{}: {words}", structure.name));
            }
            Err(trouble) => look.unchecked.push(format!("{}: {trouble}", structure.name)),
        }
    }
    // What was prepared ends with the session, whether the farewell is heard or not.
    door.ask(session.end_integrity()).await.ok();
    look
}

/// A structure over which the session was lost once. Where the server died of it both times, it is not to be read; where
/// it lives on, or may, the way there is cut.
async fn check_again(
    door: &Door<'_>,
    question: &Question,
    session: &mut Box<dyn Session>,
    database: &str,
    structure: &Structure,
) -> Result<Vec<String>, Trouble> {
    let deaths_before = door.deaths();
    *session = door.open(Some(database)).await?;
    door.ask(session.begin_integrity(question.settings.integrity)).await?;
    match door.ask(session.check_structure(structure)).await {
        Err(Trouble::Lost(words)) => {
            *session = door.open(Some(database)).await?;
            if door.deaths() - deaths_before < 2 {
                return Err(Trouble::Lost(words));
            }
            door.ask(session.begin_integrity(question.settings.integrity)).await?;
            let words = format!("the server dies whenever it is checked ({words})");
            Err(Trouble::Damaged { code: "lost".into(), words })
        }
        answer => answer,
    }
}
