//! `VERIFY.md`: how to check a bundle with a POSIX shell, the usual GNU tools and openssl, and nothing of ours.
//!
//! Its commands are meant to be pasted one block after another into one shell. Each says in words what it found.

mod vouching;

use backproof_evidence::{RunEvidence, shell};
use backproof_model::chain::RUN_CHAIN;
use backproof_model::register::REGISTER_RUN;

use crate::layout::{ANSWERS, JOURNAL, PLAN, POPULATION, REGISTER, TRAIL};
use crate::run_file::RunFile;
use vouching::{SIGNATURES, TIME_STAMPS};

/// The text for one run.
pub(crate) fn guide(evidence: &RunEvidence, run: &RunFile) -> String {
    let mut text = beginning(run);
    text += &files();
    text += &plan(run);
    text += &chains(evidence, run);
    text += &lists(run);
    text += &draw(evidence);
    text += &answers(evidence);
    text += SIGNATURES;
    text += TIME_STAMPS;
    text += &previous(run);
    text += ENDING;
    text
}

fn beginning(run: &RunFile) -> String {
    let simulated = if run.simulated {
        "\n**This run was performed on a simulator and not on AWS. It proves nothing of any backup.**\n"
    } else {
        ""
    };
    format!(
        "# How to check the evidence of run {number}\n\
         {simulated}\n\
         Everything here works offline, with a POSIX shell, the usual tools of a GNU system (coreutils, findutils, \
         diffutils, grep, sed) and openssl (3.0 or newer). Nothing of backproof is needed. Paste the blocks into one shell, one after another, in the directory of this file. Each \
         says what it found; a block that finds something wrong prints `WRONG`, `BROKEN`, or what differs.\n\n\
         `backproof verify` checks the same and more: it also makes every derived file again and compares it byte by \
         byte, computes the bounds again, and verifies rounds of drand.\n\n\
         ```sh\nwork=$(mktemp -d)\n```\n\n",
        number = run.run
    )
}

fn files() -> String {
    "## 1. The files\n\n\
     Every sealed file must have the digest that `SHA256SUMS` lists:\n\n\
     ```sh\n\
     sha256sum --check --strict --quiet SHA256SUMS && echo \"every listed file is as it was sealed\" || echo WRONG\n\
     ```\n\n\
     No file may have been added or taken away (signatures and reports come later and are not sealed), and nothing may \
     be a link:\n\n\
     ```sh\n\
     cut -c67- SHA256SUMS | LC_ALL=C sort > \"$work/listed\"\n\
     find . ! -type d ! -path './attestations/*' ! -path './reports/*' ! -path ./SHA256SUMS |\n  \
       sed 's|^\\./||' | LC_ALL=C sort > \"$work/found\"\n\
     find . ! -type d ! -type f | sed 's/^/WRONG: no plain file: /'\n\
     comm -3 \"$work/listed\" \"$work/found\" | sed 's/^/WRONG: not in both: /'\n\
     uniq -d \"$work/listed\" | sed 's/^/WRONG: listed twice: /'\n\
     cmp -s \"$work/listed\" \"$work/found\" && echo \"no file was added or taken away\"\n\
     ```\n\n\
     The digest of that list is the **seal**. It is what signatures and time-stamps are over, and what the next bundle \
     and the register name:\n\n\
     ```sh\n\
     seal=$(sha256sum SHA256SUMS | cut -d' ' -f1); echo \"the seal is $seal\"\n\
     ```\n\n"
        .to_owned()
}

fn plan(run: &RunFile) -> String {
    format!(
        "## 2. The plan\n\n\
         `{PLAN}` is the effective plan in canonical JSON (RFC 8785), so its digest is that of the file:\n\n\
         ```sh\n{}\n```\n\n\
         The journal must name the same digest:\n\n\
         ```sh\n\
         grep -q '\"plan_sha256\":\"{}\"' {JOURNAL} && echo \"the journal names this plan\" || echo WRONG\n\
         ```\n\n",
        must_be(PLAN, &run.plan_sha256, "the plan is the one that was run"),
        run.plan_sha256
    )
}

/// Says whether a file has the digest that it must have.
fn must_be(file: &str, digest: &str, good: &str) -> String {
    format!("[ \"$(sha256sum {file} | cut -d' ' -f1)\" = {digest} ] && echo \"{good}\" || echo \"WRONG: {file}\"")
}

fn chains(evidence: &RunEvidence, run: &RunFile) -> String {
    format!(
        "## 3. The journal\n\n\
         Each line names the SHA-256 of its chain's line before (`prev`). The first of a chain names the SHA-256 of \
         three lines: `backproof-journal/v1`, the run, the chain. The run has {count} chains. This prints the head of \
         each; a long journal takes a while, at some milliseconds a line.\n\n\
         ```sh\n{verify} | tee \"$work/heads\" | grep BROKEN || echo \"no chain is broken\"\n```\n\n\
         The run's own chain records the heads of all others in its last line, and the register closed the run with \
         the head of that chain:\n\n\
         ```sh\n\
         grep '^{{\"at\":\"[^\"]*\",\"chain\":\"{RUN_CHAIN}\"' {JOURNAL} | tail -n 1 > \"$work/closing\"\n\
         while read -r chain head; do\n  \
           [ \"$chain\" = {RUN_CHAIN} ] || grep -qF \"\\\"$chain\\\":\\\"$head\\\"\" \"$work/closing\" ||\n    \
             echo \"WRONG: the run did not record head $head of $chain\"\n\
         done < \"$work/heads\"\n\
         [ \"$(wc -l < \"$work/heads\")\" -eq {count} ] || echo \"WRONG: the run has {count} chains\"\n\
         grep -qx '{RUN_CHAIN} {head}' \"$work/heads\" && echo \"the run ends with the head that run.json names\" || echo WRONG\n\
         grep -q '\"head\":\"{head}\",\"kind\":\"run-closed\",\"run\":{number}}}' {REGISTER} &&\n  \
           echo \"the register closed the run with this head\" || echo WRONG\n\
         ```\n\n\
         ## 4. The register\n\n\
         One chain for the whole installation, from its first run to the closing of this one:\n\n\
         ```sh\n{register} | tee \"$work/register\"\n\
         grep -qx 'register {register_head}' \"$work/register\" && echo \"the register is whole up to here\" || echo WRONG\n\
         ```\n\n\
         Runs are numbered without gaps. These are their openings and endings:\n\n\
         ```sh\n\
         grep -o '\"kind\":\"run-[a-z]*\"[^}}]*\"run\":[0-9]*' {REGISTER} | sed 's/\"kind\":\"\\([a-z-]*\\)\".*\"run\":/\\1 /'\n\
         ```\n\n\
         Whoever owns the register could cut lines off its end, and then none of this shows it. Compare with bundles \
         that were given away, archived or time-stamped.\n\n",
        count = evidence.chains.len(),
        verify = shell::verify_chains(run.run, JOURNAL),
        head = run.head,
        number = run.run,
        register = shell::verify_chains(REGISTER_RUN, REGISTER),
        register_head = run.register.head,
    )
}

fn lists(run: &RunFile) -> String {
    let Some((listed, eligible, excluded)) = counts(run) else {
        return "## 5. The lists\n\nThis run froze no population, so it says nothing of any.\n\n".to_owned();
    };
    format!(
        "## 5. The lists\n\n\
         `{POPULATION}` has a line for each recovery point that could be drawn, `excluded.tsv` one for each that could \
         not, with the reason. Together they must be everything that was listed ({listed}):\n\n\
         ```sh\n\
         eligible=$(wc -l < {POPULATION}); excluded=$(wc -l < excluded.tsv)\n\
         echo \"$((eligible + excluded)) listed = $eligible eligible + $excluded excluded\"\n\
         [ \"$eligible\" -eq {eligible} ] && [ \"$excluded\" -eq {excluded} ] || echo WRONG\n\
         LC_ALL=C sort -c -u {POPULATION} && echo \"the population is sorted, without duplicates\"\n\
         ```\n\n"
    )
}

fn counts(run: &RunFile) -> Option<(u64, u64, u64)> {
    Some((*run.counts.get("listed")?, *run.counts.get("eligible")?, *run.counts.get("excluded")?))
}

fn draw(evidence: &RunEvidence) -> String {
    let Some((commitment, entropy)) = evidence.commitment.as_ref().zip(evidence.entropy.as_ref()) else {
        return "## 6. The draw\n\nNothing was drawn by chance in this run.\n\n".to_owned();
    };
    let beacon = if entropy.beacon_signature.is_some() {
        "The entropy is a round of drand's network quicknet. Its signature stands in `draw.json`; openssl does not know \
         that kind (BLS12-381), any client of drand and `backproof verify` do. The value is SHA-256 of the signature:\n\n\
         ```sh\n\
         sed -n 's/.*\"beacon_signature\": \"\\([0-9a-f]*\\)\".*/\\1/p' draw.json | tr a-f A-F | basenc --base16 -d | sha256sum\n\
         ```\n\n"
    } else {
        ""
    };
    format!(
        "## 6. The draw\n\n\
         The seed is the SHA-256 of five lines, among them the digests of plan and population, so that neither can be \
         changed after the draw. Every unit is ranked within its stratum by HMAC-SHA256 with the seed as its key; the \
         first ones are the sample. This takes some milliseconds for each unit:\n\n\
         ```sh\n{{ {by_hand}\n}} > \"$work/ranked\"\n\
         grep -qx {seed} \"$work/ranked\" && echo \"the seed is the one that was used\" || echo WRONG\n\
         grep \"$tab\" \"$work/ranked\" | cut -f1,3 > \"$work/by-hand\"; cut -f1,3 ranking.tsv > \"$work/said\"\n\
         cmp \"$work/by-hand\" \"$work/said\" && echo \"the ranking is the one that the seed gives\"\n\
         ```\n\n\
         Each unit stands for one of its recovery points, the one with the lowest HMAC of stratum, unit and point:\n\n\
         ```sh\n{{ {designate}\n}} > \"$work/designated\"\n\
         cut -f1,3,4 ranking.tsv | LC_ALL=C sort | cmp - \"$work/designated\" &&\n  \
           echo \"every unit stands for the point that the seed designates\"\n\
         ```\n\n\
         The drawn units (`draw.json`, `results.csv`) are the first of each stratum by rank, those that are tested for \
         certain aside:\n\n\
         ```sh\n{sizes}\n```\n\n{beacon}",
        by_hand = shell::redraw_by_hand(commitment, entropy),
        seed = entropy.seed,
        designate = shell::designate_by_hand(),
        sizes = drawn_by_rank(evidence),
    )
}

/// Prints the first lines of the ranking for each stratum that was drawn from.
fn drawn_by_rank(evidence: &RunEvidence) -> String {
    let last = |stratum: &str| {
        let of = evidence.tests.iter().filter(|test| test.drawn.stratum == stratum);
        of.filter_map(|test| test.drawn.rank).max().unwrap_or(0)
    };
    let strata = evidence.commitment.iter().flat_map(|commitment| commitment.sizes.keys());
    let command = |stratum: &String| {
        // A point is the one character of a stratum's name that a pattern takes for any other.
        let begins = shell::quoted(&stratum.replace('.', "[.]"));
        format!("stratum={begins}; grep \"^$stratum$tab\" ranking.tsv | head -n {}", last(stratum))
    };
    strata.map(command).collect::<Vec<_>>().join("\n")
}

/// AWS's own words, where the run kept any.
fn answers(evidence: &RunEvidence) -> String {
    let raw = evidence.raw.as_ref().map(|raw| must_be(ANSWERS, &raw.sha256, "AWS's answers are those of the journal"));
    let trail = evidence.corroboration.as_ref();
    let trail =
        trail.map(|seen| must_be(TRAIL, &seen.file_sha256, "the events of CloudTrail are those of the journal"));
    let commands: Vec<String> = raw.into_iter().chain(trail).collect();
    if commands.is_empty() {
        return "## 7. AWS's answers\n\nThis run kept none.\n\n".to_owned();
    }
    format!(
        "## 7. AWS's answers\n\n\
         `raw/` holds AWS's answers, redacted, with the ids of the requests and both clocks, and what AWS's own event \
         history shows of the run. Their digests stand in the journal:\n\n```sh\n{}\n```\n\n\
         To follow a restore test, take its restore job from `results.csv` and look for it there:\n\n\
         ```sh\njob=$(grep -o '\"restore_job_id\":\"[^\"]*\"' {JOURNAL} | head -n 1 | cut -d'\"' -f4)\n\
         [ -z \"$job\" ] || cat raw/* | grep -cF \"$job\"\n```\n\n",
        commands.join("\n")
    )
}

fn previous(run: &RunFile) -> String {
    match &run.previous {
        None => "## 10. The bundle before\n\nBy the register, none was sealed before this one.\n\n".to_owned(),
        Some(previous) => format!(
            "## 10. The bundle before\n\n\
             Before this one the bundle of run {number} was sealed. Where you have it, its seal must be the one that \
             the register keeps:\n\n\
             ```sh\n\
             grep -q '\"kind\":\"bundle-sealed\",\"run\":{number},\"sha256\":\"{sha256}\"' {REGISTER} &&\n  \
               echo \"the register keeps the seal of run {number}\" || echo WRONG\n\
             before=${{before:-../{number}}}\n\
             [ ! -e \"$before/SHA256SUMS\" ] || [ \"$(sha256sum \"$before/SHA256SUMS\" | cut -d' ' -f1)\" = {sha256} ] ||\n  \
               echo \"WRONG: $before is another bundle\"\n\
             ```\n\n",
            number = previous.run,
            sha256 = previous.sha256
        ),
    }
}

const ENDING: &str = "## What none of this shows\n\n\
- That the journal tells the truth about AWS. It holds AWS's own identifiers: restore jobs, created resources, request \
ids. Ask AWS about them while it still knows; `resources.csv` and `raw/` list them.\n\
- When somebody signed: the moment in a statement is the signer's word, unless a time-stamp was added.\n\
- That an archive keeps it: `attestations/*.receipt.json` is what the operator says that the archive answered. Ask the \
archive.\n\
- That nothing was cut off the end of the register after this run.\n\n\
```sh\nrm -r \"$work\"\n```\n";
