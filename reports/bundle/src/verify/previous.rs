//! The link to the bundle before.

use backproof_evidence::dossier::PreviousBundle;
use backproof_model::canonical::sha256_hex;

use super::{Checked, Known};
use crate::layout::{REGISTER, RUN, SUMS};
use crate::open::BundleFiles;

const NAME: &str = "previous bundle";

pub(super) fn check(known: &Known<'_>) -> Checked {
    let named: Option<PreviousBundle> = known.run_file.previous.clone().map(Into::into);
    let registered = known.register.last_sealed();
    let mut problems = Vec::new();
    if named != registered {
        let words = |previous: &Option<PreviousBundle>| match previous {
            Some(previous) => format!("run {} with seal {}", previous.run, previous.sha256),
            None => "none".to_owned(),
        };
        problems.push(format!(
            "{RUN} names {} as the bundle before, and {REGISTER} {}",
            words(&named),
            words(&registered)
        ));
    }
    let Some(expected) = registered else {
        return match known.options.previous {
            Some(given) => {
                problems
                    .push(format!("`{}` was given as the bundle before, and there is none", given.origin().display()));
                Checked::of(NAME, problems, "")
            }
            None => Checked::of(NAME, problems, "by the register, no bundle was sealed before this one"),
        };
    };
    match known.options.previous {
        Some(given) => given_is(known, given, &expected, &mut problems),
        None if problems.is_empty() => {
            let good = format!(
                "it names run {} with seal {}, as the register does; that bundle itself was not given",
                expected.run, expected.sha256
            );
            return Checked::of(NAME, problems, good);
        }
        None => {}
    }
    Checked::of(NAME, problems, format!("the bundle of run {} is the one that was sealed before", expected.run))
}

/// The bundle that was given must be the one, and its register the beginning of this one.
fn given_is(known: &Known<'_>, given: &BundleFiles, expected: &PreviousBundle, problems: &mut Vec<String>) {
    let origin = given.origin().display();
    match given.text(SUMS) {
        Ok(sums) => {
            let found = sha256_hex(&sums);
            if found != expected.sha256 {
                problems.push(format!(
                    "`{origin}` has the seal {found}, and the register says that run {} was sealed as {}",
                    expected.run, expected.sha256
                ));
            }
        }
        Err(error) => problems.push(format!("`{origin}`: {SUMS} cannot be read: {error}")),
    }
    match (given.text(REGISTER), known.bundle.text(REGISTER)) {
        (Ok(before), Ok(now)) if now.starts_with(&before) => {}
        (Ok(before), Ok(now)) => {
            let same = before.lines().zip(now.lines()).take_while(|(before, now)| before == now).count();
            problems.push(format!(
                "{REGISTER} does not go on from that of run {}: line {} is another, so something was changed or taken out",
                expected.run,
                same + 1
            ));
        }
        (Err(error), _) | (_, Err(error)) => problems.push(format!("{REGISTER} cannot be compared: {error}")),
    }
}
