//! `DescribeVpcs`.

use backproof_cloud::{CallError, Vpc};

use crate::convert::{need, unreadable};
use crate::session::Session;

const CALL: &str = "ec2:DescribeVpcs";

/// The VPC itself.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vpc, CallError> {
    let answer = session.call(CALL, session.ec2.describe_vpcs().vpc_ids(vpc_id).send()).await?;
    let vpc = answer.vpcs.unwrap_or_default().into_iter().next();
    let vpc = vpc.ok_or_else(|| unreadable(CALL, format!("{vpc_id} is missing")))?;
    let missing = |problem| unreadable(CALL, problem);
    Ok(Vpc {
        id: need(vpc.vpc_id, "VpcId").map_err(missing)?,
        is_default: need(vpc.is_default, "IsDefault").map_err(missing)?,
        owner: vpc.owner_id,
    })
}
