//! One server process that cannot outlive us: a shell holds a pipe from us, and stops the server when the pipe closes.
//!
//! A process that is killed closes its pipes too, so this needs no handler of ours. The shell leads a process group of
//! its own: Ctrl-C on our terminal reaches us, not the server.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::ServerError;
use super::account::Account;

/// Its arguments: the signal when we are gone, the folder to remove then, the server with its own. A line on its
/// standard input is a signal to pass on.
const SCRIPT: &str = r#"
signal=$1 folder=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{
  while read -r wish <&3; do kill -s "$wish" "$server"; done
  trap '' TERM
  kill -s "$signal" "$server"
  tries=0
  while kill -s 0 "$server"; do
    [ $tries -lt 100 ] || kill -s KILL "$server"
    tries=$((tries + 1))
    sleep 0.05
  done
  rm -rf -- "$folder"
} >/dev/null 2>&1 &
watcher=$!
wait "$server"
status=$?
kill -s TERM "$watcher"
exit $status
"#;
/// A server that takes longer to start than this is taken for broken.
const START: Duration = Duration::from_mins(1);
/// A server that takes longer to stop is killed.
const STOP: Duration = Duration::from_secs(20);
/// How much of a log an error shows.
const LOG_LINES: usize = 12;

/// A signal that the server is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Stop, and leave the data directory as if nothing had been running.
    Clean,
    /// Be gone at once; the data directory is thrown away.
    AtOnce,
}

/// What is to be run, and how it speaks.
pub(super) struct Program {
    /// The server with its arguments.
    pub(super) words: Vec<String>,
    /// Its name in errors.
    pub(super) name: &'static str,
    /// What its log says when it takes connections.
    pub(super) ready: &'static str,
    /// The signal for a clean stop.
    pub(super) clean: &'static str,
    /// The signal to be gone at once, with nothing left on the machine.
    pub(super) at_once: &'static str,
}

/// A server that runs.
pub(super) struct Watched {
    shell: Child,
    pipe: Option<ChildStdin>,
    log: Arc<Mutex<Vec<String>>>,
    /// Says once when the server takes connections, and is closed when it has ended.
    news: Receiver<()>,
    program: Program,
}

impl Watched {
    /// Starts a server and waits until it takes connections. If we are killed, it ends, and `folder` goes.
    pub(super) fn start(account: Account, folder: &Path, program: Program) -> Result<Self, ServerError> {
        Self::start_held_by(Stdio::piped(), account, folder, program)
    }

    /// The same; the server lives as long as somebody holds the other end of this pipe.
    pub(super) fn start_held_by(
        pipe: Stdio,
        account: Account,
        folder: &Path,
        program: Program,
    ) -> Result<Self, ServerError> {
        let shell = Path::new("/bin/sh");
        let mut command = account.command(shell, folder);
        command.args(["-c", SCRIPT, "sh", program.at_once]).arg(folder).args(&program.words);
        command.stdin(pipe).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().map_err(ServerError::io("run", shell))?;
        let pipe = child.stdin.take();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (tell, news) = channel();
        if let Some(lines) = child.stderr.take() {
            let (log, ready) = (Arc::clone(&log), program.ready);
            thread::spawn(move || {
                for line in BufReader::new(lines).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    let is_ready = line.contains(ready);
                    log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                    if is_ready {
                        // Nobody listens any more once the server has been given up.
                        let _ = tell.send(());
                    }
                }
            });
        }
        let watched = Self { shell: child, pipe, log, news, program };
        match watched.news.recv_timeout(START) {
            Ok(()) => Ok(watched),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(ServerError::DidNotStart { engine: watched.program.name, log: watched.end_of_log() })
            }
        }
    }

    /// Everything that the server has logged.
    pub(super) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// Whether the server has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    /// Ends the server, and waits for its end.
    pub(super) fn end(&mut self, signal: Signal) {
        let name = match signal {
            Signal::Clean => self.program.clean,
            Signal::AtOnce => self.program.at_once,
        };
        self.send(name);
        if !self.ends_within(STOP) {
            self.send("KILL");
            self.ends_within(STOP);
        }
        // Without its pipe the shell ends too, whatever state it is in.
        self.pipe = None;
        let _ = self.shell.wait();
    }

    fn send(&mut self, signal: &str) {
        if let Some(pipe) = &mut self.pipe {
            // A pipe that nobody reads belongs to a server that has ended already.
            let _ = pipe.write_all(format!("{signal}\n").as_bytes());
        }
    }

    /// The log closes when no process of the server is left.
    pub(super) fn ends_within(&self, limit: Duration) -> bool {
        let began = Instant::now();
        loop {
            match self.news.recv_timeout(limit.saturating_sub(began.elapsed())) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }

    fn end_of_log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log[log.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.end(Signal::AtOnce);
        }
    }
}

/// Runs a program to its end and gives back what it printed; `input` is its standard input.
pub(super) fn run(command: &mut Command, input: Option<&str>) -> Result<String, ServerError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |output: String| ServerError::Failed { program: name.clone(), output };
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let pipe = child.stdin.take();
    // Written by a thread of its own: a program that prints much while it reads would wait for us, and we for it.
    let said = thread::scope(|scope| {
        if let (Some(mut pipe), Some(input)) = (pipe, input) {
            // A program that does not read to the end says itself why.
            scope.spawn(move || drop(pipe.write_all(input.as_bytes())));
        }
        child.wait_with_output()
    });
    let said = said.map_err(|error| failed(error.to_string()))?;
    if said.status.success() {
        return Ok(String::from_utf8_lossy(&said.stdout).trim_end().to_owned());
    }
    let output = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    let lines: Vec<&str> = output.trim().lines().collect();
    Err(failed(lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")))
}
