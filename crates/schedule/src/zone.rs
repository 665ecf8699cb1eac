//! Time zones by their IANA names.

use jiff::tz::{self, TimeZone};

/// Why a name gives no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidZone {
    /// The database knows no such zone.
    #[error("`{name}` is no time zone")]
    Unknown {
        /// The name.
        name: String,
        /// Names that it may have been meant to be, the closest first.
        near: Vec<String>,
    },
    /// This machine has no database of time zones.
    #[error("`{name}` cannot be looked up: this machine has no time zone database")]
    NoDatabase {
        /// The name.
        name: String,
    },
}

impl InvalidZone {
    /// How to mend it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { near, .. } if near.is_empty() => {
                "write an IANA name: \"Europe/Berlin\", \"America/New_York\", \"UTC\"".to_owned()
            }
            Self::Unknown { near, .. } => {
                let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
                format!("did you mean {}?", near.join(" or "))
            }
            Self::NoDatabase { .. } => "install the operating system's package `tzdata`, or write \"UTC\"".to_owned(),
        }
    }
}

/// How many names are suggested.
const SUGGESTED: usize = 3;

/// The zone of that name, in the database of the operating system.
///
/// # Errors
/// See [`InvalidZone`].
pub fn zone(name: &str) -> Result<TimeZone, InvalidZone> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    // An IANA name is an area and a place; abbreviations such as CET name an offset and hide a place.
    if let Ok(zone) = TimeZone::get(name)
        && name.contains('/')
    {
        return Ok(zone);
    }
    let known: Vec<String> = tz::db().available().map(|known| known.to_string()).filter(|k| k.contains('/')).collect();
    if known.is_empty() {
        return Err(InvalidZone::NoDatabase { name: name.to_owned() });
    }
    let mut near: Vec<(usize, String)> =
        known.into_iter().filter_map(|known| Some((far(name, &known)?, known))).collect();
    near.sort();
    let near = near.into_iter().take(SUGGESTED).map(|(_, known)| known).collect();
    Err(InvalidZone::Unknown { name: name.to_owned(), near })
}

/// How far `written` is from a known name, where it may have been meant.
fn far(written: &str, known: &str) -> Option<usize> {
    let bare = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let (written, known) = (bare(written), bare(known));
    let place = known.rsplit('/').next().unwrap_or_default();
    let distance = letters_changed(&written, &known).min(letters_changed(written.rsplit('/').next()?, place));
    (distance <= written.chars().count() / 5).then_some(distance)
}

/// Levenshtein's distance.
fn letters_changed(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
