//! What can be said of each validator without making one.

use backproof_model::{Claim, Permission, ProofLevel};

/// A validator in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name, as plans write it.
    pub name: &'static str,
    /// What it examines, in words.
    pub examines: &'static str,
    /// What a pass can establish.
    pub claims: &'static [Claim],
    /// The highest level that it can reach.
    pub highest: ProofLevel,
    /// What the sandbox role must be allowed for it.
    pub permissions: &'static [Permission],
}

/// Every validator, in the order of [`crate::NAMES`].
pub const ABOUT: &[About] = &[
    About {
        name: "exec",
        examines: "anything, by a program of your own",
        claims: &[
            Claim::ResourceReachable,
            Claim::StructureComplete,
            Claim::DataReadable,
            Claim::DataPresent,
            Claim::DataMatchesBaseline,
            Claim::DataFresh,
            Claim::SettingsRestored,
            Claim::UnchangedSinceLastTest,
        ],
        highest: ProofLevel::L4,
        permissions: &[],
    },
    About {
        name: "items",
        examines: "DynamoDB tables",
        claims: &[
            Claim::ResourceReachable,
            Claim::StructureComplete,
            Claim::DataReadable,
            Claim::DataPresent,
            Claim::DataMatchesBaseline,
            Claim::DataFresh,
            Claim::SettingsRestored,
        ],
        highest: ProofLevel::L3,
        permissions: backproof_validators_items::PERMISSIONS,
    },
    About {
        name: "rows",
        examines: "PostgreSQL, MySQL and MariaDB databases",
        claims: &[
            Claim::ResourceReachable,
            Claim::StructureComplete,
            Claim::DataReadable,
            Claim::DataPresent,
            Claim::DataMatchesBaseline,
            Claim::DataFresh,
        ],
        highest: ProofLevel::L3,
        permissions: &[],
    },
];
