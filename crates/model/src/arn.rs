//! Amazon Resource Names and their parts, parsed once and never indexed by position afterwards.
//!
//! A recovery point's ARN need not be of the service `backup`: EBS snapshots, AMIs, RDS snapshots and DynamoDB
//! backups keep their own service's form, some without an account. Hence the *type* of a recovery point never comes
//! from its ARN.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text is not an ARN (or not a part of one).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArn {
    /// The text has not the six parts of an ARN.
    #[error("`{0}` is not an ARN: expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")]
    Shape(String),
    /// The ARN names no Region, so nobody could ask for it.
    #[error("`{0}` names no Region")]
    NoRegion(String),
    /// Not twelve digits.
    #[error("`{0}` is not an AWS account id: expected twelve digits")]
    Account(String),
    /// Not a Region's name.
    #[error("`{0}` is not an AWS Region: expected a name such as eu-central-1")]
    Region(String),
}

/// Any ARN, kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    text: String,
    /// Where the six parts begin, in `text`; the first is always 0.
    starts: [usize; 6],
}

impl Arn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service's name, such as `dynamodb`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region, where the ARN names one.
    pub fn region(&self) -> Option<Region> {
        self.part(3).parse().ok()
    }

    /// The account, where the ARN names one.
    pub fn account(&self) -> Option<AccountId> {
        self.part(4).parse().ok()
    }

    /// All that follows the account: `table/orders`, `recovery-point:1EB3B5E7-…`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// The resource without its type: `orders` of `table/orders`.
    pub fn resource_name(&self) -> &str {
        let resource = self.resource();
        resource.split_once(['/', ':']).map_or(resource, |(_, name)| name)
    }

    fn part(&self, index: usize) -> &str {
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        &self.text[self.starts[index]..end]
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let refuse = || InvalidArn::Shape(text.to_owned());
        let mut starts = [0; 6];
        let mut colons = text.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at);
        for start in &mut starts[1..] {
            *start = colons.next().ok_or_else(refuse)? + 1;
        }
        let arn = Self { text: text.to_owned(), starts };
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let whole =
            text.starts_with("arn:") && starts[1] == 4 && !arn.service().is_empty() && !arn.resource().is_empty();
        if printable && whole && arn.partition().starts_with("aws") { Ok(arn) } else { Err(refuse()) }
    }
}

/// Gives a newtype over a checked text its conversions.
macro_rules! text_newtype {
    ($name:ident, $inner:ty) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidArn;

            fn try_from(text: String) -> Result<Self, InvalidArn> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    };
}

text_newtype!(Arn, String);
text_newtype!(ResourceArn, Arn);
text_newtype!(RecoveryPointArn, Arn);
text_newtype!(AccountId, String);
text_newtype!(Region, String);

/// The ARN of a resource: a protected one, or one that a restore created.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceArn(Arn);

impl ResourceArn {
    /// The ARN as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The ARN's parts.
    pub fn arn(&self) -> &Arn {
        &self.0
    }
}

impl FromStr for ResourceArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        text.parse().map(Self)
    }
}

/// The ARN that AWS Backup uses to name one recovery point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RecoveryPointArn(Arn);

impl RecoveryPointArn {
    /// The ARN as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The ARN's parts.
    pub fn arn(&self) -> &Arn {
        &self.0
    }
}

impl FromStr for RecoveryPointArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let arn: Arn = text.parse()?;
        if arn.region().is_none() {
            return Err(InvalidArn::NoRegion(text.to_owned()));
        }
        Ok(Self(arn))
    }
}

/// Twelve digits that name an AWS account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidArn::Account(text.to_owned()))
        }
    }
}

/// The name of an AWS Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// The name, such as `eu-central-1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let letters_and_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let ends_in_number = text.rsplit('-').next().is_some_and(|part| part.parse::<u8>().is_ok());
        if text.len() <= 32 && text.split('-').count() >= 3 && text.split('-').all(letters_and_digits) && ends_in_number
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidArn::Region(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_arn_without_an_account_is_still_an_arn() {
        let arn: RecoveryPointArn = "arn:aws:ec2:eu-central-1::snapshot/snap-0abc".parse().unwrap();
        assert_eq!(arn.arn().account(), None);
        assert_eq!(arn.arn().resource_name(), "snap-0abc");
    }

    #[test]
    fn a_resource_may_hold_colons_and_slashes() {
        let arn: Arn = "arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1/2".parse().unwrap();
        assert_eq!(arn.resource(), "snapshot:awsbackup:job-1/2");
        assert_eq!(arn.resource_name(), "awsbackup:job-1/2");
    }

    #[test]
    fn what_is_not_an_arn_is_refused_with_its_text() {
        for text in [
            "",
            "arn",
            "arn:aws:backup",
            "arn:aws::eu-central-1:111122223333:x",
            "ARN:aws:s3:::b",
            "arn:aws:s3:::",
            "arn:aws:s3:::a\nb",
            "é:aws:s3:::b",
        ] {
            assert!(text.parse::<Arn>().is_err(), "{text:?}");
        }
        assert!("arn:aws:s3:::bucket".parse::<RecoveryPointArn>().is_err());
        assert!("12345".parse::<AccountId>().is_err());
        assert!("Frankfurt".parse::<Region>().is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_keeps_the_text(text in "\\PC{0,60}") {
            if let Ok(arn) = text.parse::<Arn>() {
                prop_assert_eq!(arn.as_str(), text);
            }
        }
    }
}
