//! Lets the SDK ask our clock: its waits, its retries, the dates in its signatures, the ends of its sessions.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use backproof_clock::SharedClock;

/// A clock of ours in the SDK's terms.
#[derive(Clone, Debug)]
pub(crate) struct SdkTime(pub(crate) SharedClock);

impl TimeSource for SdkTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

impl AsyncSleep for SdkTime {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.0.clone();
        Sleep::new(Waiting(Mutex::new(Box::pin(async move { clock.sleep(duration).await }))))
    }
}

/// A future that may be shared between threads because nobody can poll it but its one owner.
///
/// The SDK asks for `Sync`, which a boxed future of ours is not; the lock is never taken.
struct Waiting(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(context)
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}
