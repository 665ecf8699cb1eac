//! The shape that Slack's incoming webhooks take, which others (Mattermost, Rocket.Chat, Discord's `/slack`) take too.
//!
//! `text` is what notifications show, `blocks` what the channel shows. Limits of blocks:
//! <https://docs.slack.dev/reference/block-kit/blocks>. In text only `&`, `<` and `>` are special:
//! <https://docs.slack.dev/messaging/formatting-message-text>.

use serde_json::{Value, json};

use crate::channel::Letter;
use crate::kind::Severity;
use crate::words;

/// The longest header.
const HEADER: usize = 150;
/// The longest text of a section.
const SECTION: usize = 3000;
/// The longest field.
const FIELD: usize = 2000;
/// The most fields of a section.
const FIELDS: usize = 10;

/// A letter as Slack takes it.
pub(crate) fn message(letter: &Letter) -> Value {
    let alarm = &letter.alarm;
    let mark = match alarm.severity {
        Severity::Page => "🔴",
        Severity::Ticket => "🟠",
        Severity::Notice => "🟢",
    };
    let header = format!("{mark} {} · {}", alarm.kind.as_str().replace('-', " "), alarm.plan_name);
    let mut facts = vec![("severity".to_owned(), alarm.severity.as_str().to_owned())];
    facts.extend(alarm.run.map(|run| ("run".to_owned(), run.to_string())));
    facts.push(("at".into(), alarm.at.to_string()));
    facts.extend(
        Some(&alarm.subject).filter(|subject| !subject.is_empty()).map(|about| ("about".into(), about.clone())),
    );
    facts.extend(alarm.details.iter().cloned());
    let mut blocks = vec![
        // A header is plain text, in which nothing is special.
        json!({"type": "header", "text": {"type": "plain_text", "text": cut(&header, HEADER), "emoji": true}}),
        section(&cut(&escape(&alarm.summary), SECTION)),
    ];
    blocks.extend(facts.chunks(FIELDS).map(fields));
    blocks.push(section(&format!("What to do: {}", link(&alarm.runbook))));
    let sender = format!("alarm {} · backproof {}", letter.id, env!("CARGO_PKG_VERSION"));
    blocks.push(json!({"type": "context", "elements": [{"type": "mrkdwn", "text": escape(&sender)}]}));
    json!({"text": cut(&escape(&words::subject(letter)), SECTION), "blocks": blocks})
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
}

fn fields(facts: &[(String, String)]) -> Value {
    let fields: Vec<_> = facts
        .iter()
        .map(|(name, value)| json!({"type": "mrkdwn", "text": cut(&format!("*{}*\n{}", escape(name), escape(value)), FIELD)}))
        .collect();
    json!({"type": "section", "fields": fields})
}

/// The runbook: a link where it is a URL, and else its path.
fn link(runbook: &str) -> String {
    let is_url = runbook.starts_with("https://") || runbook.starts_with("http://");
    if is_url && !runbook.contains(['|', '<', '>', ' ']) {
        format!("<{}|runbook>", escape(runbook))
    } else {
        format!("`{}`", escape(runbook))
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// At most so many characters, never through the middle of an escape.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest - 1).collect();
    let whole = match kept.rfind('&') {
        Some(begun) if !kept[begun..].contains(';') => &kept[..begun],
        Some(_) | None => &kept,
    };
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Alarm;
    use crate::kind::AlarmKind;

    fn letter(summary: &str) -> Letter {
        let at = "2026-01-05T09:00:00Z".parse().unwrap();
        let alarm = Alarm::new(AlarmKind::LeftBehind, "a&b <quarterly>", at, summary).of_run(7);
        let alarm = (0..12).fold(alarm, |alarm, number| alarm.with(&format!("left {number}"), "arn:aws:x"));
        Letter { id: alarm.id(), alarm: alarm.fit_to_send(Some("https://wiki.example/?a=1&b=2")) }
    }

    #[test]
    fn what_slack_would_read_as_a_command_is_escaped() {
        let sent = message(&letter("<!channel> & <https://evil.example|click>"));
        let summary = sent["blocks"][1]["text"]["text"].as_str().unwrap();
        assert_eq!(summary, "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;");
        assert!(!sent["text"].as_str().unwrap().contains('<'));
        assert_eq!(sent["blocks"][0]["text"]["text"], "🔴 left behind · a&b <quarterly>");
    }

    #[test]
    fn runbooks_are_links_where_they_can_be() {
        let blocks = message(&letter("x"))["blocks"].clone();
        let told = blocks[blocks.as_array().unwrap().len() - 2]["text"]["text"].as_str().unwrap().to_owned();
        assert_eq!(told, "What to do: <https://wiki.example/?a=1&amp;b=2/left-behind.md|runbook>");
        assert_eq!(link("docs/runbooks/left-behind.md"), "`docs/runbooks/left-behind.md`");
        assert_eq!(link("https://x|y"), "`https://x|y`");
    }

    #[test]
    fn blocks_keep_to_slacks_limits() {
        let sent = message(&letter(&"&".repeat(5000)));
        for block in sent["blocks"].as_array().unwrap() {
            assert!(block["fields"].as_array().is_none_or(|fields| fields.len() <= FIELDS));
            assert!(block["text"]["text"].as_str().is_none_or(|text| text.chars().count() <= SECTION));
        }
        let long = cut(&escape(&"&".repeat(5000)), SECTION);
        assert!(long.ends_with("&amp;…") && long.chars().count() <= SECTION, "{long}");
    }
}
