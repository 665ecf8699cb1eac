//! `backproof completions`: completions for a shell, on stdout.

use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::Exit;

pub(crate) fn perform(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Arguments::command(), "backproof", &mut std::io::stdout());
    Exit::Passed
}
