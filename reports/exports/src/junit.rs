//! `JUnit` XML, for gates of continuous integration: a suite for each run and each restore test, a case for each check.
//!
//! What could not be told is an `<error>`, never `<skipped>`: most servers show skipped cases as harmless, and absence is
//! no success. Each restore test has a case `outcome` of its own, because it can fail without any check having failed, and
//! each run has the case `verdict`, so that a run without restore tests is not an empty, green file. No auditor reads this.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::{Dossier, RunVerdict, TestEvidence, words};
use backproof_model::{Check, Outcome, Verdict};
use jiff::Timestamp;

use crate::safe::xml;

/// The `JUnit` XML of a dossier's runs.
pub fn junit(dossier: &Dossier) -> String {
    let suites: Vec<Suite> = dossier.runs.iter().flat_map(suites).collect();
    let all = suites.iter().fold(Totals::default(), |all, suite| all.and(suite.totals()));
    let name = if dossier.is_simulated() { "backproof (simulation: not real AWS)" } else { "backproof" };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&format!("<testsuites name=\"{}\" {}>\n", xml(name), all.attributes()));
    for suite in &suites {
        suite.write(&mut text);
    }
    text.push_str("</testsuites>\n");
    text
}

/// A suite.
struct Suite {
    name: String,
    began: Option<Timestamp>,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
}

/// A case.
struct Case {
    name: String,
    class: String,
    seconds: i64,
    result: CaseResult,
}

/// What a case came to.
enum CaseResult {
    Passed,
    Failed {
        message: String,
        detail: String,
    },
    /// What kind of error, the message and the detail.
    Error {
        kind: String,
        message: String,
        detail: String,
    },
}

/// How many cases came to what.
#[derive(Clone, Copy, Default)]
struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Totals {
    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
        }
    }

    fn attributes(self) -> String {
        let Self { tests, failures, errors } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\"")
    }
}

fn suites(run: &RunRecord) -> Vec<Suite> {
    let number = run.evidence.run;
    let of_tests = run.evidence.tests.iter().map(|test| of_test(number, test));
    std::iter::once(of_run(run)).chain(of_tests).collect()
}

/// The run itself: its verdict, what is left behind, and whether its evidence holds together.
fn of_run(run: &RunRecord) -> Suite {
    let (evidence, conclusion) = (&run.evidence, &run.conclusion);
    let class = format!("run-{}", evidence.run);
    let case = |name: &str, result| Case { name: name.to_owned(), class: class.clone(), seconds: 0, result };
    let headline = conclusion.headline.clone();
    let verdict = match conclusion.verdict {
        RunVerdict::Passed => CaseResult::Passed,
        RunVerdict::Failed | RunVerdict::LeftBehind => {
            CaseResult::Failed { message: headline, detail: conclusion.remains_sentence.clone() }
        }
        RunVerdict::Inconclusive => {
            CaseResult::Error { kind: "inconclusive".into(), message: headline, detail: conclusion.problems.join("\n") }
        }
    };
    let left = of_remains(run);
    let integrity = match conclusion.problems.len() as u64 {
        0 => CaseResult::Passed,
        problems => CaseResult::Error {
            kind: "evidence".into(),
            message: format!("the evidence does not hold together: {}", words::counted(problems, "problem")),
            detail: conclusion.problems.join("\n"),
        },
    };
    let opened = evidence.opened.as_ref();
    Suite {
        name: class.clone(),
        began: evidence.began,
        properties: vec![
            ("simulated", evidence.is_simulated().to_string()),
            ("plan", opened.map(|opened| opened.plan_name.clone()).unwrap_or_default()),
            ("scope", conclusion.scope_line.clone()),
            ("journal-sha256", evidence.journal_sha256.clone()),
            ("sealed-sha256", run.seal.as_ref().map(|seal| seal.sha256.clone()).unwrap_or_default()),
        ],
        cases: vec![case("verdict", verdict), case("nothing-left-behind", left), case("evidence-holds", integrity)],
    }
}

/// Whether it is shown that nothing is left in the sandbox.
fn of_remains(run: &RunRecord) -> CaseResult {
    let remains = &run.conclusion.remains;
    if remains.nothing_is_left() {
        return CaseResult::Passed;
    }
    let message = run.conclusion.remains_sentence.clone();
    if !run.evidence.is_closed() {
        let detail = "The run is not closed.".to_owned();
        return CaseResult::Error { kind: "not-known-yet".into(), message, detail };
    }
    let left = remains.left.iter().map(|left| format!("{}: {}", left.arn, left.why));
    let detail = left.chain(remains.unreadable.iter().cloned()).collect::<Vec<_>>().join("\n");
    CaseResult::Failed { message, detail }
}

fn of_test(run: u64, test: &TestEvidence) -> Suite {
    let name = format!("run-{run}.test-{}", test.drawn.test);
    let class = format!("{name}.{}", test.drawn.point.resource_type);
    let mut cases: Vec<Case> = test.checks().iter().map(|check| of_check(&class, check)).collect();
    cases.push(Case {
        name: "outcome".to_owned(),
        class,
        seconds: took(test),
        result: match &test.outcome {
            Outcome::Passed { .. } => CaseResult::Passed,
            Outcome::Failed { reason, .. } => CaseResult::Failed { message: reason.clone(), detail: remedy(test) },
            Outcome::Inconclusive { reason, owner } => CaseResult::Error {
                kind: format!("inconclusive/{owner}"),
                message: reason.clone(),
                detail: remedy(test),
            },
        },
    });
    let point = &test.drawn.point;
    Suite {
        name,
        began: test.began,
        properties: vec![
            ("resource", point.resource_arn.to_string()),
            ("recovery-point", point.recovery_point_arn.to_string()),
            ("stratum", test.drawn.stratum.clone()),
        ],
        cases,
    }
}

fn of_check(class: &str, check: &Check) -> Case {
    let message = check.remark.clone().unwrap_or_else(|| check.verdict.to_string());
    let seen = |what: Option<&backproof_model::Observation>| what.map_or("nothing".to_owned(), ToString::to_string);
    let detail = format!(
        "expected {}, observed {}; {} {} examined",
        seen(check.expected.as_ref()),
        seen(check.observed.as_ref()),
        check.examined.count,
        check.examined.unit
    );
    Case {
        name: format!("{}/{}", check.validator, check.name),
        class: class.to_owned(),
        seconds: 0,
        result: match &check.verdict {
            Verdict::Passed => CaseResult::Passed,
            Verdict::Failed => CaseResult::Failed { message, detail },
            Verdict::Inconclusive(owner) => {
                CaseResult::Error { kind: format!("inconclusive/{owner}"), message, detail }
            }
        },
    }
}

/// From the restore test's first line to its last, in seconds.
fn took(test: &TestEvidence) -> i64 {
    match (test.began, test.last_entry) {
        (Some(began), Some(ended)) => ended.duration_since(began).as_secs().max(0),
        (Some(_) | None, None) | (None, Some(_)) => 0,
    }
}

fn remedy(test: &TestEvidence) -> String {
    words::remedy(&test.outcome).to_owned()
}

impl Suite {
    fn totals(&self) -> Totals {
        let count = |matches: fn(&CaseResult) -> bool| self.cases.iter().filter(|case| matches(&case.result)).count();
        Totals {
            tests: self.cases.len(),
            failures: count(|result| matches!(result, CaseResult::Failed { .. })),
            errors: count(|result| matches!(result, CaseResult::Error { .. })),
        }
    }

    fn write(&self, text: &mut String) {
        let seconds: i64 = self.cases.iter().map(|case| case.seconds).sum();
        // The format's times have no zone; these are UTC.
        let began = self.began.map(|began| format!(" timestamp=\"{}\"", began.strftime("%Y-%m-%dT%H:%M:%S")));
        let (name, totals, began) = (xml(&self.name), self.totals().attributes(), began.unwrap_or_default());
        text.push_str(&format!("  <testsuite name=\"{name}\" {totals} time=\"{seconds}\"{began}>\n    <properties>\n"));
        for (name, value) in &self.properties {
            text.push_str(&format!("      <property name=\"{name}\" value=\"{}\"/>\n", xml(value)));
        }
        text.push_str("    </properties>\n");
        for case in &self.cases {
            case.write(text);
        }
        text.push_str("  </testsuite>\n");
    }
}

impl Case {
    fn write(&self, text: &mut String) {
        let (class, name, seconds) = (xml(&self.class), xml(&self.name), self.seconds);
        text.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds}\""));
        match &self.result {
            CaseResult::Passed => text.push_str("/>\n"),
            CaseResult::Failed { message, detail } => {
                let (message, detail) = (xml(message), xml(detail));
                text.push_str(&format!(">\n      <failure type=\"failed\" message=\"{message}\">{detail}</failure>\n"));
                text.push_str("    </testcase>\n");
            }
            CaseResult::Error { kind, message, detail } => {
                let (kind, message, detail) = (xml(kind), xml(message), xml(detail));
                text.push_str(&format!(">\n      <error type=\"{kind}\" message=\"{message}\">{detail}</error>\n"));
                text.push_str("    </testcase>\n");
            }
        }
    }
}
