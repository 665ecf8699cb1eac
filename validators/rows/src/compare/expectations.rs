//! Whether the plan's queries give what they must.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, Statement};

use super::{seen, statement};
use crate::dialect::Answer;
use crate::look::{AnswerLook, ServerLook};
use crate::question::Question;
use crate::settings::{Expect, SqlExpectation};

/// One check for each of the plan's queries, named `expectation:<name>`.
///
/// A query that must give no rows gives none on an empty table either, so such a one proves that the data could be read
/// and no more.
pub(super) fn expectations(question: &Question, look: &ServerLook) -> Vec<Check> {
    question.settings.expectations.iter().map(|expectation| one(expectation, look)).collect()
}

fn one(expectation: &SqlExpectation, look: &ServerLook) -> Check {
    let answers: Vec<&AnswerLook> = seen(look)
        .flat_map(|(_, database)| &database.answers)
        .filter(|answer| answer.name == expectation.name)
        .collect();
    let check = match answers.as_slice() {
        [] => not_asked("the database to ask was not examined; mend the expectation's `database`"),
        [one] => match &one.answer {
            Ok(answer) => judged(expectation.expect, answer),
            Err(obstacle) => {
                of(expectation.expect).inconclusive(obstacle.owner, Count::new(0, "queries"), &obstacle.words)
            }
        },
        [_, _, ..] => not_asked("several databases are examined; say in which `database` to ask"),
    };
    let check = check.expecting(Observation::Text(in_words(expectation.expect)));
    Check { name: format!("expectation:{}", expectation.name), ..check }
}

fn not_asked(why: &str) -> Check {
    statement("expectation", Claim::DataReadable, ProofLevel::L2).inconclusive(
        FaultOwner::Validator,
        Count::new(0, "queries"),
        why,
    )
}

fn judged(expect: Expect, answer: &Answer) -> Check {
    let (one, statement) = (Count::new(1, "queries"), of(expect));
    let rows = Observation::Count(answer.rows);
    let number = |fits: fn(i64, i64) -> bool, wanted: i64| match (answer.number, answer.rows) {
        (Some(number), 1) if fits(number, wanted) => statement.passed(one.clone()).seeing(of_number(number)),
        (Some(number), 1) => statement.failed(one.clone(), "the query gave another number").seeing(of_number(number)),
        _ => {
            let words =
                "the query must give one row with one whole number; mend its `sql`, or cast the number to bigint";
            statement.inconclusive(FaultOwner::Validator, one.clone(), words).seeing(rows.clone())
        }
    };
    match expect {
        Expect::Rows if answer.rows > 0 => statement.passed(one).seeing(rows),
        Expect::Rows => statement.failed(one, "the query gave no row").seeing(rows),
        Expect::NoRows if answer.rows == 0 => statement.passed(one).seeing(rows),
        Expect::NoRows => statement.failed(one, format!("the query gave {} rows", answer.rows)).seeing(rows),
        Expect::Equals(wanted) => number(|found, wanted| found == wanted, wanted),
        Expect::AtLeast(wanted) => number(|found, wanted| found >= wanted, wanted),
    }
}

/// A number that the plan asks for by name is what it wants to see.
fn of_number(number: i64) -> Observation {
    u64::try_from(number).map_or_else(|_| Observation::Text(number.to_string()), Observation::Count)
}

fn of(expect: Expect) -> Statement {
    match expect {
        Expect::Rows => statement("expectation", Claim::DataPresent, ProofLevel::L3),
        Expect::Equals(number) | Expect::AtLeast(number) if number > 0 => {
            statement("expectation", Claim::DataPresent, ProofLevel::L3)
        }
        Expect::NoRows | Expect::Equals(_) | Expect::AtLeast(_) => {
            statement("expectation", Claim::DataReadable, ProofLevel::L2)
        }
    }
}

fn in_words(expect: Expect) -> String {
    match expect {
        Expect::Rows => "at least one row".into(),
        Expect::NoRows => "no rows".into(),
        Expect::Equals(number) => format!("the number {number}"),
        Expect::AtLeast(number) => format!("a number of at least {number}"),
    }
}
