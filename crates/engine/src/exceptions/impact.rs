//! Counts which other recovery points of the frozen population share the cause of what was not passed.
//!
//! One pass over the file of AWS's fields, whatever its size; what is kept is a count and the first names.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};

use backproof_model::RecoveryPoint;
use backproof_model::exception::{Impact, LISTED_IMPACT, SharedCause};
use backproof_store::RunFiles;

use crate::error::{EngineError, Result};
use crate::population::POINTS_FILE;

/// A point that was not passed, and what others must share with it.
pub(super) struct Seeker<'a> {
    pub(super) point: &'a RecoveryPoint,
    pub(super) shares: SharedCause,
}

/// What points must have in common, as fields of a line.
#[derive(PartialEq, Eq, Hash)]
enum Common<'a> {
    Resource(&'a str),
    VaultAndKey { account: &'a str, region: &'a str, vault: &'a str, key: &'a str },
}

impl Seeker<'_> {
    fn common(&self) -> Common<'_> {
        match self.shares {
            SharedCause::Resource => Common::Resource(self.point.resource_arn.as_str()),
            SharedCause::VaultAndKey => Common::VaultAndKey {
                account: self.point.account.as_str(),
                region: self.point.region.as_str(),
                vault: &self.point.backup_vault_name,
                key: self.point.encryption_key_arn.as_deref().unwrap_or_default(),
            },
        }
    }
}

/// The impact of each, by the number it is sought under. A check lists no other points, so it counts none.
pub(super) fn impacts(files: &RunFiles, seekers: &BTreeMap<u32, Seeker<'_>>) -> Result<BTreeMap<u32, Impact>> {
    let mut found: BTreeMap<u32, Impact> = seekers.iter().map(|(number, it)| (*number, impact_of(it))).collect();
    let mut wanted: HashMap<Common<'_>, Vec<u32>> = HashMap::new();
    for (number, seeker) in seekers {
        wanted.entry(seeker.common()).or_default().push(*number);
    }
    let path = files.path(POINTS_FILE);
    let file = match File::open(&path) {
        Ok(file) if !seekers.is_empty() => file,
        Ok(_) => return Ok(found),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let not_counted = " (not counted: no population was listed)";
            for impact in found.values_mut() {
                impact.shares.push_str(not_counted);
            }
            return Ok(found);
        }
        Err(error) => return Err(EngineError::Unfit(format!("cannot read `{}`: {error}", path.display()))),
    };
    let mut lines = BufReader::with_capacity(1 << 16, file);
    let mut line = String::new();
    while lines.read_line(&mut line).map_err(EngineError::internal)? > 0 {
        let fields: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        if let [arn, account, region, vault, _, resource, _, _, _, _, _, key, ..] = fields[..] {
            for common in [Common::Resource(resource), Common::VaultAndKey { account, region, vault, key }] {
                for number in wanted.get(&common).into_iter().flatten() {
                    add(*number, arn, seekers, &mut found);
                }
            }
        }
        line.clear();
    }
    Ok(found)
}

fn impact_of(seeker: &Seeker<'_>) -> Impact {
    Impact { shares: seeker.shares.in_words().to_owned(), total: 0, first: Vec::new() }
}

/// Counts one more point for one that was not passed, which is not among its own.
fn add(number: u32, arn: &str, seekers: &BTreeMap<u32, Seeker<'_>>, found: &mut BTreeMap<u32, Impact>) {
    let itself = seekers.get(&number).is_some_and(|seeker| seeker.point.recovery_point_arn.as_str() == arn);
    if let (Some(impact), false) = (found.get_mut(&number), itself) {
        impact.total += 1;
        if impact.first.len() < LISTED_IMPACT {
            impact.first.push(arn.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use backproof_clock::VirtualRuntime;

    use super::*;
    use crate::population::point_of_line;

    /// A line as the freeze writes it, of the point of a table with this number.
    fn line(table: &str, number: u32, vault: &str, key: &str) -> String {
        let resource = format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{table}");
        format!(
            "{resource}/backup/{number:04}\t111122223333\teu-central-1\t{vault}\tBACKUP_VAULT\t{resource}\tDynamoDB\tCOMPLETED\t1\t2\t3\t{key}\t\n"
        )
    }

    fn point(line: &str) -> RecoveryPoint {
        point_of_line(line).unwrap()
    }

    /// The files of a run of an empty state directory, which lives as long as the first of these.
    fn files() -> (tempfile::TempDir, RunFiles) {
        let directory = tempfile::tempdir().unwrap();
        let runtime = VirtualRuntime::starting_at("2026-10-01T00:00:00Z".parse().unwrap()).unwrap();
        let files = runtime.block_on(async {
            let clock: backproof_clock::SharedClock = std::sync::Arc::new(runtime.clock());
            let store = backproof_store::Store::open(directory.path(), clock, "a test", "k3v9x2aa".parse().unwrap());
            let store = store.await.unwrap();
            let files = store.files(1).unwrap();
            store.close().await;
            files
        });
        (directory, files)
    }

    #[test]
    fn others_of_the_resource_or_of_vault_and_key_are_counted_and_the_first_named() {
        let (_directory, files) = files();
        let mut text = "# recovery-point-arn\taccount\n".to_owned();
        (0..30).for_each(|number| text.push_str(&line("orders", number, "daily", "key-a")));
        (0..5).for_each(|number| text.push_str(&line("carts", number, "daily", "key-a")));
        text.push_str(&line("events", 0, "daily", "key-b"));
        text.push_str(&line("events", 1, "weekly", "key-a"));
        files.write(POINTS_FILE, &text).unwrap();
        let (orders, carts) = (point(&line("orders", 3, "daily", "key-a")), point(&line("carts", 2, "daily", "key-a")));
        let seekers = BTreeMap::from([
            (1, Seeker { point: &orders, shares: SharedCause::Resource }),
            (2, Seeker { point: &carts, shares: SharedCause::VaultAndKey }),
            (3, Seeker { point: &carts, shares: SharedCause::Resource }),
        ]);
        let found = impacts(&files, &seekers).unwrap();
        let counts: Vec<_> = found.values().map(|it| (it.total, it.first.len(), it.shares.as_str())).collect();
        let (resource, vault) = ("the same resource", "the same vault and key");
        assert_eq!(counts, [(29, LISTED_IMPACT, resource), (34, LISTED_IMPACT, vault), (4, 4, resource)]);
        assert!(!found[&1].first.contains(&orders.recovery_point_arn.to_string()), "it is not among its own");
    }

    #[test]
    fn where_nothing_was_listed_nothing_is_counted_and_that_is_said() {
        let (_directory, files) = files();
        let orders = point(&line("orders", 3, "daily", "key-a"));
        let seekers = BTreeMap::from([(1, Seeker { point: &orders, shares: SharedCause::Resource })]);
        let found = impacts(&files, &seekers).unwrap();
        assert_eq!((found[&1].total, found[&1].shares.contains("not counted")), (0, true));
    }
}
