//! What is wrong with a plan file, where, and how to mend it: every problem at once.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// One problem (or, with a plan that is valid, one warning) and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlanProblem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// How many characters of the line are at fault; at least one.
    pub width: usize,
    /// The line's text, without its end; control characters replaced, so that it can be printed.
    pub text: String,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl PlanProblem {
    /// The problem as people read it: place and message, the line with the fault underlined, the hint.
    pub fn render(&self, file_name: &str) -> String {
        let Self { line, column, width, text, message, hint } = self;
        let margin = " ".repeat(line.to_string().len());
        // Tabs stay tabs, so that the carets stand below what they point at.
        let indent: String = text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(*width);
        let hint = hint.as_ref().map_or_else(String::new, |hint| format!("{margin} = hint: {hint}\n"));
        format!(
            "{file_name}:{line}:{column}: {message}\n{margin} |\n{line} | {text}\n{margin} | {indent}{carets}\n{hint}"
        )
    }
}

/// Everything that is wrong with a plan file, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PlanProblems(Vec<PlanProblem>);

impl PlanProblems {
    /// The problems, in the order of the file.
    pub fn as_slice(&self) -> &[PlanProblem] {
        &self.0
    }

    /// All problems as people read them, with how many there are.
    pub fn render(&self, file_name: &str) -> String {
        let problems: Vec<String> = self.0.iter().map(|problem| problem.render(file_name)).collect();
        let count = match self.0.len() {
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        };
        format!("{}\n{file_name}: {count}; nothing was started\n", problems.join("\n"))
    }
}

impl fmt::Display for PlanProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render("plan"))
    }
}

impl std::error::Error for PlanProblems {}

/// Where a value or key stands in the file, in bytes.
pub(crate) type Span = Range<usize>;

/// Collects what is wrong while a file is read.
pub(crate) struct Findings<'a> {
    text: &'a str,
    problems: Vec<PlanProblem>,
    warnings: Vec<PlanProblem>,
    /// Lines with a fault of syntax: what else seems wrong there is its consequence.
    broken_lines: BTreeSet<usize>,
    /// Keys and elements that are there but could not be read, by the place of their table or list.
    unreadable: Vec<(Span, String)>,
}

impl<'a> Findings<'a> {
    /// Nothing found yet in this file.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, problems: Vec::new(), warnings: Vec::new(), broken_lines: BTreeSet::new(), unreadable: Vec::new() }
    }

    /// The file's text at `span`.
    pub(crate) fn text_at(&self, span: &Span) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Whether the file's syntax is sound, so that what is not there is missing.
    pub(crate) fn syntax_is_sound(&self) -> bool {
        self.broken_lines.is_empty()
    }

    /// The file is not TOML at this place.
    pub(crate) fn syntax(&mut self, span: &Span, message: &str) {
        let problem = locate(self.text, span, format!("not TOML: {message}"), None);
        if self.broken_lines.insert(problem.line) {
            self.problems.push(problem);
        }
    }

    /// Remembers that something in the table or list at `owner` is there, but could not be read.
    pub(crate) fn unreadable(&mut self, owner: &Span, key: &str) {
        self.unreadable.push((owner.clone(), key.to_owned()));
    }

    /// Whether anything in the table or list at `owner` is there, but could not be read.
    pub(crate) fn has_anything_unreadable(&self, owner: &Span) -> bool {
        self.unreadable.iter().any(|(at, _)| at == owner)
    }

    /// Whether one of these keys of the table at `owner` is there, but could not be read; then nothing can be concluded
    /// from its absence.
    pub(crate) fn has_unreadable(&self, owner: &Span, keys: &[&str]) -> bool {
        self.unreadable.iter().any(|(at, key)| at == owner && keys.contains(&key.as_str()))
    }

    /// Something that makes the plan invalid.
    pub(crate) fn problem(&mut self, span: &Span, message: impl Into<String>, hint: impl Into<String>) {
        let problem = locate(self.text, span, message.into(), Some(hint.into()));
        if !self.broken_lines.contains(&problem.line) {
            self.problems.push(problem);
        }
    }

    /// Something that is allowed, but probably not meant.
    pub(crate) fn warning(&mut self, span: &Span, message: impl Into<String>, hint: impl Into<String>) {
        let warning = locate(self.text, span, message.into(), Some(hint.into()));
        self.warnings.push(warning);
    }

    /// What was made of the file, and the warnings; or all problems.
    pub(crate) fn finish<T>(mut self, made: Option<T>) -> Result<(T, Vec<PlanProblem>), PlanProblems> {
        for found in [&mut self.problems, &mut self.warnings] {
            found.sort();
            found.dedup();
        }
        match made {
            Some(made) if self.problems.is_empty() => Ok((made, self.warnings)),
            Some(_) | None => {
                if self.problems.is_empty() {
                    self.problem(&(0..0), "the plan could not be read", "compare it with what `backproof init` writes");
                }
                Err(PlanProblems(self.problems))
            }
        }
    }
}

/// Line, column and text of `span` in `file`. A span past the end counts as the end.
fn locate(file: &str, span: &Span, message: String, hint: Option<String>) -> PlanProblem {
    let start = floor_char_boundary(file, span.start);
    let before = &file[..start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_text = file[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let line_end = line_start + line_text.len();
    // A lone carriage return at the end of the file is no part of its line.
    let start = start.min(line_end);
    let end = floor_char_boundary(file, span.end.min(line_end)).max(start);
    PlanProblem {
        line: before.matches('\n').count() + 1,
        column: file[line_start..start].chars().count() + 1,
        width: file[start..end].chars().count().max(1),
        text: line_text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect(),
        message,
        hint,
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_the_line_the_fault_and_the_mending() {
        let text = "version = 1\n\n[selection]\n\twindow = 30\n";
        let mut findings = Findings::of(text);
        findings.problem(&(26..32), "unknown key `window`", "did you mean `selection_window_days`?");
        let problems = findings.finish(Some(())).unwrap_err();
        assert_eq!(
            problems.render("plan.toml"),
            "plan.toml:4:2: unknown key `window`\n  |\n4 | \twindow = 30\n  | \t^^^^^^\n  = hint: did you mean \
             `selection_window_days`?\n\nplan.toml: 1 problem; nothing was started\n"
        );
        assert_eq!(
            serde_json::to_value(&problems).unwrap(),
            serde_json::json!([{
                "line": 4, "column": 2, "width": 6, "text": "\twindow = 30", "message": "unknown key `window`",
                "hint": "did you mean `selection_window_days`?"
            }])
        );
    }

    #[test]
    fn columns_count_characters_and_stay_within_the_line() {
        let text = "näme = \"ü\"\r\n# end";
        let at = |span: Span| {
            let problem = locate(text, &span, String::new(), None);
            (problem.line, problem.column, problem.width, problem.text)
        };
        assert_eq!(at(8..12), (1, 8, 3, "näme = \"ü\"".into()));
        assert_eq!(at(8..100), (1, 8, 3, "näme = \"ü\"".into()), "a fault over several lines is marked on its first");
        assert_eq!(at(999..1000), (2, 6, 1, "# end".into()), "past the end is the end");
        assert_eq!(at(2..3).1, 2, "inside a character is its beginning");
    }

    #[test]
    fn nothing_from_the_file_can_steer_the_terminal() {
        let problem = locate("name = \u{1b}[2J", &(7..8), "m".into(), None);
        assert!(!problem.render("plan.toml").contains('\u{1b}'));
    }
}
