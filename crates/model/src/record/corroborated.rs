//! What lets somebody check a run with AWS itself: AWS's answers as they came, and its own record of what was done.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Region;

/// The file of AWS's answers (`raw.jsonl`) as it stood when the run was closed. What was appended later is not vouched
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RawAnswersKept {
    /// How many bytes of the file this speaks of, from its beginning.
    pub bytes: u64,
    /// How many lines those are.
    pub lines: u64,
    /// How many of them hold an answer.
    pub answers: u64,
    /// How many of them are not whole: a process was killed while it wrote.
    pub torn: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub sha256: String,
    /// Answers that said the same as the one before to the same question, and were not kept again.
    pub repeated: u64,
    /// Answers beyond the number that is kept of one restore test, or of the run outside its tests.
    pub beyond: u64,
    /// Answers that could not be written.
    pub lost: u64,
    /// Why, where some could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Processes that kept answers and did not come to say how many they left out.
    pub interrupted: u64,
}

/// What CloudTrail has of the restores and deletions of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Corroboration {
    /// When its event history was looked through last.
    pub looked: Timestamp,
    /// Each Region of the sandbox, and the trail that records it.
    pub regions: Vec<TrailSeen>,
    /// How many restores and deletions were looked for.
    pub sought: u64,
    /// How many of them the event history holds.
    pub found: u64,
    /// The first 64 of those. All of them stand in `cloudtrail.tsv`.
    pub events: Vec<CorroboratedEvent>,
    /// The first 64 of the others. All of them stand in `cloudtrail.tsv`.
    pub uncorroborated: Vec<Uncorroborated>,
    /// SHA-256 of `cloudtrail.tsv`, in hexadecimal.
    pub file_sha256: String,
}

impl Corroboration {
    /// How many restores and deletions AWS's event history did not show.
    pub fn missing(&self) -> u64 {
        self.sought.saturating_sub(self.found)
    }
}

/// Whether a trail records a Region of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailSeen {
    /// The Region.
    pub region: Region,
    /// The trail; the best of several: one with validation of its log files, that is at work.
    pub trail: Option<TrailNamed>,
    /// Why nobody can tell, where nobody can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailNamed {
    /// Its ARN.
    pub arn: String,
    /// Whether it records now; `None` where that could not be read.
    pub is_logging: Option<bool>,
    /// Whether it writes digest files, by which a log file that was changed or removed is noticed.
    pub log_file_validation: bool,
    /// Where its digest files of this account and Region stand: `s3://BUCKET/[PREFIX/]AWSLogs/…`.
    pub digest_files: Option<String>,
    /// When the latest digest file was delivered.
    pub latest_digest: Option<Timestamp>,
}

/// An event that shows a restore or a deletion of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CorroboratedEvent {
    /// The restore test; 0 for the run itself.
    pub test: u32,
    /// The restore job that was started, or the ARN or name of what was made or deleted.
    pub subject: String,
    /// The event: `StartRestoreJob`, `DeleteTable`.
    pub event_name: String,
    /// CloudTrail's id of the event.
    pub event_id: String,
    /// When AWS received the request.
    pub event_time: Timestamp,
    /// AWS's id of the request; its answer in `raw.jsonl` carries the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_arn: Option<String>,
}

/// A restore or deletion of ours that the event history did not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Uncorroborated {
    /// The restore test; 0 for the run itself.
    pub test: u32,
    /// The restore job that was started, or the ARN or name of what was made or deleted.
    pub subject: String,
    /// The event that was looked for.
    pub event_name: String,
    /// Why there is none: not in the event history when it was looked through, or it could not be read.
    pub why: String,
}
