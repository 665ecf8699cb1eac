//! `backproof timestamp`: adds the time-stamp of an authority to a sealed bundle.

use anyhow::Context;

use crate::args::evidence::{TimeStamp, TimeStampWay};
use crate::evidence::attesting;
use crate::exit::{Exit, UsageError};

pub(crate) async fn perform(arguments: &TimeStamp) -> anyhow::Result<Exit> {
    let bundle = backproof_bundle::open(&arguments.bundle).map_err(|problem| UsageError(problem.to_string()))?;
    super::verify::refuse_broken(&bundle, "nothing is added to it")?;
    let authorities = match &arguments.authorities[..] {
        [] => None,
        files => Some(attesting::certificates(files)?),
    };
    match &arguments.way {
        TimeStampWay { query: Some(out), .. } => {
            let question = attesting::question(&bundle)?;
            std::fs::write(out, question.der).with_context(|| format!("cannot write `{}`", out.display()))?;
            println!("Send `{}` to an authority, and add its answer with --response.", out.display());
        }
        TimeStampWay { response: Some(file), .. } => {
            let answer = std::fs::read(file)
                .map_err(|error| UsageError(format!("cannot read the answer `{}`: {error}", file.display())))?;
            attesting::add_time_stamp(&bundle, &answer, authorities.as_deref())?;
            println!("The time-stamp is added to `{}`.", arguments.bundle.display());
        }
        TimeStampWay { url: Some(url), .. } => {
            attesting::ask(&bundle, url, authorities.as_deref()).await?;
            println!("The time-stamp of `{url}` is added to `{}`.", arguments.bundle.display());
        }
        TimeStampWay { query: None, response: None, url: None } => {
            return Err(UsageError("say how: --url, --query or --response".into()).into());
        }
    }
    Ok(Exit::Passed)
}
