//! The document as GitHub-flavoured Markdown: every text escaped, tables as tables, charts in words.
//!
//! Nothing of it is HTML, so that whatever shows it needs to trust nothing.

use crate::document::{Block, Cell, Column, Document, Fact, Section, Span, Style, Text, Tile, Tone};

/// The whole document, each line ended.
pub fn render(document: &Document) -> String {
    let mut page = Page::default();
    page.line(&format!("# {}", escaped(&document.title)));
    page.line(&format!("**{}**", escaped(&document.lead)));
    let mut byline = vec![format!("Evidence as of {}", escaped(&document.dated))];
    byline.extend(document.entity.iter().map(|entity| escaped(entity)));
    byline.extend(document.classification.iter().map(|classification| escaped(classification)));
    page.line(&byline.join(" · "));
    let contents: Vec<String> =
        document.sections.iter().map(|section| format!("{}. {}", section.number, escaped(&section.title))).collect();
    page.line(&contents.join("\n"));
    for section in &document.sections {
        page.section(section, document.banner.as_deref());
    }
    page.line("---");
    page.line(&escaped(&document.footer));
    page.text
}

/// The deepest heading that Markdown knows.
const DEEPEST: usize = 6;

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// Appends a paragraph of its own.
    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, section: &Section, banner: Option<&str>) {
        self.line(&format!("## {}. {}", section.number, escaped(&section.title)));
        if let Some(banner) = banner {
            self.line(&format!("> **{}**", escaped(banner)));
        }
        self.blocks(&section.blocks, 3);
    }

    fn blocks(&mut self, blocks: &[Block], level: usize) {
        for block in blocks {
            self.block(block, level);
        }
    }

    fn block(&mut self, block: &Block, level: usize) {
        match block {
            Block::Heading { text, .. } => self.heading(text, level),
            Block::Paragraph { text } => self.line(&inline(text)),
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Facts { rows } => self.facts(rows),
            Block::Table { caption, columns, rows, note } => self.table(caption, columns, rows, note.as_deref()),
            Block::Code { caption, text } => self.code(caption, text),
            Block::Callout { tone, title, text } => {
                let title =
                    if title.is_empty() { String::new() } else { format!("**{}{}.** ", sign(*tone), escaped(title)) };
                self.line(&format!("> {title}{}", inline(text)));
            }
            Block::Tiles { tiles } => self.tiles(tiles),
            Block::Chart { title, alternative, .. } => {
                self.line(&format!("**Chart: {}.** {}", escaped(title), escaped(alternative)));
            }
            Block::Details { summary, blocks, .. } => {
                self.heading(summary, level);
                self.blocks(blocks, level + 1);
            }
        }
    }

    fn heading(&mut self, text: &str, level: usize) {
        self.line(&format!("{} {}", "#".repeat(level.min(DEEPEST)), escaped(text)));
    }

    fn list(&mut self, ordered: bool, items: &[Text]) {
        let lines: Vec<String> = (1..)
            .zip(items)
            .map(
                |(number, item): (usize, &Text)| {
                    if ordered { format!("{number}. {}", inline(item)) } else { format!("- {}", inline(item)) }
                },
            )
            .collect();
        self.line(&lines.join("\n"));
    }

    fn facts(&mut self, rows: &[Fact]) {
        let lines: Vec<String> =
            rows.iter().map(|fact| format!("- **{}**: {}", escaped(&fact.term), inline(&fact.text))).collect();
        self.line(&lines.join("\n"));
    }

    fn tiles(&mut self, tiles: &[Tile]) {
        let lines: Vec<String> = tiles
            .iter()
            .map(|tile| {
                let said = format!("- **{}: {}{}**", escaped(&tile.label), sign(tile.tone), escaped(&tile.value));
                if tile.text.is_empty() { said } else { format!("{said}: {}", escaped(&tile.text)) }
            })
            .collect();
        self.line(&lines.join("\n"));
    }

    fn table(&mut self, caption: &str, columns: &[Column], rows: &[Vec<Cell>], note: Option<&str>) {
        self.line(&format!("**{}**", escaped(caption)));
        let titles: Vec<String> = columns.iter().map(|column| escaped(&column.title)).collect();
        let rules: Vec<&str> = columns.iter().map(|column| if column.numeric { "---:" } else { "---" }).collect();
        let mut lines = vec![format!("| {} |", titles.join(" | ")), format!("| {} |", rules.join(" | "))];
        lines.extend(rows.iter().map(|row| {
            let cells: Vec<String> =
                row.iter().map(|cell| format!("{}{}", sign(cell.tone), in_cell(&cell.text))).collect();
            format!("| {} |", cells.join(" | "))
        }));
        self.line(&lines.join("\n"));
        if let Some(note) = note {
            self.line(&escaped(note));
        }
    }

    fn code(&mut self, caption: &str, text: &str) {
        self.line(&format!("**{}**", escaped(caption)));
        let fence = "`".repeat(longest_run(text).max(2) + 1);
        self.line(&format!("{fence}\n{}\n{fence}", text.replace('\r', "")));
    }
}

/// What stands before words that are meant in a way.
fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "✓ ",
        Tone::Bad => "✗ ",
        Tone::Doubt => "? ",
    }
}

fn inline(text: &Text) -> String {
    text.iter().map(span).collect()
}

/// In a table a bar ends the cell, in code as well.
fn in_cell(text: &Text) -> String {
    let spans = text.iter().map(|part| match part.style {
        Style::Code => span(part).replace('|', "\\|"),
        Style::Plain | Style::Strong | Style::Link(_) => span(part),
    });
    spans.collect()
}

fn span(span: &Span) -> String {
    match &span.style {
        Style::Plain => escaped(&span.text),
        Style::Strong => marked(&span.text, |text| format!("**{text}**")),
        Style::Code => code(&span.text),
        Style::Link(target) => match address(target) {
            Some(target) => format!("[{}](<{target}>)", escaped(&span.text)),
            None => escaped(&span.text),
        },
    }
}

/// Marks what is between the spaces at both ends: a mark beside a space would be read as a star.
fn marked(text: &str, mark: impl Fn(&str) -> String) -> String {
    let inner = text.trim();
    if inner.is_empty() {
        return escaped(text);
    }
    let before = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let after = if text.ends_with(char::is_whitespace) { " " } else { "" };
    format!("{before}{}{after}", mark(&escaped(inner)))
}

/// An address that may be linked to. Anchors of the document have none in Markdown.
fn address(target: &str) -> Option<String> {
    let safe = |character: char| character.is_ascii_graphic() && !"<>\\".contains(character);
    (target.starts_with("https://") && target.chars().all(safe)).then(|| target.to_owned())
}

fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        return escaped(&text);
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// Words with everything escaped that Markdown or HTML could read as more than words.
fn escaped(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let special = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' | '@' => true,
            '!' => text[at + 1..].starts_with('['),
            ':' => text[at + 1..].starts_with("//"),
            '#' | '-' | '+' | '=' => at == 0,
            '.' | ')' => at > 0 && text[..at].chars().all(|before| before.is_ascii_digit()) || www(&text, at),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Whether this full stop makes a link of `www`.
fn www(text: &str, at: usize) -> bool {
    text[..at].to_ascii_lowercase().ends_with("www")
}

/// A text without line ends and other controls, which could begin something new.
fn one_line(text: &str) -> String {
    text.chars()
        .map(
            |character| {
                if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') { ' ' } else { character }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_would_read_stays_words() {
        assert_eq!(
            escaped("# a *b* [c](d) <e> | f_g `h`\n- i & https://j"),
            "\\# a \\*b\\* \\[c\\](d) \\<e\\> \\| f\\_g \\`h\\` - i \\& https\\://j"
        );
        assert_eq!(escaped("12. item"), "12\\. item");
        assert_eq!(escaped("www.example.com a@b.example"), "www\\.example.com a\\@b.example");
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_holds() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a`"), "`` `a` ``");
    }

    #[test]
    fn only_addresses_are_linked_to() {
        for target in ["javascript:alert(1)", "http://plain.example", "https://a b", "https://a>b", "#result"] {
            assert_eq!(address(target), None, "{target}");
        }
        assert_eq!(address("https://a.example/#b").as_deref(), Some("https://a.example/#b"));
    }
}
