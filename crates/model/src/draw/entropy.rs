//! What the draw's randomness came from, and how far the operator could have influenced it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where entropy comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EntropyKind {
    /// A nonce that an auditor gave.
    Auditor,
    /// A round of the drand network quicknet (chain hash 52db9ba7…84e971).
    DrandQuicknet {
        /// The round's number.
        round: u64,
    },
    /// A nonce that the previous bundle committed to.
    Previous,
    /// The operating system's random numbers.
    Os,
}

/// Entropy, as the seed names it: `KIND:VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entropy {
    kind: EntropyKind,
    value: String,
}

/// Why a text is no entropy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEntropy {
    /// No colon, or a kind that the protocol does not have.
    #[error("`{0}` is no entropy: expected auditor:VALUE, drand-quicknet:ROUND:VALUE, previous:VALUE or os:VALUE")]
    Kind(String),
    /// Nothing behind the kind, or something that would break the seed's lines.
    #[error("the value of {0} entropy must be one line of text and not empty")]
    Value(EntropyKind),
    /// A drand round's randomness has one form only.
    #[error("the value of a drand-quicknet round is its randomness in 64 lower-case hexadecimal digits, not `{0}`")]
    Randomness(String),
}

impl Entropy {
    /// Entropy of this kind and value.
    ///
    /// # Errors
    /// Says what is wrong with the value: it must be one line and not empty, for drand 64 hexadecimal digits.
    pub fn new(kind: EntropyKind, value: impl Into<String>) -> Result<Self, InvalidEntropy> {
        let value = value.into();
        if value.is_empty() || value.chars().any(char::is_control) {
            return Err(InvalidEntropy::Value(kind));
        }
        let hexadecimal = value.len() == 64 && value.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if matches!(kind, EntropyKind::DrandQuicknet { .. }) && !hexadecimal {
            return Err(InvalidEntropy::Randomness(value));
        }
        Ok(Self { kind, value })
    }

    /// Its kind.
    pub fn kind(&self) -> &EntropyKind {
        &self.kind
    }

    /// Its value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl FromStr for Entropy {
    type Err = InvalidEntropy;

    fn from_str(text: &str) -> Result<Self, InvalidEntropy> {
        let refuse = || InvalidEntropy::Kind(text.to_owned());
        let (kind, value) = text.split_once(':').ok_or_else(refuse)?;
        if kind != "drand-quicknet" {
            return Self::new(kind.parse().map_err(|_| refuse())?, value);
        }
        let (round, value) = value.split_once(':').ok_or_else(refuse)?;
        Self::new(format!("{kind}:{round}").parse().map_err(|_| refuse())?, value)
    }
}

impl fmt::Display for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl FromStr for EntropyKind {
    type Err = InvalidEntropy;

    fn from_str(text: &str) -> Result<Self, InvalidEntropy> {
        let refuse = || InvalidEntropy::Kind(text.to_owned());
        match text {
            "auditor" => Ok(Self::Auditor),
            "previous" => Ok(Self::Previous),
            "os" => Ok(Self::Os),
            _ => {
                let round = text.strip_prefix("drand-quicknet:").ok_or_else(refuse)?;
                let kind = Self::DrandQuicknet { round: round.parse().map_err(|_| refuse())? };
                // `+7` and `007` are numbers too, but would make other seeds than `7`.
                if kind.to_string() == text { Ok(kind) } else { Err(refuse()) }
            }
        }
    }
}

impl fmt::Display for EntropyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auditor => f.write_str("auditor"),
            Self::DrandQuicknet { round } => write!(f, "drand-quicknet:{round}"),
            Self::Previous => f.write_str("previous"),
            Self::Os => f.write_str("os"),
        }
    }
}

impl TryFrom<String> for EntropyKind {
    type Error = InvalidEntropy;

    fn try_from(text: String) -> Result<Self, InvalidEntropy> {
        text.parse()
    }
}

impl From<EntropyKind> for String {
    fn from(kind: EntropyKind) -> Self {
        kind.to_string()
    }
}

/// When the commitment to the draw stood, compared with the entropy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitmentStanding {
    /// Before the entropy existed, and someone outside can say so: sent to the auditor, time-stamped, or archived
    /// where it cannot be changed. For drand, the round's signature has been verified as well.
    AnchoredBefore,
    /// Before the entropy existed, but only this installation's own journal says so.
    RecordedBefore,
    /// The entropy was known when the commitment was made.
    After,
}

/// Whether a stranger can tell that nobody chose the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradeWord {
    /// A stranger can.
    Verifiable,
    /// One has to believe the operator.
    SelfAttested,
}

impl GradeWord {
    /// `verifiable` or `self-attested`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verifiable => "verifiable",
            Self::SelfAttested => "self-attested",
        }
    }
}

/// The grade of a draw's entropy, which the report prints on its first page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// The grade.
    pub word: GradeWord,
    /// What makes it so, and what keeps it from being better.
    pub reason: &'static str,
}

/// Grades entropy by its kind and by when the commitment stood.
pub fn grade(kind: &EntropyKind, standing: CommitmentStanding) -> Grade {
    use CommitmentStanding::{After, AnchoredBefore, RecordedBefore};
    let (word, reason) = match (kind, standing) {
        (_, After) => (
            GradeWord::SelfAttested,
            "the entropy was known before the commitment, so the operator could have tried several; \
             it counts as the operating system's",
        ),
        (EntropyKind::Auditor, AnchoredBefore) => (
            GradeWord::Verifiable,
            "the auditor gave the nonce after receiving the commitment, so the operator could not choose the sample",
        ),
        (EntropyKind::DrandQuicknet { .. }, AnchoredBefore) => (
            GradeWord::Verifiable,
            "the beacon's round came after a commitment that is anchored outside, and anybody can verify its signature",
        ),
        (EntropyKind::Auditor, RecordedBefore) => (
            GradeWord::SelfAttested,
            "nothing outside this installation shows that the auditor's nonce came after the commitment; \
             send the commitment to the auditor first",
        ),
        (EntropyKind::DrandQuicknet { .. }, RecordedBefore) => (
            GradeWord::SelfAttested,
            "the beacon's round is public, but nothing outside this installation shows that the commitment came before it",
        ),
        (EntropyKind::Previous, AnchoredBefore | RecordedBefore) => (
            GradeWord::SelfAttested,
            "the nonce was fixed by the previous bundle, but the operator knew it while the population was frozen",
        ),
        (EntropyKind::Os, AnchoredBefore | RecordedBefore) => (
            GradeWord::SelfAttested,
            "the operating system's random numbers: random, but only the operator saw how they came about",
        ),
    };
    Grade { word, reason }
}
