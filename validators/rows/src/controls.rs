//! Negative controls: known faults in a scratch database on the restored server, which the validator must notice.
//!
//! The database is created under the name that the engine chose, with the login of the examination, and dropped at the
//! end, however that comes about. It is looked at exactly as restored databases are. What is expected of its rows comes
//! from the rows that were put in: how many there are, how new the newest is, and the fingerprint of the same rows as a
//! list of literals, which were never stored anywhere.

mod bench;
mod known;
mod mysql;
mod planting;
mod postgres;

use async_trait::async_trait;
use backproof_model::record::Control;
use backproof_model::{Check, DatabaseEngine, Outcome, ProofLevel, Target, Verdict};
use backproof_validators_api::{ControlsBesideTarget, Examination, FingerprintKey};

use crate::fingerprint::Hasher;
use bench::Bench;
use planting::Kind;

pub(crate) use mysql::MySqlStatements;
pub(crate) use planting::{Planting, Statements, Writer};
pub(crate) use postgres::PostgresStatements;

/// Plants faults beside restored databases.
pub(crate) struct Scratch {
    key: FingerprintKey,
}

struct Fault {
    planted: &'static str,
    /// The check that must notice.
    check: &'static str,
    /// What the check must name.
    named: &'static str,
    kind: Kind,
}

const fn fault(planted: &'static str, check: &'static str, named: &'static str, kind: Kind) -> Fault {
    Fault { planted, check, named, kind }
}

/// The faults, in the order of reports.
const FAULTS: [Fault; 11] = [
    fault("missing row", "row-counts", "lines", Kind::MissingRow),
    fault("changed value", "content-fingerprint", "orders", Kind::ChangedValue),
    fault("changed row with equal count", "content-fingerprint", "lines", Kind::ExchangedRow),
    fault("empty table", "row-counts", "lines", Kind::EmptyTable),
    fault("stale data", "freshness", "", Kind::StaleData),
    fault("orphan row", "orphan-rows", "orders", Kind::OrphanRow),
    fault("dropped index", "schema-objects", "orders_by_customer", Kind::DroppedIndex),
    fault("dropped constraint", "schema-objects", "lines_have_orders", Kind::DroppedConstraint),
    fault("disabled trigger", "schema-objects", "orders_stamped", Kind::DisabledTrigger),
    fault("broken view", "schema-objects", "leaning", Kind::BrokenView),
    fault("sequence set back", "schema-objects", "set back", Kind::SequenceSetBack),
];

impl Scratch {
    pub(crate) fn new(key: FingerprintKey) -> Self {
        Self { key }
    }
}

#[async_trait]
impl ControlsBesideTarget for Scratch {
    async fn try_beside(&self, name: &str, examination: &Examination) -> Result<Vec<Control>, String> {
        let Target::Database(target) = &examination.target else {
            return Err("faults can be planted beside databases only".into());
        };
        let dialect: &dyn Planting = match &target.engine {
            DatabaseEngine::Postgres => &crate::postgres::Postgres,
            DatabaseEngine::MySql | DatabaseEngine::MariaDb => &crate::mysql::MySql,
            // Of these only the port is tried, and nothing is passed that a planted fault could bear out.
            DatabaseEngine::Other(_) => return Ok(Vec::new()),
        };
        let connection = examination.connection.as_ref().ok_or("nobody said how to connect to the server")?;
        // It is dropped if it is there: no name of anybody's may come this far.
        if !is_ours(name) {
            return Err(format!("`{name}` is no name of a scratch database"));
        }
        let bench = Bench {
            name,
            dialect,
            connection,
            engine: &target.engine,
            version: &target.engine_version,
            now: examination.deadline.clock().now(),
            hasher: Hasher::new(&self.key),
            deadline: &examination.deadline,
        };
        let tried = bench.try_all().await;
        match (bench.clear_away().await, tried) {
            (Ok(()), Ok(controls)) => Ok(controls),
            (_, Err(problem)) | (Err(problem), Ok(_)) => Err(problem),
        }
    }
}

/// `bp_k3v9x2aa_1_2_1`.
fn is_ours(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    name.starts_with("bp_") && name.len() <= 63 && name.chars().all(fits)
}

/// The untouched copy must reach the full proof, with every check passed.
fn untouched(checks: &[Check]) -> Control {
    let outcome = Outcome::of_checks(checks, ProofLevel::L3);
    Control {
        planted: "untouched copy".into(),
        check: None,
        expected_verdict: "passed".into(),
        verdict: outcome.word().into(),
        as_expected: matches!(outcome, Outcome::Passed { .. }),
    }
}

/// The fault is caught only by the check that is there for it, and only where that names what it is about: several
/// faults are the same check's.
fn noticed(fault: &Fault, checks: &[Check]) -> Control {
    let check = checks.iter().find(|check| check.name == fault.check);
    let verdict = check.map(|check| &check.verdict);
    let names = check.and_then(|check| check.remark.as_deref()).is_some_and(|remark| remark.contains(fault.named));
    Control {
        planted: fault.planted.into(),
        check: Some(fault.check.into()),
        expected_verdict: "failed".into(),
        verdict: verdict.map_or_else(|| "not examined".into(), ToString::to_string),
        as_expected: verdict == Some(&Verdict::Failed) && names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_model::check::Examined;
    use backproof_model::{Claim, FaultOwner};
    use backproof_validators_api::Statement;

    const OBJECTS: Statement =
        Statement { validator: "rows", name: "schema-objects", claim: Claim::StructureComplete, level: ProofLevel::L2 };

    #[test]
    fn a_fault_is_caught_by_its_own_check_alone_and_by_its_name() {
        let fault = fault("dropped index", "schema-objects", "by_customer", Kind::DroppedIndex);
        let some = || Examined::new(5, "objects");
        let caught = |checks: &[Check]| noticed(&fault, checks).as_expected;
        assert!(caught(&[OBJECTS.failed(some(), "index orders_by_customer is missing")]));
        assert!(!caught(&[OBJECTS.failed(some(), "view leaning cannot be read")]), "another fault is left over");
        assert!(!caught(&[OBJECTS.passed(some())]));
        assert!(!caught(&[OBJECTS.inconclusive(FaultOwner::Sandbox, some(), "index orders_by_customer")]));
        let other = Statement { name: "row-counts", ..OBJECTS };
        assert!(!caught(&[other.failed(some(), "index orders_by_customer is missing")]));
        assert_eq!(noticed(&fault, &[]).verdict, "not examined");
    }

    #[test]
    fn no_database_of_anybodys_is_taken_for_ours() {
        assert!(is_ours("bp_k3v9x2aa_1_2_1"));
        for name in ["", "shop", "postgres", "bp-1", "bp_1\"; DROP DATABASE shop", "BP_1", "mysql", "bp_ü"] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
