//! Pages: `maxResults` from 1 to 1000 and opaque tokens that only fit the listing that gave them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::errors::invalid_parameter;
use crate::wire::{ApiError, Params};

/// Where a page begins and how much it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many places of the listing come before it.
    pub start: u64,
    /// How many results it holds at most.
    pub limit: usize,
}

/// The results of a page, and the place where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paged<T> {
    /// The results.
    pub results: Vec<T>,
    /// The token of the next page, if there is one.
    pub next_token: Option<String>,
}

impl Page {
    /// Reads `nextToken` and `maxResults`.
    pub(crate) fn asked(operation: &str, query: &Params) -> Result<Self, ApiError> {
        let limit = match query.get("maxResults") {
            None => 1000,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=1000).contains(limit))
                .ok_or_else(|| invalid_parameter("Invalid maxResults value, must be between 1 and 1000"))?,
        };
        let start = match query.get("nextToken") {
            None => 0,
            Some(token) => place(operation, token).ok_or_else(|| invalid_parameter("Invalid NextToken"))?,
        };
        Ok(Self { start, limit })
    }

    /// Takes the page out of a listing that can tell what is at each place, or that nothing is there (any more).
    pub(crate) fn of<T>(self, operation: &str, length: u64, mut at: impl FnMut(u64) -> Option<T>) -> Paged<T> {
        let mut results = Vec::new();
        for place in self.start..length {
            if let Some(result) = at(place) {
                if results.len() == self.limit {
                    return Paged { results, next_token: Some(token(operation, place)) };
                }
                results.push(result);
            }
        }
        Paged { results, next_token: None }
    }

    /// Takes the page out of a list.
    pub(crate) fn of_list<T>(self, operation: &str, list: Vec<T>) -> Paged<T> {
        let length = list.len() as u64;
        let mut list: Vec<Option<T>> = list.into_iter().map(Some).collect();
        let take =
            |place: u64| usize::try_from(place).ok().and_then(|index| list.get_mut(index)).and_then(Option::take);
        self.of(operation, length, take)
    }
}

/// The token of the page that begins at `place`.
pub(crate) fn token(operation: &str, place: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{operation}:{place}"))
}

/// The place that a token of `operation` leads to.
pub(crate) fn place(operation: &str, token: &str) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix(operation)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_and_the_last_has_no_token() {
        let mut query = String::from("maxResults=2");
        let mut seen = Vec::new();
        for _ in 0..3 {
            let page = Page::asked("ListX", &Params::parse(&query)).unwrap();
            let paged = page.of("ListX", 6, |place| (place != 2).then_some(place));
            seen.extend(paged.results);
            let Some(token) = paged.next_token else { break };
            query = format!("maxResults=2&nextToken={token}");
        }
        assert_eq!(seen, [0, 1, 3, 4, 5]);
    }

    #[test]
    fn foreign_tokens_and_sizes_out_of_range_are_refused() {
        for query in ["maxResults=0", "maxResults=1001", "maxResults=many", "nextToken=x"] {
            let error = Page::asked("ListX", &Params::parse(query)).unwrap_err();
            assert_eq!(error.code, "InvalidParameterValueException", "{query}");
        }
        let foreign = format!("nextToken={}", token("ListY", 1));
        assert!(Page::asked("ListX", &Params::parse(&foreign)).is_err());
    }
}
