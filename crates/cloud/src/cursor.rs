//! Walks a listing from page to page, and notices one that would never end.

use std::collections::HashSet;

use crate::{CallError, PageToken, Trouble};

/// A place in a listing.
///
/// ```
/// # use backproof_cloud::{Cursor, PageToken};
/// let mut cursor = Cursor::of("backup:ListBackupVaults");
/// let mut asked = 0;
/// while let Some(from) = cursor.next() {
///     asked += 1;
///     let answer = if from.is_none() { Some(PageToken("2".into())) } else { None };
///     cursor.advance(answer).unwrap();
/// }
/// assert_eq!(asked, 2);
/// ```
#[derive(Debug)]
pub struct Cursor {
    call: &'static str,
    /// Where the next page begins; the first has no token.
    at: Option<PageToken>,
    ended: bool,
    /// Every token so far.
    seen: HashSet<PageToken>,
}

impl Cursor {
    /// The beginning of a listing by `call`.
    pub fn of(call: &'static str) -> Self {
        Self { call, at: None, ended: false, seen: HashSet::new() }
    }

    /// Where to ask for the next page, or `None` at the end. The first page has no token.
    pub fn next(&self) -> Option<Option<PageToken>> {
        (!self.ended).then(|| self.at.clone())
    }

    /// Goes on to where the page says.
    ///
    /// # Errors
    /// A page that names a token which was there before would be asked for for ever.
    pub fn advance(&mut self, next: Option<PageToken>) -> Result<(), CallError> {
        self.ended = next.is_none();
        if let Some(token) = &next
            && !self.seen.insert(token.clone())
        {
            self.ended = true;
            return Err(CallError {
                call: self.call.into(),
                trouble: Trouble::Unreadable,
                code: None,
                message: "the listing gave the same page token twice, so it would never end".into(),
                request_id: None,
            });
        }
        self.at = next;
        Ok(())
    }
}
