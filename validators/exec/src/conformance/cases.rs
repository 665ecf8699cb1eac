//! The cases: which request, what stands at its other end, what is expected.

use std::time::Duration;

use backproof_clock::SharedClock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::decoys::{Decoy, Standing};
use super::{Given, Outcome, Suite, TargetKind};
use crate::program::Program;
use crate::request::{PROTOCOL, SECRETS_FD};

/// The secret that must not come back.
const SECRET: &str = "conformance-7f3a91d0c4be";

/// How long a program may take to begin and end where nothing lets it wait.
const AT_ONCE: Duration = Duration::from_secs(30);

/// One start of the program.
pub(crate) struct Case {
    /// Its name in the documentation.
    pub(crate) name: &'static str,
    /// What is expected, in words.
    pub(crate) expects: &'static str,
    /// What the program is given.
    given: Kind,
    /// Whether it did what is expected, or what it did instead.
    pub(crate) judge: fn(&Outcome<'_>) -> Result<(), String>,
}

/// What a program is given.
enum Kind {
    /// A request for a target that is not what it seems, spoiled in some way.
    Decoy(Decoy, Spoil),
    /// The request that leads to something real.
    Real,
    /// The request that leads to something without data.
    Empty,
}

/// What is done to a request before it is sent.
#[derive(Clone, Copy)]
enum Spoil {
    Nothing,
    UnknownFields,
    NoTimeLeft,
    LittleTimeLeft,
    UnknownProtocol,
    NoRequest,
    HalfARequest,
    NoSecrets,
}

/// A program's input, and what keeps its other end standing.
pub(crate) struct Trial {
    /// What is written to its standard input.
    pub(crate) request: Vec<u8>,
    /// What is written to its descriptor for secrets.
    pub(crate) secrets: Value,
    /// When it is killed.
    pub(crate) patience: Duration,
    _standing: Option<Standing>,
}

/// All cases, in the order of the documentation.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "answers-the-request",
        expects: "an answer of the protocol, to its `done`, with a check at least",
        given: Kind::Decoy(Decoy::Closed, Spoil::Nothing),
        judge: answers_whole,
    },
    Case {
        name: "ignores-unknown-fields",
        expects: "the same where the request has fields of a later version",
        given: Kind::Decoy(Decoy::Closed, Spoil::UnknownFields),
        judge: answers_whole,
    },
    Case {
        name: "unreachable-target",
        expects: "no pass where nothing listens",
        given: Kind::Decoy(Decoy::Closed, Spoil::Nothing),
        judge: ends_without_a_pass,
    },
    Case {
        name: "cut-connection",
        expects: "no pass where every connection is cut at once",
        given: Kind::Decoy(Decoy::Cutting, Spoil::Nothing),
        judge: ends_without_a_pass,
    },
    Case {
        name: "silent-target",
        expects: "an end before the deadline, and no pass, where the other side never answers",
        given: Kind::Decoy(Decoy::Silent, Spoil::LittleTimeLeft),
        judge: ends_without_a_pass,
    },
    Case {
        name: "past-deadline",
        expects: "an end at once, and no pass, where there is no time left",
        given: Kind::Decoy(Decoy::Silent, Spoil::NoTimeLeft),
        judge: ends_without_a_pass,
    },
    Case {
        name: "unknown-protocol",
        expects: "no pass on a version of the protocol that it cannot know",
        given: Kind::Decoy(Decoy::Closed, Spoil::UnknownProtocol),
        judge: ends_without_a_pass,
    },
    Case {
        name: "no-request",
        expects: "an end, and no pass, where standard input is closed at once",
        given: Kind::Decoy(Decoy::Closed, Spoil::NoRequest),
        judge: ends_without_a_pass,
    },
    Case {
        name: "half-a-request",
        expects: "an end, and no pass, where the request is cut in the middle",
        given: Kind::Decoy(Decoy::Closed, Spoil::HalfARequest),
        judge: ends_without_a_pass,
    },
    Case {
        name: "no-secrets",
        expects: "an end, and no pass, where it is handed no secrets",
        given: Kind::Decoy(Decoy::Closed, Spoil::NoSecrets),
        judge: ends_without_a_pass,
    },
    Case {
        name: "nothing-to-examine",
        expects: "no pass of data where there is none",
        given: Kind::Empty,
        judge: |outcome| outcome.ended().and_then(|()| outcome.no_pass_of_data()),
    },
    Case {
        name: "real-target",
        expects: "a whole answer with a pass or a failure",
        given: Kind::Real,
        judge: |outcome| outcome.whole().and_then(|()| outcome.decided()),
    },
];

fn answers_whole(outcome: &Outcome<'_>) -> Result<(), String> {
    outcome.whole()
}

fn ends_without_a_pass(outcome: &Outcome<'_>) -> Result<(), String> {
    outcome.ended().and_then(|()| outcome.no_pass())
}

impl Case {
    /// What the program is given, or what is missing for that.
    pub(crate) async fn trial(&self, suite: &Suite, program: &Program, clock: &SharedClock) -> Result<Trial, String> {
        let (decoy, spoil) = match (&self.given, suite.kind) {
            (Kind::Decoy(decoy, spoil), _) => (*decoy, *spoil),
            (Kind::Real, _) => return given(suite.real.as_ref(), "--real", suite.seconds),
            (Kind::Empty, TargetKind::Table) if suite.empty.is_none() => (Decoy::EmptyTable, Spoil::Nothing),
            (Kind::Empty, _) => return given(suite.empty.as_ref(), "--empty", suite.seconds),
        };
        let standing = decoy.stand().await.map_err(|error| format!("no port can be listened on here: {error}"))?;
        let mut request = request(suite, program, standing.port, clock.now());
        let mut secrets = secrets(suite.kind, standing.port);
        let mut patience = AT_ONCE;
        let mut bytes = None;
        match spoil {
            Spoil::Nothing => {}
            Spoil::UnknownFields => {
                request["of_a_later_version"] = json!({ "a": [1, null] });
                request["target"]["of_a_later_version"] = json!(true);
                secrets["of_a_later_version"] = json!("x");
            }
            Spoil::NoTimeLeft => {
                request["deadline"] = json!(clock.now() - SignedDuration::from_mins(1));
                request["seconds_left"] = json!(0);
            }
            Spoil::LittleTimeLeft => {
                let left = Duration::from_secs(suite.seconds);
                request["deadline"] = json!(clock.now() + SignedDuration::from_secs(suite.seconds.cast_signed()));
                request["seconds_left"] = json!(suite.seconds);
                patience = left;
            }
            Spoil::UnknownProtocol => request["protocol"] = json!("backproof-validator/999"),
            Spoil::NoRequest => bytes = Some(Vec::new()),
            Spoil::HalfARequest => {
                let whole = request.to_string().into_bytes();
                bytes = Some(whole[..whole.len() / 2].to_vec());
            }
            Spoil::NoSecrets => secrets = json!({}),
        }
        let request = bytes.unwrap_or_else(|| format!("{request}\n").into_bytes());
        Ok(Trial { request, secrets, patience, _standing: Some(standing) })
    }
}

fn given(given: Option<&Given>, option: &str, seconds: u64) -> Result<Trial, String> {
    let given = given.ok_or_else(|| format!("name a request with {option} FILE"))?;
    let asked = given.request.get("seconds_left").and_then(Value::as_u64).unwrap_or(seconds);
    Ok(Trial {
        request: format!("{}\n", given.request).into_bytes(),
        secrets: given.secrets.clone(),
        patience: Duration::from_secs(asked),
        _standing: None,
    })
}

fn request(suite: &Suite, program: &Program, port: u16, now: Timestamp) -> Value {
    let common = |service: &str, resource: &str| {
        json!({
            "arn": format!("arn:aws:{service}:eu-central-1:999988887777:{resource}"),
            "account": "999988887777",
            "region": "eu-central-1",
            "name": "bp-conformance",
        })
    };
    let target = match suite.kind {
        TargetKind::Table => {
            let mut target = common("dynamodb", "table/bp-conformance");
            target["kind"] = json!("table");
            target
        }
        TargetKind::Database => {
            let mut target = common("rds", "db:bp-conformance");
            let more = [
                ("kind", json!("database")),
                ("engine", json!("postgres")),
                ("engine_version", json!("16.4")),
                ("host", json!("127.0.0.1")),
                ("port", json!(port)),
                ("verify_host", json!(false)),
                ("database", json!("postgres")),
                ("ca_file", Value::Null),
            ];
            for (name, value) in more {
                target[name] = value;
            }
            target
        }
    };
    json!({
        "protocol": PROTOCOL,
        "target": target,
        "data_time": now - SignedDuration::from_hours(9),
        "source_name": "conformance",
        "settings": suite.settings.settings,
        "files": program.files,
        "max_level": "L3",
        "deadline": now + SignedDuration::from_secs(30),
        "seconds_left": AT_ONCE.as_secs(),
        "seed": "6b1f5c3ad1f0a5d86e0a2f4b7c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f70812",
        "secrets_fd": SECRETS_FD,
    })
}

fn secrets(kind: TargetKind, port: u16) -> Value {
    match kind {
        TargetKind::Database => json!({ "database": { "user": "postgres", "password": SECRET } }),
        TargetKind::Table => json!({
            "aws": {
                "access_key_id": "ASIACONFORMANCE00000",
                "secret_access_key": SECRET,
                "session_token": null,
                "expires": null,
                "endpoint_url": format!("http://127.0.0.1:{port}"),
            }
        }),
    }
}
