//! From a trouble to its owner.
//!
//! Which entry decides, where several match: one that does not blame the backup before one that does, since blaming
//! the backup needs an undisputed message; then one bound to a resource type before one that is not; then the longer
//! text; then the lower number. An entry of two classes is inconclusive and goes to the owner that is not the backup,
//! or to the first of two such owners.
//!
//! What no entry knows goes by its error code where that is one of AWS's common ones (denied: sandbox; throttled,
//! unavailable or over a limit: quota, and may pass; refused as invalid: harness). Everything else goes to the harness,
//! because an answer that this program does not understand is its own shortcoming until somebody has looked.

use super::entries::{CATALOGUE, Class, Entry, Matcher, When};
use crate::FaultOwner;

/// In which phase of a restore test the trouble came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum During {
    /// Bringing the recovery point to the sandbox: copy or share.
    Staging,
    /// Reading restore metadata.
    Preparing,
    /// Asking for the restore.
    Starting,
    /// The restore job.
    #[default]
    Restoring,
    /// Making the restored resource ready.
    Readying,
}

/// What went wrong, in AWS's words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble<'a> {
    /// The resource type, as AWS Backup spells it.
    pub resource_type: &'a str,
    /// The job's or the resource's status, where it has one: `FAILED`, `COMPLETED`, `incompatible-restore`.
    pub status: Option<&'a str>,
    /// The message, empty where there is none.
    pub message: &'a str,
    /// The error code, where a call was refused.
    pub code: Option<&'a str>,
    /// When it came.
    pub phase: During,
    /// Whether the recovery point is the newest of its resource; `None` where nobody looked, which blames no backup.
    pub newest_of_resource: Option<bool>,
}

/// Whose fault it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// The catalogue's entry that decided, where one did.
    pub entry: Option<u32>,
    /// Whose fault.
    pub owner: FaultOwner,
    /// Whether this says that the backup cannot be restored: `failed`. Anything else is `inconclusive`.
    pub is_backup_defect: bool,
    /// Whether trying again later may help.
    pub may_pass: bool,
    /// What it means and what to do.
    pub remedy: &'static str,
}

/// Whether a restore job's end is a success: `COMPLETED` without any remark.
///
/// AWS Backup completes jobs of S3 and EKS with a remark when objects are missing, so every remark is trouble.
pub fn is_success(status: &str, status_message: Option<&str>) -> bool {
    status == "COMPLETED" && status_message.is_none_or(|message| message.trim().is_empty())
}

/// Whose fault `trouble` is. Never asked about a success.
pub fn classify(trouble: &Trouble<'_>) -> Classified {
    let text = folded(trouble.message);
    let best = CATALOGUE
        .iter()
        .filter_map(|entry| Some((rank(entry, trouble, &text)?, entry)))
        .max_by_key(|(rank, entry)| (*rank, std::cmp::Reverse(entry.number)));
    match best {
        Some((_, entry)) => by_entry(entry, trouble),
        None => by_code(trouble, &text),
    }
}

/// How well an entry fits, the better the greater, or `None` where it does not.
fn rank(entry: &Entry, trouble: &Trouble<'_>, text: &str) -> Option<(bool, bool, usize)> {
    let completed = trouble.status == Some("COMPLETED");
    let applies = match entry.when {
        When::NotCompleted => !completed,
        When::Completed => completed,
        When::At(stages) => !completed && stages.contains(&trouble.phase),
    };
    let bound = !entry.resource_types.is_empty();
    if !applies || (bound && !entry.resource_types.contains(&trouble.resource_type)) {
        return None;
    }
    let length = entry.matchers.iter().filter_map(|matcher| matched(*matcher, trouble, text)).max()?;
    Some((entry.class != Class::Backup, bound, length))
}

/// How much text a matcher found, or `None`.
fn matched(matcher: Matcher, trouble: &Trouble<'_>, text: &str) -> Option<usize> {
    let found = match matcher {
        Matcher::Says(fragments) => fragments.iter().all(|fragment| text.contains(&folded(fragment))),
        Matcher::Code(code) => {
            let same = |other: &str| other.eq_ignore_ascii_case(code);
            trouble.code.is_some_and(same) || trouble.status.is_some_and(same) || words(trouble.message).any(same)
        }
        Matcher::Anything => true,
    };
    found.then(|| match matcher {
        Matcher::Says(fragments) => fragments.iter().map(|fragment| fragment.len()).sum(),
        Matcher::Code(code) => code.len(),
        Matcher::Anything => 0,
    })
}

/// The message without case, hyphens or doubled spaces: AWS writes `identity based` and `identity-based`.
fn folded(text: &str) -> String {
    let spaced = text.to_lowercase().replace(['-', '\u{a0}'], " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that can be codes: letters, digits and what stands inside codes.
fn words(message: &str) -> impl Iterator<Item = &str> {
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    message.split(move |character| !inside(character)).map(|word| word.trim_end_matches('.'))
}

fn by_entry(entry: &Entry, trouble: &Trouble<'_>) -> Classified {
    let owner = match entry.class {
        Class::Backup => FaultOwner::Backup,
        Class::Sandbox | Class::SandboxOrBackup | Class::SandboxOrHarness => FaultOwner::Sandbox,
        Class::Harness | Class::HarnessOrSandbox | Class::HarnessOrBackup => FaultOwner::Harness,
        Class::Quota => FaultOwner::Quota,
        Class::BackupIfNewest => match trouble.newest_of_resource {
            Some(true) => FaultOwner::Backup,
            Some(false) | None => FaultOwner::Harness,
        },
    };
    Classified {
        entry: Some(entry.number),
        owner,
        is_backup_defect: owner == FaultOwner::Backup,
        may_pass: entry.may_pass,
        remedy: entry.remedy,
    }
}

fn by_code(trouble: &Trouble<'_>, text: &str) -> Classified {
    let unknown =
        |owner, may_pass, remedy| Classified { entry: None, owner, is_backup_defect: false, may_pass, remedy };
    if trouble.status == Some("COMPLETED") {
        return unknown(
            FaultOwner::Harness,
            false,
            "the job completed with a remark that is not in the catalogue: read it",
        );
    }
    let code = trouble.code.unwrap_or_default().to_lowercase();
    let code_has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    let denied = code_has(&["accessdenied", "unauthorized", "notauthorized"])
        || text.contains("is not authorized to perform")
        || text.contains("access denied");
    if code_has(&["expiredtoken", "unrecognizedclient", "invalidclienttokenid", "signaturedoesnotmatch"]) {
        return unknown(FaultOwner::Harness, true, "the credentials have expired or are wrong: sign in again");
    }
    let throttled = code_has(&["throttl", "toomanyrequests", "limitexceeded", "quotaexceeded", "throughputexceeded"])
        || text.contains("rate exceeded")
        || text.contains("throttl");
    if throttled {
        return unknown(FaultOwner::Quota, true, "AWS refused for the number of calls or resources: try later");
    }
    if code_has(&["serviceunavailable", "internalserver", "internalfailure", "internalerror", "timeout"]) {
        return unknown(FaultOwner::Quota, true, "AWS could not answer: try later");
    }
    if denied {
        return unknown(
            FaultOwner::Sandbox,
            false,
            "a permission is missing: permit the action that the message names",
        );
    }
    if code_has(&["invalid", "validation", "missingparameter"]) {
        return unknown(
            FaultOwner::Harness,
            false,
            "AWS refused what was sent: this is a fault of backproof, report it",
        );
    }
    unknown(
        FaultOwner::Harness,
        false,
        "the message is not in the catalogue: read it, and look in the service's own events",
    )
}
