//! A clock that jumps when nothing else is left to do.
//!
//! "Nothing left to do" is what a single-threaded runtime itself says just before it parks its thread, so the
//! clock belongs to a runtime of its own: see [`VirtualRuntime`]. Tokio's paused clock is not used, since it would
//! also fire the time-outs of database pools, whose work happens on other threads.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use crate::{Busy, Clock};

/// Time that only passes while everybody waits.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    /// Who waits until when; the number keeps sleepers of one moment in the order of their arrival.
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    arrivals: u64,
    guards: usize,
}

impl VirtualClock {
    /// A clock that reads `origin` until its runtime lets it jump.
    pub fn starting_at(origin: Timestamp) -> Self {
        let state = State { now: origin, sleepers: BTreeMap::new(), arrivals: 0, guards: 0 };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Wakes the next sleeper, unless work goes on outside the runtime.
    fn jump(&self) {
        let mut state = self.state();
        if state.guards > 0 {
            return;
        }
        // A sleeper that has gone away (its future was dropped) must neither hold the others up nor move the clock:
        // most are time limits of calls that were answered long before.
        while let Some(((due, _), waker)) = state.sleepers.pop_first() {
            if waker.is_closed() {
                continue;
            }
            state.now = state.now.max(due);
            if waker.send(()).is_ok() {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        let woken = {
            let mut state = self.state();
            let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
            let due = state.now.saturating_add(duration).unwrap_or(Timestamp::MAX);
            let arrival = state.arrivals;
            state.arrivals += 1;
            let (waker, woken) = oneshot::channel();
            state.sleepers.insert((due, arrival), waker);
            woken
        };
        // An error would mean that the clock is gone, and with it the reason to wait.
        woken.await.ok();
    }

    fn busy(&self) -> Busy {
        self.state().guards += 1;
        let clock = self.clone();
        Busy { release: Some(Box::new(move || clock.state().guards -= 1)) }
    }
}

/// A single-threaded runtime whose idle moments drive a [`VirtualClock`].
#[derive(Debug)]
pub struct VirtualRuntime {
    runtime: tokio::runtime::Runtime,
    clock: VirtualClock,
}

impl VirtualRuntime {
    /// A runtime with a clock that reads `origin`.
    ///
    /// # Errors
    /// Fails where the operating system refuses the runtime its event queue.
    pub fn starting_at(origin: Timestamp) -> std::io::Result<Self> {
        let clock = VirtualClock::starting_at(origin);
        let driver = clock.clone();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().on_thread_park(move || driver.jump()).build()?;
        Ok(Self { runtime, clock })
    }

    /// The clock that this runtime drives.
    pub fn clock(&self) -> VirtualClock {
        self.clock.clone()
    }

    /// Runs `future` to its end, letting time jump whenever everything waits.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> VirtualRuntime {
        VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_day_passes_at_once_and_sleepers_wake_in_order() {
        let runtime = runtime();
        let clock = runtime.clock();
        let woken = runtime.block_on(async {
            let order = Arc::new(Mutex::new(Vec::new()));
            let tasks: Vec<_> = [3_u64, 1, 2]
                .into_iter()
                .map(|hours| {
                    let (clock, order) = (clock.clone(), order.clone());
                    tokio::spawn(async move {
                        clock.sleep(Duration::from_secs(hours * 3600)).await;
                        order.lock().unwrap().push((hours, clock.now().to_string()));
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            order.lock().unwrap().clone()
        });
        let expected = [(1, "2026-01-01T01:00:00Z"), (2, "2026-01-01T02:00:00Z"), (3, "2026-01-01T03:00:00Z")];
        assert_eq!(woken, expected.map(|(hours, at)| (hours, at.to_owned())));
    }

    #[test]
    fn time_stands_still_while_work_goes_on_elsewhere() {
        let runtime = runtime();
        let clock = runtime.clock();
        runtime.block_on(async {
            let sleeper = tokio::spawn({
                let clock = clock.clone();
                async move { clock.sleep(Duration::from_mins(1)).await }
            });
            let guard = clock.busy();
            let before = clock.now();
            for _ in 0..100 {
                tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
            }
            assert_eq!(clock.now(), before);
            drop(guard);
            sleeper.await.unwrap();
            assert_eq!(clock.now().duration_since(before), SignedDuration::from_secs(60));
        });
    }

    #[test]
    fn a_sleeper_that_gave_up_does_not_stop_the_clock() {
        let runtime = runtime();
        let clock = runtime.clock();
        runtime.block_on(async {
            let abandoned = tokio::spawn({
                let clock = clock.clone();
                async move { clock.sleep(Duration::from_secs(1)).await }
            });
            tokio::task::yield_now().await;
            abandoned.abort();
            clock.sleep(Duration::from_secs(5)).await;
            assert_eq!(clock.now().to_string(), "2026-01-01T00:00:05Z");
        });
    }
}
