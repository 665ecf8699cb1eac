//! Refuses state that may be gone tomorrow, before anything is created that only it knows of.

use backproof_engine::EngineError;
use backproof_store::{is_ephemeral, place_facts};

use crate::args::Common;
use crate::wiring;

/// Variables that tell of a container that is replaced rather than restarted.
const CONTAINER_VARIABLES: [&str; 3] =
    ["KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI"];

/// Refuses a state directory that does not last, unless it has a mirror that does. What a simulator holds is gone with
/// it, so there nothing can be left behind.
pub(crate) fn refuse_ephemeral_state(common: &Common, simulated: bool) -> anyhow::Result<()> {
    if simulated {
        return Ok(());
    }
    let variables: Vec<_> = CONTAINER_VARIABLES.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    let (place, what) = match &common.mirror {
        None => (wiring::state_directory(common), "state directory"),
        Some(mirror) => (mirror.clone(), "mirror"),
    };
    let Some(why) = is_ephemeral(&place_facts(&place, &variables)) else { return Ok(()) };
    let problem = format!(
        "the {what} `{}` does not last: {why}. With it goes the proof of what is ours in the sandbox. Name a directory \
         that lasts with --state, or one for a second copy with --mirror",
        place.display()
    );
    Err(EngineError::Refused(problem).into())
}
