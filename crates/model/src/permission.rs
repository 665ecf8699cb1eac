//! What a driver or a validator may do in the sandbox, as it declares it itself.

/// An IAM action that a driver or a validator needs of the sandbox role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action: `dynamodb:DeleteTable`.
    pub action: &'static str,
    /// On what.
    pub on: Scope,
    /// When: whoever only deletes needs fewer of them.
    pub occasion: Occasion,
    /// What for, as the end of a sentence: `see its tags`.
    pub why: &'static str,
}

/// What an action is needed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Resources whose ARN matches: `arn:{partition}:dynamodb:{region}:{account}:table/bp-*`. The words in braces stand
    /// for those of the sandbox, `*` for anything.
    Named(&'static str),
    /// Everything: the action knows no resources, or is asked before anybody knows a name.
    All,
}

/// When an action is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// For listing all that there is of a type, which is done for every type, whether the plan draws of it or not.
    Listing,
    /// For restoring and examining.
    Testing,
    /// For finding, marking and deleting what was restored, which a janitor does as well.
    Deleting,
    /// For deleting the copy that a plan's route made of a recovery point.
    DeletingCopies,
}
