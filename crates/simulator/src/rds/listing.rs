//! What all listings of RDS share: selection by name, filters and pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::{ApiError, Params, Xml};

/// The longest page, and the one that is given where none is asked for.
const LONGEST_PAGE: usize = 100;

/// The marker that leads to the first page.
pub(crate) const FIRST_MARKER: &str = "MA==";

/// How one operation lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    /// The elements around all and around each.
    pub(super) elements: (&'static str, &'static str),
    /// The parameter that asks for one by name.
    pub(super) name: &'static str,
    /// The error where it is not there, and what it calls a thing.
    pub(super) unknown: (&'static str, &'static str),
    /// The filters that it knows.
    pub(super) filters: &'static [&'static str],
}

/// One thing that a listing may tell of.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its name.
    pub(super) id: String,
    /// What filters can ask for: a filter's name and the value.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Its members in the answer.
    pub(super) xml: Xml,
}

impl Listed {
    /// A thing that no filter asks for.
    pub(super) fn plain(id: impl Into<String>, xml: Xml) -> Self {
        Self { id: id.into(), facts: Vec::new(), xml }
    }
}

/// One page of the things that the request asks for.
pub(super) fn list(listing: Listing, params: &Params, mut things: Vec<Listed>) -> Result<Xml, ApiError> {
    for filter in params.structures("Filters.Filter") {
        let name = filter.get("Name").unwrap_or_default();
        if !listing.filters.contains(&name) {
            return Err(ApiError::client("InvalidParameterValue", format!("Unrecognized filter name: {name}")));
        }
        let values = filter.list("Values.Value");
        things
            .retain(|thing| thing.facts.iter().any(|(fact, value)| *fact == name && values.contains(&value.as_str())));
    }
    if let Some(asked) = params.get(listing.name) {
        let wanted = simple_name(asked);
        things.retain(|thing| thing.id.to_lowercase() == wanted);
        if things.is_empty() {
            let (code, noun) = listing.unknown;
            return Err(ApiError::client(code, format!("{noun} {asked} not found.")).with_status(404));
        }
    }
    page(listing, params, things)
}

/// The name in an answer or a request: names come in any case, and as ARNs.
pub(super) fn simple_name(asked: &str) -> String {
    asked.rsplit(':').next().unwrap_or(asked).to_lowercase()
}

fn page(listing: Listing, params: &Params, things: Vec<Listed>) -> Result<Xml, ApiError> {
    let invalid = |message: String| ApiError::client("InvalidParameterValue", message);
    let length = match params.get("MaxRecords").map(str::parse::<usize>) {
        None => LONGEST_PAGE,
        Some(Ok(length)) if (20..=LONGEST_PAGE).contains(&length) => length,
        Some(_) => return Err(invalid("Invalid value for max records. Must be between 20 and 100".to_owned())),
    };
    let start = match params.get("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => {
            let place = STANDARD.decode(marker).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let place = place.and_then(|text| text.parse::<usize>().ok()).filter(|place| *place <= things.len());
            place.ok_or_else(|| invalid("The request could not be processed: the Marker is invalid".to_owned()))?
        }
    };
    let end = things.len().min(start + length);
    let more = end < things.len();
    let (around_all, around_each) = listing.elements;
    let mut set = Xml::new();
    for thing in things.into_iter().skip(start).take(length) {
        set.push_inner(around_each, &thing.xml);
    }
    let mut answer = Xml::new();
    if more {
        answer.push("Marker", STANDARD.encode(end.to_string()));
    }
    answer.push_inner(around_all, &set);
    Ok(answer)
}
