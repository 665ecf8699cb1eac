//! SNS topics. This crate does not know AWS: whoever wires it up lends the call.

use std::sync::Arc;

use async_trait::async_trait;

use crate::channel::{Channel, Letter, NotDelivered};
use crate::config::TopicConfig;
use crate::kind::Severity;
use crate::words;

/// The longest subject that SNS takes: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
const SUBJECT: usize = 100;

/// Publishes one message to an SNS topic.
#[async_trait]
pub trait PublishToTopic: Send + Sync {
    /// Publishes `message` under `subject`, once.
    ///
    /// # Errors
    /// Says why it was not taken, and whether trying again may help.
    async fn publish(&self, topic_arn: &str, subject: &str, message: &str) -> Result<(), NotDelivered>;
}

/// One topic.
pub(crate) struct Topic {
    name: String,
    config: TopicConfig,
    publisher: Option<Arc<dyn PublishToTopic>>,
}

impl Topic {
    pub(crate) fn new(config: TopicConfig, publisher: Option<Arc<dyn PublishToTopic>>) -> Self {
        Self { name: format!("topic {}", config.topic_arn), config, publisher }
    }
}

#[async_trait]
impl Channel for Topic {
    fn name(&self) -> &str {
        &self.name
    }

    fn least(&self) -> Severity {
        self.config.least
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), NotDelivered> {
        let publisher = self.publisher.as_ref().ok_or_else(|| NotDelivered::refused("there is no way to AWS here"))?;
        publisher.publish(&self.config.topic_arn, &subject(letter), &words::body(letter)).await
    }
}

/// The subject within the limits of SNS: ASCII, one line, at most 100 characters, not beginning with a blank.
fn subject(letter: &Letter) -> String {
    let ascii: String =
        words::subject(letter).chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
    match ascii.char_indices().nth(SUBJECT) {
        None => ascii,
        Some(_) => format!("{}...", &ascii[..SUBJECT - 3]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Alarm;
    use crate::kind::AlarmKind;

    #[test]
    fn subjects_keep_to_the_limits_of_sns() {
        let at = "2026-01-05T09:00:00Z".parse().unwrap();
        let alarm = Alarm::new(AlarmKind::Overdue, "vierteljährlich", at, "x".repeat(200));
        let subject = subject(&Letter { id: alarm.id(), alarm });
        assert_eq!(subject.len(), SUBJECT);
        assert!(subject.starts_with("[PAGE] vierteljhrlich: x".replace("jh", "j?h").as_str()), "{subject}");
        assert!(subject.ends_with("..."));
    }
}
