//! `backproof validator`: which validators there are, and whether a program of one's own can be one.

use std::path::Path;

use backproof_model::Claim;
use backproof_validators::{ABOUT, About, NAMES};
use backproof_validators_exec::ExecSettings;
use backproof_validators_exec::conformance::{CaseResult, Given, Met, Suite, TargetKind};
use serde_json::json;

use crate::args::validator::{Action, Kind, Test, Validator};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::{print_json, print_table};
use crate::wiring;

/// The page that `cargo xtask generate` writes from each validator's own documentation.
const PAGE: &str = include_str!("../../../../docs/validators.md");

pub(crate) async fn perform(common: &Common, validator: &Validator) -> anyhow::Result<Exit> {
    match &validator.action {
        Action::List => list(common),
        Action::Describe { name } => describe(common, name),
        Action::Test(test) => try_program(common, test).await,
    }
}

fn list(common: &Common) -> anyhow::Result<Exit> {
    match common.output {
        Format::Json => {
            let row = |about: &About| {
                let About { name, examines, claims, highest, permissions } = about;
                json!({ "name": name, "examines": examines, "claims": claims, "highest_level": highest,
                    "permissions": permissions.iter().map(|needed| needed.action).collect::<Vec<_>>() })
            };
            print_json(&ABOUT.iter().map(row).collect::<Vec<_>>())?;
        }
        Format::Text => {
            let head = ["NAME", "UP TO", "EXAMINES"].map(str::to_owned).to_vec();
            let row = |about: &About| {
                let level = format!("{} {}", about.highest, about.highest.describe());
                vec![about.name.to_owned(), level, about.examines.to_owned()]
            };
            print_table(&std::iter::once(head).chain(ABOUT.iter().map(row)).collect::<Vec<_>>());
            println!("\nWhat a pass can establish:");
            let row = |about: &About| {
                let claims: Vec<&str> = about.claims.iter().copied().map(Claim::as_str).collect();
                vec![format!("  {}", about.name), claims.join(", ")]
            };
            print_table(&ABOUT.iter().map(row).collect::<Vec<_>>());
            println!("\n`backproof validator describe NAME` says more.");
        }
    }
    Ok(Exit::Passed)
}

fn describe(common: &Common, name: &str) -> anyhow::Result<Exit> {
    let text = chapter(name)
        .ok_or_else(|| UsageError(format!("there is no validator `{name}`; there are {}", NAMES.join(", "))))?;
    match common.output {
        Format::Json => print_json(&json!({ "name": name, "text": text }))?,
        Format::Text => println!("{text}"),
    }
    Ok(Exit::Passed)
}

/// What the page says of a validator.
fn chapter(name: &str) -> Option<&'static str> {
    let chapters = PAGE.split("\n## ").skip(1);
    chapters
        .filter_map(|chapter| chapter.split_once('\n'))
        .find(|(title, _)| *title == name)
        .map(|(_, text)| text.trim())
}

async fn try_program(common: &Common, test: &Test) -> anyhow::Result<Exit> {
    let Test { kind, settings, file, environment, memory_mib, real, empty, seconds, program } = test;
    let files: serde_json::Map<_, _> = file.iter().map(|(name, path)| (name.clone(), json!(path))).collect();
    let settings = json!({
        "program": program,
        "settings": settings,
        "files": files,
        "environment": environment,
        "memory_mib": memory_mib,
    });
    let suite = Suite {
        settings: ExecSettings::read(&settings).map_err(|error| UsageError(error.problem))?,
        kind: match kind {
            Kind::Database => TargetKind::Database,
            Kind::Table => TargetKind::Table,
        },
        real: real.as_deref().map(given).transpose()?,
        empty: empty.as_deref().map(given).transpose()?,
        seconds: *seconds,
    };
    let cases = suite.try_all(&wiring::clock(common)).await.map_err(UsageError)?;
    let unmet = cases.iter().filter(|case| matches!(case.result, Met::NotMet(_))).count();
    match common.output {
        Format::Json => {
            print_json(&json!({ "program": program, "cases": cases.iter().map(as_json).collect::<Vec<_>>() }))?;
        }
        Format::Text => print_cases(&cases, unmet),
    }
    Ok(if unmet == 0 { Exit::Passed } else { Exit::Failed })
}

fn given(file: &Path) -> anyhow::Result<Given> {
    let refuse = |problem: String| UsageError(format!("`{}`: {problem}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let given = serde_json::from_str(&text);
    Ok(given.map_err(|error| refuse(format!("is no `{{\"request\": {{...}}, \"secrets\": {{...}}}}`: {error}")))?)
}

fn as_json(case: &CaseResult) -> serde_json::Value {
    let (result, detail) = words(case);
    json!({ "case": case.case, "expects": case.expects, "result": result, "detail": detail })
}

fn words(case: &CaseResult) -> (&'static str, Option<&str>) {
    match &case.result {
        Met::Met => ("met", None),
        Met::NotMet(instead) => ("not-met", Some(instead)),
        Met::NotTried(missing) => ("not-tried", Some(missing)),
    }
}

fn print_cases(cases: &[CaseResult], unmet: usize) {
    for case in cases {
        let (result, detail) = words(case);
        println!("{:<10} {:<23} {}", result.replace('-', " "), case.case, case.expects);
        if let Some(detail) = detail {
            println!("           {detail}");
        }
    }
    let untried = cases.iter().filter(|case| matches!(case.result, Met::NotTried(_))).count();
    let met = cases.len() - unmet - untried;
    println!("\n{met} of {} cases met, {unmet} not met, {untried} not tried.", cases.len());
    if unmet == 0 {
        println!("Whether it notices a bad backup is not tried here: plant what it should notice, and see.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_chapter_for_every_validator() {
        for name in NAMES {
            let text = chapter(name).unwrap_or_else(|| panic!("no chapter on {name}: run `cargo xtask generate`"));
            assert!(text.starts_with(&format!("The validator `{name}`")), "{name}: {text}");
        }
        assert_eq!(chapter("nothing"), None);
    }
}
