//! The catalogues that are part of the program.

use backproof_model::suggest;

use crate::catalogue::Catalogue;
use crate::problem::CatalogueProblems;

/// A catalogue that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its id.
    pub id: &'static str,
    /// Its file, as written.
    pub text: &'static str,
}

impl Shipped {
    /// Reads it.
    ///
    /// # Errors
    /// Fails only for a catalogue that its own tests would have refused.
    pub fn read(&self) -> Result<Catalogue, CatalogueProblems> {
        Catalogue::read(self.text, &format!("{}.toml", self.id))
    }
}

const SHIPPED: [Shipped; 10] = [
    Shipped { id: "soc2", text: include_str!("../soc2.toml") },
    Shipped { id: "iso27001", text: include_str!("../iso27001.toml") },
    Shipped { id: "nist-800-53", text: include_str!("../nist-800-53.toml") },
    Shipped { id: "nist-csf", text: include_str!("../nist-csf.toml") },
    Shipped { id: "dora", text: include_str!("../dora.toml") },
    Shipped { id: "nis2", text: include_str!("../nis2.toml") },
    Shipped { id: "c5", text: include_str!("../c5.toml") },
    Shipped { id: "cis", text: include_str!("../cis.toml") },
    Shipped { id: "hipaa", text: include_str!("../hipaa.toml") },
    Shipped { id: "nydfs-500", text: include_str!("../nydfs-500.toml") },
];

/// No catalogue of the program has this id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no catalogue `{written}`: {hint}")]
pub struct UnknownCatalogue {
    /// What was asked for.
    pub written: String,
    /// What may have been meant, or what there is.
    pub hint: String,
}

/// Every catalogue of the program, the most asked-for first.
pub fn catalogues() -> &'static [Shipped] {
    &SHIPPED
}

/// The catalogue with this id.
///
/// # Errors
/// There is none; says which was probably meant.
pub fn find(id: &str) -> Result<&'static Shipped, UnknownCatalogue> {
    let known = || SHIPPED.iter().map(|shipped| shipped.id);
    SHIPPED.iter().find(|shipped| shipped.id == id).ok_or_else(|| UnknownCatalogue {
        written: id.to_owned(),
        hint: match suggest::closest(id, known()) {
            Some(near) => format!("did you mean `{near}`? A catalogue of your own is named by its path"),
            None => format!("there are {}, and a catalogue of your own by its path", suggest::list(known())),
        },
    })
}
