//! What is held for inspection: said at the start of whatever is done next, and how to get at it.

use backproof_evidence::RunEvidence;
use backproof_model::Target;
use backproof_model::record::ResourceReady;
use backproof_store::Store;

/// Reminds of what earlier checks hold in the sandbox.
pub(crate) async fn tell(store: &Store) -> anyhow::Result<()> {
    for kept in backproof_engine::kept(store).await? {
        eprintln!(
            "held for inspection until {}: {} (`backproof sweep --delete` deletes it then)",
            kept.until, kept.arn
        );
    }
    Ok(())
}

/// How one gets at what this run holds. Identifiers only: whoever may look has a login of his own.
pub(crate) fn tell_how_to_connect(evidence: &RunEvidence) {
    for attempt in evidence.tests.iter().flat_map(|test| &test.attempts) {
        let Some(deleted) = &attempt.deleted else { continue };
        for (arn, until) in deleted.kept() {
            eprintln!("kept until {until}: {arn}");
            if let Some(ResourceReady::Ready { target, .. }) = &attempt.ready {
                eprintln!("  {}", way_to(target));
            }
            eprintln!("  `backproof sweep --delete` deletes it then, and `backproof serve` does so by itself");
        }
    }
}

fn way_to(target: &Target) -> String {
    match target {
        Target::Table { account, region, name, .. } => {
            format!("look at it in account {account}: aws dynamodb scan --region {region} --table-name {name}")
        }
        Target::Database(database) => format!(
            "look at it in account {}: {} {} on {}:{}, database {}, user {}; set a password of your own by aws rds \
             modify-db-instance --region {} --db-instance-identifier {}",
            database.account,
            database.engine.as_str(),
            database.engine_version,
            database.host,
            database.port,
            database.database.as_deref().unwrap_or("not told"),
            if database.master_user.is_empty() { "not told" } else { &database.master_user },
            database.region,
            database.name,
        ),
    }
}
