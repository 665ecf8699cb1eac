//! Whether the parts of a world fit together.

use super::items::refused_items;
use super::{AccountKind, EngineName, FixtureName, PointDescription, ResourceDescription, World};
use crate::wire::Service;

/// All that does not fit, one sentence each.
pub(super) fn problems(world: &World) -> Vec<String> {
    let mut problems = Vec::new();
    if !world.accounts.iter().any(|account| account.kind == AccountKind::Source) {
        problems.push("no account is a source account".to_owned());
    }
    for account in &world.accounts {
        if account.id.len() != 12 || !account.id.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.push(format!("account `{}` has not twelve digits", account.id));
        }
        if account.regions.is_empty() {
            problems.push(format!("account `{}` uses no Region", account.id));
        }
    }
    places(world, &mut problems);
    for resource in &world.resources {
        let is_table = resource.resource_type == "DynamoDB";
        if is_table != resource.table.is_some() {
            problems.push(format!(
                "resource `{}`: `table` goes with the type DynamoDB, and is needed there",
                resource.name
            ));
        }
        if resource.database.is_some() && resource.resource_type != "RDS" {
            problems.push(format!("resource `{}`: `database` goes with the type RDS", resource.name));
        }
        if resource.generated.as_ref().is_some_and(|pattern| pattern.count == 0) {
            problems.push(format!("resource `{}`: leave `generated` out where there are no items", resource.name));
        }
    }
    problems.extend(world.resources.iter().flat_map(refused_items));
    for point in &world.points {
        problems.extend(point_problems(world, point));
    }
    let keys = world.keys.iter().map(|key| key.arn.as_str()).filter(|arn| !arn.contains(":kms:"));
    problems.extend(keys.map(|arn| format!("key `{arn}` is no ARN of a KMS key")));
    for fault in &world.faults {
        let unknown = fault.service.as_deref().filter(|name| Service::named(name).is_none());
        problems.extend(unknown.map(|name| format!("a fault names the service `{name}`, which is not simulated")));
        if fault.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
            problems.push("the rate of a fault is a share from 0 to 1".to_owned());
        }
    }
    problems
}

/// Everything that names an account and a Region.
fn places(world: &World, problems: &mut Vec<String>) {
    let vaults = world.vaults.iter().map(|vault| ("vault", &vault.name, &vault.account, &vault.region));
    let resources = world.resources.iter().map(|one| ("resource", &one.name, &one.account, &one.region));
    let plans = world.backup_plans.iter().map(|plan| ("backup plan", &plan.name, &plan.account, &plan.region));
    let bulk = world.bulk.iter().map(|bulk| ("bulk", &bulk.vault, &bulk.account, &bulk.region));
    for (what, name, account, region) in vaults.chain(resources).chain(plans).chain(bulk) {
        let account = world.account_or_default(account.as_deref());
        let region = world.region_or_default(region.as_deref());
        let known = world.accounts.iter().find(|known| known.id == account);
        match known {
            None => problems.push(format!("{what} `{name}` is in account `{account}`, which the world does not list")),
            Some(known) if known.regions.iter().all(|used| used != region) => {
                problems
                    .push(format!("{what} `{name}` is in Region `{region}`, which account `{account}` does not use"));
            }
            Some(_) => {}
        }
    }
}

fn point_problems(world: &World, point: &PointDescription) -> Vec<String> {
    let mut problems = Vec::new();
    let Some(resource) = world.resource(&point.resource) else {
        return vec![format!("a recovery point is of `{}`, which the world does not list", point.resource)];
    };
    if world.vault_of(point, resource).is_none() {
        problems.push(format!(
            "a recovery point of `{}` is in vault `{}`, which the world does not list",
            point.resource, point.vault
        ));
    }
    if point.age.all().is_empty() {
        problems.push(format!("a series of recovery points of `{}` has no ages", point.resource));
    }
    if point.arn.is_some() && point.age.all().len() > 1 {
        problems.push(format!("a series of recovery points of `{}` cannot share one ARN", point.resource));
    }
    problems.extend(data_problems(point, resource));
    let ends = [point.restore.fails_with.is_some(), point.restore.aborts_with.is_some(), point.restore.stuck];
    if ends.iter().filter(|end| **end).count() > 1 {
        problems.push(format!("the restore of a recovery point of `{}` ends in more than one way", point.resource));
    }
    problems
}

/// Faults in the data that the type, or the engine, of the resource does not have.
fn data_problems(point: &PointDescription, resource: &ResourceDescription) -> Vec<String> {
    let mut problems = Vec::new();
    let mut refuse = |what: &str| problems.push(format!("a recovery point of `{}`: {what}", point.resource));
    if resource.table.is_none() && point.data.speaks_of_items() {
        refuse("only DynamoDB tables have items");
    }
    let Some(database) = &resource.database else {
        if point.data.speaks_of_databases() {
            refuse("only RDS instances with a `database` have a server, SQL and pages");
        }
        if point.restore.speaks_of_instances() {
            refuse("only RDS instances with a `database` have a status, storage and logs of their own");
        }
        return problems;
    };
    if database.fixture == FixtureName::Pgbench && point.data.stale.is_some() {
        refuse("the tables of pgbench do not grow with time, so they cannot be stale");
    }
    let postgres = point.data.corrupt_heap_page.is_some() || point.data.corrupt_index_page.is_some();
    let innodb = point.data.corrupt_innodb_page.is_some();
    match database.engine {
        EngineName::Postgres if innodb => refuse("PostgreSQL has no InnoDB pages"),
        EngineName::MariaDb | EngineName::MySql if postgres => refuse("only PostgreSQL has heap and index pages"),
        EngineName::SqlserverSe | EngineName::OracleEe if point.data.speaks_of_databases() => {
            refuse("nothing serves this engine, so nothing can be wrong with its data");
        }
        EngineName::Postgres
        | EngineName::MariaDb
        | EngineName::MySql
        | EngineName::SqlserverSe
        | EngineName::OracleEe => {}
    }
    problems
}

#[cfg(test)]
mod tests {
    use crate::world::{World, WorldError};

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let text = "start = \"2026-01-01T00:00:00Z\"\naccounts = []\ncolour = 1\n";
        let error = World::parse(text).unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("colour"), "{error}");
    }

    #[test]
    fn faults_that_the_type_or_the_engine_does_not_have_are_refused() {
        let cases = [
            ("engine = \"postgres\"", "data = { missing_items = 1 }", "only DynamoDB tables have items"),
            ("engine = \"postgres\"", "data = { corrupt_innodb_page = \"orders\" }", "no InnoDB pages"),
            ("engine = \"mariadb\"", "data = { corrupt_heap_page = \"orders\" }", "only PostgreSQL"),
            ("engine = \"oracle-ee\"", "data = { sql = [\"x\"] }", "nothing serves this engine"),
            ("engine = \"mysql\", fixture = \"pgbench\"", "data = { stale = \"1d\" }", "cannot be stale"),
        ];
        for (database, point, expected) in cases {
            let text = format!(
                "start = \"2026-01-01T00:00:00Z\"\naccounts = [{{ id = \"111122223333\", regions = [\"r\"] }}]\n\
                 vaults = [{{ name = \"v\" }}]\nresources = [{{ name = \"d\", type = \"RDS\", database = {{ {database} }} }}]\n\
                 [[points]]\nresource = \"d\"\nvault = \"v\"\nage = \"1d\"\n{point}\n"
            );
            let refused = World::parse(&text).unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn everything_that_does_not_fit_is_reported_at_once() {
        let text = r#"
            start = "2026-01-01T00:00:00Z"
            accounts = [{ id = "12", regions = ["eu-central-1"], kind = "sandbox" }]
            vaults = [{ name = "v", region = "eu-west-1" }]
            points = [{ resource = "ghost", vault = "v", age = "1d" }]
            resources = [{ name = "t", type = "DynamoDB", region = "eu-central-1", items = [{ other = 1 }], table = { partition_key = { name = "id", type = "S" } } }]
            faults = [{ service = "s3", kind = "throttle", rate = 1.5 }]
        "#;
        let Err(WorldError::Inconsistent(problems)) = World::parse(text) else { panic!("the world was accepted") };
        assert_eq!(problems.len(), 7, "{problems:?}");
    }
}
