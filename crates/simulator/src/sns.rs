//! SNS: messages to topics. They are kept and delivered to nobody.
//!
//! Source: the SNS service model 2010-03-31.

use jiff::Timestamp;

use crate::ids::Ids;
use crate::wire::{ApiError, CallContext, Params, Xml};
use crate::world::World;

/// A message longer than this is refused, in bytes.
const LONGEST_MESSAGE: usize = 256 << 10;
/// A subject longer than this is refused.
const LONGEST_SUBJECT: usize = 100;

/// A message that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// When.
    pub at: Timestamp,
    /// To which topic.
    pub topic_arn: String,
    /// Under which subject.
    pub subject: Option<String>,
    /// What.
    pub message: String,
}

/// All messages, in the order of publishing.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    pub(crate) published: Vec<Published>,
    ids: Ids,
}

impl Topics {
    /// Serves one call.
    pub(crate) fn call(
        &mut self,
        operation: &str,
        params: &Params,
        ctx: &CallContext,
        world: &World,
    ) -> Result<Xml, ApiError> {
        match operation {
            "Publish" => self.publish(params, ctx, world),
            other => Err(ApiError::unknown_operation("sns", other)),
        }
    }

    fn publish(&mut self, params: &Params, ctx: &CallContext, world: &World) -> Result<Xml, ApiError> {
        let invalid = |what: &str| ApiError::client("InvalidParameter", format!("Invalid parameter: {what}"));
        let topic_arn = params.get("TopicArn").ok_or_else(|| invalid("TopicArn or TargetArn Reason: no value"))?;
        let message = params.get("Message").unwrap_or_default();
        let subject = params.get("Subject");
        if message.is_empty() {
            return Err(invalid("Empty message"));
        }
        if message.len() > LONGEST_MESSAGE {
            return Err(invalid("Message too long"));
        }
        let fits = |subject: &str| {
            let plain = subject.chars().all(|one| one.is_ascii() && !one.is_ascii_control());
            plain && (1..=LONGEST_SUBJECT).contains(&subject.len()) && !subject.starts_with(' ')
        };
        if !subject.is_none_or(fits) {
            return Err(invalid("Subject"));
        }
        if !exists(topic_arn, ctx, world) {
            return Err(ApiError::client("NotFound", "Topic does not exist").with_status(404));
        }
        self.published.push(Published {
            at: ctx.now,
            topic_arn: topic_arn.to_owned(),
            subject: subject.map(str::to_owned),
            message: message.to_owned(),
        });
        Ok(Xml::new().with("MessageId", self.ids.uuid()))
    }
}

/// Where the world lists topics, there are no others.
fn exists(topic_arn: &str, ctx: &CallContext, world: &World) -> bool {
    let parts: Vec<&str> = topic_arn.splitn(6, ':').collect();
    let [_, _, "sns", region, account, name] = parts.as_slice() else { return false };
    let known = world.accounts.iter().any(|known| known.id == *account);
    let listed = world.topics.is_empty() || world.topics.iter().any(|topic| topic == topic_arn);
    known && listed && *region == ctx.region && !name.is_empty()
}
