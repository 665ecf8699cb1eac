use backproof_cloud::Sandbox;
use backproof_model::{AccountId, Region};

fn proof(account: AccountId, region: Region) -> Sandbox {
    Sandbox { account, region, caller_arn: String::new() }
}

fn main() {}
