//! Publishing to SNS topics, for alarms.

use async_trait::async_trait;
use backproof_model::Arn;

use crate::CallError;

/// Publishes messages to SNS topics, with the base credentials: neither a source account's nor the sandbox's.
#[async_trait]
pub trait Topics: Send + Sync {
    /// Publishes a message, and gives its id. The topic's Region is the one in its ARN.
    ///
    /// `subject` is what <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html> allows: at most 100 characters
    /// of ASCII without line breaks, beginning with a letter, a digit or a punctuation mark. `message` is UTF-8 of at
    /// most 256 KiB.
    ///
    /// # Errors
    /// AWS's refusal, or no answer: a message whose fate is unknown may be published again, and carries an id of its
    /// own by which receivers know repeats.
    async fn publish(&self, topic_arn: &Arn, subject: &str, message: &str) -> Result<String, CallError>;
}
