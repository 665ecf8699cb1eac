//! Puts sealed bundles where nobody can change them, and shows that they are there.
//!
//! [`archive`] writes what an [`Order`] names to a [`Destination`] and gives a [`Receipt`], in which everything that is
//! said of retention was read back from where it is kept. What is there already, with the same checksum, is not written
//! again; an upload that was cut off is gone on with. [`verify_archive`] looks, at any later time, whether all that a
//! receipt names is still there, still the same, and still kept as long.
//!
//! Nothing here deletes, overwrites, or shortens a retention. Nothing here says that a bundle is genuine: its seal and
//! its signatures do.

mod archive;
mod bucket;
mod destination;
mod directory;
mod error;
mod fingerprint;
mod order;
mod progress;
mod receipt;
mod terms;
mod upload;
mod verify;
mod verify_directory;

pub use archive::archive;
pub use destination::{Bucket, Destination, Place, PlaceError};
pub use error::ArchiveError;
pub use order::{Content, Item, Order, register_anchor};
pub use receipt::{
    AskedRetention, BucketReading, DirectoryReading, FORMAT, Kept, KeptIn, KeptObject, ReadRetention, Receipt,
    ReceiptError, ReceiptPlace, RequestIds, StoredSum,
};
pub use terms::{Terms, TermsError, Unlocked, retain_until};
pub use verify::{Depth, Finding, Verification, Verified, not_in_receipt, verify_archive};
