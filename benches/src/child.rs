//! Measured clients, each in a process of its own.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::measured::Measured;
use crate::{items, population, report, rows};

/// The argument that makes this program a measured client: `play PART ENDPOINT SIZE`.
pub(crate) const PLAY: &str = "play";

/// Has a child of this program play `part` against `endpoint`.
pub(crate) fn measure(part: &str, endpoint: &str, size: u64) -> anyhow::Result<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([PLAY, part, endpoint, &size.to_string()]);
    measured(part, command)
}

/// Has Python play a peer, with the endpoint as its argument.
pub(crate) fn measure_python(script: &str, endpoint: &str) -> anyhow::Result<Measured> {
    let mut command = Command::new("python3");
    command.args(["-c", script, endpoint]);
    command.env("AWS_ACCESS_KEY_ID", "111122223333").env("AWS_SECRET_ACCESS_KEY", "simulated");
    command.env("AWS_DEFAULT_REGION", "eu-central-1").env("AWS_EC2_METADATA_DISABLED", "true");
    measured("boto3", command)
}

fn measured(part: &str, mut command: Command) -> anyhow::Result<Measured> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{part}`"))?;
    if !output.status.success() {
        bail!("`{part}` failed: {}", output.status);
    }
    Measured::from_line(String::from_utf8(output.stdout)?.trim())
}

/// The child's side: plays the part and prints what it took.
pub(crate) fn play(part: &str, endpoint: &str, size: u64) -> anyhow::Result<()> {
    let measured = tokio::runtime::Runtime::new()?.block_on(async {
        match part {
            population::FLOOR => population::page_through(endpoint).await,
            population::OURS => population::list_and_draw(endpoint).await,
            items::FLOOR => items::scan_bare(endpoint, size).await,
            items::OURS => items::verify(endpoint, size).await,
            rows::OURS => rows::verify(endpoint, size).await,
            report::FLOOR => report::read(endpoint, size),
            report::OURS => report::lay_out(endpoint, size),
            _ => bail!("there is no part `{part}`"),
        }
    })?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}
