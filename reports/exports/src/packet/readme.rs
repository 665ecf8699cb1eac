//! The packet's `README.md`: what is in it, how each part is tied to the seal, and the commands that show it.

use std::collections::BTreeMap;

use backproof_model::chain::{RUN_CHAIN, genesis};

use super::plan::{PacketItem, PacketPlan};

/// What was found of one item in the bundle's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Lines of its chain.
    pub(super) journal_lines: u64,
    /// Its lines of `population.tsv`, from 1.
    pub(super) population_lines: Vec<u64>,
    /// AWS's answers.
    pub(super) answers: u64,
}

/// Checks that a chain's lines follow each other, and prints its head. Arguments: the file and what its first line names.
/// A line is canonical JSON, so that its end can be compared as text.
fn chain_function(run: u64) -> String {
    format!(
        "\
chain() {{
  prev=$2 seq=0
  while IFS= read -r line; do
    case $line in
      *\",\\\"prev\\\":\\\"$prev\\\",\\\"run\\\":{run},\\\"seq\\\":$seq,\\\"v\\\":1}}\")
        prev=$(printf '%s' \"$line\" | sha256sum | cut -c1-64) seq=$((seq + 1)) ;;
      *) echo \"$1: line $seq does not follow\" >&2; return 1 ;;
    esac
  done < \"$1\"
  printf '%s\\n' \"$prev\"
}}
"
    )
}

/// The text of the packet's `README.md`.
pub(super) fn readme(plan: &PacketPlan, found: &BTreeMap<u32, Found>) -> String {
    let run = plan.run;
    let mut text = format!("# Restore tests of run {run}, as sampled\n\n");
    if plan.is_simulated {
        text.push_str("**SIMULATION: this was not real AWS, and proves nothing of any backup.**\n\n");
    }
    text.push_str(&format!(
        "Copied out of the sealed bundle of run {run} as it stands there. The packet itself is not sealed: its parts are \
         tied to the bundle's seal as said below. The seal is the SHA-256 of `SHA256SUMS`:\n\n    {}\n\n",
        plan.sealed_sha256
    ));
    if !plan.missing.is_empty() {
        let missing = plan.missing.join(", ");
        text.push_str(&format!("**Asked for, and no restore test of this run: {missing}.**\n\n"));
    }
    text.push_str(
        "| item | outcome | recovery point | restore jobs | lines of its chain | lines of population.tsv | answers of AWS |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for item in &plan.items {
        text.push_str(&row(item, &found.get(&item.test).cloned().unwrap_or_default()));
    }
    text.push_str(TIES);
    text.push_str(&commands(plan, found));
    text
}

fn row(item: &PacketItem, found: &Found) -> String {
    let or_none = |parts: Vec<String>| if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    let lines = or_none(found.population_lines.iter().map(ToString::to_string).collect());
    let jobs = or_none(item.restore_jobs.iter().map(|job| code(job)).collect());
    format!(
        "| {} | {} | {} | {jobs} | {} | {lines} | {} |\n",
        item.test,
        item.outcome,
        code(&item.recovery_point_arn),
        found.journal_lines,
        found.answers
    )
}

/// An identifier of AWS as code in a table: a name can hold what Markdown reads otherwise.
fn code(text: &str) -> String {
    let plain = |character: char| !matches!(character, '`' | '|' | '<' | '>' | '\\') && !character.is_control();
    let text: String = text.chars().map(|character| if plain(character) { character } else { '\u{fffd}' }).collect();
    format!("`{text}`")
}

/// How each part is tied to the seal.
const TIES: &str = "
## What is here, and what ties it to the seal

- `SHA256SUMS`, `run.json` and `attestations/` are the bundle's own files. Signatures and time-stamps in `attestations/`
  are over `SHA256SUMS`; the bundle's `VERIFY.md` says how to check them.
- `run/journal.jsonl` is the run's chain of the journal, whole. `run.json` names its head, and `SHA256SUMS` the digest of
  `run.json`.
- `item-*/journal.jsonl` is the chain of one restore test, whole. The run's chain names its head in its last record, so
  that each line can be checked without the lines of other restore tests.
- `item-*/results.csv`, `checks.csv` and `resources.csv` are rows of sealed tables, `population.tsv` the lines of the
  sealed population, and `raw/` AWS's answers from sealed files. Only whoever has the whole bundle can compare them byte
  by byte; what they say of a restore test is in its chain as well.
- `PACKET.sha256` only shows that the packet arrived as it was made.

## Commands

For a POSIX shell with coreutils, inside of this directory.
";

/// The command that ties an item's chain to the run's, or shows that the run's knows of none.
fn tie(run: u64, item: &PacketItem, lines: u64) -> String {
    let PacketItem { test, chain, .. } = item;
    let begin = genesis(run, chain);
    if lines == 0 {
        return format!(
            "if grep -o '\"{chain}\":\"[0-9a-f]\\{{64\\}}\"' run/journal.jsonl | grep -v {begin}; then exit 1; fi\n\
             echo 'item {test}: never begun, and the run names no chain of it'\n"
        );
    }
    format!(
        "head=$(chain item-{test}/journal.jsonl {begin})\n\
         grep -q \"\\\"{chain}\\\":\\\"$head\\\"\" run/journal.jsonl\n\
         echo 'item {test}: tied to the seal'\n"
    )
}

fn commands(plan: &PacketPlan, found: &BTreeMap<u32, Found>) -> String {
    let mut text = format!(
        "\n```sh\nset -e\n{}sha256sum -c --quiet PACKET.sha256\n\
         echo '{}  SHA256SUMS' | sha256sum -c\n\
         grep '  run.json$' SHA256SUMS | sha256sum -c\n\
         head=$(chain run/journal.jsonl {})\n\
         grep \"\\\"head\\\": \\\"$head\\\"\" run.json\n",
        chain_function(plan.run),
        plan.sealed_sha256,
        genesis(plan.run, RUN_CHAIN)
    );
    for item in &plan.items {
        text.push_str(&tie(plan.run, item, found.get(&item.test).map_or(0, |found| found.journal_lines)));
    }
    text.push_str("```\n\nWith the whole bundle in `$BUNDLE`:\n\n```sh\nset -e\n");
    text.push_str("(cd \"$BUNDLE\" && sha256sum -c --quiet SHA256SUMS)\ncmp SHA256SUMS \"$BUNDLE/SHA256SUMS\"\n");
    for item in &plan.items {
        text.push_str(&compare(item.test, found.get(&item.test)));
    }
    text.push_str("echo 'every row and line stands in the bundle'\n```\n");
    text
}

/// The commands that compare an item's rows and lines with the bundle's.
fn compare(test: u32, found: Option<&Found>) -> String {
    let rows = ["results.csv", "checks.csv", "resources.csv"];
    let rows = rows.map(|table| format!("if grep -Fvxf \"$BUNDLE/{table}\" item-{test}/{table}; then exit 1; fi\n"));
    let lines = found.map(|found| found.population_lines.as_slice()).unwrap_or_default();
    if lines.is_empty() {
        return rows.concat();
    }
    let print: Vec<String> = lines.iter().map(|line| format!("{line}p")).collect();
    let print = print.join(";");
    rows.concat() + &format!("sed -n '{print}' \"$BUNDLE/population.tsv\" | cmp - item-{test}/population.tsv\n")
}
