//! Why a report could not be laid out, in the words of whoever writes templates.

use minijinja::{Error, ErrorKind};

/// Why a report could not be laid out. None of these depends on what a run came to.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template is wrong, or asks for what is not there.
    #[error("template `{template}`{}: {what}{}", place(*line), shown(excerpt.as_deref(), what))]
    Template {
        /// The template.
        template: String,
        /// Its line, from 1.
        line: Option<usize>,
        /// The expression in it, as it stands there.
        excerpt: Option<String>,
        /// What is wrong with it.
        what: String,
        /// As the template engine says it.
        #[source]
        source: Box<Error>,
    },
    /// It takes too many steps.
    #[error("template `{template}`{}: the report is not finished after the steps that a document of its size is given; is there a loop without an end?", place(*line))]
    TooManySteps {
        /// The template.
        template: String,
        /// Its line, from 1.
        line: Option<usize>,
    },
    /// It writes too much.
    #[error("template `{template}`{}: the report is longer than the {longest} bytes that a document of its size is given", place(*line))]
    TooLong {
        /// The template.
        template: String,
        /// Its line, from 1.
        line: Option<usize>,
        /// The bound.
        longest: usize,
    },
    /// What the templates wrote is no text.
    #[error("the report is not UTF-8, though every template is; this is a bug of the program")]
    NotText,
}

/// What the writer says when it has taken as much as it may, with the bound behind it.
pub(super) const TOO_LONG: &str = "longer than allowed: ";

impl RenderError {
    /// The same in our words.
    pub(super) fn of(error: Error) -> Self {
        let innermost = innermost(&error);
        let (template, line) = (innermost.name().unwrap_or("?").to_owned(), innermost.line());
        if let Some(longest) = too_long(&error) {
            return Self::TooLong { template, line, longest };
        }
        if innermost.kind() == ErrorKind::OutOfFuel {
            return Self::TooManySteps { template, line };
        }
        let excerpt = excerpt(innermost);
        let what = match innermost.detail() {
            Some(detail) => format!("{}: {detail}", innermost.kind()),
            None => innermost.kind().to_string(),
        };
        Self::Template { template, line, excerpt, what, source: Box::new(error) }
    }
}

/// The error that began it: those around it only say which template included which.
fn innermost(error: &Error) -> &Error {
    let mut innermost = error;
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<Error>().filter(|inner| inner.name().is_some()) {
            innermost = inner;
        }
        source = inner.source();
    }
    innermost
}

/// The bound that was met, where one was.
fn too_long(error: &Error) -> Option<usize> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some((_, bound)) = error.to_string().split_once(TOO_LONG) {
            let digits: String = bound.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse().ok();
        }
        at = error.source();
    }
    None
}

fn excerpt(error: &Error) -> Option<String> {
    let excerpt = error.template_source()?.get(error.range()?)?.trim();
    (!excerpt.is_empty()).then(|| excerpt.chars().take(80).collect())
}

fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

/// The expression, where the words do not hold it already.
fn shown(excerpt: Option<&str>, what: &str) -> String {
    let excerpt = excerpt.filter(|excerpt| !what.contains(*excerpt));
    excerpt.map_or_else(String::new, |excerpt| format!(", at `{excerpt}`"))
}
