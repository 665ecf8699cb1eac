//! The typefaces of the document, and what they can print.
//!
//! They are compiled in: no typeface of the system is looked for, so the same document looks the same everywhere. There
//! are letters for Latin, Greek, Cyrillic, Hebrew, Arabic and some more scripts, none for Chinese, Japanese, Korean or
//! emoji: `printable.rs` says what happens to those.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook, FontStyle, FontWeight};
use typst::utils::LazyHash;

/// Of all typefaces that come with Typst: one for words and one for names, digests and commands. Those for formulas are
/// left out, and so are slanted letters.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];
const WEIGHTS: [FontWeight; 2] = [FontWeight::REGULAR, FontWeight::BOLD];

/// The typefaces.
pub(crate) struct Typefaces {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) faces: Vec<Font>,
    /// The faces' coverage, by family.
    coverage: Vec<Vec<Coverage>>,
}

/// All typefaces, read once in a process.
pub(crate) fn typefaces() -> &'static Typefaces {
    static TYPEFACES: LazyLock<Typefaces> = LazyLock::new(Typefaces::read);
    &TYPEFACES
}

impl Typefaces {
    fn read() -> Self {
        let faces: Vec<Font> = typst_assets::fonts()
            .filter_map(|data| Font::new(Bytes::new(data), 0))
            .filter(|face| {
                let info = face.info();
                FAMILIES.contains(&info.family.as_str())
                    && info.variant.style == FontStyle::Normal
                    && WEIGHTS.contains(&info.variant.weight)
            })
            .collect();
        let coverage = FAMILIES
            .iter()
            .map(|family| {
                let of_family = faces.iter().filter(|face| face.info().family == *family);
                of_family.map(|face| face.info().coverage.clone()).collect()
            })
            .collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&faces)), faces, coverage }
    }

    /// Whether one family has, in every weight, each character of what a reader takes for one letter: letters are never
    /// put together from two typefaces.
    pub(crate) fn can_print(&self, letter: &str) -> bool {
        self.coverage
            .iter()
            .any(|family| letter.chars().all(|part| family.iter().all(|face| face.contains(u32::from(part)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_every_weight() {
        assert_eq!(typefaces().faces.len(), FAMILIES.len() * WEIGHTS.len());
    }

    #[test]
    fn prints_latin_greek_and_cyrillic_but_neither_chinese_nor_emoji() {
        for letter in ["a", "ß", "ő", "Ω", "Ж", "→", "≤", "€", "e\u{301}"] {
            assert!(typefaces().can_print(letter), "{letter}");
        }
        for letter in ["中", "한", "😀", "\u{e000}", "\u{10ffff}"] {
            assert!(!typefaces().can_print(letter), "{letter}");
        }
    }
}
