//! `backproof baseline propose`, `show` and `verify`: what manifests say.

use std::path::Path;

use backproof_signing::Envelope;
use backproof_validators_rows::{Class, Loaded, Manifest, TableBaseline, Trust, as_classes, load};

use crate::args::baseline::{Propose, Show, Verify};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::{counted, grouped, print_json, print_table};

/// Prints the file for `--classes`.
pub(crate) fn propose(common: &Common, propose: &Propose) -> anyhow::Result<Exit> {
    let manifests: Result<Vec<Manifest>, UsageError> =
        propose.manifests.iter().map(|path| Ok(taken_as_it_is(path)?.manifest)).collect();
    let proposals = backproof_validators_rows::propose(&manifests?).map_err(|error| UsageError(error.to_string()))?;
    match common.output {
        Format::Text => print!("{}", as_classes(&proposals)),
        Format::Json => {
            let rows: Vec<_> = proposals
                .iter()
                .map(|proposal| {
                    serde_json::json!({
                        "database": proposal.database, "table": proposal.table, "class": proposal.class,
                        "time_column": proposal.time_column, "why": proposal.why,
                    })
                })
                .collect();
            print_json(&rows)?;
        }
    }
    Ok(Exit::Passed)
}

/// Prints a manifest in words. Its signature is named, and not verified.
pub(crate) fn show(common: &Common, show: &Show) -> anyhow::Result<Exit> {
    let loaded = taken_as_it_is(&show.manifest)?;
    let signers = signers(&show.manifest)?;
    match common.output {
        Format::Json => print_json(&serde_json::json!({
            "sha256": loaded.sha256, "signers_not_verified": signers, "manifest": loaded.manifest,
        }))?,
        Format::Text => print(&loaded, &signers),
    }
    Ok(Exit::Passed)
}

/// Verifies the signature.
pub(crate) fn verify(common: &Common, verify: &Verify) -> anyhow::Result<Exit> {
    let loaded = load(&verify.manifest, &Trust::Signers(verify.signer.clone()));
    match (common.output, &loaded) {
        (Format::Json, Ok(loaded)) => {
            print_json(&serde_json::json!({"verified": true, "signer": loaded.signer, "sha256": loaded.sha256}))?;
        }
        (Format::Json, Err(problem)) => print_json(&serde_json::json!({"verified": false, "problem": problem}))?,
        (Format::Text, Ok(loaded)) => {
            let signer = loaded.signer.as_deref().unwrap_or_default();
            println!("verified: signed by {signer}\nsha256   {}", loaded.sha256);
        }
        (Format::Text, Err(problem)) => eprintln!("error: {problem}"),
    }
    Ok(if loaded.is_ok() { Exit::Passed } else { Exit::Failed })
}

fn taken_as_it_is(path: &Path) -> Result<Loaded, UsageError> {
    load(path, &Trust::Anybody).map_err(UsageError)
}

/// The names of the keys that the envelope says it was signed with.
fn signers(path: &Path) -> anyhow::Result<Vec<String>> {
    let envelope = Envelope::read(&std::fs::read(path)?)?;
    Ok(envelope.signatures.into_iter().map(|signature| signature.keyid).collect())
}

fn print(loaded: &Loaded, signers: &[String]) {
    let Loaded { manifest, sha256, .. } = loaded;
    let baseline = &manifest.baseline;
    println!(
        "{} {}, captured {} by {}",
        baseline.engine, baseline.engine_version, baseline.captured_at, manifest.program
    );
    println!("sha256           {sha256}");
    println!("fingerprint key  {}", baseline.key_id);
    match signers {
        [] => println!("signature        none"),
        some => println!("signature        by {} (not verified here: `baseline verify`)", some.join(", ")),
    }
    println!("snapshots        {}", counted(manifest.snapshots.len() as u64, "snapshot"));
    for snapshot in &manifest.snapshots {
        println!("  {}: {} as of {}", snapshot.database, counted(snapshot.tables, "table"), snapshot.taken_at);
    }
    for remark in &manifest.remarks {
        println!("note: {remark}");
    }
    for (name, database) in &baseline.databases {
        let objects: usize = database.objects.values().map(std::collections::BTreeMap::len).sum();
        println!();
        println!(
            "{name}: {}, {}",
            counted(objects as u64, "object"),
            counted(database.sequences.len() as u64, "sequence")
        );
        let head = ["table", "class", "rows", "settled", "up to", "newest"].map(str::to_owned).to_vec();
        let rows = database.tables.iter().map(|(name, table)| line(name, table));
        print_table(&[head].into_iter().chain(rows).collect::<Vec<_>>());
    }
}

fn line(name: &str, table: &TableBaseline) -> Vec<String> {
    let class = match table.class {
        Class::Frozen => "frozen",
        Class::Append => "append",
        Class::Mutable => "mutable",
    };
    let number = |rows: Option<u64>| rows.map_or_else(|| "-".to_owned(), grouped);
    let moment = |at: Option<jiff::Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    vec![
        name.to_owned(),
        class.to_owned(),
        number(table.rows),
        number(table.settled.as_ref().map(|settled| settled.rows)),
        moment(table.settled.as_ref().map(|settled| settled.up_to)),
        moment(table.newest),
    ]
}
