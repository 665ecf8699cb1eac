//! One child process that forwards one port, and its end.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backproof_clock::{SharedClock, within_wall};
use backproof_cloud::{SessionCredentials, Unreachable};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The document of Session Manager that forwards to hosts other than the instance.
const DOCUMENT: &str = "AWS-StartPortForwardingSessionToRemoteHost";
/// How long a session may take to begin.
const BEGIN: Duration = Duration::from_secs(45);
/// How often one looks whether it has begun.
const LOOK: Duration = Duration::from_millis(100);
/// How long the programs have to say goodbye to SSM before they are ended.
const GOODBYE: Duration = Duration::from_secs(2);
/// How many bytes of their last words are kept.
const LAST_WORDS: usize = 2048;
/// Variables that the programs are given as they are. None of AWS's own choices (profile, keys, files) is among them:
/// they would lead to other credentials than the sandbox's.
const PASSED_ON: &[&str] = &[
    "HOME",
    "LANG",
    "TMPDIR",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "AWS_ENDPOINT_URL_SSM",
];

/// A tunnel to make.
pub(super) struct Order {
    /// The AWS CLI.
    pub(super) aws: PathBuf,
    /// Where it finds its plugin, as `PATH` writes it.
    pub(super) path: OsString,
    pub(super) instance_id: String,
    pub(super) region: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) credentials: SessionCredentials,
}

/// A forwarded port. Dropping it ends the programs, the plugin too.
#[derive(Debug)]
pub(super) struct Forwarding {
    local_port: u16,
    last_words: LastWords,
    group: Option<Group>,
}

impl Forwarding {
    /// Begins a session and returns once the local port accepts connections.
    ///
    /// # Errors
    /// Says in words what the programs said.
    pub(super) async fn begin(order: Order, clock: &SharedClock) -> Result<Self, Unreachable> {
        let _busy = clock.busy();
        let through = format!("the tunnel through {} to {}:{}", order.instance_id, order.host, order.port);
        let local_port = free_port().map_err(|error| Unreachable(format!("{through}: no local port: {error}")))?;
        let mut child = command(&order, local_port)
            .spawn()
            .map_err(|error| Unreachable(format!("{through}: {} did not start: {error}", order.aws.display())))?;
        let last_words = LastWords::of(&order.credentials);
        last_words.listen(child.stdout.take());
        last_words.listen(child.stderr.take());
        let mut tunnel = Self { local_port, last_words, group: Group::of(child) };
        match within_wall(BEGIN, tunnel.listens()).await {
            Ok(Ok(())) => Ok(tunnel),
            Ok(Err(ended)) => Err(Unreachable(format!("{through} {ended}{}", tunnel.said()))),
            Err(late) => Err(Unreachable(format!("{through} did not begin: {late}{}", tunnel.said()))),
        }
    }

    /// The port on this side.
    pub(super) fn local_port(&self) -> u16 {
        self.local_port
    }

    /// What the programs said last, to be appended to an error.
    pub(super) fn said(&self) -> String {
        match self.last_words.text() {
            words if words.is_empty() => String::new(),
            words => format!("; it said: {words}"),
        }
    }

    async fn listens(&mut self) -> Result<(), String> {
        loop {
            if let Some(status) = self.group.as_mut().and_then(Group::ended) {
                // What it said is still on its way through the pipe.
                within_wall(LOOK, std::future::pending::<()>()).await.ok();
                return Err(format!("ended at once ({status})"));
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.local_port)).await.is_ok() {
                return Ok(());
            }
            within_wall(LOOK, std::future::pending::<()>()).await.ok();
        }
    }
}

fn command(order: &Order, local_port: u16) -> Command {
    let parameters = json!({
        "host": [order.host],
        "portNumber": [order.port.to_string()],
        "localPortNumber": [local_port.to_string()],
    });
    let keys = &order.credentials;
    let mut command = Command::new(&order.aws);
    command
        .args(["ssm", "start-session", "--target", &order.instance_id, "--document-name", DOCUMENT])
        .args(["--parameters", &parameters.to_string(), "--region", &order.region])
        .env_clear()
        .envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("PATH", &order.path)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.reveal())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that the plugin, which is the CLI's child, ends with it.
        .process_group(0)
        .kill_on_drop(true);
    if let Some(token) = &keys.session_token {
        command.env("AWS_SESSION_TOKEN", token.reveal());
    }
    if let Some(url) = &keys.endpoint_url {
        command.args(["--endpoint-url", url]);
    }
    command
}

/// A port that nobody listens on at this moment.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The last words of the programs, without the secrets that they were given.
#[derive(Clone, Debug)]
struct LastWords {
    heard: Arc<Mutex<Vec<u8>>>,
    secrets: Arc<[backproof_model::Secret]>,
}

impl LastWords {
    fn of(credentials: &SessionCredentials) -> Self {
        let secrets = std::iter::once(&credentials.secret_access_key).chain(&credentials.session_token);
        Self { heard: Arc::default(), secrets: secrets.cloned().collect() }
    }

    /// Reads on for as long as the programs live, so that a full pipe never stops them.
    fn listen(&self, from: Option<impl AsyncRead + Send + Unpin + 'static>) {
        let Some(mut from) = from else { return };
        let heard = self.heard.clone();
        tokio::spawn(async move {
            let mut part = [0_u8; 1024];
            while let Ok(length @ 1..) = from.read(&mut part).await {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.extend_from_slice(&part[..length]);
                let surplus = heard.len().saturating_sub(LAST_WORDS);
                heard.drain(..surplus);
            }
        });
    }

    fn text(&self) -> String {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from_utf8_lossy(&heard).split_whitespace().collect::<Vec<_>>().join(" ");
        for secret in self.secrets.iter().filter(|secret| !secret.reveal().is_empty()) {
            text = text.replace(secret.reveal(), "…");
        }
        text
    }
}

/// The CLI and its children.
#[derive(Debug)]
struct Group {
    leader: Child,
    id: Pid,
}

impl Group {
    fn of(leader: Child) -> Option<Self> {
        let id = leader.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))?;
        Some(Self { leader, id })
    }

    /// How the CLI ended, if it has.
    fn ended(&mut self) -> Option<String> {
        self.leader.try_wait().ok().flatten().map(|status| status.to_string())
    }
}

impl Drop for Group {
    /// Ends whatever is left of the group. The number cannot have become another group's: the leader is reaped only
    /// after this, or had ended while the tunnel was being made.
    fn drop(&mut self) {
        kill_process_group(self.id, Signal::KILL).ok();
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        let Some(group) = self.group.take() else { return };
        // Asked nicely the plugin ends the session at SSM, too; then whatever is left is ended.
        kill_process_group(group.id, Signal::TERM).ok();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                within_wall(GOODBYE, std::future::pending::<()>()).await.ok();
                drop(group);
            });
        }
    }
}
