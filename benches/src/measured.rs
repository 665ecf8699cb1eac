//! What a measured process reports of itself: one line of JSON on its standard output.

use std::time::Instant;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// Linux counts the processor time of a process in hundredths of a second, whatever the kernel's own tick is.
pub(crate) const TICKS_PER_SECOND: f64 = 100.0;

/// One measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Wall time of the measured part.
    pub(crate) seconds: f64,
    /// Processor time of the measured part; of a peer's whole process.
    pub(crate) cpu_seconds: f64,
    /// The most memory that the process ever held (`VmHWM`), in KiB.
    pub(crate) peak_kib: u64,
    /// Points or items that were seen, to show that all did the same work.
    pub(crate) counted: u64,
}

/// The beginning of a measured part.
pub(crate) struct Began {
    at: Instant,
    cpu_seconds: f64,
}

impl Began {
    /// Begins now.
    pub(crate) fn now() -> anyhow::Result<Self> {
        Ok(Self { at: Instant::now(), cpu_seconds: cpu_seconds()? })
    }

    /// What this process has used since.
    pub(crate) fn ended(&self, counted: u64) -> anyhow::Result<Measured> {
        let seconds = self.at.elapsed().as_secs_f64();
        let cpu_seconds = cpu_seconds()? - self.cpu_seconds;
        Ok(Measured { seconds, cpu_seconds, peak_kib: peak_kib()?, counted })
    }
}

impl Measured {
    /// Reads the line that a child printed.
    pub(crate) fn from_line(line: &str) -> anyhow::Result<Self> {
        serde_json::from_str(line).with_context(|| format!("a measured process printed `{line}`"))
    }
}

fn peak_kib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("peak memory needs Linux's /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("processor time needs Linux's /proc")?;
    // The process's name is in parentheses and may hold blanks; user and system time are the 12th and 13th after it.
    let (_, fields) = stat.rsplit_once(')').context("an unknown form of /proc/self/stat")?;
    let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}
