//! CloudWatch Logs: `DescribeLogGroups` and `DeleteLogGroup`, for the logs that an instance exported.

use backproof_cloud::{CallError, Remnant, Sandbox, Trouble};
use jiff::Timestamp;

use crate::convert::{need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const LIST: &str = "logs:DescribeLogGroups";
const DELETE: &str = "logs:DeleteLogGroup";
/// Below this RDS exports the logs of its instances, each below its own name.
/// Source: Amazon RDS user guide, "Publishing database logs to Amazon CloudWatch Logs".
const OF_RDS: &str = "/aws/rds/instance/";

/// All log groups of an instance, to the last page.
pub(super) async fn list(session: &Session, name: &str) -> Result<Vec<Remnant>, CallError> {
    let prefix = format!("{OF_RDS}{name}/");
    let mut groups = Vec::new();
    let mut pages = Pages::of(LIST);
    let mut from = None;
    loop {
        let request = session.logs.describe_log_groups().log_group_name_prefix(&prefix).set_next_token(from);
        let answer = session.call(LIST, request.send()).await?;
        for group in answer.log_groups.ok_or_else(|| unreadable(LIST, "logGroups is missing"))? {
            let name = need(group.log_group_name, "logGroupName").map_err(|problem| unreadable(LIST, problem))?;
            let created = group.creation_time.and_then(|at| Timestamp::from_millisecond(at).ok());
            // A group that the prefix does not fit is not this instance's, whatever the service answers.
            if name.starts_with(&prefix) {
                groups.push(Remnant { name, created });
            }
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(groups);
        }
    }
}

/// Deletes a log group of an instance, and no other log group.
pub(super) async fn delete(session: &Session, sandbox: &Sandbox, log_group: &str) -> Result<(), CallError> {
    session.must_be(sandbox, DELETE)?;
    let of_instance = log_group.strip_prefix(OF_RDS).and_then(|rest| rest.split_once('/'));
    if !of_instance.is_some_and(|(instance, log)| !instance.is_empty() && !log.is_empty()) {
        let message = format!("not sent: {log_group} is no log group of a DB instance");
        let call = DELETE.to_owned();
        return Err(CallError { call, trouble: Trouble::Invalid, code: None, message, request_id: None });
    }
    session.call(DELETE, session.logs.delete_log_group().log_group_name(log_group).send()).await.map(|_| ())
}
