//! List, judge, freeze and draw a population, beside merely paging through it and beside boto3's paginator.

use anyhow::ensure;
use backproof_cloud::{Cloud, Cursor, VaultRef};

use crate::bench::{heading, line, quickest, ratio};
use crate::child::{measure, measure_python};
use crate::client;
use crate::measured::{Began, Measured};
use crate::server::Server;

/// Paging through the same answers with the same ports, and dropping them.
pub(crate) const FLOOR: &str = "population-floor";
/// A rehearsed draw: list, judge, freeze, draw.
pub(crate) const OURS: &str = "population";

const PAGES: &str = include_str!("peers/boto3_pages.py");
/// Daily backups kept for four weeks.
const POINTS_PER_RESOURCE: u64 = 28;
const VAULTS: u64 = 4;
const SIZES: [(u64, u32, u32); 2] = [(100_000, 3, 3), (1_000_000, 2, 1)];

/// Measures populations of two sizes.
pub(crate) fn bench() -> anyhow::Result<()> {
    let mut peaks = Vec::new();
    for (points, times, times_of_boto3) in SIZES {
        let server = Server::start(&world(points))?;
        let at = &server.endpoint;
        let floor = quickest(times, || measure(FLOOR, at, points))?;
        let ours = quickest(times, || measure(OURS, at, points))?;
        let boto3 = quickest(times_of_boto3, || measure_python(PAGES, at))?;
        let counts = [floor.counted, ours.counted, boto3.counted];
        ensure!(counts == [points; 3], "not all saw {points} points: {counts:?}");
        heading(&format!("population of {points} recovery points, {VAULTS} vaults, over TCP"));
        line("paging through the same answers, nothing else", &floor);
        line("list, judge, freeze, draw", &ours);
        line("boto3's paginator, nothing else", &boto3);
        ratio("ours / paging alone, wall", ours.seconds / floor.seconds, "<= 1.3");
        ratio("boto3 / ours, wall", boto3.seconds / ours.seconds, ">= 10");
        ratio("boto3 / ours, CPU of the client", boto3.cpu_seconds / ours.cpu_seconds, "none");
        peaks.push(ours.peak_kib);
    }
    if let [small, large] = peaks[..] {
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        ratio("peak memory, the large / the small population", large as f64 / small as f64, "flat");
    }
    Ok(())
}

fn world(points: u64) -> String {
    let mut world = client::accounts();
    for vault in 1..=VAULTS {
        let (count, resources) = (points / VAULTS, points / VAULTS / POINTS_PER_RESOURCE);
        world.push_str(&format!(
            r#"
[[vaults]]
name = "daily-{vault}"
[[bulk]]
vault = "daily-{vault}"
type = "DynamoDB"
count = {count}
resources = {resources}
span = "28d"
prefix = "shop-{vault}-table"
"#
        ));
    }
    world
}

fn plan() -> String {
    let (source, sandbox, region) = (client::SOURCE, client::SANDBOX, client::REGION);
    format!(
        r#"
version = 1
name = "bench"
[scope]
regions = ["{region}"]
[[scope.accounts]]
id = "{source}"
copy_role_arn = "arn:aws:iam::{source}:role/backproof-copy"
[selection]
size = {{ per_stratum = 60 }}
[sandbox]
account = "{sandbox}"
regions = ["{region}"]
restore_role_arn = "arn:aws:iam::{sandbox}:role/backproof-restore"
[[sandbox.routes]]
kind = "copy"
backup_vault_name = "backproof-staging"
[[validators]]
use = "items"
"#
    )
}

/// The floor.
pub(crate) async fn page_through(endpoint: &str) -> anyhow::Result<Measured> {
    let cloud = client::cloud(endpoint, &client::clock()?);
    let began = Began::now()?;
    let source = cloud.source(&client::source()?, &client::region()?).await?;
    source.identity.caller().await?;
    let mut counted = 0;
    for vault in source.backups.list_vaults(None).await?.items {
        let name = VaultRef { name: vault.name, owner: None };
        let mut cursor = Cursor::of("backup:ListRecoveryPointsByBackupVault");
        while let Some(from) = cursor.next() {
            let page = source.backups.list_recovery_points(&name, from).await?;
            counted += page.items.len() as u64;
            cursor.advance(page.next)?;
        }
    }
    let mut cursor = Cursor::of("backup:ListProtectedResources");
    while let Some(from) = cursor.next() {
        cursor.advance(source.backups.list_protected_resources(from).await?.next)?;
    }
    source.backups.list_vaults(None).await?;
    began.ended(counted)
}

/// Ours.
pub(crate) async fn list_and_draw(endpoint: &str) -> anyhow::Result<Measured> {
    let clock = client::clock()?;
    let state = tempfile::tempdir()?;
    let world = client::world(client::cloud(endpoint, &clock), plan(), state.path(), clock).await?;
    let began = Began::now()?;
    let rehearsal = backproof_engine::rehearse(&world).await?;
    let measured = began.ended(rehearsal.population.eligible)?;
    ensure!(rehearsal.drawn.points.len() == 60, "{} points were drawn", rehearsal.drawn.points.len());
    ensure!(rehearsal.population.uncovered_total == 0, "there are resources without points");
    Ok(measured)
}
