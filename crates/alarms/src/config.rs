//! To whom alarms go, and how long is tried. Plans say it; whoever reads plans makes one of these.

use std::str::FromStr;
use std::time::Duration;

use crate::kind::Severity;
use crate::secrets::SecretSource;

/// All that alarms need to know. Without channels nothing is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmsConfig {
    /// Webhooks.
    pub webhooks: Vec<WebhookConfig>,
    /// SNS topics.
    pub topics: Vec<TopicConfig>,
    /// Mail.
    pub mails: Vec<MailConfig>,
    /// The heartbeat.
    pub heartbeat: Option<HeartbeatConfig>,
    /// The base of links to runbooks (`https://wiki.example/backproof`); without it they are paths in the repository.
    pub runbooks: Option<String>,
    /// Certificates (DER) of authorities that are trusted beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// How long is tried.
    pub delivery: Delivery,
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Where its URL is; whoever knows the URL can send in our name.
    pub url: SecretSource,
    /// The shape of what is sent.
    pub format: WebhookFormat,
    /// The least severity that is sent.
    pub least: Severity,
}

/// The shape of what a webhook receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFormat {
    /// Our own, by `docs/alarm.schema.json`.
    Json,
    /// `text` and `blocks` as Slack's incoming webhooks take them.
    Slack,
}

/// One SNS topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicConfig {
    /// Its ARN.
    pub topic_arn: String,
    /// The least severity that is sent.
    pub least: Severity,
}

/// Mail through one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// The server.
    pub server: MailServer,
    /// The user and where the password is, where the server asks for them.
    pub login: Option<(String, SecretSource)>,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The least severity that is sent.
    pub least: Severity,
}

/// A mail server and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name, which its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte.
    Wrapped,
    /// STARTTLS, without which nothing is sent.
    Required,
    /// Not at all: for a server on this host only.
    None,
}

/// A URL that is called again and again while all is well, so that somebody else notices silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatConfig {
    /// Where its URL is.
    pub url: SecretSource,
    /// How often it is called.
    pub every: Duration,
}

/// How long is tried, and when the same alarm is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The longest that one attempt may take, on the wall's clock.
    pub attempt: Duration,
    /// The wait after the first failure; each one after it is twice as long.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long an alarm is tried in one process.
    pub give_up_after: Duration,
    /// How long an alarm that did not arrive is kept for later processes.
    pub keep_for: Duration,
    /// How long the same alarm is not sent again.
    pub again_after: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(30),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_mins(15),
            give_up_after: Duration::from_hours(24),
            keep_for: Duration::from_hours(30 * 24),
            // Less than a day, so that what is found daily is told daily.
            again_after: Duration::from_hours(23),
        }
    }
}

/// Why a text names no mail server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names no mail server: {problem}; expected `smtps://HOST`, `smtp://HOST` (STARTTLS), or `smtp://localhost`"
)]
pub struct InvalidMailServer {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FromStr for MailServer {
    type Err = InvalidMailServer;

    /// `smtps://HOST[:PORT]` is TLS from the start, `smtp://HOST[:PORT]` is STARTTLS, or nothing for this very host.
    fn from_str(text: &str) -> Result<Self, InvalidMailServer> {
        let refuse = |problem| InvalidMailServer { text: text.to_owned(), problem };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| refuse("it has no scheme"))?;
        if rest.contains(['@', '/', '?', '#']) || rest.contains(char::is_whitespace) {
            return Err(refuse("it holds more than a host and a port"));
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, Some(port.parse::<u16>().map_err(|_| refuse("its port is no number"))?))
            }
            Some(_) | None => (rest, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(refuse("it has no host"));
        }
        match scheme {
            "smtps" => Ok(Self { host, port: port.unwrap_or(465), tls: MailTls::Wrapped }),
            "smtp" if is_this_host(&host) => Ok(Self { host, port: port.unwrap_or(25), tls: MailTls::None }),
            "smtp" => Ok(Self { host, port: port.unwrap_or(587), tls: MailTls::Required }),
            _ => Err(refuse("its scheme is not known")),
        }
    }
}

fn is_this_host(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_very_host_is_spoken_to_in_the_clear() {
        let server = |text: &str| text.parse::<MailServer>().map(|server| (server.host, server.port, server.tls));
        assert_eq!(server("smtps://mail.example"), Ok(("mail.example".into(), 465, MailTls::Wrapped)));
        assert_eq!(server("smtps://mail.example:2465"), Ok(("mail.example".into(), 2465, MailTls::Wrapped)));
        assert_eq!(server("smtp://mail.example"), Ok(("mail.example".into(), 587, MailTls::Required)));
        assert_eq!(server("smtp://127.0.0.1:2525"), Ok(("127.0.0.1".into(), 2525, MailTls::None)));
        assert_eq!(server("smtp://localhost"), Ok(("localhost".into(), 25, MailTls::None)));
        assert_eq!(server("smtp://[::1]:2525"), Ok(("::1".into(), 2525, MailTls::None)));
        assert_eq!(server("smtp://localhost.evil.example").unwrap().2, MailTls::Required);
    }

    #[test]
    fn what_is_no_mail_server_is_refused_and_says_what_is_one() {
        for text in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtps://u:p@mail.example",
            "smtp://h:port",
            "smtp://h/x",
        ] {
            let problem = text.parse::<MailServer>().unwrap_err().to_string();
            assert!(problem.contains("smtps://HOST"), "{problem}");
        }
    }
}
