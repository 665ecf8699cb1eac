//! `backproof sign-off`: signs a sealed bundle off, as another person than its operator.

use backproof_bundle::ReadOptions;
use backproof_signing::{Attested, Context, ExceptionDecision, SignOff};
use serde_json::json;

use crate::args::evidence::SignOff as Arguments;
use crate::args::{Common, Format};
use crate::evidence::attesting::{self, Names, SigningKey};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{approval, wiring};

pub(crate) async fn perform(common: &Common, arguments: &Arguments) -> anyhow::Result<Exit> {
    let key = SigningKey::of_file(&arguments.key)?;
    let trust = approval::trust(common).map_err(UsageError)?;
    let bundle = backproof_bundle::open(&arguments.bundle).map_err(|problem| UsageError(problem.to_string()))?;
    super::verify::refuse_broken(&bundle, "nothing is added to it")?;
    let run =
        backproof_bundle::read(&bundle, &ReadOptions::default()).map_err(|problem| UsageError(problem.to_string()))?;
    let known: Vec<u64> =
        run.conclusion.exceptions.iter().flat_map(|recorded| recorded.touched.iter().map(|it| it.id)).collect();
    if let Some((unknown, _)) = arguments.decide.iter().find(|(number, _)| !known.contains(number)) {
        let known: Vec<String> = known.iter().map(u64::to_string).collect();
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        let problem = format!("run {} has nothing to do with exception {unknown}; it met: {known}", run.evidence.run);
        return Err(UsageError(problem).into());
    }
    let seal = attesting::seal_of(&bundle)?;
    let judged =
        backproof_bundle::judge(&bundle, &seal, Some(&run.evidence), trust.as_ref().map(|file| &file.trust), None);
    let is_operators = |it: &&backproof_bundle::Judged| matches!(it.attested, Some(Attested::Run(_)));
    let operator_keys: Vec<_> = judged.iter().filter(is_operators).filter_map(|it| it.key.clone()).collect();
    let opened = run.evidence.opened.as_ref();
    let context = Context {
        operator: opened.map(|opened| opened.operator.as_str()),
        operator_keys: &operator_keys,
        trust: trust.as_ref().map(|file| &file.trust),
        closed_at: run.evidence.last_entry,
        stamped_at: None,
    };
    let said = SignOff {
        reviewer: arguments.name.trim().to_owned(),
        role: arguments.role.clone(),
        statement: arguments.statement.clone(),
        decisions: arguments
            .decide
            .iter()
            .map(|(exception, decision)| ExceptionDecision { exception: *exception, decision: decision.clone() })
            .collect(),
        signed_at: wiring::clock(common).now(),
    };
    let unsigned = backproof_signing::sign_off(said, &seal, key.public(), &context)
        .map_err(|refused| UsageError(format!("this is no sign-off: {refused}")))?;
    let name = Names::sign_off(&bundle);
    let envelope = key.sign(unsigned).await?;
    attesting::add(&bundle, &name, envelope.to_json().as_bytes())?;
    match common.output {
        Format::Json => print_json(&json!({
            "run": run.evidence.run, "seal": seal, "file": bundle.path_of(&name), "key_id": key.public().id(),
        }))?,
        Format::Text => {
            println!("Run {} is signed off in `{}`.", run.evidence.run, bundle.path_of(&name).display());
            println!("seal  {seal}");
            println!("key   {}", key.public().id());
            if trust.is_none() {
                println!("Nothing here says whose key that is: a trust file does (--trust).");
            }
        }
    }
    Ok(Exit::Passed)
}
