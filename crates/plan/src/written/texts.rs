//! Values that are texts of a certain form: names, account ids, Regions, ARNs, lengths of time.

use std::borrow::Cow;

use backproof_model::{AccountId, Arn, Region, ResourceType};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::FromToml;
use crate::problem::Findings;
use crate::{VaultPattern, duration};

/// A text of a certain form, read.
#[derive(Clone, Debug)]
pub(crate) struct Text<T>(pub(crate) T);

/// The form of a text: how to read it, and how to say what was expected.
pub(crate) trait TextForm: Sized {
    /// With an article, for people: `an AWS account id (twelve digits)`.
    const EXPECTED: &'static str;
    /// One that is right.
    const EXAMPLE: &'static str;
    /// The form as a regular expression (ECMA-262) for the schema. It may be wider than [`TextForm::parse`].
    const PATTERN: &'static str;

    /// The text's meaning, or `None` where it has not this form.
    fn parse(text: &str) -> Option<Self>;
}

impl<T: TextForm> FromToml for Text<T> {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            let hint = match value.get_ref() {
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                    format!("put it in quotes: \"{}\"", findings.text_at(&value.span()))
                }
                DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_) => {
                    format!("for example \"{}\"", T::EXAMPLE)
                }
            };
            findings.wrong_type(value, T::EXPECTED, hint);
            return None;
        };
        let parsed = T::parse(text);
        if parsed.is_none() {
            let message = format!("`{}` is not {}", text.escape_debug(), T::EXPECTED);
            findings.problem(&value.span(), message, format!("for example \"{}\"", T::EXAMPLE));
        }
        parsed.map(Self)
    }

    fn example() -> Option<String> {
        Some(format!("\"{}\"", T::EXAMPLE))
    }
}

impl<T: TextForm> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::EXPECTED.into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": T::PATTERN, "examples": [T::EXAMPLE] })
    }
}

/// Declares a text that is kept as it is once its form is checked.
macro_rules! kept_text {
    ($(#[$meta:meta])* $name:ident, $expected:literal, $example:literal, $pattern:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name(pub(crate) String);

        impl TextForm for $name {
            const EXPECTED: &'static str = $expected;
            const EXAMPLE: &'static str = $example;
            const PATTERN: &'static str = $pattern;

            fn parse(text: &str) -> Option<Self> {
                let check: fn(&str) -> bool = $check;
                check(text).then(|| Self(text.to_owned()))
            }
        }
    };
}

pub(crate) use kept_text;

kept_text!(
    /// A plan's name.
    PlanName,
    "a plan's name (1 to 40 lower-case letters, digits and hyphens)",
    "quarterly",
    "^[a-z0-9-]{1,40}$",
    |text| {
        (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
);
kept_text!(
    /// Any text that says something.
    NonEmpty,
    "a text that says something",
    "…",
    "\\S",
    |text| !text.trim().is_empty() && !text.chars().any(char::is_control)
);
kept_text!(
    /// The value of a tag, which may be empty.
    TagValue,
    "the value of a tag (at most 256 characters)",
    "prod",
    "^.{0,256}$",
    |text| text.chars().count() <= 256
);
kept_text!(
    /// The name of a backup vault.
    VaultName,
    "a backup vault's name (2 to 50 letters, digits, `-`, `_` and `.`, without wildcards)",
    "backproof-staging",
    "^[A-Za-z0-9_.-]{2,50}$",
    |text| (2..=50).contains(&text.len()) && text.bytes().all(in_names)
);
kept_text!(
    /// ARNs of protected resources.
    ArnPattern,
    "an ARN in which `*` may stand for anything",
    "arn:aws:dynamodb:*:111122223333:table/orders-*",
    "^(\\*|arn:[^\\s?]+)$",
    |text| text == "*" || is_arn_pattern(text)
);
kept_text!(
    /// A VPC.
    VpcId,
    "a VPC's id",
    "vpc-0a1b2c3d4e5f67890",
    "^vpc-[0-9a-f]+$",
    |text| is_identifier(text, "vpc-")
);
kept_text!(
    /// A subnet.
    SubnetId,
    "a subnet's id",
    "subnet-0a1b2c3d4e5f67890",
    "^subnet-[0-9a-f]+$",
    |text| is_identifier(text, "subnet-")
);
kept_text!(
    /// A security group.
    SecurityGroupId,
    "a security group's id",
    "sg-0a1b2c3d4e5f67890",
    "^sg-[0-9a-f]+$",
    |text| is_identifier(text, "sg-")
);

kept_text!(
    /// An EC2 instance.
    InstanceId,
    "an EC2 instance's id",
    "i-0a1b2c3d4e5f67890",
    "^i-[0-9a-f]+$",
    |text| is_identifier(text, "i-")
);
kept_text!(
    /// A host and a port.
    HostAndPort,
    "a host and a port, as `host:port`",
    "10.0.1.10:443",
    "^[^\\s/@]+:[0-9]{1,5}$",
    |text| text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'@'));
        is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
);
kept_text!(
    /// A class of DB instances.
    InstanceClass,
    "a DB instance class",
    "db.t4g.medium",
    "^db\\.[a-z0-9-]+\\.[a-z0-9-]+$",
    |text| text.strip_prefix("db.").and_then(|rest| rest.split_once('.')).is_some_and(|(family, size)| {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        is_word(family) && is_word(size)
    })
);

/// The ARN of an IAM role.
#[derive(Clone, Debug)]
pub(crate) struct RoleArn(pub(crate) Arn);

impl TextForm for RoleArn {
    const EXPECTED: &'static str = "the ARN of an IAM role";
    const EXAMPLE: &'static str = "arn:aws:iam::111122223333:role/backproof-read";
    const PATTERN: &'static str = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$";

    fn parse(text: &str) -> Option<Self> {
        let arn: Arn = text.parse().ok()?;
        let is_role = arn.service() == "iam"
            && arn.region().is_none()
            && arn.account().is_some()
            && arn.resource().strip_prefix("role/").is_some_and(|name| !name.is_empty() && !name.contains([' ', '*']));
        is_role.then_some(Self(arn))
    }
}

/// The ARN of a KMS key.
#[derive(Clone, Debug)]
pub(crate) struct KeyArn(pub(crate) Arn);

impl TextForm for KeyArn {
    const EXPECTED: &'static str = "the ARN of a KMS key";
    const EXAMPLE: &'static str = "arn:aws:kms:eu-central-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const PATTERN: &'static str = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$";

    fn parse(text: &str) -> Option<Self> {
        let arn: Arn = text.parse().ok()?;
        let is_key = arn.service() == "kms"
            && arn.region().is_some()
            && arn.account().is_some()
            && arn.resource().strip_prefix("key/").is_some_and(|id| !id.is_empty() && !id.contains([' ', '*']));
        is_key.then_some(Self(arn))
    }
}

/// A length of time in seconds, at least `LEAST`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LengthOfTime<const LEAST: u64>(pub(crate) u64);

impl<const LEAST: u64> TextForm for LengthOfTime<LEAST> {
    const EXPECTED: &'static str = if LEAST == 0 {
        "a length of time (whole numbers with d, h, m or s, at most ten years)"
    } else {
        "a length of time above zero (whole numbers with d, h, m or s, at most ten years)"
    };
    const EXAMPLE: &'static str = "1d12h";
    const PATTERN: &'static str = "^([0-9]+[dhms])+$";

    fn parse(text: &str) -> Option<Self> {
        duration::seconds(text).filter(|seconds| *seconds >= LEAST).map(Self)
    }
}

impl TextForm for AccountId {
    const EXPECTED: &'static str = "an AWS account id (twelve digits)";
    const EXAMPLE: &'static str = "111122223333";
    const PATTERN: &'static str = "^[0-9]{12}$";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl TextForm for Region {
    const EXPECTED: &'static str = "an AWS Region";
    const EXAMPLE: &'static str = "eu-central-1";
    const PATTERN: &'static str = "^[a-z0-9]+(-[a-z0-9]+)+-[0-9]+$";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl TextForm for ResourceType {
    const EXPECTED: &'static str = "a resource type as AWS Backup spells it";
    const EXAMPLE: &'static str = "DynamoDB";
    const PATTERN: &'static str = "^[A-Za-z0-9._-]+( [A-Za-z0-9._-]+)*$";

    fn parse(text: &str) -> Option<Self> {
        let letters = text.bytes().all(|b| in_names(b) || b == b' ');
        (letters && !text.is_empty() && text.trim() == text).then(|| Self::new(text))
    }
}

impl TextForm for VaultPattern {
    const EXPECTED: &'static str = "a vault's name or ARN, in which `*` may stand for anything";
    const EXAMPLE: &'static str = "prod-*";
    const PATTERN: &'static str = "^([A-Za-z0-9_.*-]+|arn:[^\\s?]+)$";

    fn parse(text: &str) -> Option<Self> {
        let is_name = !text.is_empty() && text.bytes().all(|byte| in_names(byte) || byte == b'*');
        (is_name || is_arn_pattern(text)).then(|| Self::new(text.to_owned()))
    }
}

fn in_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether `text` begins like an ARN and uses no wildcard but `*`.
fn is_arn_pattern(text: &str) -> bool {
    text.strip_prefix("arn:").is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'[' | b']' | b'^'))
    })
}

fn is_identifier(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        (8..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}
