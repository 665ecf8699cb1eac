//! Mail by SMTP, as plain text.
//!
//! The message carries an id made of the alarm's, so that a repeat is the same message, and says that no person wrote it
//! (RFC 3834), so that nobody's absence note answers.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::channel::{Channel, Letter, NotDelivered};
use crate::config::{MailConfig, MailTls};
use crate::kind::Severity;
use crate::secrets::Variables;
use crate::words;

/// Mail to some people through one server.
pub(crate) struct Mail {
    name: String,
    config: MailConfig,
    from: Mailbox,
    to: Vec<Mailbox>,
    variables: Variables,
    extra_roots: Vec<Vec<u8>>,
    limit: Duration,
}

impl Mail {
    /// Mail as configured; an address that is none is told in words.
    pub(crate) fn new(
        config: MailConfig,
        variables: Variables,
        extra_roots: Vec<Vec<u8>>,
        limit: Duration,
    ) -> Result<Self, String> {
        let address =
            |text: &str| text.parse::<Mailbox>().map_err(|problem| format!("`{text}` is no address: {problem}"));
        let from = address(&config.from)?;
        let to = config.to.iter().map(|text| address(text)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(format!("mail through {} has no recipient", config.server.host));
        }
        let name = format!("mail through {}:{} to {}", config.server.host, config.server.port, config.to.join(", "));
        Ok(Self { name, config, from, to, variables, extra_roots, limit })
    }

    fn message(&self, letter: &Letter) -> Result<Message, NotDelivered> {
        let domain = self.from.email.domain();
        let alarm = &letter.alarm;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(words::subject(letter))
            .date(alarm.at.into())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .user_agent(format!("backproof/{}", env!("CARGO_PKG_VERSION")))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        for recipient in &self.to {
            builder = builder.to(recipient.clone());
        }
        builder.body(words::body(letter)).map_err(|problem| NotDelivered::refused(format!("no message: {problem}")))
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, NotDelivered> {
        let server = &self.config.server;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(self.limit));
        let builder = match server.tls {
            MailTls::None => builder.tls(Tls::None),
            MailTls::Required => builder.tls(Tls::Required(self.tls()?)),
            MailTls::Wrapped => builder.tls(Tls::Wrapper(self.tls()?)),
        };
        let Some((user, password)) = &self.config.login else { return Ok(builder.build()) };
        let password = password.read(&self.variables).map_err(|problem| NotDelivered::for_now(problem.to_string()))?;
        Ok(builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned())).build())
    }

    fn tls(&self) -> Result<TlsParameters, NotDelivered> {
        let failed = |problem: lettre::transport::smtp::Error| NotDelivered::for_now(format!("TLS: {problem}"));
        let mut parameters = TlsParameters::builder(self.config.server.host.clone());
        for root in &self.extra_roots {
            parameters = parameters.add_root_certificate(Certificate::from_der(root.clone()).map_err(failed)?);
        }
        parameters.build_rustls().map_err(failed)
    }
}

#[async_trait]
impl Channel for Mail {
    fn name(&self) -> &str {
        &self.name
    }

    fn least(&self) -> Severity {
        self.config.least
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), NotDelivered> {
        let message = self.message(letter)?;
        let host = &self.config.server.host;
        self.transport()?.send(message).await.map(drop).map_err(|error| {
            if error.is_permanent() {
                // The words of a server's refusal may repeat what it was told; the code says enough.
                let code = error.status().map(|code| code.to_string()).unwrap_or_default();
                NotDelivered::refused(format!("{host} refused the message or the login for good (code {code})"))
            } else {
                NotDelivered::for_now(format!("{host}: {error}"))
            }
        })
    }
}

/// `Auto-Submitted: auto-generated`, by RFC 3834.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}
