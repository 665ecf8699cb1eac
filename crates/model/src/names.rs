//! The names and tags by which this installation knows its own resources again.
//!
//! Names are `bp-<installation>-<run>-<test>-<attempt>`; a test is numbered by its place in the draw. Tags help to
//! find, they never authorise a deletion.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Every tag of ours begins with this.
pub const TAG_PREFIX: &str = "backproof:";
/// Which installation made the resource.
pub const TAG_INSTALLATION: &str = "backproof:installation";
/// In which run.
pub const TAG_RUN: &str = "backproof:run";
/// For which restore test.
pub const TAG_TEST: &str = "backproof:test";
/// After when it may be swept away.
pub const TAG_EXPIRES: &str = "backproof:expires";

/// An installation: eight lower-case letters or digits, made once per state directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Installation(String);

impl Installation {
    /// The installation's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text names no installation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name an installation: expected eight lower-case letters or digits")]
pub struct InvalidInstallation(String);

impl FromStr for Installation {
    type Err = InvalidInstallation;

    fn from_str(text: &str) -> Result<Self, InvalidInstallation> {
        let valid = text.len() == 8 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidInstallation(text.to_owned())) }
    }
}

impl TryFrom<String> for Installation {
    type Error = InvalidInstallation;

    fn try_from(text: String) -> Result<Self, InvalidInstallation> {
        text.parse()
    }
}

impl From<Installation> for String {
    fn from(installation: Installation) -> Self {
        installation.0
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a resource that a restore test (or a scratch resource of the run) creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    /// Who made it.
    pub installation: Installation,
    /// In which run.
    pub run: u64,
    /// For which test: the place in the draw from 1, or 0 for the run's own scratch resources.
    pub test: u32,
    /// In which attempt, from 1.
    pub attempt: u32,
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bp-{}-{}-{}-{}", self.installation, self.run, self.test, self.attempt)
    }
}

impl ResourceName {
    /// Reads a name back, or `None` where it is not one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("bp-")?.split('-');
        let installation = parts.next()?.parse().ok()?;
        let name = Self {
            installation,
            run: parts.next()?.parse().ok()?,
            test: parts.next()?.parse().ok()?,
            attempt: parts.next()?.parse().ok()?,
        };
        (parts.next().is_none() && name.to_string() == text).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_nothing_else_is() {
        let name = ResourceName { installation: "k3v9x2aa".parse().unwrap(), run: 12, test: 3, attempt: 1 };
        assert_eq!(name.to_string(), "bp-k3v9x2aa-12-3-1");
        assert_eq!(ResourceName::parse("bp-k3v9x2aa-12-3-1"), Some(name));
        for other in [
            "orders",
            "bp-k3v9x2aa-12-3",
            "bp-k3v9x2aa-12-3-1-9",
            "bp-k3v9x2aa-012-3-1",
            "bp-K3V9X2AA-12-3-1",
            "xbp-k3v9x2aa-12-3-1",
        ] {
            assert_eq!(ResourceName::parse(other), None, "{other}");
        }
    }
}
