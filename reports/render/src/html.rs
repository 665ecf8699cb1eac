//! The report as one HTML file: readable without scripts, printable, light and dark, loading nothing.
//!
//! Every value is escaped by the template engine; the templates hold all markup and style.

use backproof_evidence::words::{self, duration, grouped};
use backproof_evidence::{Conclusion, RunEvidence};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter};

use crate::view::page;

/// The templates, by the names under which they include each other.
const TEMPLATES: [(&str, &str); 17] = [
    ("report.html", include_str!("../templates/report.html")),
    ("style.css", include_str!("../templates/style.css")),
    ("macros.html", include_str!("../templates/macros.html")),
    ("result.html", include_str!("../templates/result.html")),
    ("not_passed.html", include_str!("../templates/not_passed.html")),
    ("exceptions.html", include_str!("../templates/exceptions.html")),
    ("population.html", include_str!("../templates/population.html")),
    ("draw.html", include_str!("../templates/draw.html")),
    ("tests.html", include_str!("../templates/tests.html")),
    ("details.html", include_str!("../templates/details.html")),
    ("attempt.html", include_str!("../templates/attempt.html")),
    ("times.html", include_str!("../templates/times.html")),
    ("costs.html", include_str!("../templates/costs.html")),
    ("sandbox.html", include_str!("../templates/sandbox.html")),
    ("deletion.html", include_str!("../templates/deletion.html")),
    ("verify.html", include_str!("../templates/verify.html")),
    ("identity.html", include_str!("../templates/identity.html")),
];

/// Why a report could not be laid out. None of these depends on what a run came to.
#[derive(Debug, thiserror::Error)]
#[error("the report's template cannot be filled: {0:#}; this is a bug of the program, not of the evidence")]
pub struct RenderError(#[from] minijinja::Error);

/// The whole report, as the text of one HTML file.
///
/// # Errors
/// Fails only where a template and its values do not fit together.
pub fn render(run: &RunEvidence, conclusion: &Conclusion) -> Result<String, RenderError> {
    let environment = environment()?;
    Ok(environment.get_template("report.html")?.render(Value::from(Serde(page(run, conclusion))))?)
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // The style sheet is ours and holds no value; everything else is escaped as HTML.
    environment.set_auto_escape_callback(|name| match name {
        "style.css" => AutoEscape::None,
        _ => AutoEscape::Html,
    });
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_formatter(format);
    environment.add_filter("duration", duration);
    environment.add_filter("grouped", grouped);
    environment.add_filter("moment", moment);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// A moment as people read it. Every moment here was a timestamp before it was a text.
fn moment(rfc_3339: String) -> String {
    rfc_3339.parse().map_or(rfc_3339, words::moment)
}

/// Escapes like the engine, but leaves the slash alone, so that ARNs can be found in the file as they are.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let (AutoEscape::Html, Some(text), false) = (state.auto_escape(), value.as_str(), value.is_safe()) else {
        return escape_formatter(out, state, value);
    };
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (plain, special) = rest.split_at(at);
        out.write_str(plain)?;
        out.write_str(match special.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &special[1..];
    }
    Ok(out.write_str(rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_template_misspells_is_an_error_and_no_empty_place() {
        let mut environment = environment().unwrap();
        environment.add_template("slip.html", "{{ headlime }}").unwrap();
        assert!(environment.get_template("slip.html").unwrap().render(Value::from(Serde(()))).is_err());
    }

    #[test]
    fn every_special_character_is_escaped_and_slashes_stay() {
        let mut environment = environment().unwrap();
        environment.add_template("text.html", "{{ text }}").unwrap();
        let value = Value::from_pairs([("text", "a/b<c>&\"'é")]);
        assert_eq!(
            environment.get_template("text.html").unwrap().render(value).unwrap(),
            "a/b&lt;c&gt;&amp;&quot;&#39;é"
        );
    }
}
