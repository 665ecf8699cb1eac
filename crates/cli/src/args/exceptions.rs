//! What can be typed behind `backproof exceptions`.

use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

#[derive(Debug, Args)]
pub(crate) struct Exceptions {
    #[command(subcommand)]
    pub(crate) command: ExceptionsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExceptionsCommand {
    /// Lists those that are not closed.
    List {
        /// The closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// Shows one with all that ever happened to it.
    Show {
        /// Its number.
        #[arg(value_name = "ID")]
        id: u64,
    },
    /// Makes somebody responsible; what is not named stays as it is.
    Assign(Assign),
    /// Writes something down; what is not named stays as it is.
    Note(Note),
    /// Accepts the risk for a time, at most a year. Until then the unit is not tested for certain.
    Accept(Accept),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("assigned").required(true).multiple(true).args(["owner", "ticket", "due"])))]
pub(crate) struct Assign {
    /// Its number.
    #[arg(value_name = "ID")]
    pub(crate) id: u64,
    /// The person.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// Where it is followed up.
    #[arg(long, value_name = "TICKET")]
    pub(crate) ticket: Option<String>,
    /// When it is to be resolved: a date (its end, UTC) or a moment.
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub(crate) due: Option<Timestamp>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("noted").required(true).multiple(true).args(["text", "root_cause", "response"])))]
pub(crate) struct Note {
    /// Its number.
    #[arg(value_name = "ID")]
    pub(crate) id: u64,
    /// What was found or done. No customer data: it is evidence.
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// The root cause.
    #[arg(long, value_name = "TEXT")]
    pub(crate) root_cause: Option<String>,
    /// The response of management.
    #[arg(long, value_name = "TEXT")]
    pub(crate) response: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Its number.
    #[arg(value_name = "ID")]
    pub(crate) id: u64,
    /// Why the risk can be borne.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The person who answers for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) person: String,
    /// Until when: a date (its end, UTC) or a moment.
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub(crate) expires: Timestamp,
}

/// A moment, or the end of a day in UTC.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let expected = "expected a date such as 2027-03-31, or a moment such as 2027-03-31T12:00:00Z";
    // A date also reads from longer texts, whose rest would be lost.
    let date: Date = text.parse().ok().filter(|_| text.len() == 10).ok_or(expected)?;
    let end = date.checked_add(1.day()).ok().and_then(|next| next.to_zoned(TimeZone::UTC).ok());
    end.map(|end| end.timestamp()).ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_date_means_its_end_and_a_moment_itself() {
        let read = |text| moment(text).map(|moment| moment.to_string());
        assert_eq!(read("2027-03-31").as_deref(), Ok("2027-04-01T00:00:00Z"));
        assert_eq!(read("2027-03-31T12:00:00+02:00").as_deref(), Ok("2027-03-31T10:00:00Z"));
        for text in ["", "soon", "2027-13-01", "2027-03-31T12:00:00", "31.03.2027"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
