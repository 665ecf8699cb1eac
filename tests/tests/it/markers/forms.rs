//! The forms in which bytes may stand in a file.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What to search for, by the name of the form. Small and large letters are the same to the search.
pub(crate) fn forms_of(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut forms = vec![("plain".to_owned(), bytes.to_vec())];
    let mut add = |name: &str, text: String| forms.push((name.to_owned(), text.into_bytes()));
    let each =
        |form: fn(u8) -> String, between: &str| bytes.iter().map(|byte| form(*byte)).collect::<Vec<_>>().join(between);
    add("hexadecimal", each(|byte| format!("{byte:02x}"), ""));
    add("hexadecimal with blanks", each(|byte| format!("{byte:02x}"), " "));
    add("numbers", each(|byte| byte.to_string(), ", "));
    add("numbers without blanks", each(|byte| byte.to_string(), ","));
    add("a URL", each(|byte| format!("%{byte:02x}"), ""));
    add("escapes of JSON", each(|byte| format!("\\u{byte:04x}"), ""));
    add("escapes of strings", each(|byte| format!("\\x{byte:02x}"), ""));
    add("references of HTML", each(|byte| format!("&#{byte};"), ""));
    for (order, unit) in [("little", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("big", u16::to_be_bytes)] {
        let units = bytes.iter().flat_map(|byte| unit(u16::from(*byte))).collect();
        forms.push((format!("UTF-16, {order} end first"), units));
    }
    for shift in 0..3 {
        for (kind, text) in in_base64(bytes, shift) {
            forms.push((format!("base64 {kind}, {shift} bytes after a boundary"), text.into_bytes()));
        }
    }
    forms.push(("backwards".into(), bytes.iter().rev().copied().collect()));
    forms
}

/// The characters of base64 that depend on these bytes alone, wherever they begin in what was encoded.
fn in_base64(bytes: &[u8], shift: usize) -> [(&'static str, String); 2] {
    let mut whole = vec![0; shift];
    whole.extend(bytes);
    let before = (shift * 8).div_ceil(6);
    let end = whole.len() * 8 / 6;
    let cut = |text: String| text[before..end].to_owned();
    [("standard", cut(STANDARD_NO_PAD.encode(&whole))), ("for URLs", cut(URL_SAFE_NO_PAD.encode(&whole)))]
}

/// The same bytes as somebody might write them, by the name of the form.
pub(crate) fn samples(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(bytes);
    let mut samples = forms_of(bytes);
    for shift in 0..3 {
        let around = [&b"xy"[..shift], bytes, b"and more"].concat();
        samples.push((format!("base64 of {shift} bytes and more"), STANDARD_NO_PAD.encode(around).into_bytes()));
    }
    samples.push(("JSON".into(), serde_json::json!({ "value": text }).to_string().into_bytes()));
    samples.push(("capitals".into(), text.to_uppercase().into_bytes()));
    samples.push(("debugging".into(), format!("{bytes:?}").into_bytes()));
    samples
}

/// Whether `needle` is somewhere in `bytes`, whatever the size of letters.
pub(crate) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    let is_first = |byte: &u8| byte.eq_ignore_ascii_case(first);
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(is_first) {
        let after = &bytes[from + at + 1..];
        if after.len() >= rest.len() && after[..rest.len()].eq_ignore_ascii_case(rest) {
            return true;
        }
        from += at + 1;
    }
    false
}
