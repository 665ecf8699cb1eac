//! The authority that vouches for simulated database servers, as the file that plans name.

use std::sync::{Arc, OnceLock};

use backproof_clock::VirtualRuntime;
use backproof_simulator::{Simulator, World};
use tempfile::TempDir;

/// The path of the authority's certificate. One authority vouches for all servers of a process.
pub(crate) fn ca_file(world: &World) -> String {
    static DIRECTORY: OnceLock<TempDir> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let runtime = VirtualRuntime::starting_at(world.start).unwrap();
        let simulator = Simulator::new(world.clone(), Arc::new(runtime.clock()));
        std::fs::write(directory.path().join("authority.pem"), simulator.database_authority_pem().unwrap()).unwrap();
        directory
    });
    directory.path().join("authority.pem").display().to_string()
}
