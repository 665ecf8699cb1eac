//! RDS instances: restored, described, logged in to, deleted, with real servers behind them.

use std::io::Write as _;
use std::process::Command;

use backproof_simulator::World;
use serde_json::{Value, json};

use crate::client::{self, Client};
use crate::worlds::{SANDBOX_NETWORK, small};

mod deletions;
mod faults;
mod leftovers;
mod restores;
mod tunnels;
mod worlds;

const SANDBOX: &str = "999988887777";
const ARN: &str = "arn:aws:rds:eu-central-1:999988887777:db:bp-1";

/// A recovery point of the database `shop-db` in the sandbox's vault, with further keys of database and point.
fn world(engine: &str, database: &str, point: &str) -> World {
    let rows = if database.contains("rows") { "" } else { "rows = 200" };
    small(&format!(
        r#"
        [[resources]]
        name = "shop-db"
        type = "RDS"
        [resources.database]
        engine = "{engine}"
        {rows}
        span = "100d"
        tags = {{ team = "checkout" }}
        {database}
        [[points]]
        resource = "shop-db"
        vault = "999988887777/eu-central-1/backproof-sandbox"
        age = "1d"
        {point}
        "#
    ))
}

/// Metadata of a restore that the sandbox takes.
fn metadata(name: &str) -> Value {
    let mut metadata = json!({
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t4g.micro",
        "MultiAZ": "false",
        "PubliclyAccessible": "false",
        "DeletionProtection": "false",
        "AutoMinorVersionUpgrade": "false",
    });
    let (group, security_group) = SANDBOX_NETWORK;
    metadata["DBSubnetGroupName"] = json!(group);
    metadata["VpcSecurityGroupIds"] = json!(format!("[\"{security_group}\"]"));
    metadata
}

async fn started(client: &Client, metadata: &Value) -> String {
    let point = client.latest_point("backproof-sandbox", "shop-db").await;
    let body = json!({
        "RecoveryPointArn": point,
        "Metadata": metadata,
        "IamRoleArn": "arn:aws:iam::999988887777:role/backproof-restore",
        "ResourceType": "RDS",
    });
    let started = client.backup("PUT", "/restore-jobs", Some(body)).await;
    started["RestoreJobId"].as_str().unwrap().to_owned()
}

/// Starts a restore into the instance `bp-1`, waits twenty minutes and answers the job.
async fn restored(client: &Client) -> Value {
    let id = started(client, &metadata("bp-1")).await;
    client.wait(1200).await;
    client.backup("GET", &format!("/restore-jobs/{id}"), None).await
}

async fn rds(client: &Client, form: &str) -> String {
    let (status, xml) = client.query("rds", form).await;
    assert_eq!(status, 200, "{form}: {xml}");
    xml
}

async fn described(client: &Client) -> String {
    rds(client, "Action=DescribeDBInstances&DBInstanceIdentifier=bp-1").await
}

/// The code of the error that a call must meet, and its HTTP status.
async fn refused(client: &Client, form: &str) -> (u16, String) {
    let (status, xml) = client.query("rds", form).await;
    (status, text(&xml, "Code").unwrap_or_default())
}

/// What the first element of a name holds.
fn text(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
}

/// Restores `bp-1` and answers the port of its server.
async fn restored_port(client: &Client) -> String {
    let job = restored(client).await;
    assert_eq!(job["Status"], "COMPLETED", "{job}");
    text(&text(&described(client).await, "Endpoint").unwrap(), "Port").unwrap()
}

/// Sets the master password and waits until it is set.
async fn set_password(client: &Client, password: &str) {
    rds(client, &format!("Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&MasterUserPassword={password}")).await;
    client.wait(60).await;
    assert!(described(client).await.contains("<PendingModifiedValues></"));
}

/// Asks for the deletion of `bp-1` as a harness should.
const DELETE: &str =
    "Action=DeleteDBInstance&DBInstanceIdentifier=bp-1&SkipFinalSnapshot=true&DeleteAutomatedBackups=true";

/// Asks the instance's database as a client of its own would, by TLS that is verified.
fn psql(client: &Client, port: &str, user: &str, password: &str, sql: &str) -> Result<String, String> {
    psql_within(client, "20", port, [user, password], sql)
}

/// The same with fewer seconds to connect: for servers that hang.
fn psql_within(client: &Client, seconds: &str, port: &str, login: [&str; 2], sql: &str) -> Result<String, String> {
    let [user, password] = login;
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(client.simulator.database_authority_pem().unwrap().as_bytes()).unwrap();
    let said = Command::new("psql")
        .args(["-X", "-A", "-t", "-h", "localhost", "-p", port, "-U", user, "-d", "shop", "-c", sql])
        .env("PGPASSWORD", password)
        .env("PGSSLMODE", "verify-full")
        .env("PGSSLROOTCERT", authority.path())
        .env("PGCONNECT_TIMEOUT", seconds)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if said.status.success() { Ok(out) } else { Err(String::from_utf8_lossy(&said.stderr).into_owned()) }
}
