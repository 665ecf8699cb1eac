//! The vocabulary of catalogues: what a dossier can show, contradict, or leave unshown.
//!
//! A check establishes a claim about one restored resource. These are claims about a whole dossier: what its runs, its
//! register and its attestations establish together, the checks' own claims among them. Each is read by a pure function
//! that names the figures it goes by and where they stand. Nothing that is absent shows anything.

mod control;
mod integrity;
mod outcomes;
mod people;
mod places;
mod reading;
mod register;
mod sample;
mod sandbox;
mod vocabulary;

use backproof_evidence::Dossier;
use backproof_model::Claim;

use crate::catalogue::Frequency;

pub use reading::{ClaimReading, ClaimStanding, EvidenceReference, Sentence};
pub use vocabulary::{Aspect, DossierClaim};

impl DossierClaim {
    /// Reads the claim from a dossier, where nothing demands how often a thing is done.
    pub fn read(self, dossier: &Dossier) -> ClaimReading {
        self.read_at_least(None, dossier)
    }

    /// Whether it is read by how often a criterion demands a thing to be done.
    pub fn asks_how_often(self) -> bool {
        self == Self::NoResourceOverdue
    }

    /// Reads the claim from a dossier for a criterion that demands so often.
    pub fn read_at_least(self, at_least: Option<Frequency>, dossier: &Dossier) -> ClaimReading {
        match self {
            Self::Authorised => control::authorised(dossier),
            Self::PlanApprovedBefore => control::plan_approved_before(dossier),
            Self::ProgramAndPlanIdentified => control::program_and_plan_identified(dossier),
            Self::PerformedOnSchedule => register::performed_on_schedule(dossier),
            Self::RegisterGapFree => register::register_gap_free(dossier),
            Self::EveryDrawnPointTested => control::every_drawn_point_tested(dossier),
            Self::ExceptionsFollowed => people::exceptions_followed(dossier),
            Self::FailuresRetested => people::failures_retested(dossier),
            Self::ReviewedByAnother => people::reviewed_by_another(dossier),
            Self::EvidenceSigned => people::evidence_signed(dossier),
            Self::EvidenceTimeStamped => people::evidence_time_stamped(dossier),
            Self::EvidenceArchived => people::evidence_archived(dossier),
            Self::PopulationFrozen => sample::population_frozen(dossier),
            Self::PopulationComplete => sample::population_complete(dossier),
            Self::SampleDrawnAtRandom => sample::sample_drawn_at_random(dossier),
            Self::DrawVerifiable => sample::draw_verifiable(dossier),
            Self::EveryTypeCovered => places::every_type_covered(dossier),
            Self::EveryProtectedResourceHasAPoint => sample::every_protected_resource_has_a_point(dossier),
            Self::NoResourceOverdue => places::no_resource_overdue(at_least, dossier),
            Self::RestoredInSandbox => sandbox::restored_in_sandbox(dossier),
            Self::SandboxApartFromSources => sandbox::sandbox_apart_from_sources(dossier),
            Self::IsolatedSandbox => sandbox::isolated_sandbox(dossier),
            Self::RestoredDataDeleted => sandbox::restored_data_deleted(dossier),
            Self::RestoreTestsPassed => outcomes::restore_tests_passed(dossier),
            Self::DataExamined => outcomes::data_examined(dossier),
            Self::DataCompared => outcomes::data_compared(dossier),
            Self::RecoveryTimeMeasured => outcomes::recovery_time_measured(dossier),
            Self::RecoveryTimeWithinObjective => outcomes::recovery_time_within_objective(dossier),
            Self::GapWithinObjective => outcomes::gap_within_objective(dossier),
            Self::LagMeasured => outcomes::lag_measured(dossier),
            Self::CrossAccountRestored => places::cross_account_restored(dossier),
            Self::CrossRegionRestored => places::cross_region_restored(dossier),
            Self::AirGappedRestored => places::air_gapped_restored(dossier),
            Self::EncryptionKeyUsable => places::encryption_key_usable(dossier),
            Self::EvidenceHoldsTogether => integrity::evidence_holds_together(dossier),
            Self::BundlesLinked => integrity::bundles_linked(dossier),
            Self::ValidatorsShownToNoticeFaults => integrity::validators_shown_to_notice_faults(dossier),
            Self::TraceableToAws => integrity::traceable_to_aws(dossier),
            Self::CorroboratedByCloudTrail => integrity::corroborated_by_cloudtrail(dossier),
            Self::OfChecks(Claim::RestoreCompleted) => outcomes::restore_completed(dossier),
            Self::OfChecks(
                claim @ (Claim::ResourceReachable
                | Claim::StructureComplete
                | Claim::DataReadable
                | Claim::DataPresent
                | Claim::DataMatchesBaseline
                | Claim::DataFresh
                | Claim::SettingsRestored
                | Claim::UnchangedSinceLastTest),
            ) => outcomes::of_checks(claim, dossier),
        }
    }
}
