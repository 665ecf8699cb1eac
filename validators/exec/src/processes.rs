//! The processes of one program: all of them are found, and all of them are killed.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The process group of a program. It is killed when this value goes.
#[derive(Debug)]
pub(crate) struct Group {
    /// The program's process, which leads the group.
    leader: Option<Pid>,
    /// `HOME=<directory>`, which every process of the program inherits and no other process has.
    mark: Vec<u8>,
}

impl Group {
    /// The group of the process `id`, which was started with `home` as its home directory.
    pub(crate) fn of(id: Option<u32>, home: &Path) -> Self {
        let leader = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self { leader, mark: format!("HOME={}", home.display()).into_bytes() }
    }

    /// Kills every process of the program, those that left the group included where the system tells of them.
    pub(crate) fn kill(&self) {
        if let Some(leader) = self.leader {
            // That there is none left is the usual case.
            kill_process_group(leader, Signal::KILL).ok();
        }
        for process in self.members() {
            kill_process(process, Signal::KILL).ok();
        }
    }

    /// The processes of the program that run now, its first one included. Empty on systems without `/proc`.
    pub(crate) fn members(&self) -> Vec<Pid> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(Pid::from_raw);
        processes.filter(|process| self.is_ours(*process)).collect()
    }

    fn is_ours(&self, process: Pid) -> bool {
        let folder = format!("/proc/{}", process.as_raw_nonzero());
        let Ok(stat) = std::fs::read_to_string(format!("{folder}/stat")) else { return false };
        // After the name, which may hold anything: state, parent, group.
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let (state, group) = (fields.next(), fields.nth(1));
        let is_dead = matches!(state, Some("Z" | "X"));
        let in_group = self.leader.is_some_and(|leader| group == Some(&leader.as_raw_nonzero().to_string()));
        let is_marked = || {
            let environment = std::fs::read(format!("{folder}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == self.mark)
        };
        !is_dead && (in_group || is_marked())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
