//! `backproof exceptions`: what runs left to people, and what people do about it.

mod show;

use backproof_model::exception::{Exception, ExceptionChange, ExceptionEvent, Status, may_accept, of_register};
use backproof_model::register::RegisterEvent;
use backproof_store::Store;
use jiff::Timestamp;
use serde_json::json;

use crate::args::exceptions::{Accept, Exceptions, ExceptionsCommand};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::wiring;

pub(crate) async fn perform(common: &Common, exceptions: &Exceptions) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        let problem = format!("there is no state in `{}` yet, so no run left anything to anybody", directory.display());
        return Err(UsageError(problem).into());
    }
    match &exceptions.command {
        ExceptionsCommand::List { all } => list(common, *all).await,
        ExceptionsCommand::Show { id } => show_one(common, *id).await,
        ExceptionsCommand::Assign(assign) => {
            let (owner, ticket) = (assign.owner.clone(), assign.ticket.clone());
            let change = ExceptionChange::Assigned { owner, ticket, due: assign.due };
            change_one(common, assign.id, change, |_, _| Ok(())).await
        }
        ExceptionsCommand::Note(note) => {
            let (text, root_cause) = (note.text.clone(), note.root_cause.clone());
            let change = ExceptionChange::Noted { text, root_cause, management_response: note.response.clone() };
            change_one(common, note.id, change, |_, _| Ok(())).await
        }
        ExceptionsCommand::Accept(Accept { id, reason, person, expires }) => {
            let change =
                ExceptionChange::Accepted { reason: reason.clone(), person: person.clone(), expires: *expires };
            let may = |exception: &Exception, now| {
                may_accept(exception, (reason, person), *expires, now).map_err(|problem| problem.to_string())
            };
            change_one(common, *id, change, may).await
        }
    }
}

async fn read(common: &Common) -> anyhow::Result<(Vec<Exception>, Timestamp)> {
    let clock = wiring::clock(common);
    let store = Store::open_to_read(&wiring::state_directory(common), clock.clone()).await?;
    let events = store.events().await?;
    Ok((of_register(events.iter().map(|(_, event)| event)), clock.now()))
}

async fn list(common: &Common, all: bool) -> anyhow::Result<Exit> {
    let (mut exceptions, now) = read(common).await?;
    exceptions.retain(|exception| all || exception.closed.is_none());
    match common.output {
        Format::Json => print_json(&exceptions.iter().map(|it| as_json(it, now)).collect::<Vec<_>>())?,
        Format::Text => show::list(&exceptions, all, now),
    }
    Ok(Exit::Passed)
}

async fn show_one(common: &Common, id: u64) -> anyhow::Result<Exit> {
    let (exceptions, now) = read(common).await?;
    let Some(exception) = exceptions.iter().find(|exception| exception.id == id) else {
        return Err(unknown(id, &exceptions).into());
    };
    match common.output {
        Format::Json => print_json(&as_json(exception, now))?,
        Format::Text => show::one(exception, now),
    }
    Ok(Exit::Passed)
}

/// Changes one exception, if it is there and `may` has nothing against it. Both are decided where it is written.
async fn change_one(
    common: &Common,
    id: u64,
    change: ExceptionChange,
    may: impl FnOnce(&Exception, Timestamp) -> Result<(), String> + Send,
) -> anyhow::Result<Exit> {
    let clock = wiring::clock(common);
    let directory = wiring::state_directory(common);
    let store = wiring::open_store(&directory, common.mirror.as_deref(), clock.clone()).await?;
    let (now, by) = (clock.now(), wiring::operator_of(common));
    let mut refused = None;
    let decide = |events: &[(Timestamp, RegisterEvent)]| {
        let known = of_register(events.iter().map(|(_, event)| event));
        let Some(exception) = known.iter().find(|exception| exception.id == id) else {
            refused = Some(unknown(id, &known));
            return Vec::new();
        };
        match may(exception, now) {
            Ok(()) => vec![RegisterEvent::Exception(ExceptionEvent { id, at: now, by, change })],
            Err(problem) => {
                refused = Some(UsageError(problem));
                Vec::new()
            }
        }
    };
    store.record_with(decide).await?;
    store.close().await;
    match refused {
        Some(refused) => Err(refused.into()),
        None => show_one(common, id).await,
    }
}

fn unknown(id: u64, known: &[Exception]) -> UsageError {
    let numbers: Vec<String> = known.iter().map(|exception| exception.id.to_string()).collect();
    let known = if numbers.is_empty() { "there are none".into() } else { format!("there are {}", numbers.join(", ")) };
    UsageError(format!("there is no exception {id}; {known}"))
}

fn as_json(exception: &Exception, now: Timestamp) -> serde_json::Value {
    json!({
        "status": status(exception, now),
        "overdue": exception.is_overdue(now),
        "tested_for_certain": exception.is_open(now) && exception.opened.subject.test().is_some(),
        "exception": exception,
    })
}

fn status(exception: &Exception, now: Timestamp) -> &'static str {
    match exception.status(now) {
        Status::Open => "open",
        Status::Accepted { .. } => "accepted",
        Status::Closed => "closed",
    }
}

#[cfg(test)]
mod tests {
    use backproof_model::FaultOwner;
    use backproof_model::exception::{Opened, Subject};
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    /// What comes of `backproof exceptions` with these words, said by Rosa in this state directory.
    fn said(directory: &std::path::Path, words: &[&str]) -> anyhow::Result<Exit> {
        let state = directory.to_str().unwrap();
        let typed = [["backproof", "--state", state, "--operator", "Rosa", "exceptions"].as_slice(), words].concat();
        let Arguments { common, command } = Arguments::try_parse_from(typed)?;
        let Command::Exceptions(exceptions) = command else { panic!("{command:?}") };
        block_on(perform(&common, &exceptions))
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn store(directory: &std::path::Path) -> impl Future<Output = Store> {
        let clock = std::sync::Arc::new(backproof_clock::RealClock);
        async move { wiring::open_store(directory, None, clock).await.unwrap() }
    }

    /// A state directory with something left behind, as exception 1.
    fn with_one() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        block_on(async {
            let store = store(directory.path()).await;
            let at = store.clock().now();
            let opened = Opened {
                plan_name: "quarterly".into(),
                run: 1,
                subject: Subject::Leftover { arn: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1".into() },
                fault_owner: FaultOwner::Sandbox,
                why: "denied".into(),
                due: at,
            };
            let change = ExceptionChange::Opened(Box::new(opened));
            let event = ExceptionEvent { id: 1, at, by: "backproof".into(), change };
            store.record(RegisterEvent::Exception(event)).await.unwrap();
            store.close().await;
        });
        directory
    }

    fn only(directory: &std::path::Path) -> Exception {
        let events = block_on(async { store(directory).await.events().await.unwrap() });
        of_register(events.iter().map(|(_, event)| event)).remove(0)
    }

    #[test]
    fn a_change_is_kept_with_who_made_it() {
        let directory = with_one();
        said(directory.path(), &["assign", "1", "--owner", "Ada", "--ticket", "OPS-1"]).unwrap();
        said(directory.path(), &["note", "1", "--root-cause", "a policy"]).unwrap();
        said(directory.path(), &["list"]).unwrap();
        let exception = only(directory.path());
        assert_eq!((exception.owner.as_deref(), exception.root_cause.as_deref()), (Some("Ada"), Some("a policy")));
        let by: Vec<&str> = exception.history.iter().map(|event| event.by.as_str()).collect();
        assert_eq!(by, ["backproof", "Rosa", "Rosa"]);
    }

    #[test]
    fn an_unknown_number_is_refused_with_the_known_ones() {
        let directory = with_one();
        for words in [["show", "7"].as_slice(), &["assign", "7", "--owner", "Ada"]] {
            let error = said(directory.path(), words).unwrap_err();
            assert!(error.is::<UsageError>() && error.to_string().contains("there are 1"), "{error}");
        }
    }

    #[test]
    fn an_acceptance_needs_its_three_parts_and_something_that_is_open() {
        let directory = with_one();
        let accept = |expires: &str| {
            let words = ["accept", "1", "--reason", "known", "--person", "Ada", "--expires", expires];
            said(directory.path(), &words)
        };
        assert!(said(directory.path(), &["accept", "1", "--reason", "known", "--person", "Ada"]).is_err());
        assert!(accept("2020-01-01").unwrap_err().is::<UsageError>(), "in the past");
        assert!(accept("9999-01-01").unwrap_err().is::<UsageError>(), "for more than a year");
        assert_eq!(only(directory.path()).acceptance, None);
        let soon = (only(directory.path()).opened_at + jiff::SignedDuration::from_hours(48)).to_string();
        accept(&soon).unwrap();
        assert!(only(directory.path()).acceptance.is_some());
        block_on(async {
            let store = store(directory.path()).await;
            let arn = "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1";
            backproof_engine::exceptions::closed_by_deletion(&store, arn).await.unwrap();
            store.close().await;
        });
        assert!(accept(&soon).unwrap_err().to_string().contains("closed"));
    }

    #[test]
    fn a_change_that_names_nothing_is_refused() {
        let directory = with_one();
        for words in [["assign", "1"], ["note", "1"]] {
            assert!(said(directory.path(), &words).is_err(), "{words:?}");
        }
    }
}
