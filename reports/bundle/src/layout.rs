//! The names of a bundle's files.

/// The format of a bundle and its version, as `run.json` names it.
pub const BUNDLE_FORMAT: &str = "backproof-bundle/v1";
/// What formats of bundles begin with, whatever their version.
pub(crate) const BUNDLE_FORMATS: &str = "backproof-bundle/v";
/// The digests of all sealed files; its own SHA-256 is the seal.
pub const SUMS: &str = "SHA256SUMS";
/// Signatures, time-stamps and receipts, which come later.
pub const ATTESTATIONS: &str = "attestations";
/// Reports, which can be made again at any time.
pub const REPORTS: &str = "reports";
/// AWS's answers, redacted, as they stood when the run was closed.
pub(crate) const ANSWERS: &str = "raw/answers.jsonl";
/// What AWS's event history has of the run.
pub(crate) const TRAIL: &str = "raw/cloudtrail.tsv";
/// The same two in a run's directory.
pub(crate) const RUN_ANSWERS: &str = "raw.jsonl";
pub(crate) const RUN_TRAIL: &str = "cloudtrail.tsv";

pub(crate) const RUN: &str = "run.json";
pub(crate) const PLAN: &str = "plan.json";
pub(crate) const JOURNAL: &str = "journal.jsonl";
pub(crate) const REGISTER: &str = "register.jsonl";
pub(crate) const POPULATION: &str = "population.tsv";
pub(crate) const EXCLUDED: &str = "excluded.tsv";
pub(crate) const POINTS: &str = "points.tsv";
pub(crate) const UNCOVERED: &str = "uncovered.tsv";
pub(crate) const GAPS: &str = "gaps.tsv";
pub(crate) const RANKING: &str = "ranking.tsv";
pub(crate) const DRAW: &str = "draw.json";
pub(crate) const RESULTS: &str = "results.json";
pub(crate) const RUNS_TABLE: &str = "runs.csv";
pub(crate) const COVERAGE_TABLE: &str = "coverage.csv";
pub(crate) const GUIDE: &str = "VERIFY.md";

/// Whether a file of the bundle, by its path, is one that `SHA256SUMS` must list.
pub(crate) fn is_sealed(path: &str) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    path != SUMS && !below(ATTESTATIONS) && !below(REPORTS)
}

/// Why a path is none that a bundle may hold: every program that unpacks or lists it must mean the same file by it.
pub(crate) fn unfit_path(path: &str) -> Option<&'static str> {
    let strange = |character: char| character.is_control() || "\\:*?\"<>|".contains(character);
    if path.is_empty() || path.starts_with('/') || path.ends_with('/') {
        Some("it is no path below the bundle")
    } else if path.split('/').any(|part| part.is_empty() || part == "." || part == ".." || part.starts_with('-')) {
        Some("it leads elsewhere than it says")
    } else if path.chars().any(strange) {
        Some("it has a character that file systems and programs take differently")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_play_tricks_are_unfit() {
        for path in ["", "/etc/passwd", "a/", "../a", "a/../b", "./a", "a//b", "-rf", "a\nb", "a\\b", "C:a"] {
            assert!(unfit_path(path).is_some(), "{path:?}");
        }
        for path in ["run.json", "raw/000001-backup-ListRestoreJobs.json", "attestations/operator.dsse.json"] {
            assert_eq!(unfit_path(path), None, "{path:?}");
        }
    }

    #[test]
    fn what_comes_later_is_not_sealed() {
        assert!(!is_sealed("attestations/operator.dsse.json") && !is_sealed("reports/report.html") && !is_sealed(SUMS));
        assert!(is_sealed("reports.csv") && is_sealed("raw/SHA256SUMS") && is_sealed("attestations"));
    }
}
