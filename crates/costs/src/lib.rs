//! What restore tests cost: a price table as data, estimates before, computed cost afterwards. Not a bill.
//!
//! Pure: prices, sizes and times are arguments. Sums err on the dear side, and what is not known is named and never
//! counts as nothing. Nothing here asks AWS for prices, knows discounts, or decides what may begin; budgets are the
//! engine's.

mod estimate;
mod expected;
mod problem;
mod read;
mod table;
mod usage;

pub use estimate::{Circumstances, estimate};
pub use expected::{Expected, PhaseLimits, expected};
pub use problem::{PriceFileError, PriceProblem};
pub use table::{Component, PriceTable};
pub use usage::{Copied, Size, Usage, price};

#[cfg(test)]
mod tests;
