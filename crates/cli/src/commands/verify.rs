//! `backproof verify`: verifies a sealed bundle, offline.

use std::path::Path;

use backproof_bundle::{BundleFiles, CheckStanding, Checked, Verification, VerifyOptions};
use serde_json::json;

use crate::approval;
use crate::args::evidence::Verify;
use crate::args::{Common, Format};
use crate::evidence::{attesting, bundles};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;

pub(crate) fn perform(common: &Common, verify: &Verify) -> anyhow::Result<Exit> {
    let open = |path: &Path| backproof_bundle::open(path).map_err(|problem| UsageError(problem.to_string()));
    let bundle = open(&verify.bundle)?;
    let previous = verify.previous.as_deref().map(open).transpose()?;
    let trust = approval::trust(common).map_err(UsageError)?;
    let authorities = match &verify.time_stamp_authority[..] {
        [] => None,
        files => Some(attesting::certificates(files)?),
    };
    let verification = backproof_bundle::verify(
        &bundle,
        &VerifyOptions {
            trust: trust.as_ref().map(|file| &file.trust),
            previous: previous.as_ref(),
            time_stamp_authorities: authorities.as_deref(),
        },
    );
    match common.output {
        Format::Json => print_json(&as_json(&verification))?,
        Format::Text => print_words(&verification),
    }
    Ok(match verification.standing() {
        CheckStanding::Holds => Exit::Passed,
        CheckStanding::NotShown => Exit::Inconclusive,
        CheckStanding::DoesNotHold => Exit::Failed,
    })
}

/// Refuses a bundle that does not hold: `so` says what is not done with it.
pub(crate) fn refuse_broken(bundle: &BundleFiles, so: &str) -> anyhow::Result<()> {
    refuse(bundle, &bundles::broken(bundle), so)
}

/// Refuses a bundle of which anything is broken.
pub(crate) fn refuse(bundle: &BundleFiles, broken: &[Checked], so: &str) -> anyhow::Result<()> {
    match broken.first() {
        None => Ok(()),
        Some(check) => {
            let problem = format!(
                "the bundle `{}` does not hold, so {so}: {}: {}\nhint: `backproof verify` tells all of it",
                bundle.origin().display(),
                check.name,
                check.sentence
            );
            Err(UsageError(problem).into())
        }
    }
}

fn as_json(verification: &Verification) -> serde_json::Value {
    let checks = verification.checks.iter().map(|check| {
        json!({
            "name": check.name, "standing": check.standing.word(), "sentence": check.sentence, "problems": check.problems,
        })
    });
    json!({
        "run": verification.run,
        "seal": verification.seal,
        "standing": verification.standing().word(),
        "checks": checks.collect::<Vec<_>>(),
        "notes": verification.notes,
    })
}

fn print_words(verification: &Verification) {
    let width = verification.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    for check in &verification.checks {
        let word = match check.standing {
            CheckStanding::Holds => "holds",
            CheckStanding::NotShown => "NOT SHOWN",
            CheckStanding::DoesNotHold => "DOES NOT HOLD",
        };
        println!("{:width$}  {word:13}  {}", check.name, check.sentence);
        for problem in check.problems.iter().skip(1) {
            println!("{:width$}  {:13}  {problem}", "", "");
        }
    }
    for note in &verification.notes {
        println!("note: {note}");
    }
    println!();
    let run = verification.run.map_or_else(|| "This bundle".to_owned(), |run| format!("The bundle of run {run}"));
    let count = |standing| verification.checks.iter().filter(|check| check.standing == standing).count();
    match verification.standing() {
        CheckStanding::Holds => println!("{run} holds: {} checks.", verification.checks.len()),
        CheckStanding::NotShown => println!(
            "{run} holds as far as it can be shown: nothing is wrong, and {} of {} checks could not show all of it.",
            count(CheckStanding::NotShown),
            verification.checks.len()
        ),
        CheckStanding::DoesNotHold => println!(
            "{run} DOES NOT HOLD: {} of {} checks found something wrong.",
            count(CheckStanding::DoesNotHold),
            verification.checks.len()
        ),
    }
    if let Some(seal) = &verification.seal {
        println!("seal  {seal}");
    }
}
