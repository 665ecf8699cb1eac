//! What a file is, before it is sent: its digest, its size, and the digests of the parts that it is sent in.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use backproof_cloud::StoredChecksum;

use crate::{ArchiveError, Content};

/// How large parts are, where nobody says otherwise.
pub(crate) const PART: u64 = 8 * 1024 * 1024;
/// S3 takes so many parts, and no more.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const MOST_PARTS: u64 = 10_000;
const MEBIBYTE: u64 = 1024 * 1024;
/// How much is read at a time.
const BUFFER: usize = 256 * 1024;

/// What a content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// SHA-256 of the whole.
    pub(crate) sha256: [u8; 32],
    /// Its size.
    pub(crate) bytes: u64,
    /// The size of each part but the last.
    pub(crate) part_bytes: u64,
    /// SHA-256 of each part.
    pub(crate) parts: Vec<[u8; 32]>,
}

impl Fingerprint {
    /// Of a content, read once.
    pub(crate) fn of(content: &Content, part_bytes: u64) -> Result<Self, ArchiveError> {
        match content {
            Content::Bytes(bytes) => {
                Self::read(bytes.as_slice(), bytes.len() as u64, part_bytes).map_err(ArchiveError::reading(content))
            }
            Content::File(path) => {
                let read = || {
                    let file = File::open(path)?;
                    let bytes = file.metadata()?.len();
                    Self::read(BufReader::with_capacity(BUFFER, file), bytes, part_bytes)
                };
                read().map_err(ArchiveError::reading(content))
            }
        }
    }

    fn read(mut content: impl Read, expected: u64, part_bytes: u64) -> std::io::Result<Self> {
        let part_bytes = enough_for(expected, part_bytes);
        let (mut whole, mut parts, mut bytes) = (Sha256::new(), Vec::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            let (mut part, mut in_part) = (Sha256::new(), 0);
            while in_part < part_bytes {
                let room = usize::try_from(part_bytes - in_part).unwrap_or(BUFFER).min(BUFFER);
                let read = content.read(&mut buffer[..room])?;
                if read == 0 {
                    break;
                }
                whole.update(&buffer[..read]);
                part.update(&buffer[..read]);
                in_part += read as u64;
            }
            // Nothing at all is one part too.
            if in_part == 0 && !parts.is_empty() {
                break;
            }
            parts.push(part.finalize().into());
            bytes += in_part;
            if in_part < part_bytes {
                break;
            }
        }
        Ok(Self { sha256: whole.finalize().into(), bytes, part_bytes, parts })
    }

    /// Whether it is sent in parts.
    pub(crate) fn is_in_parts(&self) -> bool {
        self.parts.len() > 1
    }

    /// The checksum that S3 holds once it has been sent.
    pub(crate) fn stored(&self) -> StoredChecksum {
        if !self.is_in_parts() {
            return StoredChecksum::Whole(self.sha256);
        }
        let mut all = Sha256::new();
        for part in &self.parts {
            all.update(part);
        }
        let parts = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        StoredChecksum::OfParts { digest: all.finalize().into(), parts }
    }

    /// Whether S3's checksum is of the same content.
    pub(crate) fn is_stored_as(&self, stored: StoredChecksum) -> bool {
        match stored {
            StoredChecksum::Whole(digest) => digest == self.sha256,
            StoredChecksum::OfParts { .. } => stored == self.stored(),
        }
    }

    /// The size of the part of this number, from 1.
    pub(crate) fn bytes_of_part(&self, number: u32) -> u64 {
        let begin = u64::from(number - 1) * self.part_bytes;
        self.part_bytes.min(self.bytes.saturating_sub(begin))
    }

    /// The bytes of the part of this number, from 1; it must still be what it was.
    pub(crate) fn part(&self, content: &Content, number: u32) -> Result<Vec<u8>, ArchiveError> {
        let (begin, length) = (u64::from(number - 1) * self.part_bytes, self.bytes_of_part(number));
        let bytes = slice(content, begin, length).map_err(ArchiveError::reading(content))?;
        let expected = self.parts.get(number as usize - 1);
        if expected == Some(&digest(&bytes)) { Ok(bytes) } else { Err(ArchiveError::Changed(content.name())) }
    }
}

/// SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of everything that is read.
pub(crate) fn digest_of(mut content: impl Read) -> std::io::Result<[u8; 32]> {
    let (mut whole, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(whole.finalize().into()),
            read => whole.update(&buffer[..read]),
        }
    }
}

/// `part_bytes`, or so many whole mebibytes that `bytes` fit into as many parts as S3 takes.
fn enough_for(bytes: u64, part_bytes: u64) -> u64 {
    if bytes.div_ceil(part_bytes) <= MOST_PARTS {
        return part_bytes;
    }
    bytes.div_ceil(MOST_PARTS).div_ceil(MEBIBYTE).saturating_mul(MEBIBYTE)
}

fn slice(content: &Content, begin: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match content {
        Content::Bytes(all) => {
            let begin = usize::try_from(begin).unwrap_or(usize::MAX);
            all.get(begin..).unwrap_or_default().take(length).read_to_end(&mut bytes)?;
        }
        Content::File(path) => {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(begin))?;
            file.take(length).read_to_end(&mut bytes)?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: usize) -> Fingerprint {
        Fingerprint::of(&Content::Bytes(vec![7; bytes]), PART as u64).unwrap()
    }

    const PART: usize = 1000;

    #[test]
    fn a_content_of_one_part_is_stored_by_its_own_digest() {
        for bytes in [0, 1, PART] {
            let whole = of(bytes);
            assert_eq!(whole.parts.len(), 1, "{bytes}");
            assert_eq!(whole.stored(), StoredChecksum::Whole(digest(&vec![7; bytes])));
        }
    }

    #[test]
    fn a_larger_content_is_stored_by_the_digest_of_its_parts_digests() {
        let larger = of(PART + 1);
        let parts = [digest(&vec![7; PART]), digest(&[7])];
        assert_eq!(larger.stored(), StoredChecksum::OfParts { digest: digest(parts.as_flattened()), parts: 2 });
        assert_eq!((larger.bytes_of_part(1), larger.bytes_of_part(2)), (PART as u64, 1));
    }

    #[test]
    fn a_content_that_changed_since_is_not_sent() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one").unwrap();
        let content = Content::File(file.path().into());
        let before = Fingerprint::of(&content, PART as u64).unwrap();
        std::fs::write(file.path(), "two").unwrap();
        let error = before.part(&content, 1).unwrap_err();
        assert!(matches!(error, ArchiveError::Changed(_)), "{error}");
    }

    #[test]
    fn ten_thousand_parts_hold_the_largest_object() {
        const TEBIBYTE: u64 = 1024 * 1024 * 1024 * 1024;
        assert!((5 * TEBIBYTE).div_ceil(enough_for(5 * TEBIBYTE, super::PART)) <= MOST_PARTS);
        assert_eq!(enough_for(1, super::PART), super::PART);
    }
}
