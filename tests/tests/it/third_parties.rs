//! A native snapshot restored by an RDS that nobody here wrote, with a server of ours behind the endpoint that it
//! returns: found, readied, examined and deleted by the code that does so on AWS.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, RateLimits, SandboxRole};
use backproof_clock::{RealClock, SharedClock};
use backproof_cloud::{
    Cloud, DeletionStep, Driver, Landing, LoginStep, LoginWish, Readiness, SandboxAccess, SandboxConfig,
};
use backproof_model::{DatabaseLogin, Outcome, ProofLevel, ResourceArn, ResourceType, Secret, Target};
use backproof_simulator::servers::{Authority, Engine, Fixture, Growth, Start, Store};
use backproof_validators_api::{Connection, Deadline, Examination, FingerprintKey, OneLogin, Validator};
use backproof_validators_rows::Rows;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const SANDBOX: &str = "999988887777";
const NAME: &str = "bp-k3v9x2aa-1-1-1";
const DATA_TIME: &str = "2026-11-01T06:00:00Z";

/// A process that is killed when the test is done with it.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// ministack, and where it answers.
pub(crate) fn ministack() -> (Running, String) {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (port, databases) = (free(), free());
    let mut command = Command::new("ministack");
    command.env("GATEWAY_PORT", port.to_string()).env("RDS_BASE_PORT", databases.to_string());
    command.env("BIND_HOST", "127.0.0.1").env("MINISTACK_HOST", "127.0.0.1").env("MINISTACK_RDS_PUBLIC_ENDPOINT", "1");
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ministack is on the PATH: `./test --install` puts it there");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let ready = said.find(|line| line.as_ref().is_ok_and(|line| line.to_lowercase().contains("running on")));
    assert!(ready.is_some(), "ministack ended before it answered");
    // It goes on talking, and must not wait for somebody to listen.
    std::thread::spawn(move || said.for_each(drop));
    (Running(child), format!("http://127.0.0.1:{port}"))
}

/// Leads every connection to one port to another.
fn forward(from: u16, to: u16) {
    let listener = TcpListener::bind(("127.0.0.1", from)).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut from_client, mut to_client) = (client.try_clone().unwrap(), client);
            let (mut from_server, mut to_server) = (server.try_clone().unwrap(), server);
            std::thread::spawn(move || {
                std::io::copy(&mut from_client, &mut to_server).ok();
                to_server.shutdown(std::net::Shutdown::Write)
            });
            std::thread::spawn(move || {
                std::io::copy(&mut from_server, &mut to_client).ok();
                to_client.shutdown(std::net::Shutdown::Write)
            });
        }
    });
}

async fn sandbox(endpoint: &str, clock: &SharedClock) -> SandboxAccess {
    let region = "eu-central-1".parse().unwrap();
    let config = SandboxConfig {
        account: SANDBOX.parse().unwrap(),
        regions: vec!["eu-central-1".parse().unwrap()],
        sources: [].into(),
        protected: [].into(),
        same_account: None,
    };
    let aws = AwsConfig {
        credentials: BaseCredentials::Fixed { access_key_id: SANDBOX.into(), secret_access_key: "emulated".into() },
        endpoint_url: Some(endpoint.to_owned()),
        rate_limits: RateLimits::Off,
        sandbox: Some(SandboxRole { config, role_arn: None, sweep_role_arn: None, external_id: None }),
        ..AwsConfig::new(clock.clone())
    };
    AwsCloud::new(aws).sandbox(&region).await.unwrap()
}

fn rds() -> Arc<dyn Driver> {
    backproof_drivers::all().into_iter().find(|driver| driver.resource_type() == ResourceType::rds()).unwrap()
}

async fn ready(driver: &dyn Driver, access: &SandboxAccess, instance: &ResourceArn) -> Target {
    let landing = Landing {
        account: access.sandbox.account().clone(),
        region: access.region.clone(),
        kms_key_arn: None,
        subnet_ids: Vec::new(),
        security_group_ids: Vec::new(),
        db_subnet_group: Some("backproof-sandbox".into()),
        db_instance_class: None,
        db_iam_login: false,
    };
    loop {
        match driver.ready(access, instance, &landing).await.unwrap() {
            Readiness::Ready { target, .. } => return target,
            Readiness::NotYet { state } => eprintln!("not yet: {state}"),
            Readiness::Never { reason, .. } => panic!("{reason}"),
        }
    }
}

async fn login(driver: &dyn Driver, access: &SandboxAccess, target: &Target) -> DatabaseLogin {
    let mut wish = LoginWish { password: Secret::new("made-for-this-test-1"), iam_user: None, asked: false };
    loop {
        match driver.login(access, target, &wish).await.unwrap() {
            LoginStep::Ready(login) => return login,
            LoginStep::NotYet { .. } => wish.asked = true,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_native_snapshot_restored_by_another_rds_is_examined_by_the_same_code() {
    let (_ministack, endpoint) = ministack();
    let restored = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/programs/native_restore.py"))
        .args([&endpoint, NAME])
        .output()
        .unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let instance: ResourceArn = String::from_utf8(restored.stdout).unwrap().trim().parse().unwrap();
    assert_eq!(instance.arn().resource_name(), NAME);

    let clock: SharedClock = Arc::new(RealClock);
    let access = sandbox(&endpoint, &clock).await;
    let driver = rds();
    assert!(driver.find(&access, &instance).await.unwrap().is_some());
    let target = ready(driver.as_ref(), &access, &instance).await;
    let login = login(driver.as_ref(), &access, &target).await;
    let Target::Database(database) = &target else { panic!("{target:?}") };

    // This RDS has no servers: one of ours stands behind its endpoint, with what the snapshot would have held.
    let authority = Authority::new().unwrap();
    let data_time: Timestamp = DATA_TIME.parse().unwrap();
    let growth = Growth { first: data_time - SignedDuration::from_hours(24 * 30), last: data_time, orders: 200 };
    let fixture = Fixture::shop(Engine::Postgres, growth, data_time).master(&login.user, login.password.reveal());
    let server = Store::open().unwrap().copy(&fixture).unwrap().start(&Start::sound(&authority)).unwrap();
    forward(database.port, server.port());
    let ca_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca_file.path(), authority.pem()).unwrap();

    let validator = Rows::new(FingerprintKey::new(&[7; 32]));
    let settings = json!({
        "time_column": "created_at", "max_lag": "1d", "minimum_rows": 1,
        "tables": { "public.empty_notes": { "may_be_empty": true } },
    });
    validator.check_settings(&settings).unwrap();
    let examination = Examination {
        target: target.clone(),
        settings,
        data_time,
        source_name: "shop-db".into(),
        connection: Some(Connection {
            host: "127.0.0.1".into(),
            port: database.port,
            direct: true,
            ca_file: Some(ca_file.path().into()),
            logins: Arc::new(OneLogin(login)),
        }),
        seed: [0; 32],
        deadline: Deadline::after(clock, Duration::from_mins(5)),
    };
    let examined = validator.examine(&examination).await;
    let outcome = Outcome::of_checks(&examined.checks, ProofLevel::L3);
    assert!(matches!(outcome, Outcome::Passed { .. }), "{outcome:?}");

    let unread = loop {
        match driver.delete(&access, &instance).await {
            Ok(DeletionStep::Asked | DeletionStep::NotYet { .. }) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    // The instance is gone. What it may have left this RDS cannot tell, and that is not taken for nothing.
    assert_eq!(unread.call, "rds:DescribeDBInstanceAutomatedBackups");
    assert!(access.databases.describe_instance(NAME).await.unwrap_err().is_not_found());
}
