//! The failure catalogue: whose fault it is when AWS refuses, a job fails, or a job completes with a remark.
//!
//! Only an undisputed defect of the backup blames the backup; everything else is inconclusive and names another owner.
//! The catalogue is data; it retries nothing and decides no outcome by itself.

mod classify;
mod entries;

pub use classify::{Classified, During, Trouble, classify, is_success};
pub use entries::{CATALOGUE, Class, Entry, Matcher, When};
