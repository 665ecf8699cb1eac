//! The simulator in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context;
use backproof_clock::ScaledClock;
use backproof_simulator::{Simulator, World};
use tokio::net::TcpListener;

/// The argument that makes this program the simulator.
pub(crate) const SERVE: &str = "serve-simulator";

/// A simulator that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) endpoint: String,
}

impl Server {
    /// Starts a simulator of this world.
    pub(crate) fn start(world: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the simulator's process")?;
        child.stdin.take().context("no standard input")?.write_all(world.as_bytes())?;
        let mut endpoint = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut endpoint)?;
        Ok(Self { child, endpoint: endpoint.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to lose.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

/// The simulator's process: reads a world, says where it listens, and serves until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let world = World::parse(&text)?;
    let clock = ScaledClock::starting_at(world.start, 1);
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        Ok(Simulator::new(world, Arc::new(clock)).serve(listener).await?)
    })
}
