//! Reads the fenced tables of ARCHITECTURE.md: one line per row, `name: word word`.

use anyhow::{Result, bail};

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// What stands before the colon.
    pub(crate) name: &'a str,
    /// The words behind it.
    pub(crate) words: Vec<&'a str>,
    /// The line in the page, from 1.
    pub(crate) line: usize,
}

/// The rows of the block that is fenced by three backticks and `kind`.
pub(crate) fn rows<'a>(page: &'a str, kind: &str) -> Result<Vec<Row<'a>>> {
    let fence = format!("```{kind}");
    let mut rows = Vec::new();
    let mut lines = (1..).zip(page.lines()).skip_while(|(_, line)| *line != fence);
    if lines.next().is_none() {
        bail!("ARCHITECTURE.md has no block that begins with {fence}");
    }
    for (line, text) in lines.take_while(|(_, line)| *line != "```") {
        // Names may hold colons of their own, as `env::var` does; the one that ends the name has a blank behind it.
        match text.split_once(": ") {
            Some((name, words)) => {
                rows.push(Row { name: name.trim(), words: words.split_whitespace().collect(), line });
            }
            None if text.trim().is_empty() => {}
            None => bail!("ARCHITECTURE.md:{line}: `{text}` is no row; write `name: word word`"),
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_with_their_lines() {
        let page = "# Map\n\n```arrows\nmodel: -\nplan:  model\n```\n\n```other\nx: y\n```\n";
        let rows = rows(page, "arrows").unwrap();
        assert_eq!(rows[0], Row { name: "model", words: vec!["-"], line: 4 });
        assert_eq!(rows[1], Row { name: "plan", words: vec!["model"], line: 5 });
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_missing_block_and_a_broken_row_are_errors() {
        assert!(rows("# Map\n", "arrows").is_err());
        assert!(rows("```arrows\nmodel\n```\n", "arrows").is_err());
    }
}
