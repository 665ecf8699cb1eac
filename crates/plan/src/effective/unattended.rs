//! When the plan is due, what it may cost, who is told: with every default applied.

use std::time::Duration;

use backproof_schedule::{Blackout, BlackoutWindow, Schedule, When, zone};

use super::{Unread, all, choice, needed, seconds, text, texts};
use crate::written::{
    AlarmsTable, BlackoutTable, BudgetTable, EvidenceTable, HeartbeatTable, MailTable, NonEmpty, Optional,
    ScheduleTable, Text, TimeStampsTable, TopicTable, VariableName, WebhookTable,
};
use crate::{
    AlarmsPlan, BudgetPlan, EvidencePlan, HeartbeatPlan, MailPlan, SecretSource, SigningKeyPlan, TimeStampsPlan,
    TopicPlan, WebhookPlan,
};

/// In seconds.
pub(crate) const DEFAULT_START_WINDOW: u64 = 4 * 3600;
const DEFAULT_OVERDUE_AFTER: u64 = 7 * 86_400;
const DEFAULT_HEARTBEAT: u64 = 300;

pub(crate) fn schedule(table: ScheduleTable) -> Result<Schedule, Unread> {
    let or = |time: Option<u64>, default| Duration::from_secs(time.unwrap_or(default));
    Ok(Schedule {
        at: when(&text(needed(table.at)?))?,
        time_zone: zone(&text(needed(table.time_zone)?).0).map_err(|_| Unread)?,
        start_window: or(seconds(table.start_window), DEFAULT_START_WINDOW),
        jitter: or(seconds(table.jitter), 0),
        catch_up: choice(table.catch_up).unwrap_or_default(),
        overdue_after: or(seconds(table.overdue_after), DEFAULT_OVERDUE_AFTER),
        blackouts: all(table.blackouts, blackout)?,
    })
}

fn blackout(table: BlackoutTable) -> Result<Blackout, Unread> {
    let window = match (table.from, table.until, table.at, seconds(table.lasts)) {
        (Some(from), Some(until), None, None) => BlackoutWindow::Once { from: from.value.0, until: until.value.0 },
        (None, None, Some(at), Some(lasts)) => {
            BlackoutWindow::Recurring { at: when(&at.value.0)?, lasts: Duration::from_secs(lasts) }
        }
        // Reported as a problem by the cross-checks.
        _ => return Err(Unread),
    };
    Ok(Blackout { window, why: text(needed(table.why)?).0 })
}

fn when(words: &NonEmpty) -> Result<When, Unread> {
    When::parse(&words.0).map_err(|_| Unread)
}

pub(crate) fn budget(table: BudgetTable) -> BudgetPlan {
    BudgetPlan {
        currency: table.currency.map_or_else(|| BudgetPlan::default().currency, |currency| currency.value.0.0),
        per_run: table.per_run.map(|amount| amount.value.0),
        per_restore_test: table.per_restore_test.map(|amount| amount.value.0),
        prices: table.prices.map(|file| file.value.0.0),
        unknown: choice(table.unknown).unwrap_or_default(),
    }
}

pub(crate) fn alarms(table: AlarmsTable) -> Result<AlarmsPlan, Unread> {
    Ok(AlarmsPlan {
        webhooks: all(table.webhooks, webhook)?,
        topics: all(table.topics, topic)?,
        mails: all(table.mails, mail)?,
        heartbeat: table.heartbeat.map(|written| heartbeat(written.value)).transpose()?,
    })
}

fn webhook(table: WebhookTable) -> Result<WebhookPlan, Unread> {
    Ok(WebhookPlan {
        url: secret(table.url_file, table.url_env).ok_or(Unread)?,
        format: choice(table.format).unwrap_or_default(),
        least: choice(table.least).unwrap_or_default(),
    })
}

fn topic(table: TopicTable) -> Result<TopicPlan, Unread> {
    Ok(TopicPlan { topic_arn: text(needed(table.topic_arn)?).0, least: choice(table.least).unwrap_or_default() })
}

fn mail(table: MailTable) -> Result<MailPlan, Unread> {
    Ok(MailPlan {
        server: text(needed(table.server)?).0,
        user: table.user.map(|user| user.value.0.0),
        password: secret(table.password_file, table.password_env),
        from: text(needed(table.from)?).0,
        to: texts(needed(table.to)?).into_iter().map(|address| address.0).collect(),
        least: choice(table.least).unwrap_or_default(),
    })
}

fn heartbeat(table: HeartbeatTable) -> Result<HeartbeatPlan, Unread> {
    Ok(HeartbeatPlan {
        url: secret(table.url_file, table.url_env).ok_or(Unread)?,
        every: Duration::from_secs(seconds(table.every).unwrap_or(DEFAULT_HEARTBEAT)),
    })
}

pub(crate) fn evidence(table: EvidenceTable) -> Result<EvidencePlan, Unread> {
    let words = |written: Optional<Text<NonEmpty>>| written.map(|written| written.value.0.0);
    let in_kms = table.sign_with_kms_key.map(|arn| SigningKeyPlan::Kms(arn.value.0.0));
    Ok(EvidencePlan {
        entity: words(table.entity),
        system: words(table.system),
        classification: words(table.classification),
        logo: words(table.logo),
        frameworks: table
            .frameworks
            .map_or_else(Vec::new, |written| texts(written.value))
            .into_iter()
            .map(|name| name.0)
            .collect(),
        templates: words(table.templates),
        signed_with: words(table.sign_with).map(SigningKeyPlan::File).or(in_kms),
        time_stamps: table.time_stamps.map(|written| time_stamps(written.value)).transpose()?,
    })
}

fn time_stamps(table: TimeStampsTable) -> Result<TimeStampsPlan, Unread> {
    Ok(TimeStampsPlan { url: text(needed(table.url)?).0, certificates: table.certificates.map(|file| file.value.0.0) })
}

fn secret(file: Optional<Text<NonEmpty>>, variable: Optional<Text<VariableName>>) -> Option<SecretSource> {
    let variable = variable.map(|variable| SecretSource::Variable(variable.value.0.0));
    file.map(|file| SecretSource::File(file.value.0.0)).or(variable)
}
