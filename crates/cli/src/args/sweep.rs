//! What can be typed after `sweep`.

use std::path::PathBuf;

use backproof_model::ResourceArn;
use backproof_model::names::Installation;
use clap::Args;
use jiff::SignedDuration;

#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Deletes; without it, only says what would be deleted.
    #[arg(long)]
    pub(crate) delete: bool,
    /// Works under `sandbox.sweep_role_arn`, which may look and delete and nothing else.
    #[arg(long)]
    pub(crate) as_janitor: bool,
    /// Cleans up after the runs of this state directory or mirror, which is only read; what was deleted is written to
    /// the state directory of --state. For a janitor on a host of its own.
    #[arg(long, value_name = "DIR", conflicts_with = "without_journal")]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) without: WithoutJournal,
    /// Declares that this installation rightly works in the same sandbox, and does nothing else. Needs --person and
    /// --reason.
    #[arg(long, value_name = "NAME", requires = "person", requires = "reason")]
    #[arg(conflicts_with_all = ["delete", "without_journal", "journal"])]
    pub(crate) neighbour: Option<Installation>,
    /// Who asks for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// Break-glass.
#[derive(Debug, Args)]
pub(crate) struct WithoutJournal {
    /// Deletes what a lost journal cannot prove: only resources that --confirm names, that a restore job of the plan's
    /// restore role made, on the word of --person and --second-person, for --reason.
    #[arg(long, requires = "confirm", requires = "person", requires = "second_person", requires = "reason")]
    #[arg(conflicts_with = "delete")]
    #[expect(clippy::struct_field_names, reason = "it is the name of the flag")]
    pub(crate) without_journal: bool,
    /// The resource to delete; may be given several times. Either all of them pass, or none is deleted.
    #[arg(long, value_name = "ARN", requires = "without_journal")]
    pub(crate) confirm: Vec<ResourceArn>,
    /// The installation whose journal was lost, as names and tags of what it left say it. Default: this one.
    #[arg(long, value_name = "NAME", requires = "without_journal")]
    pub(crate) installation: Option<Installation>,
    /// Who else looked; another than --person.
    #[arg(long, value_name = "NAME", requires = "without_journal")]
    pub(crate) second_person: Option<String>,
}

/// How long something is held: `4h`, `90m`, `2h 30m`.
pub(crate) fn keep(text: &str) -> Result<SignedDuration, String> {
    let longest = backproof_engine::keeping::LONGEST;
    match text.parse::<SignedDuration>() {
        Ok(keep) if keep > SignedDuration::ZERO && keep <= longest => Ok(keep),
        Ok(_) => Err("expected more than nothing and at most 72h".into()),
        Err(problem) => Err(format!("expected a time such as 4h: {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::keep;

    #[test]
    fn something_is_held_for_some_time_and_at_most_three_days() {
        assert_eq!(keep("4h").map(|keep| keep.as_mins()), Ok(240));
        assert_eq!(keep("72h").map(|keep| keep.as_hours()), Ok(72));
        for text in ["", "0s", "-4h", "73h", "4", "soon"] {
            assert!(keep(text).is_err(), "{text}");
        }
    }
}
