//! Identifiers that look like AWS's and are the same in every run of the same world.

use uuid::Uuid;

/// Gives out identifiers, each once.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    given: u64,
}

impl Ids {
    /// The next UUID.
    pub(crate) fn uuid(&mut self) -> Uuid {
        self.given += 1;
        named("sequence", &self.given.to_string())
    }
}

/// The UUID that belongs to a name.
pub(crate) fn named(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("backproof-simulator/{kind}/{name}").as_bytes())
}
