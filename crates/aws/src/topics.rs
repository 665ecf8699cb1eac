//! SNS: `Publish`, with the credentials at hand, in the Region of the topic.

use async_trait::async_trait;
use backproof_cloud::{CallError, Party, Topics, Trouble};
use backproof_model::Arn;

use crate::cloud::AwsCloud;
use crate::convert::{need, unreadable};

const CALL: &str = "sns:Publish";

#[async_trait]
impl Topics for AwsCloud {
    async fn publish(&self, topic_arn: &Arn, subject: &str, message: &str) -> Result<String, CallError> {
        let Some(region) = topic_arn.region().filter(|_| topic_arn.service() == "sns") else {
            let message = format!("not sent: {topic_arn} is not the ARN of a topic");
            let call = CALL.to_owned();
            return Err(CallError { call, trouble: Trouble::Invalid, code: None, message, request_id: None });
        };
        let session = self.session_of(&Party::AtHand, &region).await;
        let request = session.sns.publish().topic_arn(topic_arn.as_str()).subject(subject).message(message);
        let answer = session.call(CALL, request.send()).await?;
        need(answer.message_id, "MessageId").map_err(|problem| unreadable(CALL, problem))
    }
}
