//! `backproof population`: what there is to test, and what cannot be drawn and why.

use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials};
use backproof_model::record::{Completeness, PopulationFrozen};
use backproof_model::{AccountId, Region};
use backproof_store::RunFiles;

use crate::args::{Common, Format, Population};
use crate::exit::{Exit, UsageError};
use crate::output::{counted, grouped, print_json, print_table};
use crate::{progress, wiring};

/// Where the lists are left, in the state directory.
const DIRECTORY: &str = "population";

pub(crate) async fn perform(common: &Common, population: &Population) -> anyhow::Result<Exit> {
    let planned = if population.region.is_empty()
        && population.account.is_none()
        && (common.plan.exists() || common.profile.is_none())
    {
        wiring::read_plan(common)?
    } else {
        without_plan(common, population).await?
    };
    let (sender, shown) = progress::begin();
    let world = wiring::world_of(common, planned, sender).await?;
    let files = world.store.other_files(DIRECTORY)?;
    let frozen = backproof_engine::list_population(&world, &files).await?;
    drop(world);
    shown.await?;
    match common.output {
        Format::Json => print_json(&frozen)?,
        Format::Text => print(&frozen, &files),
    }
    Ok(end(&frozen))
}

/// A listing that could not be made whole is no answer.
pub(crate) fn end(frozen: &PopulationFrozen) -> Exit {
    match &frozen.completeness {
        Completeness::Established | Completeness::EstablishedExcept(_) => Exit::Passed,
        Completeness::NotEstablished(_) => Exit::Inconclusive,
    }
}

/// A plan that lists one account as if it were its own sandbox; nothing can be restored under it.
async fn without_plan(common: &Common, population: &Population) -> anyhow::Result<wiring::Planned> {
    let credentials = BaseCredentials::Chain { profile: common.profile.clone() };
    let config =
        AwsConfig { credentials, endpoint_url: common.endpoint_url.clone(), ..AwsConfig::new(wiring::clock(common)) };
    let cloud = AwsCloud::new(config);
    let surroundings = backproof_aws::surroundings(common.profile.as_deref()).await;
    let regions: Vec<Region> = match (population.region.as_slice(), surroundings.region) {
        ([], Some(region)) => vec![region],
        ([], None) => {
            return Err(UsageError("no Region: name one with --region, AWS_REGION or the profile".into()).into());
        }
        (regions, _) => regions.to_vec(),
    };
    let account: AccountId = match &population.account {
        Some(account) => account.clone(),
        None => cloud.base_caller(&regions[0]).await.map_err(backproof_engine::EngineError::from)?.account,
    };
    let regions: Vec<_> = regions.iter().map(|region| format!("\"{region}\"")).collect();
    let regions = regions.join(", ");
    let text = format!(
        "version = 1\nname = \"population\"\nrequired_level = \"L0\"\n[scope]\nregions = [{regions}]\n[[scope.accounts]]\nid = \"{account}\"\n\
         [selection]\nselection_window_days = 365\nsize = {{ per_stratum = 1 }}\n\
         [sandbox]\naccount = \"{account}\"\nregions = [{regions}]\nrestore_role_arn = \"arn:aws:iam::{account}:role/none\"\n\
         same_account = \"accepted\"\nsame_account_reason = \"only listed, nothing is restored\"\n"
    );
    wiring::parse_plan("the plan made for this listing", text)
}

pub(crate) fn print(frozen: &PopulationFrozen, files: &RunFiles) {
    println!("{}", frozen.scope);
    println!();
    let mut rows: Vec<Vec<String>> = vec![vec!["eligible".into(), grouped(frozen.eligible), String::new()]];
    rows.extend(
        frozen
            .excluded_by_reason
            .iter()
            .map(|(reason, count)| vec!["excluded".into(), grouped(*count), reason.clone()]),
    );
    rows.push(vec!["listed".into(), grouped(frozen.listed), String::new()]);
    print_table(&rows);
    println!();
    if !frozen.units_by_stratum.is_empty() {
        let rows: Vec<_> = frozen
            .units_by_stratum
            .iter()
            .map(|(stratum, units)| vec![format!("  {stratum}"), counted(*units, "unit")])
            .collect();
        println!("Strata:");
        print_table(&rows);
        println!();
    }
    print_uncovered(frozen, files);
    match &frozen.completeness {
        Completeness::Established => println!("Completeness: established."),
        Completeness::EstablishedExcept(except) => print_doubts("Completeness: established, except", except),
        Completeness::NotEstablished(why) => print_doubts("Completeness: NOT established", why),
    }
    println!(
        "Lists: {} and {}",
        files.path(backproof_engine::POPULATION_FILE).display(),
        files.path(backproof_engine::EXCLUDED_FILE).display()
    );
}

fn print_uncovered(frozen: &PopulationFrozen, files: &RunFiles) {
    const SHOWN: usize = 10;
    if frozen.uncovered_in_scope > 0 {
        let (them, have) = match frozen.uncovered_in_scope {
            1 => ("1 protected resource".to_owned(), "has"),
            more => (counted(more, "protected resource"), "have"),
        };
        println!("{them} in scope {have} no recovery point that can be drawn:");
        for resource in frozen.uncovered.iter().filter(|resource| resource.in_scope).take(SHOWN) {
            println!("  {} ({}): {}", resource.resource_arn, resource.resource_type, resource.why);
        }
        if frozen.uncovered_in_scope > SHOWN as u64 {
            println!("  … all of them: {}", files.path(backproof_engine::UNCOVERED_FILE).display());
        }
        println!();
    }
}

fn print_doubts(headline: &str, doubts: &[String]) {
    println!("{headline}:");
    for doubt in doubts {
        println!("  - {doubt}");
    }
}
