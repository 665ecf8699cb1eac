//! Asks the network for what makes an unattended draw verifiable: a time-stamp over its commitment, and the beacon's
//! round.

use std::path::PathBuf;

use anyhow::Context;
use async_trait::async_trait;
use backproof_drand::{Beacon, url_of_round};
use backproof_engine::Witnesses;
use backproof_plan::Plan;

use crate::evidence::attesting;
use crate::http;

/// The parties that a plan names.
pub(crate) struct WebWitnesses {
    relays: Vec<String>,
    authority: Option<Authority>,
}

/// An authority for time-stamps whose certificates are known, so that what it says can be believed.
struct Authority {
    url: String,
    certificates: String,
}

impl WebWitnesses {
    /// Those of a plan; none where it takes no round of the beacon, or wants nobody asked for one.
    pub(crate) fn of_plan(plan: &Plan) -> anyhow::Result<Option<Self>> {
        let relays = plan.selection.beacon_relays.clone();
        if relays.is_empty() {
            return Ok(None);
        }
        let authority = match plan.evidence.time_stamps.as_ref() {
            Some(named) => match &named.certificates {
                Some(path) => Some(Authority {
                    url: named.url.clone(),
                    certificates: attesting::certificates(&[PathBuf::from(path)])?,
                }),
                None => None,
            },
            None => None,
        };
        Ok(Some(Self { relays, authority }))
    }

    async fn ask_authority(&self, sha256: &str) -> anyhow::Result<Vec<u8>> {
        let authority = self.authority.as_ref().context("the plan names no authority with certificates")?;
        attesting::stamp(&authority.url, sha256).await
    }
}

#[async_trait]
impl Witnesses for WebWitnesses {
    fn authorities(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.certificates.as_str())
    }

    async fn time_stamp(&self, sha256: &str) -> Result<Vec<u8>, String> {
        self.ask_authority(sha256).await.map_err(|problem| format!("{problem:#}"))
    }

    /// The first relay whose answer is signed by the beacon; one that lies or fails is passed over.
    async fn beacon_round(&self, round: u64) -> Result<Vec<u8>, String> {
        let mut reasons = Vec::new();
        for relay in &self.relays {
            match relayed(relay, round).await {
                Ok(answer) => return Ok(answer),
                Err(problem) => reasons.push(format!("{problem:#}")),
            }
        }
        Err(reasons.join("; "))
    }
}

async fn relayed(relay: &str, round: u64) -> anyhow::Result<Vec<u8>> {
    let url = url_of_round(relay, round);
    let answer = http::get(&url).await?;
    let beacon = Beacon::parse(&answer).with_context(|| format!("the answer of `{url}`"))?;
    anyhow::ensure!(beacon.round == round, "`{url}` answers with round {}", beacon.round);
    beacon.verified().with_context(|| format!("the answer of `{url}`"))?;
    Ok(answer)
}

#[cfg(test)]
mod tests;
