//! Archiving as a table of contents.

use std::path::Path;

use backproof_clock::SharedClock;

use crate::bucket::Keeper;
use crate::receipt::statement;
use crate::{
    ArchiveError, AskedRetention, Destination, DirectoryReading, FORMAT, Kept, Order, Receipt, ReceiptPlace, Terms,
    directory, retain_until,
};

/// Keeps everything that the order names, and says what is kept. What is there already is not written again.
///
/// `progress` is a directory of this computer in which uploads are remembered; it may be lost.
///
/// # Errors
/// Says what could not be kept, where, and how to mend it. What was written before stays, and is found the next time.
pub async fn archive(
    order: &Order,
    destination: &Destination,
    terms: &Terms,
    progress: &Path,
    clock: &SharedClock,
) -> Result<Receipt, ArchiveError> {
    let until = retain_until(order.closed_at, terms.retention_years)?;
    let asked = AskedRetention { mode: terms.mode, years: terms.retention_years, until };
    match destination {
        Destination::Bucket(bucket) => {
            if until <= clock.now() {
                return Err(ArchiveError::Over { run: order.run, until });
            }
            let (keeper, reading) = Keeper::open(bucket, order, (terms, until), progress, clock).await?;
            let mut objects = Vec::new();
            for item in &order.items {
                objects.push(keeper.keep(item).await?);
            }
            Ok(receipt(order, asked, ReceiptPlace::Bucket(reading), objects, clock))
        }
        Destination::Directory(root) => {
            let mut objects = Vec::new();
            for item in &order.items {
                let (root, installation, item) = (root.clone(), order.installation.clone(), item.clone());
                objects.push(blocking(clock, move || directory::keep(&root, &installation, &item)).await?);
            }
            let reading = DirectoryReading { path: root.clone(), read_at: clock.now() };
            Ok(receipt(order, asked, ReceiptPlace::Directory(reading), objects, clock))
        }
    }
}

fn receipt(
    order: &Order,
    asked: AskedRetention,
    place: ReceiptPlace,
    objects: Vec<Kept>,
    clock: &SharedClock,
) -> Receipt {
    let (immutable, statement) = statement(&place, &objects);
    Receipt {
        format: FORMAT.to_owned(),
        installation: order.installation.clone(),
        run: order.run,
        sealed_sha256: order.sealed_sha256.clone(),
        closed_at: order.closed_at,
        archived_at: clock.now(),
        asked,
        place,
        immutable,
        statement,
        objects,
    }
}

/// Does what waits for a disk on a thread of its own, while a virtual clock stands still.
pub(crate) async fn blocking<T: Send + 'static>(
    clock: &SharedClock,
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    let _busy = clock.busy();
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => {
            let source = std::io::Error::other(stopped);
            Err(ArchiveError::Files { doing: "worked on", path: ".".into(), source })
        }
    }
}
