//! The document as JSON in which every character can be printed.
//!
//! PDF/A forbids a character without a glyph, and a report must neither fail over the name of a resource nor show it
//! otherwise than it is. So a character without a glyph, and one that would be invisible or turn the text around it, is
//! printed as its number in brackets: `[U+4E2D]`. It happens while the JSON is written, so every text of the document is
//! treated alike, those inside charts as well.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};
use unicode_segmentation::UnicodeSegmentation;

use crate::fonts::typefaces;

/// A value as JSON, and how many characters in it were replaced.
pub(crate) fn printable_json(value: &impl Serialize) -> Result<(Vec<u8>, usize), serde_json::Error> {
    let mut json = Vec::new();
    let mut formatter = Printable::default();
    value.serialize(&mut Serializer::with_formatter(&mut json, &mut formatter))?;
    Ok((json, formatter.replaced))
}

#[derive(Default)]
struct Printable {
    /// How many characters were replaced.
    replaced: usize,
}

impl Printable {
    fn number<W: ?Sized + Write>(&mut self, writer: &mut W, character: char) -> io::Result<()> {
        self.replaced += 1;
        write!(writer, "[U+{:04X}]", u32::from(character))
    }
}

impl Formatter for &mut Printable {
    /// What stands between two characters that JSON escapes.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        for letter in fragment.graphemes(true) {
            if letter.chars().any(is_deceptive) || !typefaces().can_print(letter) {
                for part in letter.chars() {
                    // Of a letter of several parts, the plain ones stay as they are.
                    if part.is_ascii_graphic() { write!(writer, "{part}")? } else { self.number(writer, part)? }
                }
            } else {
                writer.write_all(letter.as_bytes())?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Tab => writer.write_all(b"    "),
            CharEscape::Backspace => self.number(writer, '\u{8}'),
            CharEscape::FormFeed => self.number(writer, '\u{c}'),
            CharEscape::CarriageReturn => self.number(writer, '\r'),
            CharEscape::AsciiControl(byte) => self.number(writer, char::from(byte)),
            quoted @ (CharEscape::Quote | CharEscape::ReverseSolidus | CharEscape::Solidus | CharEscape::LineFeed) => {
                CompactFormatter.write_char_escape(writer, quoted)
            }
        }
    }
}

/// Characters that show nothing or turn the text around them: in a name they hide what it is.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0xAD | 0x34F
                | 0x0600..=0x0605
                | 0x061C
                | 0x06DD
                | 0x070F
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0xE000..=0xF8FF
                | 0x1BCA0..=0x1BCA3
                | 0x1D173..=0x1D17A
                | 0xE0000..=0x10_FFFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> (String, usize) {
        let (json, replaced) = printable_json(&text).expect("a string is JSON");
        (serde_json::from_slice(&json).expect("what was written is JSON"), replaced)
    }

    #[test]
    fn what_the_typefaces_have_stays_as_it_is() {
        let text = "Bäckup of “orders” – 12 °C ≤ 20 °C, Ελλάδα, Москва, שלום, e\u{301}, \"#$\\`\n";
        assert_eq!(printed(text), (text.into(), 0));
    }

    #[test]
    fn what_they_lack_is_shown_as_a_number() {
        assert_eq!(printed("vault-中文"), ("vault-[U+4E2D][U+6587]".into(), 2));
        assert_eq!(printed("👩‍🚀 ok"), ("[U+1F469][U+200D][U+1F680] ok".into(), 3));
    }

    #[test]
    fn what_hides_something_is_shown_as_a_number() {
        assert_eq!(
            printed("a\u{202e}b\u{200b}c\u{ad}d\u{0}e\rf\u{7f}"),
            ("a[U+202E]b[U+200B]c[U+00AD]d[U+0000]e[U+000D]f[U+007F]".into(), 6)
        );
    }

    #[test]
    fn tabs_are_blanks() {
        assert_eq!(printed("\ta"), ("    a".into(), 0));
    }
}
