//! What was logged in this process, at the level of debugging.

use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};

use tracing::level_filters::LevelFilter;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static BEGUN: Once = Once::new();

struct Keeping;

impl Write for Keeping {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on keeps what anything in this process logs, libraries included.
pub(crate) fn keep() {
    BEGUN.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).with_ansi(false);
        subscriber.with_writer(|| Keeping).init();
    });
}

pub(crate) fn so_far() -> Vec<u8> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
