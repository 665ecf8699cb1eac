//! What a program's answer is worth. Nothing here looks at anything: an answer and an end come in, checks go out.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use backproof_model::check::Examined as ExaminedCount;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel, Verdict};
use backproof_validators_api::{Describe, Examined};

use crate::answer::{LogLevel, ToldCheck, ToldVerdict};
use crate::child::{End, Talk};
use crate::reading::{OWN_CHECK, Said, read};
use crate::scrubber::Scrubber;
use crate::settings::{ExecSettings, NAME};

/// Longer remarks are cut.
const LONGEST_REMARK: usize = 500;

/// Longer names, settings and facts are cut.
const LONGEST_TEXT: usize = 200;

/// Longer lists are cut.
const LONGEST_LIST: usize = 50;

/// So many of the last lines of standard error are shown.
const LAST_LINES: usize = 3;

/// What a program's answer is measured by.
pub(crate) struct Judge<'a> {
    /// The plan's settings.
    pub(crate) settings: &'a ExecSettings,
    /// Knows the secrets that the program was handed.
    pub(crate) scrubber: &'a Scrubber,
}

impl Judge<'_> {
    /// The checks, facts and lag of a program that was run; `facts` are our own.
    pub(crate) fn judge(&self, talk: &Talk, mut facts: BTreeMap<String, String>) -> Examined {
        let said = read(&talk.output);
        self.pass_on(&said);
        let leaks = said.facts.iter().any(|fact| self.scrubber.scrub(&fact.value).leaked);
        let leak = leaks.then(|| "it gave away a secret in a fact".to_owned());
        let obstacle = self.obstacle(talk, &said).or(leak);
        let told = said.facts.into_iter().map(|fact| (self.settings.qualified(&fact.name), self.text(&fact.value)));
        facts.extend(told);
        let mut checks: Vec<Check> = said.checks.into_iter().map(|check| self.check(check)).collect();
        let lag_seconds = said.lag_seconds.filter(|_| obstacle.is_none());
        match obstacle {
            Some(reason) => {
                for check in &mut checks {
                    void(check, &reason);
                }
                let last = self.last_words(&talk.complaints);
                let remark = if last.is_empty() { reason } else { format!("{reason}; its last words: {last}") };
                checks.push(self.not_told(FaultOwner::Validator, &remark));
            }
            None if checks.is_empty() => {
                checks.push(self.not_told(FaultOwner::Validator, "the program made no check, so nothing can be said"));
            }
            None => {}
        }
        Examined { checks, lag_seconds, facts }
    }

    /// The check that says why there is nothing to say.
    pub(crate) fn not_told(&self, owner: FaultOwner, reason: &str) -> Check {
        Check {
            validator: NAME.to_owned(),
            name: self.settings.qualified(OWN_CHECK),
            claim: Claim::DataReadable,
            level: ProofLevel::L1,
            examined: ExaminedCount::new(0, "checks"),
            expected: None,
            observed: None,
            verdict: Verdict::Inconclusive(owner),
            remark: Some(self.scrubber.scrub(reason).text),
        }
    }

    /// What keeps all of an answer from counting.
    fn obstacle(&self, talk: &Talk, said: &Said) -> Option<String> {
        let most = self.settings.max_output_bytes;
        match &talk.end {
            End::OutOfTime => Some("it was not done at its deadline, and was killed".into()),
            End::TooMuchOutput => Some(format!("it wrote more than {most} bytes, and was killed")),
            End::Lost(error) => Some(format!("nobody could tell how it ended: {error}")),
            End::Exited(status) if !status.success() => Some(describe(*status)),
            End::Exited(_) => said.breach.as_ref().map(|breach| self.scrubber.scrub(&breach.to_string()).text),
        }
    }

    /// A check as it was told, but for what it must not say.
    fn check(&self, told: ToldCheck) -> Check {
        let ToldCheck { name, claim, level, verdict, examined, expected, observed, remark } = told;
        let mut leaked = self.scrubber.scrub(&name).leaked || self.scrubber.scrub(&examined.unit).leaked;
        let mut observation = |told: crate::answer::ToldObservation| {
            leaked |= observed_texts(&told.0).any(|text| self.scrubber.scrub(text).leaked);
            self.observation(told.0)
        };
        let (expected, observed) = (expected.map(&mut observation), observed.map(&mut observation));
        leaked |= remark.as_ref().is_some_and(|remark| self.scrubber.scrub(remark).leaked);
        let mut check = Check {
            validator: NAME.to_owned(),
            name: self.settings.qualified(&self.text(&name)),
            claim,
            level,
            examined: ExaminedCount::new(examined.count, &self.text(&examined.unit)),
            expected,
            observed,
            verdict: match verdict {
                ToldVerdict::Passed => Verdict::Passed,
                ToldVerdict::Failed => Verdict::Failed,
                ToldVerdict::Inconclusive => Verdict::Inconclusive(FaultOwner::Validator),
            },
            remark: remark.map(|remark| cut(&self.scrubber.scrub(&remark).text, LONGEST_REMARK)),
        };
        if leaked {
            void(&mut check, "it gave away a secret, which was taken out");
        } else if let Some(reason) = self.overreach(claim, level) {
            void(&mut check, &reason);
        } else if check.verdict == Verdict::Passed && check.examined.count == 0 {
            let reason = format!("no {} were examined, so nothing can be said", check.examined.unit);
            void(&mut check, &reason);
        }
        check
    }

    /// Why a program cannot make such a statement.
    fn overreach(&self, claim: Claim, level: ProofLevel) -> Option<String> {
        let ceiling = ProofLevel::from(self.settings.max_level);
        let Some(highest) = highest(claim) else {
            return Some(format!("no program can claim `{claim}`: AWS Backup's answers show it"));
        };
        if level == ProofLevel::L0 || level > highest {
            return Some(format!("`{claim}` goes with levels L1 to {highest}, not with {level}"));
        }
        (level > ceiling).then(|| format!("it claims {level}, and `max_level` of the plan is {ceiling}"))
    }

    fn observation(&self, observation: Observation) -> Observation {
        match observation {
            Observation::Text(text) => Observation::Text(self.text(&text)),
            Observation::Digest(text) => Observation::Digest(self.text(&text)),
            Observation::List(texts) => {
                let more = texts.len().saturating_sub(LONGEST_LIST);
                let mut list: Vec<String> = texts.iter().take(LONGEST_LIST).map(|text| self.text(text)).collect();
                if more > 0 {
                    list.push(format!("and {more} more"));
                }
                Observation::List(list)
            }
            plain @ (Observation::Count(_) | Observation::Instant(_) | Observation::Seconds(_)) => plain,
        }
    }

    fn text(&self, text: &str) -> String {
        cut(&self.scrubber.scrub(text).text, LONGEST_TEXT)
    }

    /// Hands the program's log to ours.
    fn pass_on(&self, said: &Said) {
        let program = self.settings.name.as_deref().unwrap_or(NAME);
        for (level, message) in &said.logs {
            let message = cut(&self.scrubber.scrub(message).text, LONGEST_REMARK);
            match level {
                LogLevel::Debug => tracing::debug!(program, "{message}"),
                LogLevel::Info => tracing::info!(program, "{message}"),
                LogLevel::Warn => tracing::warn!(program, "{message}"),
                LogLevel::Error => tracing::error!(program, "{message}"),
            }
        }
    }

    /// The last lines of standard error.
    fn last_words(&self, complaints: &[u8]) -> String {
        let text = String::from_utf8_lossy(complaints);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
        cut(&self.scrubber.scrub(&last.join(" / ")).text, LONGEST_REMARK)
    }
}

/// The highest level that goes with a claim; none where a program cannot make it.
fn highest(claim: Claim) -> Option<ProofLevel> {
    match claim {
        Claim::RestoreCompleted => None,
        Claim::ResourceReachable => Some(ProofLevel::L1),
        Claim::StructureComplete | Claim::SettingsRestored => Some(ProofLevel::L2),
        Claim::DataReadable
        | Claim::DataPresent
        | Claim::DataMatchesBaseline
        | Claim::DataFresh
        | Claim::UnchangedSinceLastTest => Some(ProofLevel::L4),
    }
}

/// Takes a check's verdict away, and says what it was.
fn void(check: &mut Check, reason: &str) {
    let was = match check.verdict {
        Verdict::Passed | Verdict::Failed => format!("said to have {}, and does not count: {reason}", check.verdict),
        Verdict::Inconclusive(_) => reason.to_owned(),
    };
    *check = Check { verdict: Verdict::Inconclusive(FaultOwner::Validator), ..check.clone() }.remarking(was);
}

fn observed_texts(observation: &Observation) -> impl Iterator<Item = &str> {
    let texts: Vec<&str> = match observation {
        Observation::Text(text) | Observation::Digest(text) => vec![text],
        Observation::List(texts) => texts.iter().map(String::as_str).collect(),
        Observation::Count(_) | Observation::Instant(_) | Observation::Seconds(_) => Vec::new(),
    };
    texts.into_iter()
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}"),
        (None, None) => "nobody could tell how it ended".into(),
    }
}

/// At most so many characters, on one line.
fn cut(text: &str, longest: usize) -> String {
    let mut plain: String = text.chars().take(longest).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(longest).is_some() {
        plain.push('…');
    }
    plain
}
