//! Where evidence is kept: a bucket, or a directory.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use backproof_cloud::ObjectArchive;

use crate::fingerprint::PART;

/// A place to keep evidence, ready to be written to.
#[derive(Clone)]
pub enum Destination {
    /// A bucket of S3.
    Bucket(Bucket),
    /// A directory, best on another computer's disk. It is not immutable, and every receipt says so.
    Directory(PathBuf),
}

/// A bucket, and where in it.
#[derive(Clone)]
pub struct Bucket {
    /// The way to it.
    pub objects: Arc<dyn ObjectArchive>,
    /// What keys begin with, without a `/` at either end; may be empty.
    pub prefix: String,
    /// What is larger is sent in parts of this size, or of more where ten thousand are not enough. S3 takes none below
    /// five mebibytes, and its checksum depends on it: what was sent in parts of another size is written again.
    pub part_bytes: u64,
}

impl Bucket {
    /// With parts of eight mebibytes.
    pub fn new(objects: Arc<dyn ObjectArchive>, prefix: String) -> Self {
        Self { objects, prefix, part_bytes: PART }
    }
}

/// A place as it is written: `s3://bucket/prefix`, or a directory's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A bucket of S3.
    Bucket {
        /// Its name.
        bucket: String,
        /// What keys begin with, without a `/` at either end; may be empty.
        prefix: String,
    },
    /// A directory.
    Directory(PathBuf),
}

/// Why a text names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no place for evidence: {problem}; write s3://BUCKET/PREFIX, or the path of a directory")]
pub struct PlaceError {
    text: String,
    problem: &'static str,
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let error = |problem| PlaceError { text: text.to_owned(), problem };
        let Some(rest) = text.strip_prefix("s3://") else {
            return match text {
                "" => Err(error("it is empty")),
                _ if text.contains("://") => Err(error("it is no bucket of S3")),
                _ => Ok(Self::Directory(text.into())),
            };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            return Err(error("a bucket's name is 3 to 63 lower-case letters, digits, dots and hyphens"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let is_part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(is_safe);
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(error("a prefix is made of letters, digits and any of ! - _ . * ' ( ), parted by single `/`"));
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [name.bytes().next(), name.bytes().next_back()];
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_letter(byte) || byte == b'.' || byte == b'-')
        && ends.into_iter().flatten().all(is_letter)
        && !name.contains("..")
}

/// The letters that need no care in a key.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!-_.*'()".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(bucket: &str, prefix: &str) -> Place {
        Place::Bucket { bucket: bucket.into(), prefix: prefix.into() }
    }

    #[test]
    fn a_place_is_a_bucket_or_a_directory() {
        assert_eq!("s3://log-archive/dr/restore-tests/".parse(), Ok(bucket("log-archive", "dr/restore-tests")));
        assert_eq!("s3://log-archive".parse(), Ok(bucket("log-archive", "")));
        assert_eq!("/mnt/evidence".parse(), Ok(Place::Directory("/mnt/evidence".into())));
    }

    #[test]
    fn a_place_that_cannot_be_meant_is_refused() {
        for text in ["", "s3://", "s3://Log", "s3://log-archive//x", "s3://log-archive/../x", "s3://log-archive/a b"] {
            let error = text.parse::<Place>().unwrap_err();
            assert!(error.to_string().contains("write s3://BUCKET/PREFIX"), "{error}");
        }
        assert!("https://log-archive.s3.amazonaws.com".parse::<Place>().is_err());
    }
}
