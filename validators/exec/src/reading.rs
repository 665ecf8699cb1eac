//! Reads all that a program wrote, up to where it is no longer of the protocol.

use std::collections::BTreeSet;

use crate::answer::{Answer, LogLevel, ToldCheck, ToldFact};
use crate::settings::{NAME_RULE, is_name};

/// The check that this validator itself adds where a run is not whole.
pub(crate) const OWN_CHECK: &str = "program";

/// More checks than this are a mistake.
const MOST_CHECKS: usize = 1000;

/// More facts than this are a mistake.
const MOST_FACTS: usize = 100;

/// What a program said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Its checks, in their order.
    pub(crate) checks: Vec<ToldCheck>,
    /// Its facts, in their order.
    pub(crate) facts: Vec<ToldFact>,
    /// Its log.
    pub(crate) logs: Vec<(LogLevel, String)>,
    /// How much older than the recovery point the newest data is.
    pub(crate) lag_seconds: Option<i64>,
    /// What keeps it from being a whole answer. What came before it is kept above, and does not count.
    pub(crate) breach: Option<Breach>,
}

/// What is not of the protocol.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Breach {
    #[error("it ended without `{{\"type\":\"done\"}}`")]
    NoDone,
    #[error("line {line} of its output comes after `done`")]
    AfterDone { line: usize },
    #[error("line {line} of its output is not UTF-8")]
    NotUtf8 { line: usize },
    #[error("line {line} of its output is no answer: {problem}")]
    NoAnswer { line: usize, problem: String },
    #[error("line {line} of its output names a {kind} `{name}`: {rule}")]
    BadName { line: usize, kind: &'static str, name: String, rule: &'static str },
    #[error("line {line} of its output is a second {kind} `{name}`; each has a name of its own")]
    SameName { line: usize, kind: &'static str, name: String },
    #[error("it gave more than {most} {kind}s")]
    TooMany { kind: &'static str, most: usize },
}

/// Reads the output line by line.
pub(crate) fn read(output: &[u8]) -> Said {
    let mut said = Said::default();
    let mut names = Names::default();
    let mut done = false;
    for (line, bytes) in (1..).zip(output.split(|byte| *byte == b'\n')) {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let taken = if done { Err(Breach::AfterDone { line }) } else { take(&mut said, &mut names, line, bytes) };
        match taken {
            Ok(is_done) => done = is_done,
            Err(breach) => {
                said.breach = Some(breach);
                return said;
            }
        }
    }
    if !done {
        said.breach = Some(Breach::NoDone);
    }
    said
}

/// Takes one line; whether it is the end.
fn take(said: &mut Said, names: &mut Names, line: usize, bytes: &[u8]) -> Result<bool, Breach> {
    let text = str::from_utf8(bytes).map_err(|_| Breach::NotUtf8 { line })?;
    if !text.trim_start().starts_with('{') {
        return Err(Breach::NoAnswer { line, problem: "each line is one JSON object".into() });
    }
    let answer = serde_json::from_str(text)
        .map_err(|error| Breach::NoAnswer { line, problem: without_place(&error.to_string()) })?;
    match answer {
        Answer::Check(check) => {
            names.checks.take(line, "check", &check.name, MOST_CHECKS)?;
            said.checks.push(check);
        }
        Answer::Fact(fact) => {
            names.facts.take(line, "fact", &fact.name, MOST_FACTS)?;
            said.facts.push(fact);
        }
        Answer::Log(log) => said.logs.push((log.level, log.message)),
        Answer::Done(done) => {
            said.lag_seconds = done.lag_seconds;
            return Ok(true);
        }
    }
    Ok(false)
}

/// The place that serde names is always the first line, as each line is read by itself.
fn without_place(problem: &str) -> String {
    problem.split(" at line 1 column ").next().unwrap_or(problem).to_owned()
}

#[derive(Default)]
struct Names {
    checks: Taken,
    facts: Taken,
}

/// Names that were given already.
#[derive(Default)]
struct Taken(BTreeSet<String>);

impl Taken {
    fn take(&mut self, line: usize, kind: &'static str, name: &str, most: usize) -> Result<(), Breach> {
        let bad = |rule| Breach::BadName { line, kind, name: name.chars().take(80).collect(), rule };
        if !is_name(name) {
            return Err(bad(NAME_RULE));
        }
        if name == OWN_CHECK || name.starts_with("program-") || name.starts_with("file-") {
            return Err(bad("`program`, `program-…` and `file-…` are backproof's own"));
        }
        if self.0.len() == most {
            return Err(Breach::TooMany { kind, most });
        }
        if !self.0.insert(name.to_owned()) {
            return Err(Breach::SameName { line, kind, name: name.to_owned() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ToldVerdict;
    use backproof_model::Observation;
    use proptest::prelude::*;

    const CHECK: &str = r#"{"type":"check","name":"rows","claim":"data-present","level":"L3","verdict":"passed","examined":{"count":5,"unit":"rows"}"#;

    fn breach(output: impl AsRef<[u8]>) -> String {
        read(output.as_ref()).breach.map(|breach| breach.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_whole_answer_is_taken_in_its_order() {
        let said = read(
            format!(
                "{{\"type\":\"log\",\"level\":\"info\",\"message\":\"begun\"}}\n\
                 {CHECK},\"expected\":5,\"observed\":{{\"count\":4}},\"remark\":\"one is missing\"}}\r\n\n\
                 {{\"type\":\"fact\",\"name\":\"server-version\",\"value\":\"15.14\"}}\n\
                 {{\"type\":\"done\",\"lag_seconds\":-3}}"
            )
            .as_bytes(),
        );
        assert_eq!(said.breach, None);
        let check = &said.checks[0];
        assert_eq!((check.verdict, check.examined.count), (ToldVerdict::Passed, 5));
        assert_eq!(check.expected.as_ref().unwrap().0, Observation::Count(5));
        assert_eq!(check.observed.as_ref().unwrap().0, Observation::Count(4));
        assert_eq!(said.facts, [ToldFact { name: "server-version".into(), value: "15.14".into() }]);
        assert_eq!(said.logs, [(LogLevel::Info, "begun".into())]);
        assert_eq!(said.lag_seconds, Some(-3));
    }

    #[test]
    fn observations_may_be_short() {
        for (short, meant) in [
            (r#""abc""#, Observation::Text("abc".into())),
            (r#"["a","b"]"#, Observation::List(vec!["a".into(), "b".into()])),
            (r#"{"seconds":-1}"#, Observation::Seconds(-1)),
            (r#"{"digest":"md5:00"}"#, Observation::Digest("md5:00".into())),
            (r#"{"instant":"2026-01-01T00:00:00Z"}"#, Observation::Instant("2026-01-01T00:00:00Z".parse().unwrap())),
        ] {
            let said = read(format!("{CHECK},\"observed\":{short}}}\n{{\"type\":\"done\"}}").as_bytes());
            assert_eq!(said.breach, None, "{short}");
            assert_eq!(said.checks[0].observed.as_ref().unwrap().0, meant, "{short}");
        }
    }

    #[test]
    fn what_is_not_of_the_protocol_is_named_with_its_line() {
        let done = r#"{"type":"done"}"#;
        for (output, words) in [
            (String::new(), "without `{\"type\":\"done\"}`"),
            (format!("{CHECK}}}"), "without `{\"type\":\"done\"}`"),
            (format!("{done}\n{CHECK}}}"), "line 2 of its output comes after `done`"),
            (format!("{done}\n{done}"), "line 2 of its output comes after `done`"),
            (format!("{done} {done}"), "line 1 of its output is no answer: trailing characters"),
            ("{".into(), "line 1 of its output is no answer: EOF"),
            ("\u{feff}{}".into(), "line 1 of its output is no answer: each line is one JSON object"),
            ("[\"done\"]".into(), "each line is one JSON object"),
            (r#"{"type":"verdict"}"#.into(), "unknown variant `verdict`"),
            (r#"{"name":"x"}"#.into(), "missing field `type`"),
            (format!("{CHECK},\"colour\":1}}"), "unknown field `colour`"),
            (format!("{CHECK},\"expected\":1.5}}"), "a count, a text"),
            (format!("{CHECK},\"expected\":[1]}}"), "expected a string"),
            (CHECK.replace("passed", "ok") + "}", "unknown variant `ok`"),
            (CHECK.replace("data-present", "all-is-well") + "}", "unknown variant `all-is-well`"),
            (CHECK.replace('5', "-5") + "}", "expected u64"),
            (CHECK.replace("\"rows\",\"claim", "\"Rows!\",\"claim") + "}", "names a check `Rows!`"),
            (CHECK.replace("\"rows\",\"claim", "\"program\",\"claim") + "}", "backproof's own"),
            (format!("{CHECK}}}\n{CHECK}}}"), "line 2 of its output is a second check `rows`"),
            (r#"{"type":"fact","name":"program-sha256","value":""}"#.into(), "backproof's own"),
        ] {
            assert!(breach(&output).contains(words), "{output}: {}", breach(&output));
        }
        assert_eq!(breach(b"\n\xff\xfe\n"), "line 2 of its output is not UTF-8");
    }

    #[test]
    fn what_came_before_the_mistake_is_kept() {
        let said = read(format!("{CHECK}}}\nnonsense\n{{\"type\":\"done\"}}").as_bytes());
        assert_eq!(said.checks.len(), 1);
        assert!(said.breach.is_some());
    }

    #[test]
    fn checks_and_facts_have_an_end() {
        let check = |n: usize| CHECK.replace("\"rows\",\"claim", &format!("\"rows-{n}\",\"claim")) + "}\n";
        assert_eq!(breach((0..=1000).map(check).collect::<String>()), "it gave more than 1000 checks");
        let fact = |n: usize| format!("{{\"type\":\"fact\",\"name\":\"f{n}\",\"value\":\"\"}}\n");
        assert_eq!(breach((0..=100).map(fact).collect::<String>()), "it gave more than 100 facts");
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_are_a_whole_answer_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes).breach.is_some());
        }
    }
}
