//! What may be spent.

use backproof_model::money::Money;
use serde::Serialize;

/// What may be spent. Nothing is started that would go beyond it; what is under way cannot be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetPlan {
    /// The currency of the limits and of the prices: three capital letters (ISO 4217).
    pub currency: String,
    /// For one run, all of its restore tests together; none means no limit.
    pub per_run: Option<Money>,
    /// For one restore test, all of its attempts together; none means no limit.
    pub per_restore_test: Option<Money>,
    /// A file of prices that replace built-in ones: those that it names.
    pub prices: Option<String>,
    /// What becomes of a restore test whose cost is not wholly known, where there is a limit.
    pub unknown: UnknownCost,
}

/// What becomes of a restore test whose cost is not wholly known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownCost {
    /// It does not begin: what cannot be bounded is beyond every limit.
    #[default]
    Refuse,
    /// It may begin, and counts as what is known of it.
    Allow,
}

impl Default for BudgetPlan {
    fn default() -> Self {
        Self {
            currency: "USD".to_owned(),
            per_run: None,
            per_restore_test: None,
            prices: None,
            unknown: UnknownCost::Refuse,
        }
    }
}
