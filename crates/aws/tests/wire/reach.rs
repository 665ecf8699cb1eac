//! Ways into the sandbox's network. The programs of a tunnel are small scripts here; this process listens in their
//! place.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::JoinHandle;

use backproof_aws::{AwsCloud, AwsConfig, ReachConfig, ReachWay};
use backproof_cloud::{Cloud, SandboxAccess};
use backproof_model::record::ReachState;
use serde_json::json;
use tempfile::TempDir;

use crate::double::{Double, SANDBOX, SOURCE, caller_identity, config, region, runtime};

/// What `ask` gets from a sandbox that is reached so.
fn reaching<T>(reach: ReachConfig, ask: impl AsyncFnOnce(&SandboxAccess) -> T) -> T {
    let (runtime, clock) = runtime();
    let double = Double::new(|_, _| caller_identity(SANDBOX));
    let config = AwsConfig { reach, ..config(&double, &clock) };
    let cloud = AwsCloud::new(config);
    runtime.block_on(async { ask(&cloud.sandbox(&region()).await.unwrap()).await })
}

fn inside(probe: Option<(&str, u16)>) -> ReachConfig {
    ReachConfig { probe: probe.map(|(host, port)| (host.to_owned(), port)), ..ReachConfig::default() }
}

#[test]
fn inside_is_the_endpoint_itself() {
    reaching(inside(None), async |access| {
        assert_eq!(access.reach.name(), "inside");
        let way = access.reach.open("db.example", 5432).await.unwrap();
        assert_eq!((way.host.as_str(), way.port, way.direct), ("db.example", 5432, true));
        assert_eq!(access.reach.try_out().await.0, ReachState::Untried);
    });
}

#[test]
fn a_probe_inside_is_connected_to() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (state, detail) = reaching(inside(Some(("127.0.0.1", port))), async |access| access.reach.try_out().await);
    assert_eq!(state, ReachState::Reached, "{detail}");
    drop(listener);
    let (state, detail) = reaching(inside(Some(("127.0.0.1", port))), async |access| access.reach.try_out().await);
    assert_eq!(state, ReachState::Unreachable, "{detail}");
    assert!(detail.contains("sandbox.databases.reach = \"tunnel\""), "{detail}");
}

#[test]
fn the_data_api_reaches_no_instance_and_says_what_does() {
    let reach = ReachConfig { way: ReachWay::DataApi, ..ReachConfig::default() };
    reaching(reach, async |access| {
        assert_eq!(access.reach.name(), "data-api");
        let (state, detail) = access.reach.try_out().await;
        assert_eq!(state, ReachState::Unreachable);
        assert!(detail.contains("Aurora") && detail.contains("tunnel"), "{detail}");
        assert_eq!(access.reach.open("db.example", 5432).await.unwrap_err().to_string(), detail);
    });
}

/// A folder with stand-ins for the two programs.
struct Programs(TempDir);

/// What the stand-in for the AWS CLI does once it has told what it was asked: begins the plugin and waits for it.
const FORWARD: &str = "echo \"$8\" >\"$here/asked\"\nsession-manager-plugin &\nwait";
/// What the stand-in for the plugin does: holds a pipe open for as long as it lives.
const LIVE: &str = "exec 3>\"$here/alive\"\necho up >&3\nexec sleep 600";

impl Programs {
    fn new(aws: &str, plugin: &str) -> Self {
        let programs = Self(tempfile::tempdir().unwrap());
        for (name, body) in [("aws", aws), ("session-manager-plugin", plugin)] {
            let file = programs.path().join(name);
            let here = programs.path().display();
            fs::write(&file, format!("#!/bin/sh\nhere='{here}'\nenv >\"$here/{name}.env\"\n{body}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let pipes = ["asked", "alive"].map(|name| programs.path().join(name));
        assert!(std::process::Command::new("mkfifo").args(pipes).status().unwrap().success());
        programs
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn reach(&self, probe: Option<(&str, u16)>) -> ReachConfig {
        let folders = [self.path(), Path::new("/usr/bin"), Path::new("/bin")];
        ReachConfig {
            way: ReachWay::Tunnel { instance_id: "i-0a1b2c".into() },
            probe: probe.map(|(host, port)| (host.to_owned(), port)),
            search_path: Some(std::env::join_paths(folders).unwrap()),
        }
    }

    /// Listens where the CLI was asked to, and gives every connection these words. Ends with the parameters.
    fn answer_with(&self, words: &'static [u8]) -> JoinHandle<serde_json::Value> {
        let asked = self.path().join("asked");
        std::thread::spawn(move || {
            let parameters: serde_json::Value = serde_json::from_str(&fs::read_to_string(asked).unwrap()).unwrap();
            let port: u16 = parameters["localPortNumber"][0].as_str().unwrap().parse().unwrap();
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
            std::thread::spawn(move || {
                for mut connection in listener.incoming().flatten() {
                    connection.write_all(words).ok();
                }
            });
            parameters
        })
    }

    /// Ends when the plugin does; gives what it said.
    fn life_of_the_plugin(&self) -> JoinHandle<String> {
        let alive = self.path().join("alive");
        std::thread::spawn(move || {
            let mut said = String::new();
            fs::File::open(alive).unwrap().read_to_string(&mut said).unwrap();
            said
        })
    }
}

#[test]
fn a_tunnel_leads_to_the_host_and_ends_with_all_its_programs() {
    let programs = Programs::new(FORWARD, LIVE);
    let (asked, life) = (programs.answer_with(b"hello"), programs.life_of_the_plugin());
    reaching(programs.reach(None), async |access| {
        assert_eq!(access.reach.name(), "tunnel");
        let way = access.reach.open("bp.abc.rds.amazonaws.com", 5432).await.unwrap();
        assert_eq!((way.host.as_str(), way.direct), ("127.0.0.1", false));
        let mut words = String::new();
        std::net::TcpStream::connect(("127.0.0.1", way.port)).unwrap().read_to_string(&mut words).unwrap();
        assert_eq!(words, "hello");
        let parameters = asked.join().unwrap();
        let port = way.port.to_string();
        let expected =
            json!({ "host": ["bp.abc.rds.amazonaws.com"], "portNumber": ["5432"], "localPortNumber": [port] });
        assert_eq!(parameters, expected);
        assert!(!life.is_finished(), "open for as long as the way lives");
        drop(way);
        assert_eq!(life.join().unwrap(), "up\n");
    });
}

#[test]
fn programs_that_will_not_end_are_ended() {
    let programs = Programs::new(&format!("trap '' TERM\n{FORWARD}"), &format!("trap '' TERM\n{LIVE}"));
    let (asked, life) = (programs.answer_with(b""), programs.life_of_the_plugin());
    reaching(programs.reach(None), async |access| {
        drop(access.reach.open("db.example", 5432).await.unwrap());
    });
    asked.join().unwrap();
    assert_eq!(life.join().unwrap(), "up\n");
}

#[test]
fn the_programs_get_the_session_s_credentials_and_no_others() {
    let programs = Programs::new(FORWARD, LIVE);
    let asked = programs.answer_with(b"x");
    let life = programs.life_of_the_plugin();
    reaching(programs.reach(None), async |access| drop(access.reach.open("db.example", 5432).await.unwrap()));
    asked.join().unwrap();
    life.join().unwrap();
    let environment = fs::read_to_string(programs.path().join("session-manager-plugin.env")).unwrap();
    let mut of_aws: Vec<_> = environment.lines().filter(|line| line.starts_with("AWS_")).collect();
    of_aws.sort_unstable();
    of_aws.retain(|line| !line.starts_with("AWS_CA_BUNDLE=") && !line.starts_with("AWS_ENDPOINT_URL_SSM="));
    let expected = [
        &format!("AWS_ACCESS_KEY_ID={SOURCE}"),
        "AWS_CONFIG_FILE=/dev/null",
        "AWS_EC2_METADATA_DISABLED=true",
        "AWS_PAGER=",
        "AWS_SECRET_ACCESS_KEY=very-secret",
        "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
    ];
    assert_eq!(of_aws, expected);
}

#[test]
fn a_probe_through_a_tunnel_must_be_answered() {
    for (words, expected) in [(b"hello".as_slice(), ReachState::Reached), (b"", ReachState::Unreachable)] {
        let programs = Programs::new(FORWARD, LIVE);
        let (asked, life) = (programs.answer_with(words), programs.life_of_the_plugin());
        let reach = programs.reach(Some(("10.0.1.10", 5432)));
        let (state, detail) = reaching(reach, async |access| access.reach.try_out().await);
        assert_eq!(state, expected, "{detail}");
        assert!(detail.contains("10.0.1.10:5432") && detail.contains("i-0a1b2c"), "{detail}");
        assert_eq!(asked.join().unwrap()["host"], json!(["10.0.1.10"]));
        life.join().unwrap();
    }
}

#[test]
fn without_a_probe_a_session_with_the_instance_is_begun() {
    let programs = Programs::new(FORWARD, LIVE);
    let (asked, life) = (programs.answer_with(b""), programs.life_of_the_plugin());
    let (state, detail) = reaching(programs.reach(None), async |access| access.reach.try_out().await);
    assert_eq!(state, ReachState::Reached, "{detail}");
    assert!(detail.contains("sandbox.databases.probe"), "{detail}");
    assert_eq!(asked.join().unwrap()["portNumber"], json!(["22"]));
    life.join().unwrap();
}

#[test]
fn what_the_programs_said_is_told_without_secrets() {
    let fails = "echo 'An error occurred (TargetNotConnected): i-0a1b2c' >&2\n\
                 echo \"key $AWS_SECRET_ACCESS_KEY\" >&2\nexit 254";
    let programs = Programs::new(fails, LIVE);
    let (state, detail) = reaching(programs.reach(None), async |access| access.reach.try_out().await);
    assert_eq!(state, ReachState::Unreachable);
    assert!(detail.contains("exit status: 254") && detail.contains("TargetNotConnected"), "{detail}");
    assert!(detail.contains("key …") && !detail.contains("very-secret"), "{detail}");
}

#[test]
fn a_missing_program_is_named_with_how_to_get_it() {
    let programs = Programs::new(FORWARD, LIVE);
    let only_ours = |reach: ReachConfig| ReachConfig { search_path: Some(programs.path().into()), ..reach };
    for name in ["aws", "session-manager-plugin"] {
        let file = programs.path().join(name);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let reach = only_ours(programs.reach(None));
        let (state, detail) = reaching(reach, async |access| access.reach.try_out().await);
        assert_eq!(state, ReachState::Unreachable);
        assert!(detail.contains(&format!("`{name}`")) && detail.contains("install"), "{detail}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
