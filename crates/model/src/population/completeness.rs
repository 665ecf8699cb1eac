//! How complete the population is, and the sentence that says what it speaks for.
//!
//! An auditor asks of every list whether it is complete. The answer is graded from facts, and doubt lowers the grade.

use std::fmt;

use crate::record::{AccountListed, Completeness, ScopeLine, VaultListed};

/// What counting the vaults once more, after they had been listed, showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondCount {
    /// Every vault reports the same number of points as before it was listed.
    Same,
    /// Points appeared or vanished in between.
    Differs {
        /// Points that the vaults reported before.
        first: u64,
        /// Points that they report now.
        second: u64,
    },
    /// It was not made, or could not be made to its end.
    NotMade(String),
}

/// The facts from which completeness is graded.
#[derive(Clone, Copy, Debug)]
pub struct ListingFacts<'a> {
    /// Every account and Region in scope.
    pub accounts: &'a [AccountListed],
    /// Every vault that was found.
    pub vaults: &'a [VaultListed],
    /// What counting again showed.
    pub second_count: &'a SecondCount,
    /// Anything else that casts doubt on the listing, in words: a page token that repeated, plans without vaults.
    pub doubts: &'a [String],
}

/// Grades the listing.
///
/// - *Not established*: no account in scope could be read, no vault was found or read to its end, or nothing can vouch for the listing
///   (no vault reports a count and no second count was made).
/// - *Established, except*: an account or vault could not be read, a vault's own count differs or is not given, the
///   second count differs or was not made, or there is another doubt; each is named. A vault that the plan excludes
///   is no exception.
/// - *Established*: none of these.
pub fn grade_completeness(facts: ListingFacts<'_>) -> Completeness {
    let included: Vec<&VaultListed> = facts.vaults.iter().filter(|vault| vault.included).collect();
    let exceptions = exceptions(facts, &included);
    let none_read = facts.accounts.iter().all(|account| account.problem.is_some());
    let unvouched =
        included.iter().all(|vault| vault.reported.is_none()) && matches!(facts.second_count, SecondCount::NotMade(_));
    let none_listed = included.iter().all(|vault| vault.problem.is_some());
    let fatal = match (none_read, included.is_empty(), none_listed, unvouched) {
        (true, ..) => Some("no account in scope could be read"),
        (false, true, ..) => Some("no vault in scope was found"),
        (false, false, true, _) => Some("no vault in scope could be read to its end"),
        (false, false, false, true) => Some("neither the vaults' own counts nor a second count vouch for the listing"),
        (false, false, false, false) => None,
    };
    match fatal {
        Some(why) => Completeness::NotEstablished(std::iter::once(why.to_owned()).chain(exceptions).collect()),
        None if exceptions.is_empty() => Completeness::Established,
        None => Completeness::EstablishedExcept(exceptions),
    }
}

fn exceptions(facts: ListingFacts<'_>, included: &[&VaultListed]) -> Vec<String> {
    let accounts = facts.accounts.iter().filter_map(|listed| {
        let problem = listed.problem.as_ref()?;
        Some(format!("account {} in {} could not be read: {problem}", listed.account, listed.region))
    });
    let vaults = included.iter().filter_map(|vault| vault_exception(vault));
    let second = match facts.second_count {
        SecondCount::Same => None,
        SecondCount::Differs { first, second } => {
            Some(format!("the first listing gave {first} points, a second one at the end {second}"))
        }
        SecondCount::NotMade(why) => Some(format!("no second count was made: {why}")),
    };
    accounts.chain(vaults).chain(second).chain(facts.doubts.iter().cloned()).collect()
}

fn vault_exception(vault: &VaultListed) -> Option<String> {
    let name = format!("vault {} of account {} in {}", vault.name, vault.account, vault.region);
    match (&vault.problem, vault.reported) {
        (Some(problem), _) => Some(format!("{name} could not be read to its end: {problem}")),
        (None, None) => Some(format!("{name} reports no count of its own")),
        (None, Some(reported)) if reported != vault.listed => {
            Some(format!("{name} reports {reported} points, its listing gave {}", vault.listed))
        }
        (None, Some(_)) => None,
    }
}

impl fmt::Display for ScopeLine {
    /// "Speaks for N of L listed points, R of P protected resources, A of B accounts."
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Speaks for {} of {} listed points, {} of {} protected resources, {} of {} accounts.",
            self.points, self.listed_points, self.resources, self.protected_resources, self.accounts, self.all_accounts
        )
    }
}
