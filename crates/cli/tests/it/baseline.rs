//! `backproof baseline`, against a real server as on the production side.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use backproof_clock::{Clock, RealClock};
use backproof_simulator::servers::{Authority, Engine, Fixture, Growth, Server, Start, Store};

use crate::support::{Aws, Came, Desk, plan, sound};

const LOGIN: &str =
    "CREATE ROLE baseline LOGIN BYPASSRLS PASSWORD 'of-no-interest'; GRANT pg_read_all_data TO baseline";

/// A desk on the production side, with keys and a server to read.
struct Production {
    desk: Desk,
    server: Server,
}

impl Production {
    fn new() -> Self {
        let growth = Growth {
            first: "2026-01-01T00:00:00Z".parse().unwrap(),
            last: "2026-03-01T00:00:00Z".parse().unwrap(),
            orders: 100,
        };
        let authority = Authority::new().unwrap();
        let fixture = Fixture::shop(Engine::Postgres, growth, growth.last);
        let server = Store::open().unwrap().copy(&fixture).unwrap().start(&Start::sound(&authority)).unwrap();
        server.superuser_sql("shop", LOGIN).unwrap();
        let desk = Desk::bare();
        desk.write("ca.pem", &authority.pem());
        secret(&desk, "fingerprint.key", &format!("{}\n", "0a".repeat(32)));
        secret(&desk, "password", "of-no-interest\n");
        signing_keys(&desk, "key");
        Self { desk, server }
    }

    /// The arguments of a capture of the shop to `out`.
    fn capture(&self, out: &str, more: &[&str]) -> Vec<String> {
        let port = self.server.port().to_string();
        let given = [
            "baseline",
            "capture",
            "--engine",
            "postgres",
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--user",
            "baseline",
            "--password-file",
            "password",
            "--ca-file",
            "ca.pem",
            "--database",
            "shop",
            "--fingerprint-key",
            "fingerprint.key",
            "--pause",
            "0s",
            "--out",
            out,
        ];
        given.iter().chain(more).map(|argument| (*argument).to_owned()).collect()
    }

    fn captured(&self, out: &str, more: &[&str]) -> Came {
        give(&self.desk, &self.capture(out, more))
    }
}

fn give(desk: &Desk, arguments: &[String]) -> Came {
    desk.give(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn secret(desk: &Desk, name: &str, text: &str) {
    desk.write(name, text);
    std::fs::set_permissions(desk.path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn signing_keys(desk: &Desk, name: &str) {
    let (private, public) = (desk.path(&format!("{name}.pem")), desk.path(&format!("{name}.pub")));
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out"]).arg(&private).status();
    assert!(made.unwrap().success());
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).unwrap();
    let made = Command::new("openssl").args(["pkey", "-pubout", "-in"]).arg(&private).arg("-out").arg(public).status();
    assert!(made.unwrap().success());
}

#[test]
fn a_signed_baseline_is_taken_shown_verified_and_compared() {
    let production = Production::new();
    let desk = &production.desk;
    let came = production.captured("first.json", &["--sign-with", "key.pem"]).ends(0);
    came.says("1 database").says("signed by").tells("shop: public.orders");
    assert!(!desk.path("first.json.progress").exists(), "what was kept on the way is gone");

    desk.give(&["baseline", "verify", "first.json", "--signer", "key.pub"]).ends(0).says("verified: signed by");
    let shown = desk.give(&["baseline", "show", "first.json"]).ends(0);
    shown.says("public.orders").says("PostgreSQL").says("not verified here");
    signing_keys(desk, "other");
    desk.give(&["baseline", "verify", "first.json", "--signer", "other.pub"])
        .ends(1)
        .tells("not among the trusted keys");

    // The same by the recipe of the manual.
    let recipe = "jq -r .payload first.json | base64 -d > payload; jq -r '.signatures[0].sig' first.json | base64 -d > signature; \
         { type=$(jq -r .payloadType first.json); printf 'DSSEv1 %d %s %d ' \"${#type}\" \"$type\" \"$(wc -c < payload)\"; \
         cat payload; } > signed; openssl pkeyutl -verify -rawin -pubin -inkey key.pub -sigfile signature -in signed";
    if Command::new("jq").arg("--version").output().is_ok() {
        let verified = Command::new("sh").args(["-c", recipe]).current_dir(desk.path("")).output().unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }

    production.captured("second.json", &["--sign-with", "key.pem"]).ends(0);
    let proposed = desk.give(&["baseline", "propose", "first.json", "second.json"]).ends(0);
    let proposed = proposed.says("\"public.customers\" = { class = \"frozen\"");
    desk.write("classes.toml", &proposed.out);
    production.captured("third.json", &["--unsigned", "--classes", "classes.toml"]).ends(0).says("nobody vouches");
    desk.give(&["baseline", "show", "third.json"]).ends(0).says("frozen").says("none");
    desk.give(&["baseline", "verify", "third.json", "--signer", "key.pub"]).ends(1).tells("no signature");
}

#[test]
fn a_killed_capture_goes_on_where_it_was() {
    let production = Production::new();
    let desk = &production.desk;
    let mut slow = production.capture("m.json", &["--unsigned"]);
    let pause = slow.iter().position(|argument| argument == "0s").unwrap();
    slow[pause] = "300ms".into();
    let mut running = desk.command(&slow.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    let finished = || std::fs::read_to_string(desk.path("m.json.progress")).map_or(0, |text| text.lines().count());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    while finished() < 4 {
        assert_eq!(running.try_wait().unwrap(), None, "it ended before it could be killed");
        runtime.block_on(RealClock.sleep(Duration::from_millis(10)));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(!desk.path("m.json").exists());
    let came = production.captured("m.json", &["--unsigned", "--output", "json"]).ends(0).tells("going on: ");
    assert_eq!(came.json()["snapshots"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_missing_or_exposed_is_refused_before_the_server_is_asked() {
    let production = Production::new();
    let desk = &production.desk;
    production.captured("m.json", &[]).ends(2).tells("--sign-with").says_nothing();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.path("key.pem"), open.clone()).unwrap();
    production.captured("m.json", &["--sign-with", "key.pem"]).ends(2).tells("chmod 600");
    std::fs::set_permissions(desk.path("password"), open.clone()).unwrap();
    production.captured("m.json", &["--unsigned"]).ends(2).tells("the password `password` can be read");
    std::fs::set_permissions(desk.path("fingerprint.key"), open).unwrap();
    production.captured("m.json", &["--unsigned"]).ends(2).tells("the fingerprint key `fingerprint.key` can be read");
    desk.give(&["baseline", "capture", "--engine", "mysql", "--fingerprint-key", "k"]).ends(2).tells("--host");
    desk.give(&["baseline", "show", "ca.pem"]).ends(2).tells("no DSSE envelope");
}

#[test]
fn a_login_that_could_write_is_refused_for_safety() {
    let production = Production::new();
    production.server.superuser_sql("shop", "GRANT UPDATE ON orders TO baseline").unwrap();
    production.captured("m.json", &["--unsigned"]).ends(6).tells("may write into public.orders");
    production.captured("m.json", &["--unsigned", "--allow-writable-login"]).ends(0);
}

#[test]
fn the_baseline_of_a_dynamodb_table_can_be_put_into_the_plan() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    secret(&desk, "fingerprint.key", &"0a".repeat(32));
    let table = ["baseline", "capture", "--engine", "dynamodb", "--fingerprint-key", "fingerprint.key", "--table"];
    let append = ["orders", "--class", "append", "--time-attribute", "created_at"];
    let came = desk.give(&[&table[..], &append[..]].concat()).ends(0).says("[validators.settings.tables.\"orders\"]");
    desk.write("backproof.toml", &format!("{}{}", plan(), came.out));
    let population = desk.give(&["population"]);
    assert_ne!(population.code, Some(2), "the plan can be read: {}", population.err);
    let frozen = ["orders", "--class", "frozen", "--output", "json"];
    let json = desk.give(&[&table[..], &frozen[..]].concat()).ends(0).json();
    assert_eq!(json["items"], 40);
    desk.give(&[&table[..], &["nothing"]].concat()).ends(3).tells("`nothing`");
    desk.give(&[&table[..], &["orders", "--class", "append"]].concat()).ends(2).tells("--time-attribute");
}
