//! One observation for each restore test, and the recovery points that they are about.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::figures::recovery_seconds;
use backproof_evidence::restore_test::Attempt;
use backproof_evidence::{TestEvidence, words};
use backproof_model::{Outcome, Verdict};
use serde_json::{Value, json};

use super::common::{Context, prop, prop_if};
use crate::csv::as_of;
use crate::safe::markup;

impl Context<'_> {
    /// The tested recovery points, each once however often it was tested.
    pub(super) fn inventory(&self) -> Vec<Value> {
        let mut seen = std::collections::BTreeSet::new();
        let tests = self.dossier.runs.iter().flat_map(|run| &run.evidence.tests);
        let items = tests.filter(|test| seen.insert(test.drawn.point.recovery_point_arn.clone()));
        items.map(|test| self.item(test)).collect()
    }

    fn item(&self, test: &TestEvidence) -> Value {
        let point = &test.drawn.point;
        json!({
            "uuid": self.subject(test),
            "description": markup(&format!("Recovery point of {}", point.resource_arn)),
            "props": [
                { "name": "asset-id", "value": point.recovery_point_arn.to_string() },
                prop("resource-arn", &point.resource_arn),
                prop("resource-type", &point.resource_type),
                prop("backup-vault", &point.backup_vault_name),
                prop("account", &point.account),
                prop("region", &point.region),
                prop("created", point.creation_date),
            ],
        })
    }

    fn subject(&self, test: &TestEvidence) -> String {
        self.id("recovery-point", &test.drawn.point.recovery_point_arn)
    }

    /// What one restore test came to.
    pub(super) fn of_test(&self, run: &RunRecord, test: &TestEvidence) -> Value {
        let number = run.evidence.run;
        let level = match &test.outcome {
            Outcome::Passed { level } => Some(level),
            Outcome::Failed { .. } | Outcome::Inconclusive { .. } => None,
        };
        let job = test.attempts.iter().rev().find_map(Attempt::restore_job_id);
        let evidence: Vec<Value> = ["journal.jsonl", "results.json"]
            .into_iter()
            .filter_map(|file| self.evidence(run, file))
            .map(|href| json!({ "href": href, "description": format!("Chain {} of the run's journal", test.chain) }))
            .collect();
        json!({
            "uuid": self.observation(number, test.drawn.test),
            "title": format!("Restore test {} of run {number}: {}", test.drawn.test, test.outcome.word()),
            "description": markup(&description(test)),
            "props": [
                prop("run", number),
                prop("test", test.drawn.test),
                prop("outcome", test.outcome.word()),
                prop_if("level", level),
                prop_if("fault-owner", test.outcome.owner()),
                prop("stratum", &test.drawn.stratum),
                prop_if("restore-job-id", job),
                prop_if("recovery-seconds", recovery_seconds(test)),
                prop("simulated", run.evidence.is_simulated()),
            ],
            "methods": ["TEST"],
            "types": ["control-objective"],
            "origins": self.origins(),
            "subjects": [{ "subject-uuid": self.subject(test), "type": "inventory-item" }],
            "relevant-evidence": evidence,
            "collected": test.last_entry.unwrap_or_else(|| as_of(&run.evidence)).to_string(),
        })
    }
}

fn description(test: &TestEvidence) -> String {
    let outcome = words::outcome(&test.outcome);
    let why = test.outcome.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
    let checks = test.checks();
    let count = |wanted: fn(&Verdict) -> bool| checks.iter().filter(|check| wanted(&check.verdict)).count();
    format!(
        "Restoring {} {outcome}{why}. Of its checks {} passed, {} failed and {} could not be told.",
        test.drawn.point.recovery_point_arn,
        count(|verdict| matches!(verdict, Verdict::Passed)),
        count(|verdict| matches!(verdict, Verdict::Failed)),
        count(|verdict| matches!(verdict, Verdict::Inconclusive(_))),
    )
}
