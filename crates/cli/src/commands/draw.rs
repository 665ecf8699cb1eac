//! `backproof draw`: rehearses the draw, or performs its two halves for the next run.

use std::path::Path;

use backproof_engine::{CommitmentStamp, Request, Until, What};
use backproof_model::record::{CostEstimated, DrawCommitted, Drawn, EntropyRevealed, run_step};
use backproof_plan::Plan;

use crate::args::{Common, Draw, Format};
use crate::exit::{Exit, UsageError};
use crate::output::{print_json, print_table};
use crate::{commands, progress, wiring};

pub(crate) async fn perform(common: &Common, draw: &Draw) -> anyhow::Result<Exit> {
    match (draw.commit, &draw.reveal) {
        (false, None) => rehearse(common).await,
        (true, _) => commit(common).await,
        (false, Some(entropy)) => reveal(common, draw, entropy).await,
    }
}

async fn rehearse(common: &Common) -> anyhow::Result<Exit> {
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let rehearsal = backproof_engine::rehearse(&world).await?;
    let costs = backproof_engine::estimate_costs(&world, &rehearsal.drawn.points, None).await?;
    let files = world.store.other_files(&rehearsal.name)?;
    drop(world);
    shown.await?;
    if common.output == Format::Json {
        let json = serde_json::json!({
            "rehearsal": rehearsal.name, "population": rehearsal.population, "commitment": rehearsal.commitment,
            "entropy": rehearsal.revealed, "drawn": rehearsal.drawn, "costs": costs,
        });
        print_json(&json)?;
        return Ok(commands::population::end(&rehearsal.population));
    }
    commands::population::print(&rehearsal.population, &files);
    println!();
    if rehearsal.drawn.points.is_empty() {
        println!("Nothing can be drawn: see above what there is, and why it is excluded.");
        return Ok(commands::population::end(&rehearsal.population));
    }
    println!("A draw as it might be ({}; nothing is restored, and the next run draws anew):", rehearsal.name);
    print_sample(&rehearsal.drawn);
    println!();
    print_costs(&costs, &rehearsal.drawn);
    println!();
    print_redraw(
        &rehearsal.commitment,
        &rehearsal.revealed,
        &files.path(backproof_engine::POPULATION_FILE).display().to_string(),
    );
    Ok(commands::population::end(&rehearsal.population))
}

async fn commit(common: &Common) -> anyhow::Result<Exit> {
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let request = Request { what: What::Sample, until: Until::Committed, reveal: None, keep: None };
    let end = backproof_engine::run(&world, &request).await?;
    let commitment: Option<DrawCommitted> =
        backproof_engine::run_record(&world.store, end.run, run_step::COMMIT).await?;
    let revealed: Option<EntropyRevealed> =
        backproof_engine::run_record(&world.store, end.run, run_step::REVEAL).await?;
    drop(world);
    shown.await?;
    let commitment = commitment.ok_or_else(|| anyhow::anyhow!("run {} has no commitment", end.run))?;
    let digest = backproof_model::canonical::sha256_hex(backproof_model::canonical::canonical_json(&commitment)?);
    match common.output {
        Format::Json => print_json(
            &serde_json::json!({"run": end.run, "commitment": commitment, "commitment_sha256": digest, "entropy": revealed}),
        )?,
        Format::Text => {
            match &revealed {
                None => println!("Run {} is committed. Send this to the auditor before asking for entropy:", end.run),
                Some(revealed) => println!(
                    "Run {} was committed before, and its entropy is revealed already ({}:{}):",
                    end.run, revealed.kind, revealed.value
                ),
            }
            println!();
            println!("  commitment         {digest}");
            println!("  plan-sha256        {}", commitment.plan_sha256);
            println!("  population-sha256  {}", commitment.population_sha256);
            println!("  run                {}", commitment.run);
            if let Some(round) = commitment.beacon_round {
                let comes = backproof_drand::time_of_round(round)
                    .map_or_else(String::new, |at| format!(", which comes at {at}"));
                println!("  beacon             round {round} of quicknet{comes}");
            }
            for (stratum, size) in &commitment.sizes {
                println!("  {stratum}: {} of {} units", size.sample, size.population);
            }
            println!();
            print_next(&commitment, &digest, revealed.is_some());
        }
    }
    Ok(Exit::Passed)
}

/// How to go on from a commitment, by the kind of entropy that it names.
fn print_next(commitment: &DrawCommitted, digest: &str, revealed: bool) {
    if revealed {
        println!("Then: backproof run");
        return;
    }
    match commitment.entropy_kind.as_str() {
        "auditor" => println!("Then: backproof draw --reveal auditor:NONCE"),
        "drand-quicknet" => {
            let round = commitment.beacon_round.map_or_else(|| "ROUND".to_owned(), |round| round.to_string());
            println!("For a verifiable draw, have the commitment time-stamped before that round comes:");
            println!("  openssl ts -query -sha256 -digest {digest} -cert -out commitment.tsq");
            println!("Then: backproof draw --reveal drand-quicknet:{round} --beacon FILE --time-stamp FILE");
        }
        own => {
            println!("The plan takes its entropy from this machine ({own}), so `backproof run` can draw at once.");
            println!("With a nonce of the auditor's instead: backproof draw --reveal auditor:NONCE");
        }
    }
}

async fn reveal(common: &Common, draw: &Draw, entropy: &str) -> anyhow::Result<Exit> {
    let mut reveal = commands::run::read_entropy(Some(entropy), draw.beacon.as_deref())?;
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    if let (Some(reveal), Some(path)) = (&mut reveal, &draw.time_stamp) {
        reveal.time_stamp = Some(commitment_stamp(path, &world.plan)?);
    }
    let request = Request { what: What::Sample, until: Until::Drawn, reveal, keep: None };
    let end = backproof_engine::run(&world, &request).await?;
    let store = world.store.clone();
    let commitment: Option<DrawCommitted> = backproof_engine::run_record(&store, end.run, run_step::COMMIT).await?;
    let revealed: Option<EntropyRevealed> = backproof_engine::run_record(&store, end.run, run_step::REVEAL).await?;
    let drawn: Option<Drawn> = backproof_engine::run_record(&store, end.run, run_step::DRAW).await?;
    let (Some(commitment), Some(revealed), Some(drawn)) = (commitment, revealed, drawn) else {
        anyhow::bail!("run {} has no draw", end.run);
    };
    let costs = backproof_engine::estimate_costs(&world, &drawn.points, None).await?;
    drop(world);
    shown.await?;
    match common.output {
        Format::Json => print_json(
            &serde_json::json!({"run": end.run, "commitment": commitment, "entropy": revealed, "drawn": drawn, "costs": costs}),
        )?,
        Format::Text => {
            println!("Run {} has drawn:", end.run);
            print_sample(&drawn);
            println!();
            print_costs(&costs, &drawn);
            println!();
            println!("Grade: {} ({})", revealed.grade, revealed.grade_reason);
            print_redraw(
                &commitment,
                &revealed,
                &store.files(end.run)?.path(backproof_engine::POPULATION_FILE).display().to_string(),
            );
            println!();
            println!("Then: backproof run");
        }
    }
    Ok(Exit::Passed)
}

/// A time-stamp over the commitment, with the authorities that the plan believes.
fn commitment_stamp(path: &Path, plan: &Plan) -> anyhow::Result<CommitmentStamp> {
    let certificates = plan.evidence.time_stamps.as_ref().and_then(|authority| authority.certificates.as_deref());
    let Some(certificates) = certificates else {
        let problem = "--time-stamp needs the authority's certificates: set `certificates` of [evidence.time_stamps]";
        return Err(UsageError(problem.to_owned()).into());
    };
    let unreadable =
        |error: std::io::Error, file: &Path| UsageError(format!("cannot read `{}`: {error}", file.display()));
    let answer = std::fs::read(path).map_err(|error| unreadable(error, path))?;
    let authorities = Path::new(certificates);
    let authorities = std::fs::read_to_string(authorities).map_err(|error| unreadable(error, authorities))?;
    Ok(CommitmentStamp { answer, authorities })
}

fn print_sample(drawn: &Drawn) {
    let rows: Vec<Vec<String>> = drawn
        .points
        .iter()
        .map(|drawn| {
            let rank = drawn.rank.map_or_else(|| "for certain".into(), |rank| format!("rank {rank}"));
            vec![
                format!("  {}", drawn.test),
                drawn.stratum.clone(),
                rank,
                drawn.point.resource_arn.arn().resource().to_owned(),
                drawn.point.recovery_point_arn.to_string(),
            ]
        })
        .collect();
    print_table(&rows);
}

/// What restore tests of the sample would cost.
fn print_costs(costs: &CostEstimated, drawn: &Drawn) {
    println!("What restoring them would cost:");
    print!("{}", backproof_render::estimate::whole(costs, &drawn.points));
}

fn print_redraw(commitment: &DrawCommitted, revealed: &EntropyRevealed, population: &str) {
    println!("Redo it: backproof redraw --population {population} \\");
    println!(
        "    --plan-sha256 {} --run {} --entropy {}:{}",
        commitment.plan_sha256, commitment.run, revealed.kind, revealed.value
    );
}
