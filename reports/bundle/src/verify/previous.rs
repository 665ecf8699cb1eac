//! The link to the bundle before.

use backproof_evidence::dossier::PreviousBundle;
use backproof_evidence::register::up_to_closing;
use backproof_model::canonical::sha256_hex;

use super::{CheckStanding, Checked, Known, files};
use crate::layout::{JOURNAL, REGISTER, RUN, SUMS};
use crate::open::BundleFiles;
use crate::reading;
use crate::sums::parse_sums;

const NAME: &str = "previous bundle";

/// The bundle before as far as it can be compared with: it was given, and it is the one that was sealed.
#[derive(Clone, Copy)]
pub(super) enum Before<'a> {
    NotGiven,
    DoesNotHold,
    Holds(&'a BundleFiles),
}

impl<'a> Before<'a> {
    pub(super) fn of(known: &Known<'a>, checked: &Checked) -> Self {
        match (known.options.previous, checked.standing) {
            (None, _) => Self::NotGiven,
            (Some(given), CheckStanding::Holds) => Self::Holds(given),
            (Some(_), CheckStanding::NotShown | CheckStanding::DoesNotHold) => Self::DoesNotHold,
        }
    }
}

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

/// The bundle that was given must be the one, as it was sealed, and its register the beginning of this one.
fn given_is(known: &Known<'_>, given: &BundleFiles, expected: &PreviousBundle, problems: &mut Vec<String>) {
    let origin = given.origin().display();
    let wrong = not_as_sealed(given, expected);
    // Nothing is compared with files of which the seal says nothing.
    if !wrong.is_empty() {
        problems.extend(wrong.into_iter().map(|problem| format!("`{origin}`: {problem}")));
        return;
    }
    match (given.text(REGISTER), known.bundle.text(REGISTER)) {
        (Ok(before), Ok(now)) if up_to_closing(&now, expected.run) == Some(&before) => {}
        (Ok(before), Ok(now)) if now.starts_with(&before) => problems.push(format!(
            "`{origin}`: {REGISTER} must end with the closing of run {}, and its {} lines do not",
            expected.run,
            before.lines().count()
        )),
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
    let wrong = journal_is(known, given, expected);
    problems.extend(wrong.into_iter().map(|problem| format!("`{origin}`: {problem}")));
}

/// Why it is not the bundle of this seal, or is no longer what its seal is of.
fn not_as_sealed(given: &BundleFiles, expected: &PreviousBundle) -> Vec<String> {
    let sums = match given.text(SUMS) {
        Ok(sums) => sums,
        Err(error) => return vec![format!("{SUMS} cannot be read: {error}")],
    };
    let found = sha256_hex(&sums);
    if found != expected.sha256 {
        return vec![format!(
            "it has the seal {found}, and the register says that run {} was sealed as {}",
            expected.run, expected.sha256
        )];
    }
    let (listed, wrong) = parse_sums(&sums);
    files::problems(given, &listed, &wrong)
}

/// Its journal must be whole, and the one that the register closed the run with.
fn journal_is(known: &Known<'_>, given: &BundleFiles, expected: &PreviousBundle) -> Vec<String> {
    let before = match reading::evidence(given) {
        Ok(before) => before,
        Err(problem) => return vec![problem.to_string()],
    };
    let mut problems: Vec<String> = before.problems.iter().map(|problem| format!("{JOURNAL}: {problem}")).collect();
    if before.run != expected.run {
        problems.push(format!("{JOURNAL} is of run {}, and the register names run {}", before.run, expected.run));
    }
    let head = before.chains.first().map(|chain| chain.head.as_str());
    let closed = known.register.head_of(expected.run);
    if head != closed {
        let [head, closed] = [head, closed].map(|head| head.unwrap_or("none"));
        problems.push(format!(
            "{JOURNAL} ends with head {head}, and the register closed run {} with {closed}",
            expected.run
        ));
    }
    problems
}
