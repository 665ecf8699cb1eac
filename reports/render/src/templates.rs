//! The templates of the HTML report: the built-in ones, and those of the user's that stand in for some of them.
//!
//! Texts only, nothing is read here. A user's template is data, not code of ours: it can neither read a file nor run on
//! for ever.

use std::collections::BTreeMap;

/// The template that a report begins with.
pub const MAIN: &str = "report.html";
/// The most that all templates together may hold, in bytes.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// The built-in templates, by the names under which they include each other.
const BUILTIN: [(&str, &str); 6] = [
    (MAIN, include_str!("../templates/report.html")),
    ("blocks.html", include_str!("../templates/blocks.html")),
    ("contents.html", include_str!("../templates/contents.html")),
    ("pages.css", include_str!("../templates/pages.css")),
    ("style.css", include_str!("../templates/style.css")),
    ("table.html", include_str!("../templates/table.html")),
];

/// The templates of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSet {
    templates: BTreeMap<String, String>,
}

/// Why files cannot be taken as templates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTemplates {
    /// None of them has the name of a built-in template, so none would ever be used.
    #[error(
        "none of the templates has the name of a built-in one ({known}), so none would be used: write the built-in \
         templates out and change those"
    )]
    NoneUsed {
        /// The names of the built-in templates.
        known: String,
    },
    /// They are too much.
    #[error(
        "the templates hold {bytes} bytes together, and {LARGEST} at most are taken: leave out what is no template"
    )]
    TooLarge {
        /// What they hold.
        bytes: usize,
    },
}

impl TemplateSet {
    /// The built-in templates.
    pub fn builtin() -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self { templates: BUILTIN.into_iter().map(owned).collect() }
    }

    /// The user's templates, by their paths below the folder that holds them, with `/`. One that has the name of a
    /// built-in template replaces it; others can be included. What is not among them stays built in.
    ///
    /// # Errors
    /// Fails where no file would ever be used, and where they are too much.
    pub fn from_dir(files: BTreeMap<String, String>) -> Result<Self, NoTemplates> {
        let bytes = files.values().map(String::len).sum();
        if bytes > LARGEST {
            return Err(NoTemplates::TooLarge { bytes });
        }
        if !BUILTIN.iter().any(|(name, _)| files.contains_key(*name)) {
            let known: Vec<&str> = BUILTIN.iter().map(|(name, _)| *name).collect();
            return Err(NoTemplates::NoneUsed { known: known.join(", ") });
        }
        let mut set = Self::builtin();
        set.templates.extend(files);
        Ok(set)
    }

    /// The built-in templates as files, by name, to be written out and changed.
    pub fn files() -> &'static [(&'static str, &'static str)] {
        &BUILTIN
    }

    /// Every template, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.templates.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
