//! A run that can be told in full, with every outcome there is, and altered before it is written down.

use std::collections::BTreeMap;

use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::chain::{Event, RUN_CHAIN};
use backproof_model::cost::{Certainty, Cost, CostFacts};
use backproof_model::exception::Impact;
use backproof_model::record::{
    AccountListed, Admission, ApprovalStanding, Approver, Authorisation, BudgetSet, Census, CensusLook, Completeness,
    ControlsTried, CostComputed, CostEstimated, Deletion, DeletionEnd, DrawCommitted, Drawn, DrawnPoint,
    EntropyRevealed, ExceptionTouched, ExceptionsRecorded, IsolationFact, IsolationSeen, IsolationState, Leftover,
    Objectives, PhaseTimes, PlanApproval, PopulationFrozen, Purpose, ReachSeen, ReachState, ResourceGap,
    RestoreStarted, RestoreVerdict, RunClosed, RunOpened, SandboxEntered, ScopeLine, StratumSize, TestClosed,
    TestEstimated, Touch, UncoveredResource, VaultListed, run_step, test_step,
};
use backproof_model::{Check, Claim, FaultOwner, Outcome, ProofLevel, ResourceType, Verdict};
use serde_json::json;

use super::JournalWriter;
use super::records::{account, at, check, cost, drawn_point, passing_attempt, planted, prices, region};
use crate::restore_test::Attempt;

/// A run, as its records will say it.
#[derive(Clone)]
pub struct Story {
    /// What was asked for.
    pub opened: RunOpened,
    /// The population.
    pub population: PopulationFrozen,
    /// The entropy; its seed is computed when the story is written.
    pub entropy: EntropyRevealed,
    /// SHA-256 of the full ranking.
    pub ranking_sha256: String,
    /// The restore tests.
    pub tests: Vec<TestStory>,
    /// The estimate of costs, where one was made; that of each restore test is told in the order of these.
    pub costs: Option<CostEstimated>,
    /// How the plan's approval stood.
    pub approval: Option<PlanApproval>,
    /// Planted faults.
    pub controls: ControlsTried,
    /// The closing census.
    pub census: Option<Census>,
    /// The digest of the nonce that the run fixed for the next.
    pub next_nonce_sha256: Option<String>,
    /// Whether the run's closing record is written, and why it was stopped where it was.
    pub closed: Option<Option<String>>,
}

/// One restore test.
#[derive(Clone)]
pub struct TestStory {
    /// The drawn point.
    pub drawn: DrawnPoint,
    /// Its attempts; none for a restore test that never began.
    pub attempts: Vec<Attempt>,
    /// Its outcome; `None` leaves it unfinished.
    pub outcome: Option<Outcome>,
    /// Why the budget let no (further) attempt begin.
    pub held_back: Option<String>,
}

impl TestStory {
    /// A restore test that passed at L3, its data equal to a baseline.
    pub fn passed(number: u32, table: &str) -> Self {
        let checks = vec![
            check("key-schema", Claim::StructureComplete, Verdict::Passed),
            check("content-fingerprint", Claim::DataMatchesBaseline, Verdict::Passed),
        ];
        Self::examined(number, table, checks)
    }

    /// A restore test with these checks, and the outcome that they come to.
    pub fn examined(number: u32, table: &str, checks: Vec<Check>) -> Self {
        let drawn = drawn_point(number, table);
        let outcome = Some(Outcome::of_checks(&checks, ProofLevel::L3));
        let attempts = vec![passing_attempt(&drawn, checks)];
        Self { drawn, attempts, outcome, held_back: None }
    }

    /// A restore that AWS Backup refused.
    pub fn refused(number: u32, table: &str, outcome: Outcome) -> Self {
        let mut test = Self::passed(number, table);
        let attempt = &mut test.attempts[0];
        attempt.started = Some(RestoreStarted::Refused {
            owner: outcome.owner().unwrap_or(FaultOwner::Harness),
            reason: outcome.reason().unwrap_or_default().to_owned(),
            may_pass: false,
        });
        (attempt.ended, attempt.ready, attempt.validated, attempt.deleted) = (None, None, None, None);
        attempt.cost = Some(CostComputed { cost: Cost::default(), prices_sha256: prices().sha256 });
        test.outcome = Some(outcome);
        test
    }

    /// A restore test that the budget did not let begin.
    pub fn held_back(number: u32, table: &str, reason: &str) -> Self {
        let outcome = Some(Outcome::inconclusive(FaultOwner::Quota, format!("the budget: {reason}")));
        Self { outcome, held_back: Some(reason.to_owned()), ..Self::not_performed(number, table) }
    }

    /// A restore test that never began.
    pub fn not_performed(number: u32, table: &str) -> Self {
        Self { drawn: drawn_point(number, table), attempts: Vec::new(), outcome: None, held_back: None }
    }

    fn closing(&self, outcome: Outcome) -> TestClosed {
        let examined = self.attempts.iter().any(|attempt| attempt.validated.is_some());
        let times = if examined {
            let step = i64::from(self.drawn.test % 50);
            PhaseTimes {
                stage: None,
                queue: Some(30),
                job: Some(600 + 40 * step),
                ready: Some(30),
                validate: Some(40),
                delete: Some(19),
            }
        } else {
            PhaseTimes::default()
        };
        let stranded = self.attempts.iter().filter_map(|attempt| attempt.deleted.as_ref()).flat_map(|deleted| {
            deleted.stranded().map(|deletion| Leftover { arn: deletion.arn.clone(), why: "still there".into() })
        });
        TestClosed {
            outcome,
            attempts: u32::try_from(self.attempts.len()).unwrap_or(u32::MAX),
            times,
            objectives: Objectives {
                rto_seconds: Some(900),
                recovery_seconds: times.recovery_seconds(),
                rpo_gap_seconds: Some(86_400),
                gap_seconds: Some(90_000),
                lag_seconds: examined.then_some(240),
            },
            age_at_test_seconds: 86_400 * i64::from(self.drawn.test),
            stranded: stranded.collect(),
        }
    }
}

impl Story {
    /// A run in which every restore test passed.
    pub fn all_passed(tests: u32) -> Self {
        Self::of((1..=tests).map(|number| TestStory::passed(number, &format!("table-{number:04}"))).collect())
    }

    /// A run with a restore test for each kind of outcome, two attempts and something stranded among them.
    pub fn of_every_outcome() -> Self {
        let missing = vec![
            check("key-schema", Claim::StructureComplete, Verdict::Passed),
            check("item-count", Claim::DataPresent, Verdict::Failed),
        ];
        let read_only = vec![check("readable", Claim::DataReadable, Verdict::Passed)];
        let unread = vec![check("readable", Claim::DataReadable, Verdict::Inconclusive(FaultOwner::Validator))];
        let mut twice = TestStory::passed(6, "sessions");
        let mut first = twice.attempts[0].clone();
        if let Some(ended) = &mut first.ended {
            ended.status = "FAILED".into();
            ended.created_resource_arn = None;
            ended.verdict = RestoreVerdict::NotRestored {
                owner: FaultOwner::Quota,
                catalogue_entry: Some(12),
                reason: "too many restores at once".into(),
                may_pass: true,
            };
        }
        (first.ready, first.validated, first.deleted) = (None, None, None);
        twice.attempts[0].number = 2;
        twice.attempts.insert(0, first);
        let mut stranded = TestStory::passed(7, "audit-log");
        if let Some(deleted) = &mut stranded.attempts[0].deleted {
            let end = DeletionEnd::Stranded { reason: "AccessDenied on dynamodb:DeleteTable".into() };
            deleted.resources[0] = Deletion { end, ..deleted.resources[0].clone() };
        }
        Self::of(vec![
            TestStory::passed(1, "orders"),
            TestStory::examined(2, "customers", missing),
            TestStory::examined(3, "events", read_only),
            TestStory::refused(4, "invoices", Outcome::failed("the KMS key of the recovery point is gone")),
            TestStory::refused(
                5,
                "carts",
                Outcome::inconclusive(FaultOwner::Sandbox, "the restore role may not use dynamodb:CreateTable"),
            ),
            twice,
            stranded,
            TestStory::examined(8, "profiles", unread),
            TestStory::not_performed(9, "ledger"),
        ])
    }

    /// A run of these restore tests, all else plausible.
    pub fn of(tests: Vec<TestStory>) -> Self {
        let plan = json!({
            "name": "quarterly", "objectives": {"rpo_gap": 86_400, "rto": 900}, "required_level": "L3",
        });
        let excluded: BTreeMap<String, u64> = [("cold-storage".to_owned(), 2), ("partial".to_owned(), 1)].into();
        let eligible = 60.max(tests.len() as u64);
        Self {
            opened: RunOpened {
                run: 7,
                installation: "demo".into(),
                plan_name: "quarterly".into(),
                plan_sha256: canonical_json(&plan).map(sha256_hex).expect("a plan is plain JSON"),
                plan: plan.clone(),
                version: "0.1.0".into(),
                pipeline: 1,
                simulated: true,
                operator: "rosa@ops-1".into(),
                authorisation: Some(Authorisation {
                    authorised_by: "Ada Example".into(),
                    ticket: "CHG-1042".into(),
                    data_classes: vec!["internal".into(), "personal".into()],
                    expires: at(86_400 * 30),
                }),
                purpose: Purpose::Plan,
                keep_seconds: None,
                same_account: None,
            },
            population: population(eligible, excluded),
            entropy: EntropyRevealed {
                kind: "os".into(),
                value: "f38b2ffc80a4df5a51c9bc701e7ea419".into(),
                grade: "self-attested".into(),
                grade_reason: "the operator's own machine gave the entropy".into(),
                seed: String::new(),
                beacon_signature: None,
                commitment_anchor: None,
            },
            ranking_sha256: sha256_hex("the ranking"),
            costs: Some(estimated(&tests)),
            tests,
            approval: Some(PlanApproval {
                plan_sha256: canonical_json(&plan).map(sha256_hex).expect("a plan is plain JSON"),
                standing: ApprovalStanding::Approved,
                reason: "approved by Ada Example at 2026-09-30T08:00:00Z (CHG-1042)".into(),
                approvers: vec![Approver {
                    person: Some("Ada Example".into()),
                    key_id: sha256_hex("a key"),
                    ticket: Some("CHG-1042".into()),
                    approved_at: at(-64_800),
                    expires: None,
                }],
                trust_sha256: Some(sha256_hex("a trust file")),
                allowed_by: None,
            }),
            controls: ControlsTried { validators: vec![planted()] },
            census: Some(Census {
                looked: vec![CensusLook {
                    resource_type: ResourceType::dynamodb(),
                    region: region(),
                    seen: 3,
                    problem: None,
                }],
                ours: Vec::new(),
                kept: Vec::new(),
            }),
            next_nonce_sha256: None,
            closed: Some(None),
        }
    }

    /// The journal that this run would have left.
    pub fn journal(&self) -> String {
        let mut journal = JournalWriter::new(self.opened.run, at(0));
        let commitment = self.commitment();
        let points = self.tests.iter().map(|test| test.drawn.clone()).collect();
        journal.step(RUN_CHAIN, run_step::OPEN, &self.opened);
        journal.step(RUN_CHAIN, run_step::SANDBOX, &sandbox());
        journal.step(RUN_CHAIN, run_step::POPULATION, &self.population);
        if self.opened.purpose == Purpose::Plan {
            journal.step(RUN_CHAIN, run_step::COMMIT, &commitment);
            journal.step(RUN_CHAIN, run_step::REVEAL, &self.revealed(&commitment));
        }
        journal.step(RUN_CHAIN, run_step::DRAW, &Drawn { points, ranking_sha256: self.ranking_sha256.clone() });
        journal.step_if(RUN_CHAIN, run_step::COSTS, self.costs.as_ref());
        journal.step_if(RUN_CHAIN, run_step::APPROVAL, self.approval.as_ref());
        journal.step(RUN_CHAIN, run_step::CONTROLS, &self.controls);
        let outcomes = self.tests.iter().filter_map(|test| write_test(&mut journal, test)).collect();
        journal.step(RUN_CHAIN, run_step::ISOLATION_AT_CLOSE, &isolation(9_000));
        journal.step_if(RUN_CHAIN, run_step::CENSUS, self.census.as_ref());
        if let Some(stopped_because) = &self.closed {
            journal.step(RUN_CHAIN, run_step::EXCEPTIONS, &self.exceptions());
            let closed = RunClosed {
                next_nonce_sha256: self.next_nonce_sha256.clone(),
                completed: stopped_because.is_none() && self.tests.iter().all(|test| test.outcome.is_some()),
                stopped_because: stopped_because.clone(),
                heads: journal.test_heads(),
                outcomes,
                stranded: Vec::new(),
                calls: [("backup:StartRestoreJob".to_owned(), self.tests.len() as u64)].into(),
            };
            journal.step(RUN_CHAIN, run_step::CLOSE, &closed);
        }
        journal.text()
    }

    /// An exception for each restore test that was not passed, in their order.
    fn exceptions(&self) -> ExceptionsRecorded {
        let not_passed = self.tests.iter().filter(|test| test.outcome.as_ref().is_none_or(|it| it.reason().is_some()));
        let touched: Vec<ExceptionTouched> = (1..).zip(not_passed).map(|(id, test)| opened(id, test)).collect();
        ExceptionsRecorded { open: touched.len() as u64, touched, overdue: 0, accepted: 0 }
    }

    fn commitment(&self) -> DrawCommitted {
        let drawn = |stratum: &str| {
            let of = self.tests.iter().filter(|test| test.drawn.stratum == stratum);
            of.filter(|test| test.drawn.rank.is_some()).count() as u64
        };
        let units = self.population.units_by_stratum.iter();
        let size = |(stratum, population): (&String, &u64)| {
            (stratum.clone(), StratumSize { population: *population, sample: drawn(stratum) })
        };
        DrawCommitted {
            algorithm: "backproof-draw/v1".into(),
            plan_sha256: self.opened.plan_sha256.clone(),
            population_sha256: self.population.population_sha256.clone(),
            run: self.opened.run.to_string(),
            sizes: units.map(size).collect(),
            certainty_units: Vec::new(),
            entropy_kind: self.entropy.kind.clone(),
            entropy_known: false,
            beacon_round: None,
        }
    }

    fn revealed(&self, commitment: &DrawCommitted) -> EntropyRevealed {
        let seed = sha256_hex(format!(
            "backproof-draw/v1\nplan-sha256={}\npopulation-sha256={}\nrun={}\nentropy={}:{}\n",
            commitment.plan_sha256, commitment.population_sha256, commitment.run, self.entropy.kind, self.entropy.value
        ));
        EntropyRevealed { seed, ..self.entropy.clone() }
    }
}

fn estimated(tests: &[TestStory]) -> CostEstimated {
    let of = |test: &TestStory| TestEstimated {
        test: test.drawn.test,
        cost: cost("0.02"),
        facts: CostFacts::default(),
        times: "expected to exist for 50 minutes".into(),
        admission: Admission::Within,
    };
    let tests: Vec<TestEstimated> = tests.iter().map(of).collect();
    CostEstimated {
        prices: prices(),
        budget: BudgetSet::default(),
        total: tests.iter().map(|test| test.cost.total).sum(),
        certainty: Certainty::Listed,
        tests,
    }
}

fn opened(id: u64, test: &TestStory) -> ExceptionTouched {
    ExceptionTouched {
        id,
        how: Touch::Opened,
        test: Some(test.drawn.test),
        about: test.drawn.unit.clone(),
        opened_by_run: 7,
        owner: None,
        ticket: None,
        due: at(86_400 * 30),
        impact: Some(Impact { shares: "the same resource".into(), total: 3, first: Vec::new() }),
    }
}

fn write_test(journal: &mut JournalWriter, test: &TestStory) -> Option<(String, Outcome)> {
    let chain = format!("test-{}", test.drawn.test);
    if let Some(reason) = &test.held_back {
        let number = test.attempts.len() + 1;
        let refused = Admission::Beyond { reason: reason.clone() };
        journal.step(&chain, &format!("{}/{number}", test_step::BUDGET), &refused);
    }
    for attempt in &test.attempts {
        let of = |step: &str| format!("{step}/{}", attempt.number);
        journal.step_if(&chain, &of(test_step::STAGE), attempt.located.as_ref());
        journal.step_if(&chain, &of(test_step::PREPARE), attempt.prepared.as_ref());
        journal.step_if(&chain, &of(test_step::START), attempt.started.as_ref());
        let job = format!("restore-job/{}", attempt.number);
        journal.event(&chain, Event::Status { of: job, status: "RUNNING".into() });
        journal.step_if(&chain, &of(test_step::AWAIT), attempt.ended.as_ref());
        journal.step_if(&chain, &of(test_step::READY), attempt.ready.as_ref());
        journal.step_if(&chain, &of(test_step::VALIDATE), attempt.validated.as_ref());
        journal.step_if(&chain, &of(test_step::DELETE), attempt.deleted.as_ref());
        journal.step_if(&chain, &of(test_step::COST), attempt.cost.as_ref());
    }
    let outcome = test.outcome.clone()?;
    journal.step(&chain, test_step::CLOSE, &test.closing(outcome.clone()));
    Some((chain, outcome))
}

fn sandbox() -> SandboxEntered {
    SandboxEntered {
        account: account("999988887777"),
        caller_arn: "arn:aws:sts::999988887777:assumed-role/backproof-sandbox/demo".into(),
        regions: vec![region()],
        isolation: isolation(5),
        reach: vec![ReachSeen {
            region: region(),
            way: "inside".into(),
            state: ReachState::Reached,
            detail: "10.0.1.10:443 accepts connections".into(),
        }],
    }
}

fn isolation(seconds: i64) -> IsolationSeen {
    let fact =
        |subject: &str, state, detail: &str| IsolationFact { subject: subject.into(), state, detail: detail.into() };
    IsolationSeen {
        at: at(seconds),
        facts: vec![
            fact("route tables", IsolationState::Isolated, "2 route tables, local routes only"),
            fact("DNS Firewall", IsolationState::NotExamined, "no network is configured"),
        ],
    }
}

fn population(eligible: u64, excluded_by_reason: BTreeMap<String, u64>) -> PopulationFrozen {
    let excluded = excluded_by_reason.values().sum();
    let listed = eligible + excluded;
    let resource = |table: &str| format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{table}");
    PopulationFrozen {
        as_of: at(2),
        listed,
        eligible,
        excluded,
        excluded_by_reason,
        population_sha256: sha256_hex("the population"),
        excluded_sha256: sha256_hex("the excluded"),
        units_by_stratum: [("DynamoDB".to_owned(), eligible)].into(),
        scope: ScopeLine {
            points: eligible,
            listed_points: listed,
            resources: eligible,
            protected_resources: eligible + 1,
            accounts: 1,
            all_accounts: 2,
        },
        accounts: vec![
            AccountListed {
                account: account("111122223333"),
                region: region(),
                caller_arn: Some("arn:aws:sts::111122223333:assumed-role/backproof-read/demo".into()),
                problem: None,
            },
            AccountListed {
                account: account("444455556666"),
                region: region(),
                caller_arn: None,
                problem: Some("AccessDenied on sts:AssumeRole".into()),
            },
        ],
        vaults: vec![VaultListed {
            account: account("111122223333"),
            region: region(),
            name: "prod-daily".into(),
            included: true,
            reported: Some(listed),
            listed,
            problem: None,
        }],
        uncovered: vec![UncoveredResource {
            resource_arn: resource("forgotten").parse().expect("an ARN"),
            resource_type: ResourceType::dynamodb(),
            in_scope: true,
            why: "no recovery point".into(),
        }],
        uncovered_total: 1,
        uncovered_in_scope: 1,
        completeness: Completeness::EstablishedExcept(vec!["account 444455556666 could not be read".into()]),
        gaps: vec![
            ResourceGap {
                resource_arn: resource("orders").parse().expect("an ARN"),
                gap_seconds: 90_000,
                since: at(-180_000),
                points: 30,
            },
            ResourceGap {
                resource_arn: resource("carts").parse().expect("an ARN"),
                gap_seconds: 86_400,
                since: at(-90_000),
                points: 31,
            },
        ],
    }
}
