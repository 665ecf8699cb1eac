//! The way from the validator to a server through microburst, which refuses TLS: it is taken off before, and put on
//! again behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use backproof_validators_api::{Connection, OneLogin};
use serde_json::Value;

use crate::support::Restored;

const TLS: &str = include_str!("../../programs/tls.py");

/// microburst between two programs that take TLS off and put it on.
pub(super) struct Way {
    port: u16,
    control: u16,
    certificate: PathBuf,
    /// Ended in this order when the test is done.
    _programs: Vec<Running>,
}

/// A program that is killed when the test is done with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A rule that had something to do.
#[derive(Debug)]
pub(super) struct Fired {
    /// Whether it did it: a rule may say that it could not.
    pub(super) skipped: bool,
}

impl Way {
    /// A way to the restored server on which nothing happens yet.
    pub(super) fn to(restored: &Restored) -> Self {
        let folder = restored.directory.path();
        let (certificate, key) = certificate(folder);
        let (on, inner) = tls(&["on", &restored.connection().port.to_string()]);
        let (microburst, middle, control) = microburst(inner);
        let key = key.to_str().unwrap();
        let (off, port) = tls(&["off", &middle.to_string(), certificate.to_str().unwrap(), key]);
        Self { port, control, certificate, _programs: vec![off, microburst, on] }
    }

    /// How the validator goes this way.
    pub(super) fn connection(&self, restored: &Restored) -> Connection {
        Connection {
            host: "localhost".into(),
            port: self.port,
            direct: true,
            ca_file: Some(self.certificate.clone()),
            logins: Arc::new(OneLogin(restored.login.clone())),
        }
    }

    /// Puts these rules in the place of all others, and forgets what fired; gives back their numbers.
    pub(super) fn spoil(&self, rules: &Value) -> Vec<u64> {
        self.call("DELETE", "fired", None);
        let rules = self.call("POST", "rules", Some(rules));
        let numbers = rules.as_array().unwrap().iter().map(|rule| rule["id"].as_u64().unwrap());
        numbers.collect()
    }

    /// How often this rule fired.
    pub(super) fn fired(&self, rule: u64) -> Vec<Fired> {
        let events = self.call("GET", &format!("fired?limit=2000&rule_id={rule}"), None);
        let skipped = |event: &Value| event["note"].as_str().is_some_and(|note| note.starts_with("skipped"));
        events.as_array().unwrap().iter().map(|event| Fired { skipped: skipped(event) }).collect()
    }

    /// Asks microburst's control API.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.control)).unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let head =
            format!("{method} /_microburst/{path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap()
    }
}

/// A certificate for localhost that vouches for itself, and its key.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("way.crt"), folder.join("way.key"));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    command.args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    // An authority may not be the server itself, says the TLS library; a certificate that is none may.
    command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    command.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    let made = command.output().expect("openssl is on the PATH");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

/// The program that puts TLS on or takes it off, and where it listens. It ends with us: its standard input does.
fn tls(arguments: &[&str]) -> (Running, u16) {
    let mut command = Command::new("python3");
    command.args(["-c", TLS]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = Running(command.spawn().expect("python3 is on the PATH"));
    let port = line(&mut running);
    (running, port.trim().parse().unwrap())
}

/// microburst before a port, where it listens, and where it takes rules.
fn microburst(upstream: u16) -> (Running, u16, u16) {
    let control = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("microburst");
    command.args(["--protocol", "postgres", "--port", "0", "--control-port", &control.to_string()]);
    command.args(["--upstream", &format!("127.0.0.1:{upstream}")]).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().expect("microburst is on the PATH: `./test --install` puts it there");
    let mut running = Running(child);
    // `microburst listening on postgres://127.0.0.1:40123 → ...`
    let said = line(&mut running);
    let port = said.split_once("postgres://").and_then(|(_, rest)| rest.split(' ').next()?.rsplit_once(':'));
    let port = port.unwrap_or_else(|| panic!("microburst said `{said}`")).1.parse().unwrap();
    (running, port, control)
}

/// The first line that a program prints. What follows is read by nobody, and is little.
fn line(running: &mut Running) -> String {
    let mut line = String::new();
    let stdout = running.0.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout).read_line(&mut line).unwrap();
    line
}
