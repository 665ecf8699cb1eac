//! The elements of a DER structure, one after the other.
//!
//! CMS is read by hand and not by a schema, because authorities order sets and write times in ways that the strict
//! schemas of others refuse. Lengths and tags are still DER's, by the `der` crate.

use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber};

use super::TimeStampProblem;

/// What is left of a structure.
pub(super) struct Elements<'a> {
    reader: SliceReader<'a>,
    of: &'static str,
}

impl<'a> Elements<'a> {
    /// The elements of a sequence that is all of `der`.
    pub(super) fn of_sequence(der: &'a [u8], of: &'static str) -> Result<Self, TimeStampProblem> {
        let whole = AnyRef::from_der(der).map_err(|error| unreadable(of, &error.to_string()))?;
        Self::within(whole, Tag::Sequence, of)
    }

    /// The elements of an element with this tag.
    pub(super) fn within(element: AnyRef<'a>, tag: Tag, of: &'static str) -> Result<Self, TimeStampProblem> {
        if element_tag(&element) != tag {
            return Err(unreadable(of, &format!("{tag} expected")));
        }
        let reader = SliceReader::new(element.value()).map_err(|error| unreadable(of, &error.to_string()))?;
        Ok(Self { reader, of })
    }

    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<AnyRef<'a>, TimeStampProblem> {
        AnyRef::decode(&mut self.reader).map_err(|error| unreadable(self.of, &error.to_string()))
    }

    /// The next element, which must have this tag.
    pub(super) fn next(&mut self, tag: Tag) -> Result<AnyRef<'a>, TimeStampProblem> {
        match self.optional(tag)? {
            Some(element) => Ok(element),
            None => Err(unreadable(self.of, &format!("{tag} expected"))),
        }
    }

    /// The next element where it has this tag.
    pub(super) fn optional(&mut self, tag: Tag) -> Result<Option<AnyRef<'a>>, TimeStampProblem> {
        if self.is_empty() {
            return Ok(None);
        }
        let found = Tag::peek(&self.reader).map_err(|error| unreadable(self.of, &error.to_string()))?;
        if found == tag { self.any().map(Some) } else { Ok(None) }
    }

    /// The next element, a sequence, opened.
    pub(super) fn sequence(&mut self, of: &'static str) -> Result<Self, TimeStampProblem> {
        Self::within(self.next(Tag::Sequence)?, Tag::Sequence, of)
    }

    /// The next element, an object identifier.
    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, TimeStampProblem> {
        let element = self.next(Tag::ObjectIdentifier)?;
        ObjectIdentifier::from_bytes(element.value()).map_err(|error| unreadable(self.of, &error.to_string()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reader.is_finished()
    }
}

/// An element in its own bytes: DER has one form only.
pub(super) fn encoded(element: &AnyRef<'_>) -> Result<Vec<u8>, TimeStampProblem> {
    element.to_der().map_err(|error| unreadable("the time-stamp", &error.to_string()))
}

/// `[number]`, constructed.
pub(super) const fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// `[number]`, in place of a primitive type's own tag.
pub(super) const fn context_primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

pub(super) fn element_tag(element: &AnyRef<'_>) -> Tag {
    element.header().tag()
}

pub(super) fn unreadable(of: &str, problem: &str) -> TimeStampProblem {
    TimeStampProblem::Unreadable(format!("{of}: {problem}"))
}
