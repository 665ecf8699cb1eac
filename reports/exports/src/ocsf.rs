//! OCSF compliance findings (class 2003, schema 1.8.0, profile `cloud`) as JSON lines, for security data lakes.
//!
//! One finding for each restore test. What could not be told is a warning, never a pass; whether somebody follows it up is
//! the finding's own status, which comes from the register's exceptions. Auditors do not read this.

use std::collections::BTreeMap;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::restore_test::Attempt;
use backproof_evidence::{Dossier, TestEvidence, words};
use backproof_frameworks::Assessment;
use backproof_model::exception::{Exception, Status};
use backproof_model::{Check, Outcome, Verdict};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::csv::as_of;
use crate::oscal::findings::is_addressed;
use crate::safe::one_line;

/// The version of OCSF that the findings are of.
pub const OCSF_VERSION: &str = "1.8.0";

/// A finding for each restore test, one JSON object a line.
pub fn ocsf(dossier: &Dossier, assessments: &[Assessment]) -> String {
    let context = Context::new(dossier, assessments);
    let tests = dossier.runs.iter().flat_map(|run| run.evidence.tests.iter().map(move |test| (run, test)));
    tests.map(|(run, test)| format!("{}\n", context.finding(run, test))).collect()
}

/// What all findings share.
struct Context<'a> {
    now: Timestamp,
    /// Exceptions by the run and restore test that opened them.
    exceptions: BTreeMap<(u64, u32), &'a Exception>,
    standards: Vec<String>,
    requirements: Vec<String>,
}

/// How a restore test reads in OCSF's words.
struct Words {
    status: &'static str,
    status_id: u8,
    severity: &'static str,
    severity_id: u8,
}

impl<'a> Context<'a> {
    fn new(dossier: &'a Dossier, assessments: &'a [Assessment]) -> Self {
        let opened_by =
            |exception: &'a Exception| Some(((exception.opened.run, exception.opened.subject.test()?), exception));
        let standards = assessments.iter().map(|it| format!("{} {}", it.catalogue.title, it.catalogue.version));
        let addressed = assessments.iter().flat_map(|assessment| {
            let criteria = assessment.criteria.iter();
            let criteria = criteria.filter(|criterion| is_addressed(criterion));
            criteria.map(|criterion| format!("{} {}", assessment.catalogue.title, criterion.id))
        });
        Self {
            now: as_of(&dossier.latest().evidence),
            exceptions: dossier.exceptions.iter().filter_map(opened_by).collect(),
            standards: standards.collect(),
            requirements: addressed.collect(),
        }
    }

    fn finding(&self, run: &RunRecord, test: &TestEvidence) -> Value {
        let evidence = &run.evidence;
        let (number, simulated) = (evidence.run, evidence.is_simulated());
        let ended = test.last_entry.unwrap_or_else(|| as_of(evidence));
        let began = test.began.unwrap_or(ended);
        let Words { status, status_id, severity, severity_id } = words(&test.outcome);
        let (state, state_id) = self.state(number, test);
        let opened = evidence.opened.as_ref();
        let uid = format!(
            "{}/{number}/{}",
            opened.map_or(evidence.journal_sha256.as_str(), |opened| opened.installation.as_str()),
            test.drawn.test
        );
        let simulation = if simulated { "SIMULATION, not real AWS: " } else { "" };
        let title = format!("{simulation}restore test {} of run {number}: {}", test.drawn.test, test.outcome.word());
        let message = test.outcome.reason().map_or_else(|| title.clone(), |reason| format!("{title}: {reason}"));
        let mut finding = json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2003,
            "class_name": "Compliance Finding",
            "type_uid": 200_301,
            "type_name": "Compliance Finding: Create",
            "time": ended.as_millisecond(),
            "start_time": began.as_millisecond(),
            "end_time": ended.as_millisecond(),
            "severity": severity,
            "severity_id": severity_id,
            "status": state,
            "status_id": state_id,
            "message": one_line(&message),
            "metadata": metadata(opened.map_or("unknown", |opened| opened.version.as_str()), &uid, simulated),
            "cloud": cloud(test),
            "finding_info": {
                "uid": uid,
                "title": one_line(&title),
                "types": ["Restore test"],
                "created_time": ended.as_millisecond(),
                "first_seen_time": began.as_millisecond(),
                "last_seen_time": ended.as_millisecond(),
            },
            "compliance": {
                "control": "Restore testing of AWS Backup",
                "status": status,
                "status_id": status_id,
                "status_details": [one_line(test.outcome.reason().unwrap_or("every required check passed"))],
                "checks": test.checks().iter().map(check).collect::<Vec<_>>(),
                "standards": self.standards,
                "requirements": self.requirements,
            },
            "resources": resources(test),
            "evidences": [{ "name": "backproof", "data": data(run, test) }],
        });
        if test.outcome.reason().is_some() {
            finding["remediation"] = json!({ "desc": words::remedy(&test.outcome) });
        }
        finding
    }

    /// How far somebody is with it, which says nothing of what was found.
    fn state(&self, run: u64, test: &TestEvidence) -> (&'static str, u8) {
        let Some(exception) = self.exceptions.get(&(run, test.drawn.test)) else {
            return match test.outcome {
                Outcome::Passed { .. } => ("Resolved", 4),
                Outcome::Failed { .. } | Outcome::Inconclusive { .. } => ("New", 1),
            };
        };
        match exception.status(self.now) {
            Status::Closed => ("Resolved", 4),
            Status::Accepted { .. } => ("Suppressed", 3),
            Status::Open if exception.owner.is_some() => ("In Progress", 2),
            Status::Open => ("New", 1),
        }
    }
}

fn words(outcome: &Outcome) -> Words {
    match outcome {
        Outcome::Passed { .. } => Words { status: "Pass", status_id: 1, severity: "Informational", severity_id: 1 },
        Outcome::Failed { .. } => Words { status: "Fail", status_id: 3, severity: "High", severity_id: 4 },
        Outcome::Inconclusive { .. } => Words { status: "Warning", status_id: 2, severity: "Medium", severity_id: 3 },
    }
}

fn metadata(version: &str, uid: &str, simulated: bool) -> Value {
    let mut metadata = json!({
        "version": OCSF_VERSION,
        "uid": uid,
        "profiles": ["cloud"],
        "product": { "name": "backproof", "vendor_name": "backproof", "version": version },
    });
    if simulated {
        metadata["labels"] = json!(["simulation"]);
    }
    metadata
}

fn cloud(test: &TestEvidence) -> Value {
    let point = &test.drawn.point;
    json!({
        "provider": "AWS",
        "account": { "uid": point.account.to_string(), "type": "AWS Account", "type_id": 10 },
        "region": point.region.to_string(),
    })
}

fn resources(test: &TestEvidence) -> Value {
    let point = &test.drawn.point;
    json!([
        {
            "uid": point.recovery_point_arn.to_string(),
            "type": "AWS::Backup::RecoveryPoint",
            "region": point.region.to_string(),
            "created_time": point.creation_date.as_millisecond(),
        },
        { "uid": point.resource_arn.to_string(), "type": point.resource_type.to_string(), "is_backed_up": true },
    ])
}

fn check(check: &Check) -> Value {
    let (status, status_id) = match check.verdict {
        Verdict::Passed => ("Pass", 1),
        Verdict::Inconclusive(_) => ("Warning", 2),
        Verdict::Failed => ("Fail", 3),
    };
    let mut value = json!({
        "uid": one_line(&format!("{}/{}", check.validator, check.name)),
        "name": one_line(&check.name),
        "status": status,
        "status_id": status_id,
    });
    if let Some(remark) = &check.remark {
        value["desc"] = json!(one_line(remark));
    }
    value
}

/// What OCSF has no member for.
fn data(run: &RunRecord, test: &TestEvidence) -> Value {
    json!({
        "run": run.evidence.run,
        "test": test.drawn.test,
        "outcome": test.outcome.word(),
        "fault_owner": test.outcome.owner(),
        "simulated": run.evidence.is_simulated(),
        "restore_job_id": test.attempts.iter().rev().find_map(Attempt::restore_job_id),
        "recovery_seconds": backproof_evidence::figures::recovery_seconds(test),
        "scope": run.conclusion.scope_line,
        "journal_sha256": run.evidence.journal_sha256,
        "sealed_sha256": run.seal.as_ref().map(|seal| &seal.sha256),
    })
}
