//! Charts as SVG: drawn in whole units, with a title and a description, the same on a screen, on paper and in a PDF.
//!
//! A chart never speaks by colour alone: every part has a pattern of its own or a label. The ground is white, on which
//! every colour has a contrast of at least 3:1; a dark page lays it on a light card.

pub(crate) mod coverage;
pub(crate) mod gaps;
pub(crate) mod outcomes;
pub(crate) mod population;
pub(crate) mod recovery;
pub(crate) mod trend;

use std::fmt::Write;

use crate::document::Block;

/// The width of every chart.
pub(crate) const WIDTH: i64 = 720;
/// The size of most words.
pub(crate) const WORDS: i64 = 12;
/// The colour of words and axes.
pub(crate) const INK: &str = "#1b1f24";
/// The colour of what is less important than words.
pub(crate) const QUIET: &str = "#505861";

/// How a part looks: a colour and, but for the plainest, a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// A passed restore test.
    Passed,
    /// A failed one.
    Failed,
    /// One that could not be told, and what is not known.
    Doubt,
    /// Brought to the sandbox.
    Stage,
    /// Waited for the job to run.
    Queue,
    /// The restore job.
    Job,
    /// Made ready.
    Ready,
    /// Examined.
    Validate,
    /// A measure without a verdict.
    Measure,
}

impl Fill {
    const ALL: [Self; 9] = [
        Self::Passed,
        Self::Failed,
        Self::Doubt,
        Self::Stage,
        Self::Queue,
        Self::Job,
        Self::Ready,
        Self::Validate,
        Self::Measure,
    ];

    /// The colour, and the shape that is drawn over it every 8 units.
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Passed => ("#14692f", ""),
            Self::Failed => ("#a81c12", "<path d=\"M0 0L8 8M0 8L8 0\" stroke=\"#ffffff\" stroke-width=\"1\"/>"),
            Self::Doubt => {
                ("#8a5a00", "<path d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\" stroke=\"#ffffff\" stroke-width=\"2\"/>")
            }
            Self::Stage => ("#6b4f9e", "<path d=\"M0 4H8\" stroke=\"#ffffff\" stroke-width=\"1\"/>"),
            Self::Queue => ("#5f6770", "<circle cx=\"4\" cy=\"4\" r=\"1.5\" fill=\"#ffffff\"/>"),
            Self::Job => ("#1f5da8", ""),
            Self::Ready => ("#0b6f76", "<path d=\"M4 0V8\" stroke=\"#ffffff\" stroke-width=\"1\"/>"),
            Self::Validate => ("#9c560a", "<path d=\"M0 0L8 8\" stroke=\"#ffffff\" stroke-width=\"1\"/>"),
            Self::Measure => ("#3d6fa5", ""),
        }
    }

    fn slug(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Doubt => "doubt",
            Self::Stage => "stage",
            Self::Queue => "queue",
            Self::Job => "job",
            Self::Ready => "ready",
            Self::Validate => "validate",
            Self::Measure => "measure",
        }
    }
}

/// Where words stand as to their point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    /// They begin there.
    Start,
    /// Their middle is there.
    Middle,
    /// They end there.
    End,
}

/// A chart under construction.
pub(crate) struct Picture {
    id: String,
    height: i64,
    body: String,
    used: Vec<Fill>,
}

impl Picture {
    /// An empty one. `id` is lower-case letters, digits and hyphens, and stands once in a document.
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), height: 0, body: String::new(), used: Vec::new() }
    }

    /// A filled rectangle; one without an area is not drawn.
    pub(crate) fn bar(&mut self, x: i64, y: i64, width: i64, height: i64, fill: Fill) {
        if width <= 0 || height <= 0 {
            return;
        }
        if !self.used.contains(&fill) {
            self.used.push(fill);
        }
        let (colour, shape) = fill.look();
        let paint = if shape.is_empty() { colour.to_owned() } else { format!("url(#{}-{})", self.id, fill.slug()) };
        let _infallible = write!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{paint}\" stroke=\"#ffffff\" \
             stroke-width=\"1\"/>"
        );
        self.grow(y + height);
    }

    /// A line.
    pub(crate) fn line(&mut self, from: (i64, i64), to: (i64, i64), colour: &str, dashed: bool) {
        let pattern = if dashed { " stroke-dasharray=\"5 3\"" } else { "" };
        let _infallible = write!(
            self.body,
            "<path d=\"M{} {}L{} {}\" stroke=\"{colour}\" stroke-width=\"{}\" fill=\"none\"{pattern}/>",
            from.0,
            from.1,
            to.0,
            to.1,
            if dashed { 2 } else { 1 }
        );
        self.grow(from.1.max(to.1));
    }

    /// A diamond, which marks something that was drawn.
    pub(crate) fn diamond(&mut self, x: i64, y: i64) {
        let _infallible = write!(
            self.body,
            "<path d=\"M{} {y}L{x} {}L{} {y}L{x} {}Z\" fill=\"{INK}\" stroke=\"#ffffff\" stroke-width=\"1\"/>",
            x - 5,
            y - 5,
            x + 5,
            y + 5
        );
        self.grow(y + 5);
    }

    /// Words, in the ink of the page.
    pub(crate) fn words(&mut self, x: i64, y: i64, anchor: Anchor, words: &str) {
        self.coloured_words(x, y, anchor, words, INK);
    }

    /// Words in another colour.
    pub(crate) fn coloured_words(&mut self, x: i64, y: i64, anchor: Anchor, words: &str, colour: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _infallible = write!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>",
            escaped(words)
        );
        self.grow(y + 4);
    }

    /// A legend in one line, from the left edge. Returns where the next line may begin.
    pub(crate) fn legend(&mut self, y: i64, entries: &[(Fill, &str)]) -> i64 {
        let mut x = 0;
        for (fill, words) in entries {
            self.bar(x, y, 14, 14, *fill);
            self.words(x + 19, y + 11, Anchor::Start, words);
            x += 19 + breadth(words) + 16;
        }
        y + 26
    }

    /// The finished chart.
    pub(crate) fn block(self, title: &str, alternative: String) -> Block {
        let patterns: String = Fill::ALL
            .iter()
            .filter(|fill| self.used.contains(fill) && !fill.look().1.is_empty())
            .map(|fill| {
                let (colour, shape) = fill.look();
                format!(
                    "<pattern id=\"{}-{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" \
                     height=\"8\" fill=\"{colour}\"/>{shape}</pattern>",
                    self.id,
                    fill.slug()
                )
            })
            .collect();
        let (id, height) = (&self.id, self.height + 4);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" font-family=\"sans-serif\" \
             font-size=\"{WORDS}\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc><defs>{patterns}\
             </defs>{}</svg>",
            escaped(title),
            escaped(&alternative),
            self.body
        );
        Block::Chart { title: title.to_owned(), alternative, svg }
    }

    fn grow(&mut self, to: i64) {
        self.height = self.height.max(to);
    }
}

/// `part` of `whole`, on a scale of `full`; never beyond it.
pub(crate) fn scaled(part: i64, whole: i64, full: i64) -> i64 {
    let share = i128::from(part) * i128::from(full) / i128::from(whole.max(1));
    i64::try_from(share.clamp(0, i128::from(full))).unwrap_or(full)
}

/// About how broad words are.
pub(crate) fn breadth(words: &str) -> i64 {
    i64::try_from(words.chars().count()).unwrap_or(i64::MAX / 16).saturating_mul(13) / 2
}

/// `text` with at most so many characters, cut in the middle.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= most {
        return text.to_owned();
    }
    let head: String = characters[..most / 2].iter().collect();
    let tail: String = characters[characters.len() - (most - most / 2 - 1)..].iter().collect();
    format!("{head}…{tail}")
}

/// `text` as the content of an XML element. Characters that XML forbids are replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 5), "ab…jk");
    }

    #[test]
    fn what_xml_forbids_does_not_reach_a_chart() {
        assert_eq!(escaped("a<b>&\u{0}\u{1b}[2J\n'\""), "a&lt;b&gt;&amp;\u{fffd}\u{fffd}[2J &#39;&quot;");
    }

    #[test]
    fn a_scale_never_leaves_its_ends() {
        assert_eq!(
            [scaled(5, 10, 100), scaled(-1, 10, 100), scaled(i64::MAX, 1, 100), scaled(1, 0, 100)],
            [50, 0, 100, 100]
        );
    }
}
