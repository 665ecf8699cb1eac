//! Section 15: every file of the evidence with its digest, and how to verify all of it.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{RunRecord, Seal};
use backproof_evidence::shell;
use backproof_evidence::words::grouped;

use super::of_each_run;
use crate::compose::{
    Words, callout, cell, details, fact, facts, heading, listing, name, paragraph, rest, steps, table, words,
};
use crate::document::{Block, Text, Tone};

/// Sealed files listed at most.
const MOST_FILES: usize = 300;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    of_each_run(dossier, "evidence", of_run)
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let mut blocks = match &record.seal {
        Some(seal) => sealed(seal),
        None => unsealed(record),
    };
    blocks.push(heading("How to verify the journal's chains"));
    let head = run.chains.iter().find(|chain| chain.name == "run").map(|chain| chain.head.as_str());
    let mut text: Text = "Each line of the journal names the SHA-256 of the line before it in its chain. The run's own chain ends with the heads of all restore tests' chains".text();
    match head {
        Some(head) => text.extend([words(", and its own head is "), name(head), words(".")]),
        None => text.push(words("; its own is not there.")),
    }
    blocks.push(paragraph(text));
    blocks.push(listing("To verify a chain with sha256sum alone", shell::verify_chain(run.run)));
    let broken: Vec<&str> = run.chains.iter().filter(|chain| !chain.whole).map(|chain| chain.name.as_str()).collect();
    if !broken.is_empty() {
        blocks.push(callout(Tone::Bad, "Chains that do not hold", broken.join(", ")));
    }
    let rows = run.chains.iter().take(MOST_FILES).map(|chain| {
        [
            cell(chain.name.as_str()),
            cell(grouped(chain.lines as u64)),
            cell(if chain.whole { "yes" } else { "no" }),
            cell(name(&chain.head)),
        ]
    });
    let heads = table("Every chain that was read, with its head", &["Chain", "#Lines", "Whole", "Head"])
        .rows(rows)
        .note_if(rest(run.chains.len(), MOST_FILES, "stand in", "journal.jsonl"));
    blocks.push(details("Chains and their heads", vec![heads.block_or("No chain could be read.")]));
    blocks.extend(super::corroboration::blocks(record));
    blocks.push(paragraph("The same evidence, the same attestations and the same version of the program give this report again, byte for byte."));
    blocks
}

fn sealed(seal: &Seal) -> Vec<Block> {
    let mut rows = vec![fact("Seal", [words("SHA-256 of SHA256SUMS: "), name(&seal.sha256)])];
    rows.push(match &seal.previous {
        Some(previous) => {
            fact("Bundle before", [words(format!("run {}, sealed as ", previous.run)), name(&previous.sha256)])
        }
        None => fact("Bundle before", "none is named"),
    });
    let files = seal
        .files
        .iter()
        .take(MOST_FILES)
        .map(|file| [cell(name(&file.name)), cell(grouped(file.bytes)), cell(name(&file.sha256))]);
    vec![
        facts(rows),
        heading("How to verify the bundle"),
        steps([
            "In the bundle's folder, compute the digest of SHA256SUMS. It must be the seal above.".text(),
            "Let sha256sum check every file against it. Each must be OK, and nothing else may lie there but attestations/ and reports/.".text(),
            [words("With the program, no network and no AWS: "), name("backproof verify BUNDLE --trust FILE"), words(" checks files, chains, the draw, the bounds, the counts and every attestation, and names what is wrong.")].text(),
            "VERIFY.md in the bundle says how to check all of it with coreutils and openssl alone.".text(),
        ]),
        listing("With coreutils alone", format!("sha256sum SHA256SUMS   # must print {}\nsha256sum -c SHA256SUMS", seal.sha256)),
        details(
            "Every sealed file",
            vec![
                table("Every sealed file, in the order of SHA256SUMS", &["File", "#Bytes", "SHA-256"])
                    .rows(files)
                    .note_if(rest(seal.files.len(), MOST_FILES, "stand in", "SHA256SUMS"))
                    .block_or("None."),
            ],
        ),
    ]
}

/// The digests that the journal itself names.
fn unsealed(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let mut lines = vec![format!("{}  journal.jsonl", run.journal_sha256)];
    if let Some(population) = &run.population {
        lines.push(format!("{}  population.tsv", population.population_sha256));
        lines.push(format!("{}  excluded.tsv", population.excluded_sha256));
    }
    lines.extend(run.ranking_sha256.as_ref().map(|sha256| format!("{sha256}  ranking.tsv")));
    let journal_lines: u64 = run.chains.iter().map(|chain| chain.lines as u64).sum();
    vec![
        callout(
            Tone::Doubt,
            "Not sealed",
            format!(
                "This report was made from one file, journal.jsonl ({} lines), without a sealed bundle.",
                grouped(journal_lines)
            ),
        ),
        listing("Digests that the journal names", lines.join("\n")),
        paragraph("Save these lines as SHA256SUMS beside the files; sha256sum -c SHA256SUMS must name each as OK."),
    ]
}
