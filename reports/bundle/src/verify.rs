//! Verifies a bundle, offline: each file, chain, list, link and signature, and everything that can be done again.
//!
//! Nothing is believed because another file of the bundle says so: lists are held to the journal, the journal to its
//! chains and the register, the register to the bundle before, and all of them to what people signed. Which of these
//! could be changed together by whoever owns everything, the sentences say.

mod counted;
mod drawn;
mod earlier;
mod entropy;
pub(crate) mod files;
mod journal;
mod listed;
mod made_again;
mod plan;
mod previous;
mod raw;
mod registered;
mod reports;
mod vouched;

use backproof_evidence::{Conclusion, Register, RunEvidence, conclude};
use backproof_model::canonical::sha256_hex;
use backproof_signing::Trust;

use self::previous::Before;
use crate::layout::{BUNDLE_FORMAT, BUNDLE_FORMATS, RUN, SUMS};
use crate::open::BundleFiles;
use crate::reading;
use crate::run_file::RunFile;
use crate::sums::parse_sums;

/// More problems of one check than anybody reads.
const MOST_PROBLEMS: usize = 50;

/// What a bundle is verified with.
#[derive(Clone, Copy, Debug, Default)]
pub struct VerifyOptions<'a> {
    /// Who has which key; without it every signer is unknown.
    pub trust: Option<&'a Trust>,
    /// The bundle that was sealed before, where it is at hand.
    pub previous: Option<&'a BundleFiles>,
    /// Certificates of time-stamping authorities, in PEM; without them no authority is believed.
    pub time_stamp_authorities: Option<&'a str>,
}

/// What came of verifying a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The run, where the bundle says which.
    pub run: Option<u64>,
    /// The seal: SHA-256 of `SHA256SUMS`.
    pub seal: Option<String>,
    /// Everything that was looked at, in the order of its looking.
    pub checks: Vec<Checked>,
    /// What there is not, and would show more; a sentence each.
    pub notes: Vec<String>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What: `files`, `journal`, `signature operator.dsse.json`.
    pub name: String,
    /// How it stands.
    pub standing: CheckStanding,
    /// In one sentence: what holds, or the first thing that does not.
    pub sentence: String,
    /// Everything that is wrong with it, a sentence each that names file, line, what was expected and what was found.
    pub problems: Vec<String>,
}

/// How something stands. The later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStanding {
    /// It was looked at, and it holds.
    Holds,
    /// Nothing is wrong, and not all of it could be shown.
    NotShown,
    /// It does not hold.
    DoesNotHold,
}

impl CheckStanding {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::NotShown => "not shown",
            Self::DoesNotHold => "does not hold",
        }
    }
}

impl Verification {
    /// The worst of all checks.
    pub fn standing(&self) -> CheckStanding {
        self.checks.iter().map(|check| check.standing).max().unwrap_or(CheckStanding::NotShown)
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&Checked> {
        self.checks.iter().find(|check| check.name == name)
    }
}

impl Checked {
    /// Holds with this sentence where there is no problem.
    fn of(name: impl Into<String>, mut problems: Vec<String>, good: impl Into<String>) -> Self {
        let name = name.into();
        let Some(first) = problems.first() else {
            return Self { name, standing: CheckStanding::Holds, sentence: good.into(), problems };
        };
        let more = match problems.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let sentence = format!("{first}{more}");
        if problems.len() > MOST_PROBLEMS {
            let hidden = problems.len() - MOST_PROBLEMS;
            problems.truncate(MOST_PROBLEMS);
            problems.push(format!("{hidden} more are not told"));
        }
        Self { name, standing: CheckStanding::DoesNotHold, sentence, problems }
    }

    fn not_shown(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), standing: CheckStanding::NotShown, sentence: why.into(), problems: Vec::new() }
    }
}

/// What the checks share.
struct Known<'a> {
    bundle: &'a BundleFiles,
    options: &'a VerifyOptions<'a>,
    run_file: &'a RunFile,
    evidence: &'a RunEvidence,
    conclusion: &'a Conclusion,
    register: &'a Register,
}

/// Verifies everything that can be verified of a bundle.
pub fn verify(bundle: &BundleFiles, options: &VerifyOptions<'_>) -> Verification {
    let mut verification = Verification { run: None, seal: None, checks: Vec::new(), notes: Vec::new() };
    let checks = &mut verification.checks;
    let sums = match bundle.text(SUMS) {
        Ok(sums) => sums,
        Err(error) => {
            let why = format!("{SUMS} cannot be read ({error}), so nothing says what was sealed");
            checks.push(Checked::of("files", vec![why], ""));
            return verification;
        }
    };
    let seal = sha256_hex(&sums);
    verification.seal = Some(seal.clone());
    let (listed, sums_problems) = parse_sums(&sums);
    checks.push(files::check(bundle, &listed, &sums_problems));
    let run_file = match run_file(bundle) {
        Ok(run_file) => run_file,
        Err(check) => {
            checks.push(check);
            vouched::check(bundle, options, &seal, None, &mut verification);
            verification.checks.extend(reports::check(bundle, &seal));
            return verification;
        }
    };
    verification.run = Some(run_file.run);
    let evidence = reading::evidence(bundle);
    let register = reading::register(bundle);
    let (evidence, register) = match (evidence, register) {
        (Ok(evidence), Ok(register)) => (evidence, register),
        (evidence, register) => {
            let problems = [evidence.err(), register.err()].into_iter().flatten().map(|it| it.to_string());
            checks.push(Checked::of("journal", problems.collect(), ""));
            vouched::check(bundle, options, &seal, None, &mut verification);
            verification.checks.extend(reports::check(bundle, &seal));
            return verification;
        }
    };
    let conclusion = conclude(&evidence);
    let known = Known {
        bundle,
        options,
        run_file: &run_file,
        evidence: &evidence,
        conclusion: &conclusion,
        register: &register,
    };
    let previous = previous::check(&known);
    let before = Before::of(&known, &previous);
    checks.push(journal::check(&known));
    checks.push(registered::check(&known));
    checks.push(plan::check(&known));
    checks.push(listed::check(&known));
    checks.push(drawn::check(&known));
    checks.push(entropy::check(&known, before));
    checks.push(counted::check(&known));
    checks.push(counted::bounds(&known));
    checks.push(made_again::check(&known));
    checks.push(earlier::check(&known, before));
    checks.extend(raw::check(&known));
    checks.push(previous);
    verification.notes.extend(earlier::note(&known, before));
    vouched::check(bundle, options, &seal, Some(&known), &mut verification);
    verification.checks.extend(reports::check(bundle, &seal));
    verification
}

/// Reads `run.json`, or says why the rest cannot be verified.
fn run_file(bundle: &BundleFiles) -> Result<RunFile, Checked> {
    let text = bundle.text(RUN).map_err(|error| {
        Checked::of("format", vec![format!("{RUN} cannot be read ({error}), so nothing says what this is of")], "")
    })?;
    let value: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Checked::of("format", vec![format!("{RUN} is no JSON: {error}")], ""))?;
    let format = value.get("format").and_then(serde_json::Value::as_str).unwrap_or_default();
    if format != BUNDLE_FORMAT && format.starts_with(BUNDLE_FORMATS) {
        let why = format!(
            "{RUN} names the format `{format}`, and this version reads `{BUNDLE_FORMAT}`: nothing but files, signatures \
             and reports was looked at; take a newer version of backproof"
        );
        return Err(Checked::not_shown("format", why));
    }
    if format != BUNDLE_FORMAT {
        let why = format!("{RUN} names the format `{format}`, which is none of a bundle's; expected `{BUNDLE_FORMAT}`");
        return Err(Checked::of("format", vec![why], ""));
    }
    serde_json::from_value(value)
        .map_err(|error| Checked::of("format", vec![format!("{RUN} is not as the format says: {error}")], ""))
}
