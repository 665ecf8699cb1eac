//! What alarms there are, and how loud each is.

use serde::{Deserialize, Serialize};

/// What an alarm is about. Each kind has a page in `docs/runbooks/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// A run was closed, whatever it found.
    RunFinished,
    /// Restore tests of a run failed: backups that cannot be restored, or whose data is not what it should be.
    RestoreTestFailed,
    /// Restore tests of a run came to no verdict.
    Inconclusive,
    /// Something that a run created is still in the sandbox.
    LeftBehind,
    /// No run of the plan was performed for longer than the plan allows.
    Overdue,
    /// An occurrence of the plan's schedule was not performed, and will not be.
    Missed,
    /// The plan that is to be performed is not the one that was approved.
    UnapprovedPlan,
    /// The daily examination found what would make the next run fail.
    DoctorFoundTrouble,
    /// The program itself cannot do its work: state, credentials, disk.
    ServiceTrouble,
    /// The budget lets a run or restore tests of it not begin.
    BudgetRefused,
    /// An exception is open beyond its due date, or its acceptance has run out.
    ExceptionOverdue,
    /// Somebody tries whether alarms arrive.
    Trial,
}

/// How loud an alarm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Somebody should look within days.
    Ticket,
    /// Somebody should look now.
    Page,
}

/// How loud a kind of alarm is.
pub fn severity_of(kind: AlarmKind) -> Severity {
    match kind {
        // Costs go on, or nobody knows whether backups can be restored: both get worse while nobody looks.
        AlarmKind::RestoreTestFailed | AlarmKind::LeftBehind | AlarmKind::Overdue => Severity::Page,
        AlarmKind::Inconclusive
        | AlarmKind::Missed
        | AlarmKind::UnapprovedPlan
        | AlarmKind::DoctorFoundTrouble
        | AlarmKind::ServiceTrouble
        | AlarmKind::BudgetRefused
        | AlarmKind::ExceptionOverdue => Severity::Ticket,
        AlarmKind::RunFinished | AlarmKind::Trial => Severity::Notice,
    }
}

impl AlarmKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::RunFinished,
        Self::RestoreTestFailed,
        Self::Inconclusive,
        Self::LeftBehind,
        Self::Overdue,
        Self::Missed,
        Self::UnapprovedPlan,
        Self::DoctorFoundTrouble,
        Self::ServiceTrouble,
        Self::BudgetRefused,
        Self::ExceptionOverdue,
        Self::Trial,
    ];

    /// The kind's name as it is sent, which is also its runbook's.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunFinished => "run-finished",
            Self::RestoreTestFailed => "restore-test-failed",
            Self::Inconclusive => "inconclusive",
            Self::LeftBehind => "left-behind",
            Self::Overdue => "overdue",
            Self::Missed => "missed",
            Self::UnapprovedPlan => "unapproved-plan",
            Self::DoctorFoundTrouble => "doctor-found-trouble",
            Self::ServiceTrouble => "service-trouble",
            Self::BudgetRefused => "budget-refused",
            Self::ExceptionOverdue => "exception-overdue",
            Self::Trial => "trial",
        }
    }

    /// The name of the kind's runbook.
    pub fn runbook(self) -> String {
        format!("{}.md", self.as_str())
    }
}

impl Severity {
    /// The severity's name, as plans write it and as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Ticket => "ticket",
            Self::Page => "page",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_go_from_notice_to_page() {
        assert!(Severity::Notice < Severity::Ticket && Severity::Ticket < Severity::Page);
    }

    #[test]
    fn what_gets_worse_while_nobody_looks_pages() {
        let pages: Vec<_> = AlarmKind::ALL
            .into_iter()
            .filter(|kind| severity_of(*kind) == Severity::Page)
            .map(AlarmKind::as_str)
            .collect();
        assert_eq!(pages, ["restore-test-failed", "left-behind", "overdue"]);
    }

    #[test]
    fn names_are_the_ones_that_are_serialised_and_none_is_missing_from_the_list() {
        let mut names: Vec<_> = AlarmKind::ALL.into_iter().map(AlarmKind::as_str).collect();
        for kind in AlarmKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AlarmKind::ALL.len());
    }

    #[test]
    fn every_kind_has_a_runbook_with_the_five_headings() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbooks");
        for kind in AlarmKind::ALL {
            let path = folder.join(kind.runbook());
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for heading in ["What happened", "What it means", "First look", "How to mend", "When to escalate"] {
                assert!(text.contains(&format!("## {heading}")), "{} lacks `## {heading}`", path.display());
            }
            let severity = severity_of(kind).as_str();
            assert!(text.contains(&format!("Severity: {severity}.")), "{} lacks its severity", path.display());
        }
    }

    #[test]
    fn no_runbook_is_left_over() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbooks");
        let known: Vec<_> = AlarmKind::ALL.into_iter().map(AlarmKind::runbook).collect();
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(name == "README.md" || known.contains(&name), "{name} belongs to no kind of alarm");
        }
    }
}
