//! Follows page tokens to the end of a listing, and notices when AWS leads in a circle.

use std::collections::BTreeSet;

use backproof_cloud::{CallError, Trouble};

/// The tokens of one listing so far.
#[derive(Debug)]
pub(crate) struct Pages {
    call: &'static str,
    seen: BTreeSet<String>,
}

impl Pages {
    pub(crate) fn of(call: &'static str) -> Self {
        Self { call, seen: BTreeSet::new() }
    }

    /// The token of the next page, or `None` at the end.
    ///
    /// # Errors
    /// Fails where the token was seen before: the listing would never end, and nobody knows what is missing.
    pub(crate) fn next(&mut self, token: Option<String>) -> Result<Option<String>, CallError> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.seen.insert(token.clone()) {
            return Ok(Some(token));
        }
        Err(CallError {
            call: self.call.to_owned(),
            trouble: Trouble::Unreadable,
            code: None,
            message: "AWS gave the same page token twice, so the listing has no end; what it holds is not known".into(),
            request_id: None,
        })
    }
}
