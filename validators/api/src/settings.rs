//! Settings of a validator, as the plan gives them.

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("settings of validator `{validator}`: {problem}")]
pub struct InvalidSettings {
    /// The validator.
    pub validator: &'static str,
    /// What is wrong, where, and how to mend it.
    pub problem: String,
}
