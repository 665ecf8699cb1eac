//! Many cases beside each other, each with a runtime of its own.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Threads for each processor: runs with a real server behind them mostly wait for it.
const THREADS_PER_PROCESSOR: usize = 3;

/// Tries every case, on several threads for each processor, and fails with everything that does not hold.
pub(crate) fn all_cases<C: Sync>(
    cases: &[C],
    name: impl Fn(&C) -> String + Sync,
    problems: impl Fn(&C) -> Vec<String> + Sync,
) {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let problems = catch_unwind(AssertUnwindSafe(|| problems(case))).unwrap_or_else(|panic| panicked(&*panic));
            let named = problems.into_iter().map(|problem| format!("{}: {problem}", name(case)));
            found.lock().unwrap().extend(named);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS_PER_PROCESSOR * std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    eprintln!("{} cases in {:.1?}, {} statements that do not hold", cases.len(), began.elapsed(), found.len());
    assert!(!cases.is_empty() && found.is_empty(), "{} statements do not hold:\n{}", found.len(), found.join("\n"));
}

fn panicked(panic: &(dyn Any + Send)) -> Vec<String> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    vec![format!("panicked: {}", text.unwrap_or("without words"))]
}
