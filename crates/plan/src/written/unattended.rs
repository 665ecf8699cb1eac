//! The tables of a plan for which nobody has to be there: when it is due, what it may cost, who is told.

use super::contacts::{Currency, HttpUrl, KeyArn, MailAddress, MailServer, TopicArn, VariableName};
use super::moments::LocalTime;
use super::numbers::Amount;
use super::table::toml_table;
use super::{Choice, LengthOfTime, List, NonEmpty, Optional, Required, Text};
use crate::{AlarmLevel, CatchUp, UnknownCost, WebhookFormat};

toml_table! {
    /// When the plan is due; for `backproof serve` and `backproof run --if-due`.
    ScheduleTable {
        /// The occurrences: in words (`first Monday of the quarter at 09:00`) or as a cron expression of five fields.
        at: Required<Text<NonEmpty>>,
        /// The time zone that they are meant in, by its IANA name.
        time_zone: Required<Text<NonEmpty>>,
        /// How long after an occurrence a run begins in time; later it is late. Default: 4h.
        start_window: Optional<Text<LengthOfTime<1>>>,
        /// By how much at most the beginning is put off, so that not all installations begin at once. Default: 0s.
        jitter: Optional<Text<LengthOfTime<0>>>,
        /// What becomes of missed occurrences. once: the latest is performed late, the others are missed. never: all
        /// are missed. Default: once.
        catch_up: Optional<Choice<CatchUp>>,
        /// How long after an occurrence without a performed run the plan is overdue. Default: 7d.
        overdue_after: Optional<Text<LengthOfTime<1>>>,
        /// Times in which no run may begin.
        blackouts: Optional<List<BlackoutTable>>,
    }
}

toml_table! {
    /// A time in which no run may begin: either `from` and `until`, or `at` and `lasts`.
    BlackoutTable {
        /// Its first moment, by the clock of the schedule's time zone.
        from: Optional<LocalTime>,
        /// The first moment after it.
        until: Optional<LocalTime>,
        /// Its first moments, where it recurs: in words or as a cron expression.
        at: Optional<Text<NonEmpty>>,
        /// How long it lasts each time.
        lasts: Optional<Text<LengthOfTime<1>>>,
        /// Why. The register repeats it where an occurrence is missed for it.
        why: Required<Text<NonEmpty>>,
    }
}

toml_table! {
    /// What may be spent. Nothing is started beyond it; a restore that is under way cannot be cancelled.
    BudgetTable {
        /// The currency of the limits, which must be that of the prices. Default: USD.
        currency: Optional<Text<Currency>>,
        /// For one run, all of its restore tests together. Default: no limit.
        per_run: Optional<Amount>,
        /// For one restore test, all of its attempts together. Default: no limit.
        per_restore_test: Optional<Amount>,
        /// A file of prices that replace built-in ones: those that it names.
        prices: Optional<Text<NonEmpty>>,
        /// What becomes of a restore test whose cost is not wholly known, where there is a limit. Default: refuse.
        unknown: Optional<Choice<UnknownCost>>,
    }
}

toml_table! {
    /// Who is told when a run finishes or fails, when something is left behind, overdue or not approved.
    AlarmsTable {
        /// Addresses that are posted to.
        webhooks: Optional<List<WebhookTable>>,
        /// SNS topics that are published to.
        topics: Optional<List<TopicTable>>,
        /// Mail servers, and who gets mails through them.
        mails: Optional<List<MailTable>>,
        /// What is called again and again as long as all goes well, so that silence is noticed elsewhere.
        heartbeat: Optional<HeartbeatTable>,
    }
}

toml_table! {
    /// Whose report it is, who signs it, and which controls it is assessed against.
    EvidenceTable {
        /// The entity that is audited.
        entity: Optional<Text<NonEmpty>>,
        /// The system that is in scope.
        system: Optional<Text<NonEmpty>>,
        /// The classification that every page carries.
        classification: Optional<Text<NonEmpty>>,
        /// The file of a picture for the first page: SVG, PNG or JPEG.
        logo: Optional<Text<NonEmpty>>,
        /// Catalogues of controls: ids of built-in ones (soc2, iso27001, ...), or files that end in `.toml`. Default: none.
        frameworks: Optional<List<Text<NonEmpty>>>,
        /// A directory of templates that replace built-in ones.
        templates: Optional<Text<NonEmpty>>,
        /// The operator's key: a file with an Ed25519 private key, as `backproof keygen` makes it.
        sign_with: Optional<Text<NonEmpty>>,
        /// The operator's key in AWS KMS (`ECC_NIST_P256`), by its ARN. Instead of `sign_with`.
        sign_with_kms_key: Optional<Text<KeyArn>>,
        /// An authority that puts time-stamps on sealed bundles.
        time_stamps: Optional<TimeStampsTable>,
    }
}

toml_table! {
    /// An authority that puts time-stamps on sealed bundles (RFC 3161).
    TimeStampsTable {
        /// Where it is asked.
        url: Required<Text<HttpUrl>>,
        /// The file with the certificates (PEM) that its answers are verified against.
        certificates: Optional<Text<NonEmpty>>,
    }
}

toml_table! {
    /// An address that is posted to. Its URL is a secret: either `url_file` or `url_env`.
    WebhookTable {
        /// The file that holds the URL.
        url_file: Optional<Text<NonEmpty>>,
        /// The environment variable that holds the URL.
        url_env: Optional<Text<VariableName>>,
        /// slack: a message that Slack shows. json: the alarm with all its parts. Default: json.
        format: Optional<Choice<WebhookFormat>>,
        /// The least severity that it is told of: notice, ticket, page. Default: notice.
        least: Optional<Choice<AlarmLevel>>,
    }
}

toml_table! {
    /// An SNS topic that is published to.
    TopicTable {
        /// The topic.
        topic_arn: Required<Text<TopicArn>>,
        /// The least severity that it is told of: notice, ticket, page. Default: notice.
        least: Optional<Choice<AlarmLevel>>,
    }
}

toml_table! {
    /// A mail server, and who gets mails through it.
    MailTable {
        /// The server: smtps:// for TLS from the first byte, smtp:// for STARTTLS.
        server: Required<Text<MailServer>>,
        /// The user to sign in as. Default: nobody signs in.
        user: Optional<Text<NonEmpty>>,
        /// The file that holds the password.
        password_file: Optional<Text<NonEmpty>>,
        /// The environment variable that holds the password.
        password_env: Optional<Text<VariableName>>,
        /// The sender.
        from: Required<Text<MailAddress>>,
        /// The recipients.
        to: Required<List<Text<MailAddress>>>,
        /// The least severity that they are told of: notice, ticket, page. Default: notice.
        least: Optional<Choice<AlarmLevel>>,
    }
}

toml_table! {
    /// What is called again and again as long as all goes well. Its URL is a secret: either `url_file` or `url_env`.
    HeartbeatTable {
        /// The file that holds the URL.
        url_file: Optional<Text<NonEmpty>>,
        /// The environment variable that holds the URL.
        url_env: Optional<Text<VariableName>>,
        /// How often. Default: 5m.
        every: Optional<Text<LengthOfTime<1>>>,
    }
}
