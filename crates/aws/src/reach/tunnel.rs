//! SSM port forwarding through an instance of the sandbox, by the AWS CLI and its Session Manager plugin.
//!
//! The instance needs the SSM agent (3.1.1374 or later) and a way to the SSM service; its security group must be let in
//! by the databases'. No port of it is opened to anybody.
//!
//! Source: AWS Systems Manager user guide, "Start a session", port forwarding to a remote host.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_clock::SharedClock;
use backproof_cloud::{LendCredentials, Reach, Unreachable, Way};
use backproof_model::Region;
use backproof_model::record::ReachState;

use crate::reach::forwarding::{Forwarding, Order};
use crate::reach::knocking::{holds, knock};
use crate::reach::programs::Programs;

/// This end of every tunnel.
const HERE: &str = "127.0.0.1";
/// Asked for where no probe is configured: that the session begins shows the instance and the permissions.
const OF_THE_INSTANCE: (&str, u16) = ("localhost", 22);

/// Forwards ports.
pub(super) struct Tunnel {
    pub(super) instance_id: String,
    pub(super) region: Region,
    pub(super) probe: Option<(String, u16)>,
    pub(super) programs: Programs,
    pub(super) credentials: Arc<dyn LendCredentials>,
    pub(super) clock: SharedClock,
}

impl Tunnel {
    async fn forward(&self, host: &str, port: u16) -> Result<Forwarding, Unreachable> {
        let aws = self.programs.aws()?;
        let credentials = self.credentials.lend().await.map_err(|error| Unreachable(error.to_string()))?;
        let order = Order {
            aws,
            path: self.programs.path(),
            instance_id: self.instance_id.clone(),
            region: self.region.to_string(),
            host: host.to_owned(),
            port,
            credentials,
        };
        Forwarding::begin(order, &self.clock).await
    }
}

#[async_trait]
impl Reach for Tunnel {
    fn name(&self) -> &'static str {
        "tunnel"
    }

    async fn try_out(&self) -> (ReachState, String) {
        let instance = &self.instance_id;
        let (host, port) = self.probe.as_ref().map_or(OF_THE_INSTANCE, |(host, port)| (host.as_str(), *port));
        let tunnel = match self.forward(host, port).await {
            Ok(tunnel) => tunnel,
            Err(why) => return (ReachState::Unreachable, why.to_string()),
        };
        if self.probe.is_none() {
            let seen =
                format!("a session with {instance} began; sandbox.databases.probe names nothing to try beyond it");
            return (ReachState::Reached, seen);
        }
        let answer = match knock(&self.clock, HERE, tunnel.local_port()).await {
            Ok(connection) => holds(&self.clock, connection).await,
            Err(why) => Err(why),
        };
        match answer {
            Ok(()) => (ReachState::Reached, format!("{host}:{port} kept a connection through {instance} open")),
            Err(why) => {
                let hint = "check that it listens, and that its security group lets the instance in";
                let said = tunnel.said();
                (ReachState::Unreachable, format!("{host}:{port} through {instance}: {why}{said}; {hint}"))
            }
        }
    }

    async fn open(&self, host: &str, port: u16) -> Result<Way, Unreachable> {
        let tunnel = self.forward(host, port).await?;
        Ok(Way::through(HERE, tunnel.local_port(), tunnel))
    }
}
