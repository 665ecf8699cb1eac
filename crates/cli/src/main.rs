//! `backproof`: proves that AWS Backup recovery points can be restored.

#[macro_use]
mod output;
mod alarms;
mod approval;
mod args;
mod commands;
mod durable;
mod evidence;
mod exit;
mod files;
mod hosting;
mod http;
mod logging;
mod plan_text;
mod progress;
mod simulated_time;
mod wiring;
mod witnesses;

use clap::Parser;

use args::{Arguments, Command};
use exit::Exit;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::Internal.after(&anyhow::anyhow!(error).context("cannot start the async runtime")),
    };
    let telemetry = {
        // What sends traces lives in the runtime.
        let _inside = runtime.enter();
        logging::begin(&arguments.common)
    };
    let telemetry = match telemetry {
        Ok(telemetry) => telemetry,
        Err(error) => return exit::of_error(&error).after(&error),
    };
    let end = match runtime.block_on(perform(arguments)) {
        Ok(exit) => exit.into(),
        Err(error) => exit::of_error(&error).after(&error),
    };
    // The last traces are sent while the runtime still lives.
    drop(telemetry);
    end
}

async fn perform(arguments: Arguments) -> anyhow::Result<Exit> {
    let Arguments { common, command } = arguments;
    match command {
        Command::Init(init) => commands::init::perform(&common, &init),
        Command::Alarms => commands::alarms::perform(&common).await,
        Command::Doctor => commands::doctor::perform(&common).await,
        Command::Population(population) => commands::population::perform(&common, &population).await,
        Command::Draw(draw) => commands::draw::perform(&common, &draw).await,
        Command::Redraw(redraw) => commands::redraw::perform(&common, &redraw),
        Command::Assurance(assurance) => commands::assurance::perform(&common, &assurance),
        Command::Run(run) => commands::run::perform(&common, &run).await,
        Command::Check(check) => commands::check::perform(&common, &check).await,
        Command::Serve(serve) => Box::pin(commands::serve::perform(&common, &serve)).await,
        Command::Status(status) => commands::status::perform(&common, &status).await,
        Command::Report(report) => Box::pin(commands::report::perform(&common, &report)).await,
        Command::Verify(verify) => commands::verify::perform(&common, &verify),
        Command::SignOff(sign_off) => commands::sign_off::perform(&common, &sign_off).await,
        Command::Timestamp(timestamp) => commands::timestamp::perform(&timestamp).await,
        Command::Packet(packet) => commands::packet::perform(&common, &packet),
        Command::Archive(archive) => commands::archive::perform(&common, &archive).await,
        Command::Plan(plan) => commands::plan::perform(&common, &plan),
        Command::Keygen(keygen) => commands::keygen::perform(&common, &keygen),
        Command::Exceptions(exceptions) => commands::exceptions::perform(&common, &exceptions).await,
        Command::State(state) => commands::state::perform(&common, &state).await,
        Command::Sweep(sweep) => commands::sweep::perform(&common, &sweep).await,
        Command::Iam(iam) => commands::iam::perform(&common, &iam),
        Command::Baseline(baseline) => Box::pin(commands::baseline::perform(&common, &baseline)).await,
        Command::Validator(validator) => commands::validator::perform(&common, &validator).await,
        Command::Simulate(simulate) => commands::simulate::perform(&common, &simulate).await,
        Command::Demo(demo) => Box::pin(commands::demo::perform(&common, &demo)).await,
        Command::Completions { shell } => Ok(commands::completions::perform(shell)),
    }
}
