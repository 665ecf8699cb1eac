//! The claims by name: what each is called in catalogues, what it is about, and what it says where it is shown.

use std::fmt;

use backproof_model::Claim;
use serde::{Serialize, Serializer};

/// What a dossier can show. A criterion of a catalogue names those that support it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DossierClaim {
    /// Somebody allowed production data to be restored, before it was.
    Authorised,
    /// Somebody else than the operator had approved the plan before anything was restored.
    PlanApprovedBefore,
    /// The program, its version and the plan are named, and their digests hold.
    ProgramAndPlanIdentified,
    /// Every occurrence of the schedule was performed in time.
    PerformedOnSchedule,
    /// The register has no gap, and the runs stand in it.
    RegisterGapFree,
    /// Every drawn recovery point was tested to a verdict.
    EveryDrawnPointTested,
    /// Whatever did not pass became an exception with an owner, and none is overdue.
    ExceptionsFollowed,
    /// Whatever failed was tested again, and passed.
    FailuresRetested,
    /// Somebody else than the operator has signed off each run.
    ReviewedByAnother,
    /// The operator's signature on each bundle holds, and it is known whose it is.
    EvidenceSigned,
    /// An authority has time-stamped each bundle.
    EvidenceTimeStamped,
    /// Each bundle is in an archive, which has given a receipt.
    EvidenceArchived,
    /// The population was frozen before the draw.
    PopulationFrozen,
    /// Nothing in scope is missing from the population.
    PopulationComplete,
    /// The sample was drawn from the frozen population by a committed seed.
    SampleDrawnAtRandom,
    /// The operator could not have influenced the draw, and anybody can redo it.
    DrawVerifiable,
    /// Every resource type that can be drawn was tested.
    EveryTypeCovered,
    /// Every protected resource in scope has a recovery point that can be drawn.
    EveryProtectedResourceHasAPoint,
    /// No protected resource is overdue for a restore test.
    NoResourceOverdue,
    /// What was restored went into the sandbox account.
    RestoredInSandbox,
    /// The sandbox is an account of its own, apart from every source.
    SandboxApartFromSources,
    /// The sandbox had no way out.
    IsolatedSandbox,
    /// All that was restored was deleted, and seen absent.
    RestoredDataDeleted,
    /// Every restore test passed.
    RestoreTestsPassed,
    /// Restored data itself was examined.
    DataExamined,
    /// Restored data was compared with what it was before.
    DataCompared,
    /// The time of each recovery was measured.
    RecoveryTimeMeasured,
    /// No recovery took longer than the objective.
    RecoveryTimeWithinObjective,
    /// No interval between recovery points is longer than the objective.
    GapWithinObjective,
    /// How far the newest data lags behind its recovery point was measured.
    LagMeasured,
    /// A recovery point was restored into another account than its resource's.
    CrossAccountRestored,
    /// A recovery point was restored into another Region than its resource's.
    CrossRegionRestored,
    /// A recovery point of a logically air-gapped vault was restored.
    AirGappedRestored,
    /// What is encrypted could be restored with its key.
    EncryptionKeyUsable,
    /// The evidence holds together.
    EvidenceHoldsTogether,
    /// Each bundle is sealed and names the seal of the one before.
    BundlesLinked,
    /// Every validator noticed the faults that were planted for it.
    ValidatorsShownToNoticeFaults,
    /// Each restore can be followed to AWS's own identifiers and times.
    TraceableToAws,
    /// AWS's own event history shows each restore and deletion, and a trail keeps it.
    CorroboratedByCloudTrail,
    /// What checks establish: for every restore test a check of this claim passed.
    OfChecks(Claim),
}

/// What is judged: the control, the backups, and the harness are three things, and never one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Whether the control was performed as it should be, whatever it found.
    ControlOperation,
    /// What restores came to.
    RestoreOutcomes,
    /// Whether the harness and its evidence can be relied on.
    HarnessIntegrity,
}

impl Aspect {
    /// What is judged, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::ControlOperation => "the control's operation",
            Self::RestoreOutcomes => "the outcomes of restores",
            Self::HarnessIntegrity => "the harness's integrity",
        }
    }
}

/// What is said of a claim once: its name, what it is about, and what is shown where it is shown.
struct Described(&'static str, Aspect, &'static str);

impl DossierClaim {
    /// Every claim.
    pub const ALL: [Self; 48] = [
        Self::Authorised,
        Self::PlanApprovedBefore,
        Self::ProgramAndPlanIdentified,
        Self::PerformedOnSchedule,
        Self::RegisterGapFree,
        Self::EveryDrawnPointTested,
        Self::ExceptionsFollowed,
        Self::FailuresRetested,
        Self::ReviewedByAnother,
        Self::EvidenceSigned,
        Self::EvidenceTimeStamped,
        Self::EvidenceArchived,
        Self::PopulationFrozen,
        Self::PopulationComplete,
        Self::SampleDrawnAtRandom,
        Self::DrawVerifiable,
        Self::EveryTypeCovered,
        Self::EveryProtectedResourceHasAPoint,
        Self::NoResourceOverdue,
        Self::RestoredInSandbox,
        Self::SandboxApartFromSources,
        Self::IsolatedSandbox,
        Self::RestoredDataDeleted,
        Self::RestoreTestsPassed,
        Self::DataExamined,
        Self::DataCompared,
        Self::RecoveryTimeMeasured,
        Self::RecoveryTimeWithinObjective,
        Self::GapWithinObjective,
        Self::LagMeasured,
        Self::CrossAccountRestored,
        Self::CrossRegionRestored,
        Self::AirGappedRestored,
        Self::EncryptionKeyUsable,
        Self::EvidenceHoldsTogether,
        Self::BundlesLinked,
        Self::ValidatorsShownToNoticeFaults,
        Self::TraceableToAws,
        Self::CorroboratedByCloudTrail,
        Self::OfChecks(Claim::RestoreCompleted),
        Self::OfChecks(Claim::ResourceReachable),
        Self::OfChecks(Claim::StructureComplete),
        Self::OfChecks(Claim::DataReadable),
        Self::OfChecks(Claim::DataPresent),
        Self::OfChecks(Claim::DataMatchesBaseline),
        Self::OfChecks(Claim::DataFresh),
        Self::OfChecks(Claim::SettingsRestored),
        Self::OfChecks(Claim::UnchangedSinceLastTest),
    ];

    /// Its name in catalogues.
    pub fn as_str(self) -> &'static str {
        self.described().0
    }

    /// What it is about.
    pub fn aspect(self) -> Aspect {
        self.described().1
    }

    /// What is shown where it is shown, as a phrase.
    pub fn in_words(self) -> &'static str {
        self.described().2
    }

    /// The claim of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == name)
    }

    fn described(self) -> Described {
        use Aspect::{ControlOperation as C, HarnessIntegrity as H, RestoreOutcomes as R};
        match self {
            Self::Authorised => Described("authorised", C, "restoring production data was authorised beforehand"),
            Self::PlanApprovedBefore => {
                Described("plan-approved-before", C, "somebody else than the operator approved the plan beforehand")
            }
            Self::ProgramAndPlanIdentified => {
                Described("program-and-plan-identified", C, "program, version and plan are identified by digests")
            }
            Self::PerformedOnSchedule => {
                Described("performed-on-schedule", C, "every occurrence of the schedule was performed in time")
            }
            Self::RegisterGapFree => Described("register-gap-free", C, "the register of runs has no gap"),
            Self::EveryDrawnPointTested => {
                Described("every-drawn-point-tested", C, "every drawn recovery point was tested to a verdict")
            }
            Self::ExceptionsFollowed => {
                Described("exceptions-followed", C, "whatever did not pass is followed up, and nothing is overdue")
            }
            Self::FailuresRetested => Described("failures-retested", C, "whatever failed was tested again and passed"),
            Self::ReviewedByAnother => {
                Described("reviewed-by-another", C, "somebody else than the operator signed off each run")
            }
            Self::EvidenceSigned => Described("evidence-signed", C, "each bundle is signed by a known operator"),
            Self::EvidenceTimeStamped => {
                Described("evidence-time-stamped", C, "each bundle is time-stamped by an authority")
            }
            Self::EvidenceArchived => {
                Described("evidence-archived", C, "each bundle is in an archive that gave a receipt")
            }
            Self::PopulationFrozen => Described("population-frozen", C, "the population was frozen before the draw"),
            Self::PopulationComplete => Described("population-complete", C, "the population is complete"),
            Self::SampleDrawnAtRandom => {
                Described("sample-drawn-at-random", C, "the sample was drawn by a committed seed")
            }
            Self::DrawVerifiable => Described("draw-verifiable", C, "the operator could not have influenced the draw"),
            Self::EveryTypeCovered => Described("every-type-covered", C, "every resource type in scope was tested"),
            Self::EveryProtectedResourceHasAPoint => Described(
                "every-protected-resource-has-a-point",
                R,
                "every protected resource in scope has a recovery point that can be drawn",
            ),
            Self::NoResourceOverdue => {
                Described("no-resource-overdue", C, "no protected resource is overdue for a restore test")
            }
            Self::RestoredInSandbox => {
                Described("restored-in-sandbox", R, "what was restored went into the sandbox account")
            }
            Self::SandboxApartFromSources => {
                Described("sandbox-apart-from-sources", C, "the sandbox is an account apart from every source")
            }
            Self::IsolatedSandbox => Described("isolated-sandbox", C, "the sandbox had no way out"),
            Self::RestoredDataDeleted => {
                Described("restored-data-deleted", C, "all that was restored was deleted and seen absent")
            }
            Self::RestoreTestsPassed => Described("restore-tests-passed", R, "every restore test passed"),
            Self::DataExamined => Described("data-examined", R, "restored data itself was examined"),
            Self::DataCompared => Described("data-compared", R, "restored data was compared with what it was before"),
            Self::RecoveryTimeMeasured => {
                Described("recovery-time-measured", R, "the time of each recovery was measured")
            }
            Self::RecoveryTimeWithinObjective => {
                Described("recovery-time-within-objective", R, "no recovery took longer than the objective")
            }
            Self::GapWithinObjective => {
                Described("gap-within-objective", R, "no interval between recovery points is longer than the objective")
            }
            Self::LagMeasured => {
                Described("lag-measured", R, "how far the newest data lags behind its recovery point was measured")
            }
            Self::CrossAccountRestored => {
                Described("cross-account-restored", R, "a restore into another account than the resource's passed")
            }
            Self::CrossRegionRestored => {
                Described("cross-region-restored", R, "a restore into another Region than the resource's passed")
            }
            Self::AirGappedRestored => {
                Described("air-gapped-restored", R, "a restore from a logically air-gapped vault passed")
            }
            Self::EncryptionKeyUsable => {
                Described("encryption-key-usable", R, "what is encrypted could be restored with its key")
            }
            Self::EvidenceHoldsTogether => Described("evidence-holds-together", H, "the evidence holds together"),
            Self::BundlesLinked => {
                Described("bundles-linked", H, "each bundle is sealed and names the seal of the one before")
            }
            Self::ValidatorsShownToNoticeFaults => {
                Described("validators-shown-to-notice-faults", H, "every validator noticed the faults planted for it")
            }
            Self::TraceableToAws => {
                Described("traceable-to-aws", H, "each restore can be followed to AWS's own identifiers and times")
            }
            Self::CorroboratedByCloudTrail => {
                Described("corroborated-by-cloudtrail", H, "AWS's own event history shows each restore and deletion")
            }
            Self::OfChecks(claim) => Described(claim.as_str(), R, backproof_evidence::words::claim(claim)),
        }
    }
}

impl fmt::Display for DossierClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for DossierClaim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
