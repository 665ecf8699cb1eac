//! Copies what a plan names out of a bundle into a directory, which stands in its place whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::RUN_CHAIN;
use serde::Deserialize;

use super::plan::PacketPlan;
use super::readme::{Found, readme};
use super::rows::{Records, test_of};
use super::source::SealedFiles;

/// Tables whose rows begin with the run and the restore test.
const TABLES: [&str; 3] = ["results.csv", "checks.csv", "resources.csv"];
/// The list of the packet's own digests.
const DIGESTS: &str = "PACKET.sha256";

/// Why no packet was written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// A file of the bundle cannot be read.
    #[error("{file} of the bundle cannot be read: {problem}; check the bundle with `backproof verify`")]
    Reading {
        /// The file.
        file: String,
        /// What reading said.
        problem: io::Error,
    },
    /// The bundle is not the one that was planned for.
    #[error(
        "the bundle's seal is {found}, not {expected}: it was changed since it was read; verify it and begin again"
    )]
    Changed {
        /// What was read.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The packet's directory cannot be written.
    #[error("{path} cannot be written: {problem}")]
    Writing {
        /// The file or directory.
        path: PathBuf,
        /// What writing said.
        problem: io::Error,
    },
}

/// Writes the packet to `destination`, which must not be there yet.
///
/// # Errors
/// Fails where the bundle cannot be read or was changed, and where `destination` is there or cannot be written. Nothing of
/// it is left then.
pub fn write(plan: &PacketPlan, bundle: &impl SealedFiles, destination: &Path) -> Result<(), NotWritten> {
    let files = gather(plan, bundle)?;
    place(&files, destination).map_err(|problem| NotWritten::Writing { path: destination.to_owned(), problem })
}

/// Every file of the packet by its path.
fn gather(plan: &PacketPlan, bundle: &impl SealedFiles) -> Result<BTreeMap<String, Vec<u8>>, NotWritten> {
    let mut files = BTreeMap::new();
    let sums = whole(bundle, "SHA256SUMS")?;
    let found = sha256_hex(&sums);
    if found != plan.sealed_sha256 {
        return Err(NotWritten::Changed { expected: plan.sealed_sha256.clone(), found });
    }
    files.insert("SHA256SUMS".to_owned(), sums);
    files.insert("run.json".to_owned(), whole(bundle, "run.json")?);
    let names = bundle.attestations().map_err(|problem| reading("attestations/", problem))?;
    for name in names {
        let path = format!("attestations/{name}");
        let content = whole(bundle, &path)?;
        files.insert(path, content);
    }
    let mut found: BTreeMap<u32, Found> = plan.items.iter().map(|item| (item.test, Found::default())).collect();
    journal(plan, bundle, &mut files, &mut found)?;
    for table in TABLES {
        rows(plan, bundle, table, &mut files)?;
    }
    population(plan, bundle, &mut files, &mut found)?;
    for name in &plan.answers {
        answers(bundle, name, &mut files, &mut found)?;
    }
    files.insert("README.md".to_owned(), readme(plan, &found).into_bytes());
    let digests = files.iter().map(|(path, content)| format!("{}  {path}\n", sha256_hex(content))).collect::<String>();
    files.insert(DIGESTS.to_owned(), digests.into_bytes());
    Ok(files)
}

/// As much of a journal's line as tells where it belongs.
#[derive(Deserialize)]
struct Address {
    chain: String,
}

/// As much of a line of answers.
#[derive(Deserialize)]
struct Answered {
    test: Option<u32>,
}

/// The chains of the run and of the items, line by line as they stand.
fn journal(
    plan: &PacketPlan,
    bundle: &impl SealedFiles,
    files: &mut BTreeMap<String, Vec<u8>>,
    found: &mut BTreeMap<u32, Found>,
) -> Result<(), NotWritten> {
    let mut paths: BTreeMap<&str, (String, Option<u32>)> =
        plan.items.iter().map(|it| (it.chain.as_str(), (folder(it.test, "journal.jsonl"), Some(it.test)))).collect();
    paths.insert(RUN_CHAIN, ("run/journal.jsonl".to_owned(), None));
    for (path, _) in paths.values() {
        files.insert(path.clone(), Vec::new());
    }
    each_line(bundle, "journal.jsonl", |_, line| {
        let Ok(address) = serde_json::from_slice::<Address>(line) else { return };
        let Some((path, test)) = paths.get(address.chain.as_str()) else { return };
        files.entry(path.clone()).or_default().extend_from_slice(line);
        if let Some(found) = test.and_then(|test| found.get_mut(&test)) {
            found.journal_lines += 1;
        }
    })
}

/// The header and the items' rows of a table.
fn rows(
    plan: &PacketPlan,
    bundle: &impl SealedFiles,
    table: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), NotWritten> {
    let mut records = Records::of(bundle.open(table).map_err(|problem| reading(table, problem))?);
    let header = records.next().transpose().map_err(|problem| reading(table, problem))?.unwrap_or_default();
    for item in &plan.items {
        files.insert(folder(item.test, table), header.clone());
    }
    for record in records {
        let record = record.map_err(|problem| reading(table, problem))?;
        if let Some(file) = test_of(&record).and_then(|test| files.get_mut(&folder(test, table))) {
            file.extend(record);
        }
    }
    Ok(())
}

/// The items' lines of the population, each with its number.
fn population(
    plan: &PacketPlan,
    bundle: &impl SealedFiles,
    files: &mut BTreeMap<String, Vec<u8>>,
    found: &mut BTreeMap<u32, Found>,
) -> Result<(), NotWritten> {
    let mut wanted: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
    for item in &plan.items {
        wanted.entry(item.recovery_point_arn.as_bytes()).or_default().push(item.test);
    }
    let result = each_line(bundle, "population.tsv", |number, line| {
        let fields = line.strip_suffix(b"\n").unwrap_or(line);
        let Some(arn) = fields.split(|byte| *byte == b'\t').nth(2) else { return };
        for test in wanted.get(arn).into_iter().flatten() {
            files.entry(folder(*test, "population.tsv")).or_default().extend_from_slice(line);
            found.entry(*test).or_default().population_lines.push(number);
        }
    });
    match result {
        // A check of one recovery point freezes no population.
        Err(NotWritten::Reading { problem, .. }) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// AWS's answers on behalf of the items.
fn answers(
    bundle: &impl SealedFiles,
    name: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
    found: &mut BTreeMap<u32, Found>,
) -> Result<(), NotWritten> {
    each_line(bundle, name, |_, line| {
        let test = serde_json::from_slice::<Answered>(line).ok().and_then(|answered| answered.test);
        let Some((test, found)) = test.and_then(|test| Some((test, found.get_mut(&test)?))) else { return };
        files.entry(folder(test, name)).or_default().extend_from_slice(line);
        found.answers += 1;
    })
}

fn folder(test: u32, file: &str) -> String {
    format!("item-{test}/{file}")
}

/// Calls `take` with the number and bytes of every line, its line end included.
fn each_line(bundle: &impl SealedFiles, path: &str, mut take: impl FnMut(u64, &[u8])) -> Result<(), NotWritten> {
    let mut reader = bundle.open(path).map_err(|problem| reading(path, problem))?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(|problem| reading(path, problem))? == 0 {
            break;
        }
        take(number, &line);
    }
    Ok(())
}

fn whole(bundle: &impl SealedFiles, path: &str) -> Result<Vec<u8>, NotWritten> {
    let mut content = Vec::new();
    let mut reader = BufReader::new(bundle.open(path).map_err(|problem| reading(path, problem))?);
    reader.read_to_end(&mut content).map_err(|problem| reading(path, problem))?;
    Ok(content)
}

fn reading(file: &str, problem: io::Error) -> NotWritten {
    NotWritten::Reading { file: file.to_owned(), problem }
}

/// Writes beside the destination, then puts all of it into its place at once.
fn place(files: &BTreeMap<String, Vec<u8>>, destination: &Path) -> io::Result<()> {
    if destination.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already; name another, or take it away"));
    }
    let name = destination.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let unfinished = destination.with_file_name(format!(".{name}.unfinished"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let written = write_all(files, &unfinished).and_then(|()| fs::rename(&unfinished, destination));
    if written.is_err() {
        // Whatever stays is removed by the next packet of this name.
        let _ = fs::remove_dir_all(&unfinished);
    }
    written
}

fn write_all(files: &BTreeMap<String, Vec<u8>>, directory: &Path) -> io::Result<()> {
    for (path, content) in files {
        let path = directory.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create_new(path)?;
        file.write_all(content)?;
        file.sync_all()?;
    }
    Ok(())
}
