//! How long to wait after so many failures. Without chance: one sender needs no jitter, and tests need its times.

use std::time::Duration;

use crate::config::Delivery;

/// The longest that a receiver's own wish to be left alone is granted.
const LONGEST_WISH: Duration = Duration::from_hours(1);

/// The wait after so many failures in a row (from 1), at least as long as the receiver wished.
pub(crate) fn wait_after(failures: u32, wish: Option<Duration>, delivery: &Delivery) -> Duration {
    let doublings = failures.saturating_sub(1).min(30);
    let wait = delivery.first_wait.saturating_mul(1 << doublings).min(delivery.longest_wait);
    wait.max(wish.unwrap_or_default().min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(failures: u32, wish: Option<u64>) -> u64 {
        wait_after(failures, wish.map(Duration::from_secs), &Delivery::default()).as_secs()
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<_> = (1..=10).map(|failures| seconds(failures, None)).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(seconds(u32::MAX, None), 900);
    }

    #[test]
    fn a_receivers_wish_is_granted_within_reason() {
        assert_eq!(seconds(1, Some(120)), 120);
        assert_eq!(seconds(5, Some(1)), 80);
        assert_eq!(seconds(1, Some(1_000_000)), 3600);
    }
}
