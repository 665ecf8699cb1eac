//! What is on its way, kept on disk until it arrives, so that a kill loses no alarm.
//!
//! A process appends to a file of its own, which it holds locked for as long as it lives: `undelivered.jsonl`, or
//! `undelivered-2.jsonl` where that one is taken, and so on. A line says that a letter waits for a channel, or that it
//! waits no longer. A file that nobody holds is left over from a process that ended, and its letters are taken on.
//! Where the disk refuses, letters wait in memory: a full disk must not silence the alarm that tells of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::Letter;

/// More processes on one state directory find no file of their own, and keep letters in memory.
const MOST_FILES: u32 = 64;
/// So many letters wait for one channel at most; a storm beyond is in the log only.
const MOST_WAITING: usize = 1000;

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// A letter waits for a channel.
    Waits { channel: String, letter: Letter },
    /// It waits no longer.
    Gone { channel: String, id: String },
}

/// Letters that wait, by channel and id, each with what the last attempt said.
type Waiting = BTreeMap<(String, String), (Letter, Option<String>)>;

/// The letters of this process that have not arrived.
pub(crate) struct Outbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Waiting,
    file: Option<File>,
    /// Whether the file holds letters for channels that this process does not have; they are left to others.
    holds_others: bool,
    /// Whether the last line may be half written.
    torn: bool,
}

impl Outbox {
    /// Opens the outbox in `folder`, and takes on letters for `channels` that other processes left, unless they were
    /// raised before `oldest`.
    pub(crate) fn open(folder: &Path, channels: &BTreeSet<String>, oldest: Timestamp) -> Self {
        let outbox = Self::in_memory();
        match take_on(folder, channels, oldest) {
            Ok(state) => *outbox.state() = state,
            Err(error) => tell(&format!("letters are kept in memory only: {}: {error}", folder.display())),
        }
        outbox
    }

    /// An outbox that does not outlive the process.
    pub(crate) fn in_memory() -> Self {
        Self { state: Mutex::default() }
    }

    /// Keeps a letter for a channel; `false` where too many wait already.
    pub(crate) fn keep(&self, channel: &str, letter: &Letter) -> bool {
        let mut state = self.state();
        if state.waiting.keys().filter(|(waits_for, _)| waits_for == channel).count() >= MOST_WAITING {
            return false;
        }
        state.append(&Line::Waits { channel: channel.to_owned(), letter: letter.clone() });
        state.waiting.insert((channel.to_owned(), letter.id.clone()), (letter.clone(), None));
        true
    }

    /// Remembers what the last attempt said.
    pub(crate) fn failed(&self, channel: &str, id: &str, why: &str) {
        if let Some((_, trouble)) = self.state().waiting.get_mut(&(channel.to_owned(), id.to_owned())) {
            *trouble = Some(why.to_owned());
        }
    }

    /// Lets a letter go: it arrived, or is too old.
    pub(crate) fn gone(&self, channel: &str, id: &str) {
        self.state().let_go(channel, id);
    }

    /// Lets all letters go that were raised before `oldest`, and says how many.
    pub(crate) fn forget_before(&self, oldest: Timestamp) -> usize {
        let mut state = self.state();
        let old: Vec<_> = state.waiting.iter().filter(|(_, (letter, _))| letter.alarm.at < oldest).collect();
        let old: Vec<_> = old.into_iter().map(|(key, _)| key.clone()).collect();
        for (channel, id) in &old {
            tell(&format!("alarm {id} is given up: it has waited too long for {channel}"));
            state.let_go(channel, id);
        }
        old.len()
    }

    /// Lets go of the file, for the next process. What happens from now on is remembered in memory only.
    pub(crate) fn close(&self) {
        self.state().file = None;
    }

    /// Everything that waits: channel, letter, and what the last attempt said.
    pub(crate) fn waiting(&self) -> Vec<(String, Letter, Option<String>)> {
        let state = self.state();
        let listed =
            state.waiting.iter().map(|((channel, _), (letter, why))| (channel.clone(), letter.clone(), why.clone()));
        listed.collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn let_go(&mut self, channel: &str, id: &str) {
        if self.waiting.remove(&(channel.to_owned(), id.to_owned())).is_none() {
            return;
        }
        self.append(&Line::Gone { channel: channel.to_owned(), id: id.to_owned() });
        if self.waiting.is_empty()
            && !self.holds_others
            && let Some(file) = &mut self.file
        {
            match file.set_len(0) {
                Ok(()) => self.torn = false,
                Err(error) => tell(&format!("cannot empty the file of undelivered alarms: {error}")),
            }
        }
    }

    fn append(&mut self, line: &Line) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = append(file, line, self.torn) {
            tell(&format!("a letter is kept in memory only: {error}"));
            self.torn = true;
        } else {
            self.torn = false;
        }
    }
}

fn append(file: &mut File, line: &Line, torn: bool) -> std::io::Result<()> {
    let text = serde_json::to_string(line)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(format!("{}{text}\n", if torn { "\n" } else { "" }).as_bytes())?;
    file.sync_data()
}

/// Finds a file of our own, and takes on what others left.
fn take_on(folder: &Path, channels: &BTreeSet<String>, oldest: Timestamp) -> std::io::Result<State> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut state = State::default();
    for number in 1..=MOST_FILES {
        let path = file_name(folder, number);
        if state.file.is_some() && !path.exists() {
            break;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => continue,
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        let (found, torn) = read(&mut file, &path)?;
        let (ours, others): (Waiting, Waiting) = found
            .into_iter()
            .partition(|((channel, _), (letter, _))| channels.contains(channel) || letter.alarm.at < oldest);
        if state.file.is_none() {
            // Ours from now on: what is in it need not be written again.
            state = State { waiting: ours, file: Some(file), holds_others: !others.is_empty(), torn };
            continue;
        }
        for ((channel, id), (letter, why)) in ours {
            state.append(&Line::Waits { channel: channel.clone(), letter: letter.clone() });
            append(&mut file, &Line::Gone { channel: channel.clone(), id: id.clone() }, torn)?;
            state.waiting.insert((channel, id), (letter, why));
        }
        if others.is_empty() {
            file.set_len(0)?;
        }
    }
    Ok(state)
}

fn file_name(folder: &Path, number: u32) -> PathBuf {
    match number {
        1 => folder.join("undelivered.jsonl"),
        _ => folder.join(format!("undelivered-{number}.jsonl")),
    }
}

/// What waits according to a file, and whether its last line is torn.
fn read(file: &mut File, path: &Path) -> std::io::Result<(Waiting, bool)> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let mut waiting = Waiting::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(Line::Waits { channel, letter }) => {
                waiting.insert((channel, letter.id.clone()), (letter, None));
            }
            Ok(Line::Gone { channel, id }) => {
                waiting.remove(&(channel, id));
            }
            Err(_) => tell(&format!("{}: line {} is half written or of another version", path.display(), number + 1)),
        }
    }
    Ok((waiting, bytes.last().is_some_and(|last| *last != b'\n')))
}

fn tell(what: &str) {
    tracing::error!("alarms: {what}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Alarm;
    use crate::kind::AlarmKind;

    const LONG_AGO: Timestamp = Timestamp::UNIX_EPOCH;

    fn letter(run: u64) -> Letter {
        let alarm = Alarm::new(AlarmKind::RunFinished, "p", "2026-01-05T09:00:00Z".parse().unwrap(), "s").of_run(run);
        Letter { id: alarm.id(), alarm }
    }

    fn channels(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn runs(outbox: &Outbox) -> Vec<u64> {
        let mut runs: Vec<_> = outbox.waiting().into_iter().filter_map(|(_, letter, _)| letter.alarm.run).collect();
        runs.sort_unstable();
        runs
    }

    #[test]
    fn the_next_process_finds_what_did_not_arrive_and_only_that() {
        let folder = tempfile::tempdir().unwrap();
        let first = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        assert!(first.keep("a", &letter(1)) && first.keep("a", &letter(2)));
        first.gone("a", &letter(1).id);
        drop(first);
        let second = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        assert_eq!(runs(&second), [2]);
        second.gone("a", &letter(2).id);
        assert_eq!(std::fs::read(folder.path().join("undelivered.jsonl")).unwrap(), b"");
    }

    #[test]
    fn processes_side_by_side_do_not_take_each_others_letters() {
        let folder = tempfile::tempdir().unwrap();
        let first = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        first.keep("a", &letter(1));
        let second = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        second.keep("a", &letter(2));
        assert_eq!((runs(&first), runs(&second)), (vec![1], vec![2]));
        drop((first, second));
        let third = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        assert_eq!(runs(&third), [1, 2]);
        drop(third);
        let fourth = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        assert_eq!(runs(&fourth), [1, 2], "what was taken on is in one file, once");
    }

    #[test]
    fn letters_for_channels_of_others_stay_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let both = Outbox::open(folder.path(), &channels(&["a", "b"]), LONG_AGO);
        both.keep("a", &letter(1));
        both.keep("b", &letter(2));
        drop(both);
        let only_a = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        assert_eq!(runs(&only_a), [1]);
        only_a.gone("a", &letter(1).id);
        drop(only_a);
        assert_eq!(runs(&Outbox::open(folder.path(), &channels(&["b"]), LONG_AGO)), [2]);
    }

    #[test]
    fn a_half_written_line_costs_itself_and_nothing_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        first.keep("a", &letter(1));
        drop(first);
        let path = folder.path().join("undelivered.jsonl");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"waits\":{\"chan");
        std::fs::write(&path, text).unwrap();
        let second = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        second.keep("a", &letter(2));
        drop(second);
        assert_eq!(runs(&Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO)), [1, 2]);
    }

    #[test]
    fn what_waited_too_long_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(folder.path(), &channels(&["a"]), LONG_AGO);
        outbox.keep("a", &letter(1));
        assert_eq!(outbox.forget_before("2026-01-05T08:00:00Z".parse().unwrap()), 0);
        assert_eq!(outbox.forget_before("2026-01-06T09:00:00Z".parse().unwrap()), 1);
        assert_eq!(runs(&outbox), [0; 0]);
    }

    #[test]
    fn a_storm_is_bounded() {
        let outbox = Outbox::in_memory();
        let kept = (0..2000).filter(|run| outbox.keep("a", &letter(*run))).count();
        assert_eq!(kept, MOST_WAITING);
        assert!(outbox.keep("b", &letter(1)));
    }

    #[test]
    fn without_a_disk_letters_wait_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let outbox = Outbox::open(&file.join("alarms"), &channels(&["a"]), LONG_AGO);
        assert!(outbox.keep("a", &letter(1)));
        assert_eq!(runs(&outbox), [1]);
    }
}
