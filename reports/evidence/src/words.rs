//! Codes, counts and lengths of time as people read them.
//!
//! Only wording: nothing here decides anything.

use backproof_model::{Claim, FaultOwner, Outcome};
use jiff::Timestamp;

/// A number with its digits in groups of three: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 resource`, `2 resources`. The plural is the singular with an `s`.
pub fn counted(number: u64, singular: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {singular}{plural}", grouped(number))
}

/// A length of time in its two largest units: `3 d 4 h`, `12 min 5 s`, `0 s`.
pub fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "\u{2212}" } else { "" };
    let seconds = seconds.unsigned_abs();
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let words: Vec<String> = parts
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if words.is_empty() { "0 s".to_owned() } else { format!("{sign}{}", words.join(" ")) }
}

/// A moment in UTC, to the second: `2026-10-01 02:00:00 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `text` with a capital and a full stop, as the sentence that people expect.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), characters.as_str())
}

/// What an outcome is called in a sentence.
pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed { .. } => "passed",
        Outcome::Failed { .. } => "failed",
        Outcome::Inconclusive { .. } => "could not be told",
    }
}

/// Whose fault it is, in words.
pub fn fault(owner: FaultOwner) -> &'static str {
    match owner {
        FaultOwner::Backup => "the backup",
        FaultOwner::Sandbox => "the sandbox account",
        FaultOwner::Validator => "the validator",
        FaultOwner::Harness => "backproof itself",
        FaultOwner::Quota => "a quota or lack of capacity",
    }
}

/// What to do about a restore test that did not pass.
pub fn remedy(outcome: &Outcome) -> &'static str {
    match outcome.owner() {
        None => "Nothing.",
        Some(FaultOwner::Backup) => {
            "Treat it as an exception: find out why this recovery point cannot be relied on and which others share \
             the cause, mend the backup plan, and test the resource again."
        }
        Some(FaultOwner::Sandbox) => {
            "Mend the permission, key, quota or network named in the sandbox account, then test this recovery point \
             again. Nothing has been said of the backup."
        }
        Some(FaultOwner::Validator) => {
            "Give the validator what it needs to reach the required level (a baseline, a permission, more time), then \
             test this recovery point again. Nothing has been said of the backup."
        }
        Some(FaultOwner::Harness) => {
            "Run backproof again; if it comes to the same, report it with the journal. Nothing has been said of the \
             backup."
        }
        Some(FaultOwner::Quota) => {
            "Test this recovery point again later, or have the quota raised. Nothing has been said of the backup."
        }
    }
}

/// What a claim establishes, in words.
pub fn claim(claim: Claim) -> &'static str {
    match claim {
        Claim::RestoreCompleted => "the restore made a resource",
        Claim::ResourceReachable => "the resource answers",
        Claim::StructureComplete => "structure is complete",
        Claim::DataReadable => "data can be read from end to end",
        Claim::DataPresent => "at least the expected data is there",
        Claim::DataMatchesBaseline => "data equals the baseline",
        Claim::DataFresh => "the newest data is as new as demanded",
        Claim::SettingsRestored => "settings came back",
        Claim::UnchangedSinceLastTest => "unchanged since the last passed test",
    }
}

/// Why recovery points of this reason code cannot be drawn, in words. Codes of later versions explain themselves.
pub fn exclusion(reason: &str) -> &'static str {
    match reason {
        "partial" => "The backup job did not back up everything (status PARTIAL); it cannot be relied on.",
        "expired" => "Past its retention, but AWS Backup could not delete it (status EXPIRED).",
        "creating" => "The backup job was still running when the vault was listed (status CREATING).",
        "deleting" => "It was being deleted when the vault was listed (status DELETING).",
        "unrecognised-status" => "AWS gave it a status that this version does not know.",
        "cold-storage" => {
            "In cold storage: its restore takes hours, and the plan leaves it out or it cannot be copied."
        }
        "composite-parent" => "The parent of a composite backup; its members are listed as recovery points themselves.",
        "about-to-expire" => "Its lifecycle would delete it before a restore test could end.",
        "outside-window" => "It began before the selection window of the plan, or after the listing.",
        "type-not-driven" => "This version cannot restore this resource type.",
        "filtered-out" => "The plan's filters leave its vault or resource out.",
        "wrong-kind" => "The plan does not select its kind (snapshot or continuous).",
        "deleted-after-copy" => "Kept only until it has been copied; the copy is listed on its own.",
        "no-sandbox-region" => "The plan names no sandbox Region where it is.",
        "too-large" => "Larger than the plan permits.",
        "residency" => "Its data may not be restored into the sandbox's Region, by the plan's residency rules.",
        "aws-managed-key" => "Encrypted with a key that AWS manages, so it cannot leave its account.",
        "no-cross-account-copy" => "AWS Backup cannot copy this resource type into another account.",
        "continuous-cannot-leave-account" => {
            "Continuous (point-in-time) recovery points can be restored only in their own account."
        }
        "no-route" => "No route of the plan brings it into the sandbox account.",
        _ => "See the reason beside each point in excluded.tsv.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_told_in_their_two_largest_units() {
        let texts = [0, 59, 60, 3_599, 3_600, 86_400, 90_061, -90].map(duration);
        assert_eq!(texts, ["0 s", "59 s", "1 min", "59 min 59 s", "1 h", "1 d", "1 d 1 h", "\u{2212}1 min 30 s"]);
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment("2026-10-01T02:00:00.75Z".parse().unwrap()), "2026-10-01 02:00:00 UTC");
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "resource"), counted(2_000, "resource")], ["1 resource", "2,000 resources"]);
    }
}
