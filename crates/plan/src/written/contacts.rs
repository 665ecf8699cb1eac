//! Texts that say who is told and what is paid: variables, topics, mail servers, addresses, currencies.

use backproof_model::Arn;

use super::texts::{TextForm, kept_text};

kept_text!(
    /// The name of an environment variable.
    VariableName,
    "the name of an environment variable",
    "BACKPROOF_WEBHOOK_URL",
    "^[A-Za-z_][A-Za-z0-9_]*$",
    |text| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !text.is_empty() && text.bytes().all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit())
    }
);
kept_text!(
    /// A currency.
    Currency,
    "a currency (three capital letters)",
    "USD",
    "^[A-Z]{3}$",
    |text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
);
kept_text!(
    /// The ARN of an SNS topic.
    TopicArn,
    "the ARN of an SNS topic",
    "arn:aws:sns:eu-central-1:999988887777:backproof",
    "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
    |text| {
        let is_name = |name: &str| {
            (1..=256).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        text.parse::<Arn>().is_ok_and(|arn| {
            arn.service() == "sns" && arn.region().is_some() && arn.account().is_some() && is_name(arn.resource())
        })
    }
);
kept_text!(
    /// The ARN of a KMS key.
    KeyArn,
    "the ARN of a KMS key",
    "arn:aws:kms:eu-central-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]{1,256}$",
    |text| {
        let is_key = |resource: &str| {
            let name = resource.strip_prefix("key/").or_else(|| resource.strip_prefix("alias/"));
            name.is_some_and(|name| {
                (1..=256).contains(&name.len())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'))
            })
        };
        text.parse::<Arn>().is_ok_and(|arn| {
            arn.service() == "kms" && arn.region().is_some() && arn.account().is_some() && is_key(arn.resource())
        })
    }
);
kept_text!(
    /// An address of the web.
    HttpUrl,
    "an address that begins with `https://` or `http://`",
    "https://timestamp.example.com",
    "^https?://[^\\s/]+",
    |text| {
        let place = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        place.is_some_and(|place| !place.is_empty() && !place.starts_with('/') && !text.contains(char::is_whitespace))
    }
);
kept_text!(
    /// A mail server.
    MailServer,
    "a mail server: `smtps://host:port`, or `smtp://host:port` for STARTTLS",
    "smtps://mail.example.com:465",
    "^smtps?://[^\\s/@:]+:[0-9]{1,5}$",
    |text| {
        let place = text.strip_prefix("smtps://").or_else(|| text.strip_prefix("smtp://"));
        place.and_then(|place| place.split_once(':')).is_some_and(|(host, port)| {
            let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'@'));
            is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
        })
    }
);
kept_text!(
    /// The address of a mailbox.
    MailAddress,
    "a mail address, without a name",
    "ops@example.com",
    "^[^\\s@<>,]+@[^\\s@<>,]+$",
    |text| {
        let is_part = |part: &str| {
            !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;\"".contains(c))
        };
        text.split_once('@').is_some_and(|(mailbox, domain)| is_part(mailbox) && is_part(domain))
    }
);
