//! How often a service does what.

use std::time::Duration;

/// How often a service does what. The defaults are for the real clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The longest time between two looks at plans and register; occurrences are looked at to the second all the same.
    pub look: Duration,
    /// How long after the last look the service counts as hanging.
    pub hangs_after: Duration,
    /// How often plans are examined.
    pub examine: Duration,
    /// How often leftovers are swept.
    pub sweep: Duration,
    /// How often leftovers are swept while some are known to be there.
    pub sweep_again: Duration,
    /// The pause after the first failure of something; each one after it is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_mins(1),
            hangs_after: Duration::from_mins(10),
            examine: Duration::from_hours(24),
            sweep: Duration::from_hours(24),
            sweep_again: Duration::from_hours(1),
            first_pause: Duration::from_mins(1),
            longest_pause: Duration::from_mins(15),
        }
    }
}
