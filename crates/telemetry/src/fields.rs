//! Names of fields of spans and events. They are part of what programs rely on, and do not change.
//!
//! Macros of `tracing` want names spelled out, so the code repeats them; [`ALL`] is what documentation and tests hold it
//! to.

/// The plan's name.
pub const PLAN: &str = "plan";
/// The run's number.
pub const RUN: &str = "run";
/// The restore test's place in the draw.
pub const TEST: &str = "test";
/// The number of the attempt within a restore test.
pub const ATTEMPT: &str = "attempt";
/// The recovery point's ARN.
pub const RECOVERY_POINT_ARN: &str = "recovery_point.arn";
/// The restore job's id.
pub const RESTORE_JOB_ID: &str = "restore_job.id";
/// The type of the protected resource.
pub const RESOURCE_TYPE: &str = "resource.type";
/// A phase of the restore test, in words.
pub const PHASE: &str = "phase";
/// What a restore test came to: `passed`, `failed`, `inconclusive`.
pub const OUTCOME: &str = "outcome";

/// All of them.
pub const ALL: [&str; 9] =
    [PLAN, RUN, TEST, ATTEMPT, RECOVERY_POINT_ARN, RESTORE_JOB_ID, RESOURCE_TYPE, PHASE, OUTCOME];

#[cfg(test)]
mod tests {
    #[test]
    fn the_engine_spells_the_fields_as_they_are_written_here() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/src/spans.rs");
        let source = std::fs::read_to_string(path).unwrap();
        for name in super::ALL {
            assert!(source.contains(name), "{name} is not in {path}");
        }
    }
}
