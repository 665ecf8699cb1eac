//! Whose fault it is that something could not be seen, and how to say so.

use backproof_cloud::{CallError, Trouble};
use backproof_model::FaultOwner;

/// Why something could not be seen. Never the backup's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// Whose fault.
    pub(crate) owner: FaultOwner,
    /// In words, without customer data.
    pub(crate) words: String,
}

impl Obstacle {
    /// The obstacle that a failed call is.
    pub(crate) fn of_call(error: &CallError) -> Self {
        let owner = match error.trouble {
            // Permissions, sign-in and the way to AWS belong to the sandbox account. A table that was ready and is gone
            // was deleted there by somebody else; one that is in use is used by somebody else.
            Trouble::Denied
            | Trouble::SignedOut
            | Trouble::NotFound
            | Trouble::Conflict
            | Trouble::NoAnswer
            | Trouble::ServiceFault => FaultOwner::Sandbox,
            Trouble::Throttled | Trouble::Quota => FaultOwner::Quota,
            Trouble::Invalid | Trouble::Unreadable => FaultOwner::Harness,
        };
        let words = match error.trouble {
            // What could not be parsed may be quoted in the message, and it may be data.
            Trouble::Unreadable => format!("{}: the answer could not be understood", error.call),
            Trouble::Denied
            | Trouble::SignedOut
            | Trouble::Throttled
            | Trouble::NotFound
            | Trouble::Conflict
            | Trouble::Quota
            | Trouble::Invalid
            | Trouble::ServiceFault
            | Trouble::NoAnswer => error.to_string(),
        };
        Self { owner, words }
    }

    /// The validator ran out of time.
    pub(crate) fn time_is_up() -> Self {
        let words = "the deadline passed; allow more time for validation in the plan, or scan with more segments";
        Self { owner: FaultOwner::Validator, words: words.to_owned() }
    }
}

/// A count with its thousands set apart: `5,000`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (count, text) in [(0, "0"), (999, "999"), (5000, "5,000"), (123_456, "123,456"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn no_obstacle_is_the_backups_fault_and_no_unread_answer_is_quoted() {
        for trouble in [
            Trouble::Denied,
            Trouble::SignedOut,
            Trouble::Throttled,
            Trouble::NotFound,
            Trouble::Conflict,
            Trouble::Quota,
            Trouble::Invalid,
            Trouble::ServiceFault,
            Trouble::NoAnswer,
            Trouble::Unreadable,
        ] {
            let call = "dynamodb:Scan".to_owned();
            let error =
                CallError { call, trouble, code: None, message: "near `Ada Lovelace`".into(), request_id: None };
            let obstacle = Obstacle::of_call(&error);
            assert_ne!(obstacle.owner, FaultOwner::Backup);
            assert!(obstacle.words.contains("dynamodb:Scan"));
            assert!(trouble != Trouble::Unreadable || !obstacle.words.contains("Ada"));
        }
    }
}
