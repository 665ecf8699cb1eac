//! One case: an edit of the template, and the one problem or warning that it must lead to.

use backproof_plan::PlanProblem;

/// What one edit of the template must lead to.
pub(crate) struct Case {
    pub(crate) edits: &'static [(&'static str, &'static str)],
    /// The text of the line that is pointed at, or its beginning.
    pub(crate) at: &'static str,
    pub(crate) message: &'static str,
    pub(crate) hint: &'static str,
}

pub(crate) const fn case(
    edits: &'static [(&'static str, &'static str)],
    at: &'static str,
    message: &'static str,
    hint: &'static str,
) -> Case {
    Case { edits, at, message, hint }
}

pub(crate) fn assert_found(found: &[PlanProblem], case: &Case) {
    let [problem] = found else { panic!("{:?}: {found:#?}", case.edits) };
    assert!(problem.text.starts_with(case.at), "{problem:#?}");
    assert!(problem.message.contains(case.message), "{problem:#?}");
    assert!(problem.hint.as_deref().unwrap().contains(case.hint), "{problem:#?}");
}

pub(crate) const ACCOUNT: &str = "account = \"999988887777\"";
pub(crate) const RESTORE_ROLE: &str = "restore_role_arn = \"arn:aws:iam::999988887777:role/backproof-restore\"";
pub(crate) const SANDBOX_REGIONS: &str = "them.\nregions = [\"eu-central-1\"]";
pub(crate) const SCOPE_REGIONS: &str = "[scope]\nregions = [\"eu-central-1\"]";
pub(crate) const SIZE: &str = "size = { per_stratum = 3 }";
pub(crate) const TYPES: &str = "\nprotected_resource_types = [\"DynamoDB\"]";
pub(crate) const WINDOW: &str = "#selection_window_days = 30";
pub(crate) const KEY: &str =
    "#kms_key_arn = \"arn:aws:kms:eu-central-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab\"";
pub(crate) const RULES: &str = "#[[residency]]\n";
