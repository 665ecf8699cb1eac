//! What every role must be allowed, as data, and everything that is made of it: policies, templates, the page.
//!
//! The list has two sources: what drivers and validators declare ([`Declared`]), and what the engine itself does, which
//! stands in [`mod@required`]. A [`Setup`], made of a plan or of placeholders, narrows it to accounts, Regions, names
//! and keys. Nothing here calls AWS or judges a policy: AWS evaluates, and `backproof doctor` asks it to.

mod boundary;
mod denials;
mod document;
mod formats;
mod need;
mod node;
mod page;
mod policy;
mod required;
mod role;
mod roles;
mod setup;
mod templates;

pub use document::{Document, Format, NoSuchForm, roles, template};
pub use need::{AskedBy, Condition, Need, Resources};
pub use page::page;
pub use policy::{Limit, Policy, Statement, split};
pub use required::{BEFOREHAND, CORROBORATION, Declared, everything, required};
pub use role::{Holder, Role};
pub use roles::RoleToInstall;
pub use setup::{ArchiveRole, ArchiveSetup, CopySetup, KeySetup, Setup, SourceSetup};
pub use templates::Template;
