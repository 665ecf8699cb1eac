//! What a run was estimated to cost, what its budget let begin, and what its restore tests came to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cost::{Certainty, Cost, CostFacts};
use crate::money::Money;
use crate::{Region, ResourceType};

/// The estimate of a run, before anything is started, and what its budget lets begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostEstimated {
    /// The prices that it was computed with.
    pub prices: PricesUsed,
    /// The plan's budget.
    pub budget: BudgetSet,
    /// Each restore test, in the order of the draw: what one attempt at it costs.
    pub tests: Vec<TestEstimated>,
    /// One attempt at each of them.
    pub total: Money,
    /// How sure one can be of that sum.
    pub certainty: Certainty,
}

impl CostEstimated {
    /// The estimate of one restore test. Whoever asks for many takes [`Self::by_test`].
    pub fn of_test(&self, test: u32) -> Option<&TestEstimated> {
        self.tests.iter().find(|estimated| estimated.test == test)
    }

    /// The estimates by the number of their restore test; of several the first.
    pub fn by_test(&self) -> BTreeMap<u32, &TestEstimated> {
        self.tests.iter().rev().map(|estimated| (estimated.test, estimated)).collect()
    }

    /// The sum in words.
    pub fn in_words(&self) -> String {
        self.certainty.of(&self.prices.currency, self.total)
    }
}

/// The price table that sums were computed with. Each part of a sum names the price that it used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PricesUsed {
    /// The currency of every price: `USD`.
    pub currency: String,
    /// The day on which the prices were noted.
    pub as_of: String,
    /// SHA-256 of the whole table in canonical JSON.
    pub sha256: String,
    /// What the prices are, in words.
    pub note: String,
    /// The file that replaced some of them, where the plan names one, with the day of its prices.
    #[serde(default)]
    pub own: Option<OwnPrices>,
    /// What is in no sum, and why.
    #[serde(default)]
    pub not_priced: BTreeMap<String, String>,
}

/// A file of the user's own prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnPrices {
    /// The file, as the plan names it.
    pub file: String,
    /// The day on which its prices were noted.
    pub as_of: String,
}

/// The plan's budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetSet {
    /// The most that the restore tests of a run may cost together.
    pub per_run: Option<Money>,
    /// The most that one attempt at a restore test may cost.
    pub per_restore_test: Option<Money>,
    /// Whether a restore test begins although something of its cost is not known.
    #[serde(default)]
    pub unknown_allowed: bool,
}

impl BudgetSet {
    /// Whether there is any limit.
    pub fn limits_anything(&self) -> bool {
        self.per_run.is_some() || self.per_restore_test.is_some()
    }
}

/// The estimate of one restore test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestEstimated {
    /// The restore test's number.
    pub test: u32,
    /// What one attempt costs.
    pub cost: Cost,
    /// What was known of the resource that it restores.
    #[serde(default)]
    pub facts: CostFacts,
    /// What was assumed of times, in words.
    pub times: String,
    /// Whether the budget lets it begin.
    pub admission: Admission,
}

/// Whether a budget lets an attempt begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admission {
    /// It does.
    Within,
    /// It does not.
    Beyond {
        /// Why, with the sums.
        reason: String,
    },
}

impl Admission {
    /// Why it may not begin.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Within => None,
            Self::Beyond { reason } => Some(reason),
        }
    }
}

/// How many restores may be under way beside each other, by type and Region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcurrencyAllowed {
    /// Each type that was drawn in a Region.
    pub allowed: Vec<AllowedAtOnce>,
}

/// How many restores of one type may be under way in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedAtOnce {
    /// The type.
    pub resource_type: ResourceType,
    /// The Region.
    pub region: Region,
    /// So many restores.
    pub restores: u32,
    /// What set these numbers, in words.
    pub because: String,
}

/// What one attempt at a restore test came to, computed from its times and sizes once everything of it was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostComputed {
    /// What it came to. Computed from list prices, not billed.
    pub cost: Cost,
    /// SHA-256 of the price table, to be compared with that of the estimate.
    pub prices_sha256: String,
}
