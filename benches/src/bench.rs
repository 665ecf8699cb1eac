//! Prints measurements and ratios.

use crate::measured::Measured;

/// Says what the figures were measured on.
pub(crate) fn describe_machine() {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown");
    println!("machine: {cores} cores, load {load} before the first measurement");
}

/// The heading of a bench.
pub(crate) fn heading(text: &str) {
    println!("\n{text}");
    println!("{:<58} {:>9} {:>9} {:>10}", "", "wall s", "CPU s", "peak MiB");
}

/// One measurement.
pub(crate) fn line(what: &str, measured: &Measured) {
    #[expect(clippy::cast_precision_loss, reason = "a number for people")]
    let mebibytes = measured.peak_kib as f64 / 1024.0;
    println!("{what:<58} {:>9.2} {:>9.2} {mebibytes:>10.0}", measured.seconds, measured.cpu_seconds);
}

/// A ratio and what it should be.
pub(crate) fn ratio(what: &str, value: f64, target: &str) {
    println!("  {what:<56} {value:>9.3}   target {target}");
}

/// The quickest of several: what disturbs a measurement only ever makes it slower.
pub(crate) fn quickest(times: u32, mut measure: impl FnMut() -> anyhow::Result<Measured>) -> anyhow::Result<Measured> {
    let mut best = measure()?;
    for _ in 1..times {
        let again = measure()?;
        if again.seconds < best.seconds {
            best = again;
        }
    }
    Ok(best)
}
