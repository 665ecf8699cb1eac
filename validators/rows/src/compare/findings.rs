//! What a check over many objects found, until it is known how it comes out.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, FaultOwner};
use backproof_validators_api::{Describe, Statement};

use crate::trouble::Obstacle;
use crate::words::listed;

/// Faults, obstacles and remarks, each naming its object.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    faults: Vec<String>,
    obstacles: Vec<Obstacle>,
    remarks: Vec<String>,
}

impl Findings {
    /// Something is not as it should be.
    pub(super) fn fault(&mut self, words: impl Into<String>) {
        self.faults.push(words.into());
    }

    /// Something could not be seen.
    pub(super) fn obstacle(&mut self, obstacle: Obstacle) {
        self.obstacles.push(obstacle);
    }

    /// Something could not be seen, in words of its own.
    pub(super) fn unknown(&mut self, owner: FaultOwner, words: impl Into<String>) {
        self.obstacles.push(Obstacle::new(owner, words));
    }

    /// Something that people should know.
    pub(super) fn remark(&mut self, words: impl Into<String>) {
        self.remarks.push(words.into());
    }

    /// Whether nothing is wrong and nothing was left unseen.
    pub(super) fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.obstacles.is_empty()
    }

    /// The check. A fault outweighs what could not be seen, and that outweighs the rest; all of it is told.
    pub(super) fn conclude(self, statement: Statement, examined: Count) -> Check {
        let Self { faults, obstacles, remarks } = self;
        let words: Vec<&str> = obstacles.iter().map(|obstacle| obstacle.words.as_str()).collect();
        // Several obstacles may have several owners; the graver one is told.
        let owner = obstacles.iter().map(|obstacle| obstacle.owner).max();
        let check = match owner {
            _ if !faults.is_empty() => {
                let check = statement.failed(examined, listed(&faults));
                if words.is_empty() { check } else { check.remarking(format!("not examined: {}", listed(&words))) }
            }
            Some(owner) => statement.inconclusive(owner, examined, listed(&words)),
            None => statement.passed(examined),
        };
        if remarks.is_empty() { check } else { check.remarking(listed(&remarks)) }
    }
}

/// Rows, or tables where there are no rows: an empty table that was read to its end was examined all the same.
pub(super) fn rows_or_tables(rows: u64, tables: u64) -> Count {
    match rows {
        0 => Count::new(tables, "tables"),
        rows => Count::new(rows, "rows"),
    }
}
