//! What was raised lately, over all processes of a state directory, so that the same alarm is not sent again and again.
//!
//! A memory that cannot be read or written makes an alarm go out twice; it never keeps one back.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What was raised when, by [`Alarm::sameness`](crate::Alarm).
pub(crate) struct Recent {
    file: Option<PathBuf>,
    window: SignedDuration,
    own: BTreeMap<String, Timestamp>,
}

impl Recent {
    /// A memory in `file` (one line each: what, and when), or in this process only.
    pub(crate) fn new(file: Option<PathBuf>, window: Duration) -> Self {
        Self { file, window: window.try_into().unwrap_or(SignedDuration::MAX), own: BTreeMap::new() }
    }

    /// Whether `what` was raised within the window before `now`; if not, it is from now on.
    pub(crate) fn repeats(&mut self, what: &str, now: Timestamp) -> bool {
        let shared = match self.file.clone().map(|file| self.look_and_note(&file, what, now)) {
            None => false,
            Some(Ok(repeats)) => repeats,
            Some(Err(error)) => {
                tracing::warn!("alarms: what was raised lately cannot be remembered: {error}");
                false
            }
        };
        let window = self.window;
        self.own.retain(|_, at| is_recent(*at, now, window));
        let own = self.own.contains_key(what);
        if !own && !shared {
            self.own.insert(what.to_owned(), now);
        }
        own || shared
    }

    /// The same in the file, which is locked meanwhile.
    fn look_and_note(&self, path: &PathBuf, what: &str, now: Timestamp) -> std::io::Result<bool> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let parsed = text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(at, what)| Some((what, at.parse().ok()?)));
        let mut noted: BTreeMap<&str, Timestamp> = parsed.filter(|(_, at)| is_recent(*at, now, self.window)).collect();
        if noted.contains_key(what) {
            return Ok(true);
        }
        noted.insert(what, now);
        let text: String = noted.iter().map(|(what, at)| format!("{at} {what}\n")).collect();
        file.seek(SeekFrom::Start(0))?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())?;
        Ok(false)
    }
}

/// A moment after `now` is as near as one before it: clocks are set back at times.
fn is_recent(at: Timestamp, now: Timestamp, window: SignedDuration) -> bool {
    now.duration_since(at).abs() < window
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    #[test]
    fn the_same_is_told_again_only_after_the_window() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("raised");
        for file in [None, Some(file)] {
            let mut recent = Recent::new(file, Duration::from_hours(23));
            let told: Vec<_> = [0, 1, 22, 23, 24].into_iter().map(|hour| !recent.repeats("x", at(hour))).collect();
            assert_eq!(told, [true, false, false, true, false]);
            assert!(!recent.repeats("y", at(24)));
        }
    }

    #[test]
    fn another_process_knows_what_was_raised() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("raised");
        let recent = || Recent::new(Some(file.clone()), Duration::from_hours(23));
        assert!(!recent().repeats("x", at(0)));
        assert!(recent().repeats("x", at(1)));
        assert!(!recent().repeats("x", at(30)));
        let lines = std::fs::read_to_string(&file).unwrap();
        assert_eq!(lines.lines().count(), 1, "what is old is forgotten: {lines}");
    }

    #[test]
    fn a_memory_that_cannot_be_written_keeps_nothing_back() {
        let mut recent = Recent::new(Some("/nonexistent/raised".into()), Duration::from_hours(23));
        assert!(!recent.repeats("x", at(0)));
        assert!(recent.repeats("x", at(1)), "this process still knows");
    }
}
