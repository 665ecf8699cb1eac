//! What environment and profile say before any call is made.

use aws_config::BehaviorVersion;
use backproof_model::Region;

/// The Region and endpoint that environment and profile name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The default Region.
    pub region: Option<Region>,
    /// The endpoint of all services, where one is named.
    pub endpoint_url: Option<String>,
}

/// Reads environment and profile (`profile`, else `AWS_PROFILE`), and sends nothing.
pub async fn surroundings(profile: Option<&str>) -> Surroundings {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(crate::http::offline());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    Surroundings {
        region: config.region().and_then(|region| region.as_ref().parse().ok()),
        endpoint_url: config.endpoint_url().map(str::to_owned),
    }
}
