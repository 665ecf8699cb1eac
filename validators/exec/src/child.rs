//! Starts a program, tells it what it needs to know, hears it out and ends it.

use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use backproof_clock::within_wall;
use backproof_validators_api::Deadline;
use command_fds::{CommandFdExt, FdMapping};
use futures_util::FutureExt;
use futures_util::future::{FusedFuture, try_join4};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::environment::environment;
use crate::processes::Group;
use crate::request::SECRETS_FD;

/// Sets the limits and becomes the program. Core dumps would hold secrets.
const LIMITED: &str = r#"ulimit -c 0; ulimit -v "$1" || exit 125; shift; exec "$@""#;

/// How long the output of a program that has ended may take to arrive, and a killed one to be gone.
const DRAIN: Duration = Duration::from_secs(5);

/// How much of standard error is kept.
const TAIL: usize = 8 << 10;

/// A program to start.
pub(crate) struct Launch<'a> {
    /// Its absolute path.
    pub(crate) program: &'a Path,
    /// What follows it on the command line.
    pub(crate) arguments: &'a [String],
    /// Variables that it inherits.
    pub(crate) inherited: &'a [String],
    /// The address space of each of its processes, in MiB.
    pub(crate) memory_mib: u64,
    /// How much it may write to its standard output.
    pub(crate) max_output_bytes: u64,
    /// What it reads from its standard input.
    pub(crate) request: &'a [u8],
    /// What it reads from [`SECRETS_FD`].
    pub(crate) secrets: &'a [u8],
}

/// What a program wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Its standard output, as far as it was read.
    pub(crate) output: Vec<u8>,
    /// The end of its standard error.
    pub(crate) complaints: Vec<u8>,
    /// How it ended.
    pub(crate) end: End,
    /// Processes that were still running when the program itself had ended, and were killed.
    pub(crate) left_behind: usize,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) enum End {
    /// By itself, or by a signal of somebody else's.
    Exited(ExitStatus),
    /// It was killed at its deadline.
    OutOfTime,
    /// It was killed because it wrote too much.
    TooMuchOutput,
    /// It could not be waited for.
    Lost(std::io::Error),
}

#[derive(Default)]
struct Heard {
    output: Vec<u8>,
    complaints: Vec<u8>,
}

/// Lets a program answer one request, for at most `limit` on the wall's clock and not beyond the deadline. When this
/// returns, or is dropped, no process of the program is left.
///
/// # Errors
/// The program could not be started.
pub(crate) async fn converse(launch: &Launch<'_>, limit: Duration, deadline: &Deadline) -> std::io::Result<Talk> {
    // Its time passes outside this program, so a virtual clock must stand still.
    let _busy = deadline.clock().busy();
    let home = tempfile::Builder::new().prefix("backproof-exec-").tempdir()?;
    let (secrets, theirs) = tokio::net::unix::pipe::pipe()?;
    let mut command = command(launch, home.path());
    let mapping = FdMapping { parent_fd: theirs.into_blocking_fd()?, child_fd: SECRETS_FD };
    command.fd_mappings(vec![mapping]).map_err(std::io::Error::other)?;
    let mut child = command.spawn()?;
    // It holds our copy of the pipe's other end.
    drop(command);
    let group = Group::of(child.id(), home.path());
    let mut heard = Heard::default();
    let talk = talk(&mut child, &group, launch, secrets, &mut heard);
    let (end, left_behind) = match deadline.hold(within_wall(limit, talk)).await {
        Ok(Ok(ended)) => ended,
        Ok(Err(_)) | Err(_) => (End::OutOfTime, 0),
    };
    group.kill();
    within_wall(DRAIN, child.wait()).await.ok();
    Ok(Talk { output: heard.output, complaints: heard.complaints, end, left_behind })
}

fn command(launch: &Launch<'_>, home: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LIMITED, "sh"]).arg((launch.memory_mib << 10).to_string());
    command.arg(launch.program).args(launch.arguments);
    command.env_clear().envs(environment(home, launch.inherited)).current_dir(home);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// The output was longer than allowed.
struct TooMuchOutput;

/// Everything that is said in both directions, up to the program's end; how it ended and what it left behind.
async fn talk(
    child: &mut Child,
    group: &Group,
    launch: &Launch<'_>,
    secrets: impl AsyncWrite + Unpin,
    heard: &mut Heard,
) -> (End, usize) {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let Heard { output, complaints } = heard;
    let streams = try_join4(
        tell(stdin, launch.request),
        tell(Some(secrets), launch.secrets),
        listen(stdout, output, launch.max_output_bytes),
        listen_to_the_end(stderr, complaints),
    );
    let mut streams = pin!(streams.fuse());
    let status = tokio::select! {
        biased;
        ended = &mut streams => match ended {
            Err(TooMuchOutput) => return (End::TooMuchOutput, 0),
            Ok(_) => child.wait().await,
        },
        status = child.wait() => status,
    };
    let left_behind = group.members().len();
    // Whoever is left may hold the streams open.
    group.kill();
    if !streams.is_terminated()
        && let Ok(Err(TooMuchOutput)) = within_wall(DRAIN, &mut streams).await
    {
        return (End::TooMuchOutput, left_behind);
    }
    (status.map_or_else(End::Lost, End::Exited), left_behind)
}

/// Writes all and closes. A program that does not listen has missed something, which is its own affair.
async fn tell(to: Option<impl AsyncWrite + Unpin>, what: &[u8]) -> Result<(), TooMuchOutput> {
    if let Some(mut to) = to {
        to.write_all(what).await.ok();
        to.shutdown().await.ok();
    }
    Ok(())
}

/// Keeps all of it, up to the limit.
async fn listen(from: Option<impl AsyncRead + Unpin>, heard: &mut Vec<u8>, most: u64) -> Result<(), TooMuchOutput> {
    let Some(from) = from else { return Ok(()) };
    let mut from = from.take(most + 1);
    while let Ok(1..) = from.read_buf(heard).await {}
    if from.limit() == 0 { Err(TooMuchOutput) } else { Ok(()) }
}

/// Keeps the last whole lines of it.
async fn listen_to_the_end(from: Option<impl AsyncRead + Unpin>, heard: &mut Vec<u8>) -> Result<(), TooMuchOutput> {
    let Some(mut from) = from else { return Ok(()) };
    while let Ok(1..) = from.read_buf(heard).await {
        if heard.len() > 2 * TAIL {
            heard.drain(..heard.len() - TAIL);
            // What is left of a line that was cut may be what is left of a secret, which nobody would know again.
            let whole = heard.iter().position(|byte| *byte == b'\n').map_or(heard.len(), |end| end + 1);
            heard.drain(..whole);
        }
    }
    Ok(())
}
