//! `SHA256SUMS`, as `sha256sum` writes and checks it: `<hex>  <path>`, sorted bytewise by path.

use std::collections::BTreeMap;

use crate::layout::unfit_path;

/// Why a text is no list of digests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SumsProblem {
    /// A line is not of the form.
    #[error("line {line} of SHA256SUMS is not `<64 hexadecimal digits>  <path>`")]
    Form {
        /// The line, from 1.
        line: usize,
    },
    /// A path is no path of a bundle.
    #[error("line {line} of SHA256SUMS names `{path}`: {why}")]
    Path {
        /// The line, from 1.
        line: usize,
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A path stands there twice.
    #[error("line {line} of SHA256SUMS lists `{path}` a second time")]
    Twice {
        /// The line, from 1.
        line: usize,
        /// The path.
        path: String,
    },
    /// A line is out of order.
    #[error("line {line} of SHA256SUMS (`{path}`) is out of order: lines are sorted bytewise by path")]
    Order {
        /// The line, from 1.
        line: usize,
        /// The path.
        path: String,
    },
    /// The last line has no end.
    #[error("the last line of SHA256SUMS is not ended by LF: the file was cut off")]
    CutOff,
}

/// Digests by path, in hexadecimal, and everything that is wrong with the list.
pub fn parse_sums(text: &str) -> (BTreeMap<String, String>, Vec<SumsProblem>) {
    let mut sums = BTreeMap::new();
    let mut problems = Vec::new();
    let mut last = "";
    for (line, entry) in (1..).zip(text.split_terminator('\n')) {
        let Some((digest, path)) = entry.split_once("  ").filter(|(digest, _)| is_digest(digest)) else {
            problems.push(SumsProblem::Form { line });
            continue;
        };
        if let Some(why) = unfit_path(path) {
            problems.push(SumsProblem::Path { line, path: path.to_owned(), why });
            continue;
        }
        if sums.insert(path.to_owned(), digest.to_owned()).is_some() {
            problems.push(SumsProblem::Twice { line, path: path.to_owned() });
        } else if path < last {
            problems.push(SumsProblem::Order { line, path: path.to_owned() });
        }
        last = path;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(SumsProblem::CutOff);
    }
    (sums, problems)
}

/// The text of these digests.
pub(crate) fn sums_text<'a>(sums: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sums.into_iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let digest = "ab".repeat(32);
        let sums: BTreeMap<String, String> =
            ["a", "a/b", "b"].iter().map(|path| ((*path).to_owned(), digest.clone())).collect();
        let text = sums_text(sums.iter().map(|(path, digest)| (path.as_str(), digest.as_str())));
        assert_eq!(parse_sums(&text), (sums, Vec::new()));
    }

    #[test]
    fn whatever_is_wrong_with_a_list_is_named_by_its_line() {
        let digest = "ab".repeat(32);
        let text = format!("{digest}  b\n{digest}  a\n{digest}  a\nx  c\n{digest}  ../d\n{}  e", digest.to_uppercase());
        let twice = || "a".to_owned();
        assert_eq!(
            parse_sums(&text).1,
            [
                SumsProblem::Order { line: 2, path: "a".into() },
                SumsProblem::Twice { line: 3, path: twice() },
                SumsProblem::Form { line: 4 },
                SumsProblem::Path { line: 5, path: "../d".into(), why: "it leads elsewhere than it says" },
                SumsProblem::Form { line: 6 },
                SumsProblem::CutOff,
            ]
        );
    }
}
