//! The two questions that evidence asks of the network: for a time-stamp, and for a round of the beacon.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, Response};

use crate::exit::UsageError;

/// Longer than this nobody needs for an answer of some kilobytes.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Answers are a few kilobytes; whatever is much longer is something else.
const LONGEST_ANSWER: usize = 1 << 20;

/// Posts `body` and gives what came back.
pub(crate) async fn post(url: &str, media_type: &'static str, body: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let request = client(url)?.post(url).header(reqwest::header::CONTENT_TYPE, media_type).body(body);
    answer(url, request.send().await).await
}

/// Gets what is at `url`.
pub(crate) async fn get(url: &str) -> anyhow::Result<Vec<u8>> {
    answer(url, client(url)?.get(url).send().await).await
}

fn client(url: &str) -> anyhow::Result<Client> {
    backproof_alarms::web_client(url, LONGEST_WAIT).map_err(|why| UsageError(format!("`{url}`: {why}")).into())
}

async fn answer(url: &str, sent: reqwest::Result<Response>) -> anyhow::Result<Vec<u8>> {
    let mut response = sent.map_err(reqwest::Error::without_url).with_context(|| format!("`{url}` does not answer"))?;
    if !response.status().is_success() {
        bail!("`{url}` answers {}", response.status());
    }
    let mut whole = Vec::new();
    while let Some(part) = response.chunk().await.with_context(|| format!("`{url}` stops in the middle"))? {
        whole.extend_from_slice(&part);
        if whole.len() > LONGEST_ANSWER {
            bail!("`{url}` answers with more than {LONGEST_ANSWER} bytes, which is nothing that was asked for");
        }
    }
    Ok(whole)
}
