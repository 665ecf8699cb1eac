//! How long a restore test is expected to take, before anything is known of it but its size.
//!
//! Assumptions and no measurements: AWS promises no times. They lie above what was seen of ordinary databases, and the
//! plan's deadlines cut them off, because then a restore test is given up.

/// After how many seconds the plan gives each phase up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseLimits {
    /// Copying.
    pub copy: u64,
    /// Restoring.
    pub restore: u64,
    /// Making ready.
    pub ready: u64,
    /// Examining.
    pub validate: u64,
    /// Deleting.
    pub delete: u64,
}

/// How many seconds each phase is expected to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Copying.
    pub copy: u64,
    /// Restoring.
    pub restore: u64,
    /// Making ready.
    pub ready: u64,
    /// Examining.
    pub validate: u64,
    /// Deleting.
    pub delete: u64,
    /// Held for inspection before that, where it does not pass.
    pub held: u64,
}

const MINUTE: u64 = 60;
/// Bytes that are copied or restored in a second.
const MOVED: u64 = 50 << 20;
/// Bytes that one validator reads in a second.
const READ: u64 = 25 << 20;

impl Expected {
    /// How long what is restored exists: from asking for it until it is seen absent.
    pub fn existence(&self) -> u64 {
        [self.restore, self.ready, self.validate, self.held, self.delete].into_iter().fold(0, u64::saturating_add)
    }

    /// The same in words.
    pub fn in_words(&self) -> String {
        let held = match self.held.div_ceil(MINUTE) {
            0 => String::new(),
            minutes => format!("held for inspection {minutes}, "),
        };
        format!(
            "expected to exist for {} minutes (restoring {}, making ready {}, examining {}, {held}deleting {})",
            self.existence().div_ceil(MINUTE),
            self.restore.div_ceil(MINUTE),
            self.ready.div_ceil(MINUTE),
            self.validate.div_ceil(MINUTE),
            self.delete.div_ceil(MINUTE),
        )
    }
}

/// How long a restore test of so many bytes is expected to take, its data read so often. Without a size, each phase
/// takes as long as it may.
pub fn expected(bytes: Option<u64>, readings: u32, limits: &PhaseLimits) -> Expected {
    let Some(bytes) = bytes else {
        let PhaseLimits { copy, restore, ready, validate, delete } = *limits;
        return Expected { copy, restore, ready, validate, delete, held: 0 };
    };
    let reading = (bytes / READ).saturating_mul(u64::from(readings));
    let phase = |minutes: u64, more: u64, limit: u64| (minutes * MINUTE).saturating_add(more).min(limit);
    Expected {
        copy: phase(10, bytes / MOVED, limits.copy),
        restore: phase(20, bytes / MOVED, limits.restore),
        ready: phase(10, 0, limits.ready),
        validate: phase(5, reading, limits.validate),
        delete: phase(15, 0, limits.delete),
        held: 0,
    }
}
