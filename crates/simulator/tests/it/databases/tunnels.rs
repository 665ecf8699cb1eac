//! Port forwarding by Systems Manager, as the AWS CLI and the plugin beside this crate do it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;

use backproof_clock::ScaledClock;
use backproof_simulator::Simulator;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;

const INSTANCE: &str = "i-0b0c0ffee00000001";

/// A session that the AWS CLI holds open.
struct Tunnel {
    child: Child,
    port: String,
    _said: BufReader<ChildStdout>,
}

impl Tunnel {
    /// Has the AWS CLI forward a port of its own choice to `to`.
    fn open(endpoint: &str, to: u16) -> Self {
        let folder = env!("CARGO_MANIFEST_DIR");
        let parameters = json!({ "host": ["localhost"], "portNumber": [to.to_string()], "localPortNumber": ["0"] });
        let mut child = Command::new("/bin/sh")
            .args(["-c", "PATH=\"$0:$PATH\" exec aws \"$@\"", folder])
            .args(["ssm", "start-session", "--target", INSTANCE, "--region", "eu-central-1"])
            .args([
                "--document-name",
                "AWS-StartPortForwardingSessionToRemoteHost",
                "--parameters",
                &parameters.to_string(),
            ])
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", SANDBOX)
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the AWS CLI is needed: `pip install awscli`");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert!(said.read_line(&mut line).unwrap() > 0, "the session ended");
            if let Some(rest) = line.strip_prefix("Port ") {
                break rest.split(' ').next().unwrap().to_owned();
            }
        };
        Self { child, port, _said: said }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        // The CLI passes on no signal, so its plugin is told too.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.child.wait();
    }
}

#[test]
fn the_aws_cli_leads_psql_through_a_session_to_an_instance_and_nowhere_else() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = world("postgres", "", "restore = { pending = \"0s\", running = \"0s\" }");
    let clock: backproof_clock::SharedClock = Arc::new(ScaledClock::starting_at(world.start, 600));
    let simulator = Simulator::new(world, Arc::clone(&clock));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(simulator.clone().serve(listener));
    let client = Client::new(simulator.clone(), clock).as_key(SANDBOX);
    let port: u16 = runtime.block_on(async {
        started(&client, &metadata("bp-1")).await;
        client.wait(60).await;
        let port = text(&text(&described(&client).await, "Endpoint").unwrap(), "Port").unwrap();
        set_password(&client, "open-sesame").await;
        port.parse().unwrap()
    });

    let tunnel = Tunnel::open(&endpoint, port);
    for _ in 0..2 {
        let said = psql(&client, &tunnel.port, "shop_admin", "open-sesame", "SELECT count(*) > 190 FROM orders");
        assert_eq!(said.as_deref(), Ok("t"));
    }
    let (_, probe) = simulator.probe().unwrap();
    let to_probe = Tunnel::open(&endpoint, probe);
    let complaint = psql_within(&client, "2", &to_probe.port, ["x", "y"], "SELECT 1").unwrap_err();
    assert!(complaint.contains("timeout expired"), "the probe takes connections and says nothing: {complaint}");
    let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = Tunnel::open(&endpoint, outside.local_addr().unwrap().port());
    let complaint = psql_within(&client, "5", &elsewhere.port, ["x", "y"], "SELECT 1").unwrap_err();
    assert!(!complaint.contains("timeout expired"), "nothing else of this machine can be reached: {complaint}");
}

#[test]
fn sessions_are_refused_for_other_instances_and_documents_and_end_when_they_are_terminated() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let (_, probe) = client.simulator.probe().unwrap();
        let asked = |target: &str, document: &str| {
            let parameters = json!({ "host": ["localhost"], "portNumber": [probe.to_string()] });
            json!({ "Target": target, "DocumentName": document, "Parameters": parameters })
        };
        let document = "AWS-StartPortForwardingSessionToRemoteHost";
        for (body, code) in
            [(asked("i-1", document), "TargetNotConnected"), (asked(INSTANCE, "AWS-Run"), "InvalidDocument")]
        {
            let (status, error) = client.json("ssm", "AmazonSSM.StartSession", body).await;
            assert_eq!((status, error["__type"].as_str()), (400, Some(code)));
        }
        let (_, session) = client.json("ssm", "AmazonSSM.StartSession", asked(INSTANCE, document)).await;
        let stream = session["StreamUrl"].as_str().unwrap().strip_prefix("tcp://").unwrap().to_owned();
        assert!(std::net::TcpStream::connect(&stream).is_ok());
        let end = json!({ "SessionId": session["SessionId"] });
        assert_eq!(client.json("ssm", "AmazonSSM.TerminateSession", end.clone()).await, (200, end));
        assert!(std::net::TcpStream::connect(&stream).is_err());
    });
}
