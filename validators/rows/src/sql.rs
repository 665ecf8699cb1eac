//! The one place where SQL is put together, so that it can be reviewed in one sitting.
//!
//! Names of objects go through [`quoted`], one function per engine. Values never go into a text; they are bound. Queries
//! of the plan go through [`wrapped`], which makes them a subquery: with the prepared protocol a text is one statement,
//! and the transactions around it are read only.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::dialect::ObjectName;

/// How an engine quotes names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// `"name"`: SQL's own.
    Standard,
    /// `` `name` ``: MySQL's.
    Backticks,
}

/// A name, so that no name can be anything but a name: the quote within it is doubled.
pub(crate) fn quoted(quotes: Quotes, name: &str) -> String {
    let quote = match quotes {
        Quotes::Standard => '"',
        Quotes::Backticks => '`',
    };
    let mut text = String::with_capacity(name.len() + 2);
    text.push(quote);
    for letter in name.chars() {
        if letter == quote {
            text.push(quote);
        }
        text.push(letter);
    }
    text.push(quote);
    text
}

/// An object's full name.
pub(crate) fn quoted_object(quotes: Quotes, name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(quotes, schema), quoted(quotes, &name.name)),
        None => quoted(quotes, &name.name),
    }
}

/// A statement made of this crate's own text and of what [`quoted`] and numbers gave. Nothing else may go in.
pub(crate) fn composed(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}

/// A query of the plan's, made a subquery whose rows are counted at most to `limit`. Its own line keeps a comment at its
/// end from swallowing the bracket.
pub(crate) fn wrapped(query: &str, limit: u32) -> SqlStr {
    let query = query.trim().trim_end_matches(';').trim_end();
    composed(format!("SELECT * FROM (\n{query}\n) AS backproof_expectation LIMIT {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_gets_out_of_its_quotes() {
        for (name, standard, backticks) in [
            ("orders", "\"orders\"", "`orders`"),
            ("or\"ders", "\"or\"\"ders\"", "`or\"ders`"),
            ("or`ders", "\"or`ders\"", "`or``ders`"),
            ("a\"; DROP TABLE b; --", "\"a\"\"; DROP TABLE b; --\"", "`a\"; DROP TABLE b; --`"),
        ] {
            assert_eq!(quoted(Quotes::Standard, name), standard);
            assert_eq!(quoted(Quotes::Backticks, name), backticks);
        }
    }

    #[test]
    fn a_query_of_the_plan_becomes_a_subquery_with_a_limit() {
        let text = wrapped("SELECT 1 -- why\n;", 5);
        assert_eq!(text.as_str(), "SELECT * FROM (\nSELECT 1 -- why\n) AS backproof_expectation LIMIT 5");
    }
}
