//! One line of what a program answers.

use std::fmt;

use backproof_model::{Claim, Observation, ProofLevel};
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// A line on standard output.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// A statement about the restored data.
    Check(ToldCheck),
    /// Something for whoever watches; no evidence.
    Log(ToldLog),
    /// Something that the program worked with; evidence.
    Fact(ToldFact),
    /// The end, without which nothing counts.
    Done(ToldDone),
}

/// A statement about the restored data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldCheck {
    pub(crate) name: String,
    pub(crate) claim: Claim,
    pub(crate) level: ProofLevel,
    pub(crate) verdict: ToldVerdict,
    pub(crate) examined: ToldExamined,
    #[serde(default)]
    pub(crate) expected: Option<ToldObservation>,
    #[serde(default)]
    pub(crate) observed: Option<ToldObservation>,
    #[serde(default)]
    pub(crate) remark: Option<String>,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToldVerdict {
    Passed,
    Failed,
    Inconclusive,
}

/// How much was examined.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldExamined {
    pub(crate) count: u64,
    pub(crate) unit: String,
}

/// Something for whoever watches.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldLog {
    pub(crate) level: LogLevel,
    pub(crate) message: String,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// Something that the program worked with.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldFact {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The end.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldDone {
    #[serde(default)]
    pub(crate) lag_seconds: Option<i64>,
}

/// A value, as the model has it (`{"count": 5}`), or short: a number is a count, a text is a text, several are a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldObservation(pub(crate) Observation);

impl<'de> Deserialize<'de> for ToldObservation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShortOrTagged).map(Self)
    }
}

struct ShortOrTagged;

impl<'de> Visitor<'de> for ShortOrTagged {
    type Value = Observation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a count, a text, a list of texts, or one of {\"count\"}, {\"digest\"}, {\"instant\"}, {\"seconds\"}",
        )
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Observation, E> {
        Ok(Observation::Count(count))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Observation, E> {
        Ok(Observation::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Observation, A::Error> {
        let mut list = Vec::new();
        while let Some(text) = texts.next_element()? {
            list.push(text);
        }
        Ok(Observation::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Observation, A::Error> {
        Observation::deserialize(de::value::MapAccessDeserializer::new(map)).map_err(A::Error::custom)
    }
}
