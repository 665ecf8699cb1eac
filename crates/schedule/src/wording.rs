//! Recurring moments in words: `first Monday of the quarter at 09:00`.
//!
//! The grammar is small on purpose: a text is understood exactly, or refused with what would be understood.
//!
//! ```text
//! moments  = "@daily" | "@weekly" | "@monthly" | "@quarterly" | "@yearly" | days "at" HH:MM
//! days     = "every day" | "every weekday" | "every" weekdays
//!          | which weekday "of the" period | which "day of the" period | NUMBER ("st"|"nd"|"rd"|"th") "of the" period
//! weekdays = weekday { ("," | "and") weekday }
//! which    = "first" | "second" | "third" | "fourth" | "last"      ("day" takes "first" and "last" only)
//! period   = "month" | "quarter" | "half-year" | "year"
//! ```
//! Case does not count, nor do "the" and "on the" before the days. Within a quarter, half-year or year, the first days
//! are those of its first month, the last those of its last month, and a number counts in its first month.

/// What is understood, for people.
pub(crate) const UNDERSTOOD: &str = "write as in `first Monday of the quarter at 09:00`, `last Friday of the month at \
    22:30`, `15th of the month at 04:00`, `every Sunday at 03:00`, `every day at 02:00`, `@quarterly`, or a cron \
    expression such as `0 9 * JAN,APR,JUL,OCT MON#1`";

/// Why words are not understood: a fragment.
#[derive(Debug)]
pub(crate) struct NotUnderstood(pub(crate) String);

/// The words as a cron expression.
pub(crate) fn to_cron(text: &str) -> Result<String, NotUnderstood> {
    let lower = text.to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix('@') {
        return nickname(name).map(str::to_owned);
    }
    let Some((days, time)) = lower.rsplit_once(" at ") else {
        return Err(NotUnderstood("it says no time, as in `at 09:00`".into()));
    };
    let (hour, minute) = time_of_day(time)?;
    let days = days.trim_start_matches("on ").trim_start_matches("the ");
    let words: Vec<&str> = days.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let date = match words.as_slice() {
        ["every", "day"] => "* * *".to_owned(),
        ["every", "weekday"] => "* * MON-FRI".to_owned(),
        ["every", weekdays @ ..] if !weekdays.is_empty() => format!("* * {}", every(weekdays)?),
        [which, "day", "of", "the", period] => {
            let period = self::period(period)?;
            match *which {
                "first" => format!("1 {} *", period.first_months),
                "last" => format!("L {} *", period.last_months),
                other => return Err(NotUnderstood(format!("`{other} day` is neither `first day` nor `last day`"))),
            }
        }
        [which, weekday, "of", "the", period] => {
            let (weekday, period) = (self::weekday(weekday)?, self::period(period)?);
            match ordinal(which)? {
                Which::Nth(number) => format!("* {} {weekday}#{number}", period.first_months),
                Which::Last => format!("* {} {weekday}#L", period.last_months),
            }
        }
        [day, "of", "the", period] => format!("{} {} *", number(day)?, self::period(period)?.first_months),
        _ => return Err(NotUnderstood(format!("`{days}` names no days"))),
    };
    Ok(format!("{minute} {hour} {date}"))
}

fn nickname(name: &str) -> Result<&'static str, NotUnderstood> {
    match name {
        "daily" => Ok("0 0 * * *"),
        "weekly" => Ok("0 0 * * SUN"),
        "monthly" => Ok("0 0 1 * *"),
        "quarterly" => Ok("0 0 1 JAN,APR,JUL,OCT *"),
        "yearly" => Ok("0 0 1 JAN *"),
        other => Err(NotUnderstood(format!(
            "`@{other}` is none of `@daily`, `@weekly`, `@monthly`, `@quarterly` and `@yearly`"
        ))),
    }
}

fn time_of_day(text: &str) -> Result<(u8, u8), NotUnderstood> {
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = text.split_once(':').filter(|(hour, minute)| digits(hour) && digits(minute) && minute.len() == 2);
    let read = read.and_then(|(hour, minute)| Some((hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?)));
    read.filter(|(hour, minute)| *hour < 24 && *minute < 60)
        .ok_or_else(|| NotUnderstood(format!("`{text}` is no time from 00:00 to 23:59")))
}

fn every(words: &[&str]) -> Result<String, NotUnderstood> {
    let names = words.iter().filter(|word| **word != "and");
    let names: Vec<&str> = names.map(|word| weekday(word)).collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err(NotUnderstood("`every` needs a day".into()));
    }
    Ok(names.join(","))
}

fn weekday(word: &str) -> Result<&'static str, NotUnderstood> {
    match word {
        "monday" | "mon" => Ok("MON"),
        "tuesday" | "tue" => Ok("TUE"),
        "wednesday" | "wed" => Ok("WED"),
        "thursday" | "thu" => Ok("THU"),
        "friday" | "fri" => Ok("FRI"),
        "saturday" | "sat" => Ok("SAT"),
        "sunday" | "sun" => Ok("SUN"),
        other => Err(NotUnderstood(format!("`{other}` is no day of the week"))),
    }
}

enum Which {
    Nth(u8),
    Last,
}

fn ordinal(word: &str) -> Result<Which, NotUnderstood> {
    match word {
        "first" | "1st" => Ok(Which::Nth(1)),
        "second" | "2nd" => Ok(Which::Nth(2)),
        "third" | "3rd" => Ok(Which::Nth(3)),
        "fourth" | "4th" => Ok(Which::Nth(4)),
        "last" => Ok(Which::Last),
        other => Err(NotUnderstood(format!("`{other}` is none of `first`, `second`, `third`, `fourth` and `last`"))),
    }
}

/// `15th` as 15.
fn number(word: &str) -> Result<u8, NotUnderstood> {
    let suffixes = ["st", "nd", "rd", "th"];
    let digits = suffixes.iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or_default();
    let number =
        digits.parse::<u8>().ok().filter(|number| (1..=31).contains(number) && !digits.starts_with(['0', '+']));
    number.ok_or_else(|| NotUnderstood(format!("`{word}` is no day from 1st to 31st")))
}

struct Period {
    first_months: &'static str,
    last_months: &'static str,
}

fn period(word: &str) -> Result<Period, NotUnderstood> {
    let (first_months, last_months) = match word {
        "month" => ("*", "*"),
        "quarter" => ("JAN,APR,JUL,OCT", "MAR,JUN,SEP,DEC"),
        "half-year" => ("JAN,JUL", "JUN,DEC"),
        "year" => ("JAN", "DEC"),
        other => {
            return Err(NotUnderstood(format!("`{other}` is none of `month`, `quarter`, `half-year` and `year`")));
        }
    };
    Ok(Period { first_months, last_months })
}
