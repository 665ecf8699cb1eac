//! A client of a few lines that writes requests by hand, and a runtime whose time jumps.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::{SharedClock, VirtualRuntime};
use backproof_simulator::{LostAnswer, Simulator, World};
use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Signs in with a key, in a Region, and asks.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) simulator: Simulator,
    pub(crate) clock: SharedClock,
    key: String,
    region: String,
}

/// Runs `scenario` against a world on virtual time.
pub(crate) fn run<F: Future<Output = ()>>(world: World, scenario: impl FnOnce(Client) -> F) {
    let runtime = VirtualRuntime::starting_at(world.start).unwrap();
    let clock: SharedClock = Arc::new(runtime.clock());
    let simulator = Simulator::new(world, Arc::clone(&clock));
    runtime.block_on(scenario(Client::new(simulator, clock)));
}

/// An ARN as one label of a path.
pub(crate) fn label(arn: &str) -> String {
    utf8_percent_encode(arn, NON_ALPHANUMERIC).to_string()
}

impl Client {
    pub(crate) fn new(simulator: Simulator, clock: SharedClock) -> Self {
        Self { simulator, clock, key: "AKIAEXAMPLE".into(), region: "eu-central-1".into() }
    }

    pub(crate) fn as_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    pub(crate) fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    pub(crate) async fn wait(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    /// Status and members of an answer; null where there is no JSON.
    pub(crate) async fn call(&self, service: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.send(service, method, path, &[], body.map(|body| body.to_string()).unwrap_or_default()).await.unwrap()
    }

    pub(crate) async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<(u16, Value), LostAnswer> {
        self.send("backup", method, path, &[], body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    /// The members of an answer of AWS Backup that must be one.
    pub(crate) async fn backup(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, members) = self.call("backup", method, path, body).await;
        assert!(status < 300, "{method} {path}: {status} {members}");
        members
    }

    pub(crate) async fn dynamodb(&self, operation: &str, body: Value) -> (u16, Value) {
        let target = format!("DynamoDB_20120810.{operation}");
        self.send("dynamodb", "POST", "/", &[("x-amz-target", &target)], body.to_string()).await.unwrap()
    }

    /// Status and members of a call with a target and a JSON body.
    pub(crate) async fn json(&self, service: &str, target: &str, body: Value) -> (u16, Value) {
        self.send(service, "POST", "/", &[("x-amz-target", target)], body.to_string()).await.unwrap()
    }

    /// Status and XML of a call in the query protocol, and what `<name>` holds in it.
    pub(crate) async fn query(&self, service: &str, form: &str) -> (u16, String) {
        let (status, body) = self.send(service, "POST", "/", &[], form.to_owned()).await.unwrap();
        (status, body.as_str().unwrap_or_default().to_owned())
    }

    async fn send(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, Value), LostAnswer> {
        let (key, region) = (&self.key, &self.region);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
        );
        let mut request = Request::builder().method(method).uri(path).header("authorization", authorization);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.simulator.answer(request.body(Bytes::from(body)).unwrap()).await?;
        let status = response.status().as_u16();
        let text = String::from_utf8_lossy(response.body()).into_owned();
        let members = match serde_json::from_str(&text) {
            Ok(members) => members,
            Err(_) if text.is_empty() => Value::Null,
            Err(_) => Value::String(text),
        };
        Ok((status, members))
    }

    /// The ARN of the latest recovery point of a resource in a vault of the caller's.
    pub(crate) async fn latest_point(&self, vault: &str, resource: &str) -> String {
        let listed = self.backup("GET", &format!("/backup-vaults/{vault}/recovery-points/"), None).await;
        let points = listed["RecoveryPoints"].as_array().unwrap().clone();
        let of_resource = points.into_iter().filter(|point| point["ResourceName"] == resource);
        let date = |point: &Value| point["CreationDate"].as_f64().unwrap();
        let latest =
            of_resource.max_by(|one, other| date(one).total_cmp(&date(other))).expect("the resource has points");
        latest["RecoveryPointArn"].as_str().unwrap().to_owned()
    }

    /// Copies a point into the sandbox's vault and answers the copy's ARN.
    pub(crate) async fn copy_to_sandbox(&self, vault: &str, point: &str) -> String {
        let body = json!({
            "RecoveryPointArn": point,
            "SourceBackupVaultName": vault,
            "DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:999988887777:backup-vault:backproof-sandbox",
            "IamRoleArn": "arn:aws:iam::111122223333:role/copy",
        });
        let job = self.backup("PUT", "/copy-jobs", Some(body)).await["CopyJobId"].as_str().unwrap().to_owned();
        self.wait(3600).await;
        let job = self.backup("GET", &format!("/copy-jobs/{job}"), None).await;
        assert_eq!(job["CopyJob"]["State"], "COMPLETED", "{job}");
        job["CopyJob"]["DestinationRecoveryPointArn"].as_str().unwrap().to_owned()
    }
}

/// The body of `StartRestoreJob` in the sandbox.
pub(crate) fn restore_of(point: &str, table: &str, token: &str) -> Value {
    json!({
        "RecoveryPointArn": point,
        "Metadata": { "targetTableName": table, "encryptionType": "Default" },
        "IamRoleArn": "arn:aws:iam::999988887777:role/backproof-restore",
        "IdempotencyToken": token,
        "ResourceType": "DynamoDB",
    })
}
