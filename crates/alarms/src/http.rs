//! One request to a URL that is a secret.
//!
//! Errors name the host and nothing else of the URL, and nothing of the answer's body, which may repeat it. Redirects are
//! not followed: an alarm goes where the plan says. A client is made for each request, so that certificates and proxies
//! are the ones of now, years after the start.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use backproof_model::Secret;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::channel::NotDelivered;

/// The longest that a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// A POST of JSON; without JSON a GET, which is what receivers of heartbeats all take.
pub(crate) struct Request<'a> {
    pub(crate) url: &'a Secret,
    pub(crate) json: Option<String>,
    pub(crate) extra_roots: &'a [Vec<u8>],
    /// The longest that the whole exchange may take.
    pub(crate) limit: Duration,
    /// The present moment, for a `Retry-After` that is a date.
    pub(crate) now: Timestamp,
}

/// Sends a request; any answer of 200 to 299 is good.
pub(crate) async fn send(wanted: Request<'_>) -> Result<(), NotDelivered> {
    let (url, host) = parse(wanted.url)?;
    let client = client(&url, wanted.extra_roots, wanted.limit).map_err(NotDelivered::for_now)?;
    let request = match wanted.json {
        Some(json) => client.post(url).header("content-type", "application/json").body(json),
        None => client.get(url),
    };
    let response =
        request.send().await.map_err(|error| NotDelivered::for_now(format!("{host}: {}", words_of(error))))?;
    judge(&host, response.status(), response.headers(), wanted.now)
}

/// A URL with what may be told of it: its host.
fn parse(secret: &Secret) -> Result<(Url, String), NotDelivered> {
    let url =
        Url::parse(secret.reveal()).map_err(|problem| NotDelivered::refused(format!("the URL is none: {problem}")))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    match url.scheme() {
        "https" | "http" if !host.is_empty() => Ok((url, host)),
        _ => Err(NotDelivered::refused("the URL is none: expected https://HOST/… (or http://HOST/…)")),
    }
}

/// A client for requests to `url` by others: with the system's certificates, without redirects, and an end.
///
/// # Errors
/// Says in words why there is none.
pub fn web_client(url: &str, limit: Duration) -> Result<Client, String> {
    let url = Url::parse(url).map_err(|problem| format!("the URL is none: {problem}"))?;
    client(&url, &[], limit)
}

fn client(url: &Url, extra_roots: &[Vec<u8>], limit: Duration) -> Result<Client, String> {
    // The system's certificates are read only where they are needed.
    let roots = if url.scheme() == "https" { roots(extra_roots)? } else { RootCertStore::empty() };
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|problem| problem.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .connect_timeout(CONNECT.min(limit))
        .timeout(limit)
        .user_agent(concat!("backproof/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(words_of)
}

fn roots(extra: &[Vec<u8>]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    roots.add_parsable_certificates(extra.iter().map(|der| CertificateDer::from(der.as_slice()).into_owned()));
    if roots.is_empty() {
        let problem = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
        return Err(format!("no certificates of authorities on this system ({problem}); install ca-certificates"));
    }
    Ok(roots)
}

/// What an answer means.
fn judge(host: &str, status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Result<(), NotDelivered> {
    let why = format!("{host} answered {}", status.as_u16());
    if status.is_success() {
        return Ok(());
    }
    if status.is_redirection() {
        return Err(NotDelivered::refused(format!("{why}, and redirects are not followed: name the final URL")));
    }
    let may_pass = status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    if may_pass {
        return Err(NotDelivered::ForNow { why, after: retry_after(headers, now) });
    }
    Err(NotDelivered::refused(why))
}

/// How long the receiver wishes to be left alone: seconds or a date, by RFC 9110, section 10.2.3.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let wish = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = wish.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(wish).ok()?;
    until.duration_since(now).try_into().ok()
}

/// An error and its causes in words, without the URL.
fn words_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, retry: Option<&'static str>) -> Result<(), NotDelivered> {
        let mut headers = HeaderMap::new();
        if let Some(retry) = retry {
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
        }
        let now = "2026-01-05T09:00:00Z".parse().unwrap();
        judge("hooks.example", StatusCode::from_u16(status).unwrap(), &headers, now)
    }

    #[test]
    fn only_answers_that_may_change_are_waited_for() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status, None), Err(NotDelivered::ForNow { after: None, .. })), "{status}");
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 404, 410, 413] {
            assert!(matches!(judged(status, None), Err(NotDelivered::Refused { .. })), "{status}");
        }
        assert_eq!([200, 201, 202, 204].map(|status| judged(status, None)), [Ok(()), Ok(()), Ok(()), Ok(())]);
    }

    #[test]
    fn retry_after_is_understood_as_seconds_and_as_a_date() {
        let after = |retry| match judged(429, Some(retry)) {
            Err(NotDelivered::ForNow { after, .. }) => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Mon, 05 Jan 2026 09:01:30 GMT"), Some(90));
        assert_eq!(after("Mon, 05 Jan 2026 08:00:00 GMT"), None);
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn what_is_no_url_is_refused_without_repeating_it() {
        for text in ["SECRET", "ftp://SECRET.example/", "file:///SECRET", "https://"] {
            let refused = parse(&Secret::new(text)).unwrap_err();
            assert!(
                matches!(refused, NotDelivered::Refused { .. }) && !refused.to_string().contains("SECRET"),
                "{refused}"
            );
        }
    }
}
