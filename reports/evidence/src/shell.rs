//! Commands that an auditor can paste into a shell, with the run's own values in them.
//!
//! Every value is quoted, whatever it holds. The commands use `sha256sum`, `openssl`, `grep`, `cut` and `sort` alone.

use backproof_model::record::{DrawCommitted, EntropyRevealed};

/// `text` as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.:/=,@+%".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The program's own command that ranks the population again.
pub fn redraw(commitment: &DrawCommitted, entropy: &EntropyRevealed) -> String {
    format!(
        "backproof redraw --population population.tsv \\\n  --plan-sha256 {} \\\n  --run {} \\\n  --entropy {}",
        quoted(&commitment.plan_sha256),
        quoted(&commitment.run),
        quoted(&format!("{}:{}", entropy.kind, entropy.value))
    )
}

/// The same with `openssl` and `sort`: prints `stratum TAB key TAB unit`, each stratum in the order of its draw.
pub fn redraw_by_hand(commitment: &DrawCommitted, entropy: &EntropyRevealed) -> String {
    format!(
        r#"# must print {population}
sha256sum population.tsv
seed=$(printf '%s\n' {algorithm} \
  {plan} \
  {population_line} \
  {run} \
  {entropy} |
  openssl dgst -sha256 -r | cut -d' ' -f1)
echo "$seed"   # must print {seed}
tab=$(printf '\t')
cut -f1,2 population.tsv | LC_ALL=C sort -u | while IFS=$tab read -r stratum unit; do
  key=$(printf '%s\0%s' "$stratum" "$unit" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$seed" -r | cut -d' ' -f1)
  printf '%s\t%s\t%s\n' "$stratum" "$key" "$unit"
done | LC_ALL=C sort"#,
        population = commitment.population_sha256,
        algorithm = quoted(&commitment.algorithm),
        plan = quoted(&format!("plan-sha256={}", commitment.plan_sha256)),
        population_line = quoted(&format!("population-sha256={}", commitment.population_sha256)),
        run = quoted(&format!("run={}", commitment.run)),
        entropy = quoted(&format!("entropy={}:{}", entropy.kind, entropy.value)),
        seed = entropy.seed,
    )
}

/// Verifies one chain of the journal and prints its head.
pub fn verify_chain(run: u64) -> String {
    format!(
        r#"chain=run   # then test-1, test-2, …
prev=$(printf 'backproof-journal/v1\n%s\n%s\n' {run} "$chain" | sha256sum | cut -d' ' -f1)
grep "^{{\"at\":\"[^\"]*\",\"chain\":\"$chain\"," journal.jsonl | {{
  while IFS= read -r line; do
    case $line in *"\"prev\":\"$prev\""*) ;; *) echo "broken at: $line"; exit 1 ;; esac
    prev=$(printf %s "$line" | sha256sum | cut -d' ' -f1)
  done
  echo "head of $chain: $prev"
}}"#
    )
}

/// Verifies every chain of `file` and prints each with its head: `chain SP head`.
pub fn verify_chains(run: u64, file: &str) -> String {
    format!(
        r#"for chain in $(grep -o '^{{"at":"[^"]*","chain":"[^"]*"' {file} | cut -d'"' -f8 | LC_ALL=C sort -u); do
  prev=$(printf 'backproof-journal/v1\n%s\n%s\n' {run} "$chain" | sha256sum | cut -d' ' -f1)
  grep "^{{\"at\":\"[^\"]*\",\"chain\":\"$chain\"," {file} | {{
    while IFS= read -r line; do
      case $line in *"\"prev\":\"$prev\""*) ;; *) echo "BROKEN in $chain: $line"; exit 1 ;; esac
      prev=$(printf %s "$line" | sha256sum | cut -d' ' -f1)
    done
    echo "$chain $prev"
  }}
done"#
    )
}

/// Finds the designated point of every unit of `population.tsv` again, after [`redraw_by_hand`] in the same shell: prints
/// `stratum TAB unit TAB recovery-point-arn`, sorted.
pub fn designate_by_hand() -> &'static str {
    r#"while IFS=$tab read -r stratum unit point; do
  key=$(printf '%s\0%s\0%s' "$stratum" "$unit" "$point" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$seed" -r | cut -d' ' -f1)
  printf '%s\t%s\t%s\t%s\n' "$stratum" "$unit" "$key" "$point"
done < population.tsv | LC_ALL=C sort | LC_ALL=C sort -s -u -t "$tab" -k1,2 | cut -f1,2,4 | LC_ALL=C sort"#
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use backproof_model::canonical::sha256_hex;
    use backproof_model::draw::{ALGORITHM, Entropy, EntropyKind, Seed, rank_population};

    use super::*;
    use crate::RunEvidence;
    use crate::testing::Story;

    #[test]
    fn a_hostile_value_stays_one_word() {
        assert_eq!(quoted("os:f38b"), "os:f38b");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a'; rm -rf $HOME #"), "'a'\\''; rm -rf $HOME #'");
    }

    /// What `sh` prints for `script` beside a file of this name and text.
    fn printed(script: &str, name: &str, text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        let output = std::process::Command::new("sh").args(["-c", script]).current_dir(folder.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn by_hand_the_draw_comes_out_as_by_the_program() {
        let line = |number: u32| {
            let table = format!("arn:aws:dynamodb:eu-central-1:111122223333:table/t-{}", number / 2);
            format!("{}\t{table}\t{table}/backup/{number:02}\n", if number < 6 { "DynamoDB" } else { "DynamoDB/old" })
        };
        let population: String = (0..12).map(line).collect::<Vec<_>>().concat();
        let (plan, digest) = (sha256_hex("plan"), sha256_hex(&population));
        let given = Entropy::new(EntropyKind::Auditor, "it's a \"nonce\" $HOME").unwrap();
        let seed = Seed::derive(&plan, &digest, "7", &given).unwrap();
        let commitment = DrawCommitted {
            algorithm: ALGORITHM.into(),
            plan_sha256: plan,
            population_sha256: digest.clone(),
            run: "7".into(),
            sizes: BTreeMap::new(),
            certainty_units: Vec::new(),
            entropy_kind: "auditor".into(),
            entropy_known: false,
            beacon_round: None,
        };
        let entropy = EntropyRevealed {
            kind: given.kind().to_string(),
            value: given.value().into(),
            grade: String::new(),
            grade_reason: String::new(),
            seed: seed.to_hex(),
            beacon_signature: None,
            commitment_anchor: None,
        };
        let lines = printed(&redraw_by_hand(&commitment, &entropy), "population.tsv", &population);
        assert_eq!(lines[..2], [format!("{digest}  population.tsv"), seed.to_hex()]);
        let by_hand: Vec<(&str, &str)> = lines[2..]
            .iter()
            .map(|line| (line.split('\t').next().unwrap(), line.split('\t').nth(2).unwrap()))
            .collect();
        let ranked = rank_population(population.as_bytes(), &seed).unwrap();
        let by_program: Vec<(&str, &str)> = ranked.iter().map(|it| (it.stratum, it.unit)).collect();
        assert_eq!(by_hand, by_program);
    }

    #[test]
    fn by_hand_a_chain_verifies_to_its_head_and_a_change_is_told() {
        let journal = Story::all_passed(1).journal();
        let head = RunEvidence::from_journal(&journal).unwrap().chains[0].head.clone();
        assert_eq!(printed(&verify_chain(7), "journal.jsonl", &journal), [format!("head of run: {head}")]);
        let changed = journal.replacen("rosa@ops-1", "mara@ops-1", 1);
        assert!(printed(&verify_chain(7), "journal.jsonl", &changed)[0].starts_with("broken at: "));
    }
}
