//! Each value that would keep a plan from being left alone: schedules, budgets, alarms.

use crate::cases::case;
use crate::refusals::assert_refused;

#[test]
fn schedules_that_nothing_could_keep() {
    const TABLE: &str = "#[schedule]\n";
    assert_refused(&[
        case(
            &[(TABLE, "[schedule]\nat = \"first Moonday of the quarter at 09:00\"\ntime_zone = \"UTC\"\n")],
            "at",
            "`moonday` is no day of the week",
            "every Sunday at 03:00",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"0 0 9 * * MON\"\ntime_zone = \"UTC\"\n")],
            "at",
            "it has 6 fields",
            "five fields",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"0 9 30 FEB *\"\ntime_zone = \"UTC\"\n")],
            "at",
            "`0 9 30 FEB *` never happens",
            "a day that the calendar has",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"@daily\"\ntime_zone = \"Europe/Berln\"\n")],
            "time_zone",
            "`Europe/Berln` is no time zone",
            "did you mean `Europe/Berlin`?",
        ),
        case(&[(TABLE, "[schedule]\nat = \"@daily\"\n")], "[schedule]", "`time_zone` is missing", "time_zone = "),
        case(
            &[(TABLE, "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\nstart_window = \"24h\"\n")],
            "start_window",
            "as close as 1d together",
            "shorter than 1d",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"0 * * * *\"\ntime_zone = \"UTC\"\n")],
            "at",
            "a start window of 4h reaches into the next",
            "shorter than 1h",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\njitter = \"5h\"\n")],
            "jitter",
            "beyond its window of 4h",
            "at most 4h",
        ),
        case(
            &[(
                TABLE,
                "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nat = \"@daily\"\nlasts = \"1d\"\nwhy = \"w\"\n",
            )],
            "[[schedule.blackouts]]",
            "begins again before it has ended",
            "shorter",
        ),
        case(
            &[(
                TABLE,
                "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nfrom = 2026-12-20\nlasts = \"1d\"\nwhy = \"w\"\n",
            )],
            "[[schedule.blackouts]]",
            "does not say when it is",
            "`from` and `until`",
        ),
        case(
            &[(
                TABLE,
                "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nfrom = 2026-12-20\nuntil = 2026-12-19T08:00:00\nwhy = \"w\"\n",
            )],
            "until",
            "ends before it begins",
            "first moment after",
        ),
        case(
            &[(
                TABLE,
                "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nfrom = 2026-12-20T08:00:00Z\nuntil = 2027-01-01\nwhy = \"w\"\n",
            )],
            "from",
            "is no local date and time",
            "without an offset",
        ),
        case(
            &[(TABLE, "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\ncatch_up = \"all\"\n")],
            "catch_up",
            "`all` is not known",
            "`once` and `never`",
        ),
    ]);
}

#[test]
fn budgets_that_are_none() {
    const TABLE: &str = "#[budget]\n";
    assert_refused(&[
        case(&[(TABLE, "[budget]\nper_run = 0\n")], "per_run", "`0` is not above zero", "as 50 or 12.34"),
        case(
            &[(TABLE, "[budget]\nper_run = \"50 USD\"\n")],
            "per_run",
            "is not a sum of money",
            "without the currency",
        ),
        case(&[(TABLE, "[budget]\nper_run = 1e3\n")], "per_run", "is not a sum of money", "as 50 or 12.34"),
        case(&[(TABLE, "[budget]\nper_run = true\n")], "per_run", "expected an amount", "as 50 or 12.34"),
        case(&[(TABLE, "[budget]\ncurrency = \"usd\"\n")], "currency", "is not a currency", "USD"),
        case(
            &[(TABLE, "[budget]\nper_run = 5\nper_restore_test = 5.000001\n")],
            "per_restore_test",
            "may cost more than the whole run",
            "larger `per_run`",
        ),
    ]);
}

#[test]
fn alarms_that_would_reach_nobody_or_give_secrets_away() {
    const AT: &str = "#[[alarms.topics]]\n";
    assert_refused(&[
        case(&[(AT, "[[alarms.webhooks]]\n")], "[[alarms.webhooks]]", "where the url is kept", "`url_env = "),
        case(
            &[(AT, "[[alarms.webhooks]]\nurl = \"https://hooks.example.com/secret\"\n")],
            "url",
            "unknown key `url`",
            "url_",
        ),
        case(
            &[(AT, "[[alarms.webhooks]]\nurl_file = \"f\"\nurl_env = \"V\"\n")],
            "[[alarms.webhooks]]",
            "two places for one url",
            "either",
        ),
        case(
            &[(AT, "[[alarms.webhooks]]\nurl_env = \"https://example.com\"\n")],
            "url_env",
            "is not the name of an environment variable",
            "BACKPROOF_WEBHOOK_URL",
        ),
        case(
            &[(AT, "[[alarms.topics]]\ntopic_arn = \"arn:aws:sqs:eu-central-1:999988887777:q\"\n")],
            "topic_arn",
            "is not the ARN of an SNS topic",
            "arn:aws:sns:",
        ),
        case(
            &[(AT, "[[alarms.mails]]\nserver = \"mail.example.com\"\nfrom = \"a@b\"\nto = [\"c@d\"]\n")],
            "server",
            "is not a mail server",
            "smtps://mail.example.com:465",
        ),
        case(
            &[(AT, "[[alarms.mails]]\nserver = \"smtps://m:465\"\nfrom = \"a@b\"\nto = []\n")],
            "to",
            "this list is empty",
            "at least one recipient",
        ),
        case(
            &[(AT, "[[alarms.mails]]\nserver = \"smtps://m:465\"\nfrom = \"a@b\"\nto = [\"Ada <a@b>\"]\n")],
            "to",
            "is not a mail address",
            "ops@example",
        ),
        case(
            &[(AT, "[[alarms.mails]]\nserver = \"smtps://m:465\"\nfrom = \"a@b\"\nto = [\"c@d\"]\nuser = \"u\"\n")],
            "[[alarms.mails]]",
            "where the password is kept",
            "`password_file = ",
        ),
        case(
            &[(
                AT,
                "[[alarms.mails]]\nserver = \"smtps://m:465\"\nfrom = \"a@b\"\nto = [\"c@d\"]\npassword_env = \"P\"\n",
            )],
            "password_env",
            "never used without a user",
            "user",
        ),
        case(&[(AT, "[alarms.heartbeat]\nevery = \"5m\"\n")], "[alarms.heartbeat]", "where the url is kept", "either"),
        case(&[(AT, "[[alarms.webhooks]]\nurl_env = \"V\"\nleast = \"high\"\n")], "least", "not known", "`page`"),
    ]);
}

#[test]
fn archives_that_nothing_could_be_put_into() {
    const TABLE: &str = "#[archive]\n";
    assert_refused(&[
        case(&[(TABLE, "[archive]\nretention_years = 7\n")], "[archive]", "`to` is missing", "to = \"s3://"),
        case(&[(TABLE, "[archive]\nto = \"s3://Log\"\n")], "to", "is not a bucket", "s3://log-archive/backproof"),
        case(&[(TABLE, "[archive]\nto = \"s3://log-archive/a/../b\"\n")], "to", "is not a bucket", "s3://"),
        case(&[(TABLE, "[archive]\nto = \"https://log-archive\"\n")], "to", "is not a bucket", "s3://"),
        case(
            &[(TABLE, "[archive]\nto = \"s3://log-archive\"\nretention_years = 0\n")],
            "retention_years",
            "out of range",
            "from 1 to 100",
        ),
        case(
            &[(TABLE, "[archive]\nto = \"s3://log-archive\"\nlock = \"none-accepted\"\n")],
            "lock",
            "without a reason",
            "lock_reason",
        ),
        case(
            &[(TABLE, "[archive]\nto = \"s3://log-archive\"\nlock_reason = \"w\"\n")],
            "lock_reason",
            "no lock is not accepted",
            "lock = \"none-accepted\"",
        ),
        case(
            &[(TABLE, "[archive]\nto = \"/mnt/evidence\"\nmode = \"governance\"\n")],
            "mode",
            "the archive is a directory",
            "remove it",
        ),
        case(
            &[(TABLE, "[archive]\nto = \"s3://log-archive\"\nexternal_id = \"k3v9\"\n")],
            "external_id",
            "never used",
            "role_arn",
        ),
    ]);
}
