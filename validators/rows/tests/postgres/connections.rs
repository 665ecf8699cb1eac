//! Servers that cannot be trusted, do not answer, or do not live.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backproof_model::{DatabaseEngine, DatabaseLogin, FaultOwner, Secret, Verdict};
use backproof_simulator::servers::{Authority, Behaviour, Start, Store};
use backproof_validators_api::{Connection, Examined, OneLogin};
use backproof_validators_rows::Rows;
use serde_json::json;

use super::support::{InTurn, Restored, assert_failed, check, examine, examine_as, fixture, key, told};

fn behaving(behaviour: Behaviour) -> Restored {
    let authority = Authority::new().unwrap();
    let fixture = fixture("");
    let start = Start::with(&authority, behaviour);
    let server = Store::open().unwrap().copy(&fixture).unwrap().start(&start).unwrap();
    Restored::of(&fixture, server, &authority)
}

/// The only check is inconclusive, and says so.
fn assert_unreached(examined: &Examined, owner: FaultOwner, words: &str) {
    let check = check(examined, "connection");
    assert_eq!(examined.checks.len(), 1, "{}", told(examined));
    assert_eq!(check.verdict, Verdict::Inconclusive(owner), "{}", told(examined));
    assert!(check.remark.as_deref().unwrap_or("").contains(words), "{}", told(examined));
}

#[test]
fn a_certificate_of_another_authority_is_not_believed() {
    let examined = behaving(Behaviour::WrongCertificate).examine(&json!({}));
    assert_unreached(&examined, FaultOwner::Sandbox, "certificate is not believed");
    assert_unreached(&examined, FaultOwner::Sandbox, "ca_file");
}

#[test]
fn a_certificate_of_another_name_is_believed_only_through_a_tunnel() {
    let restored = Restored::shop("");
    let through_a_tunnel = Connection { host: "127.0.0.2".into(), direct: false, ..restored.connection() };
    let direct = Connection { direct: true, ..through_a_tunnel.clone() };
    let examined = examine_as(&json!({}), direct, Duration::from_mins(1));
    assert_eq!(examined.checks.len(), 1, "{}", told(&examined));
    assert_eq!(check(&examined, "connection").verdict, Verdict::Inconclusive(FaultOwner::Sandbox));
    // Nothing listens there, so the tunnel's end is the same host by its other name.
    let local = Connection { host: "127.0.0.1".into(), ..through_a_tunnel };
    let examined = examine_as(&json!({}), local, Duration::from_mins(1));
    let remark = check(&examined, "connection").remark.clone().unwrap_or_default();
    assert!(remark.contains("its authority, not its name"), "{remark}");
}

#[test]
fn a_server_that_hangs_is_given_up_within_the_walls_limit() {
    let began = std::time::Instant::now();
    let examined = behaving(Behaviour::Hangs).examine(&json!({}));
    assert_unreached(&examined, FaultOwner::Sandbox, "no answer within 2 s; the server hangs");
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_server_that_answers_and_then_dies_for_good_has_failed() {
    // Enough for a first session and not for the end of the look.
    let examined = behaving(Behaviour::DiesAfterStart { bytes: 40_000 }).examine(&json!({}));
    assert_failed(&examined, "connection", &["answered at first", "died while"]);
}

#[test]
fn a_server_that_never_answers_is_not_blamed_on_the_backup() {
    let examined = behaving(Behaviour::DiesAfterStart { bytes: 0 }).examine(&json!({}));
    assert_unreached(&examined, FaultOwner::Sandbox, "the connection failed");
}

#[test]
fn a_password_that_the_server_does_not_know_yet_is_tried_again_and_a_wrong_one_is_said_to_be_refused() {
    let restored = Restored::shop("");
    let wrong = DatabaseLogin { user: restored.login.user.clone(), password: Secret::new("not-yet") };
    let logins = vec![wrong.clone(), wrong.clone(), restored.login.clone()];
    let later = Connection { logins: Arc::new(InTurn(Mutex::new(logins))), ..restored.connection() };
    let examined = examine_as(&json!({}), later, Duration::from_mins(10));
    assert_eq!(check(&examined, "connection").verdict, Verdict::Passed, "{}", told(&examined));

    let never = Connection { logins: Arc::new(OneLogin(wrong)), ..restored.connection() };
    let examined = examine_as(&json!({}), never, Duration::from_mins(10));
    assert_unreached(&examined, FaultOwner::Sandbox, "the login was refused (code 28P01)");
    assert!(!told(&examined).contains("not-yet"));
}

#[test]
fn of_an_engine_that_nothing_reads_only_the_port_is_tried() {
    let restored = Restored::shop("");
    let engine = DatabaseEngine::Other("sqlserver-se".into());
    let examined = examine(&Rows::new(key()), engine, &json!({}), restored.connection(), Duration::from_mins(1));
    assert_eq!(check(&examined, "connection").verdict, Verdict::Passed);
    let unread = check(&examined, "readable-engine");
    assert_eq!(unread.verdict, Verdict::Inconclusive(FaultOwner::Validator));
    assert!(unread.remark.as_deref().unwrap_or("").contains("nothing here reads sqlserver-se"));
}
