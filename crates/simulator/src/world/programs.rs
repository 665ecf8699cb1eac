//! What of a world can be served on this machine.

use super::{PointDescription, ResourceDescription, World};
use crate::rds::missing_program;
use crate::servers::Programs;

impl World {
    /// The world without what this machine has no server programs for: such databases and their recovery points are
    /// left out. Beside it one line for each engine that is missing, with the package to install.
    #[must_use]
    pub fn without_missing_programs(self) -> (Self, Vec<String>) {
        if self.resources.iter().all(|resource| resource.database.is_none()) {
            return (self, Vec::new());
        }
        self.served_by(&Programs::find())
    }

    fn served_by(mut self, programs: &Programs) -> (Self, Vec<String>) {
        let lack = |resource: &ResourceDescription| {
            resource.database.as_ref().and_then(|database| missing_program(programs, database.engine))
        };
        let mut missing: Vec<String> = self.resources.iter().filter_map(lack).collect();
        missing.sort();
        missing.dedup();
        let is_served = |point: &PointDescription| self.resource(&point.resource).is_none_or(|one| lack(one).is_none());
        let points = self.points.iter().filter(|point| is_served(point)).cloned().collect();
        self.points = points;
        self.resources.retain(|resource| lack(resource).is_none());
        (self, missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_without_their_program_are_left_out_with_the_package_that_is_missing() {
        let whole = World::databases().unwrap();
        let (served, missing) = whole.served_by(&Programs::none());
        assert_eq!(missing.len(), 2, "{missing:?}");
        assert!(missing[0].starts_with("MariaDB") && missing[1].contains("`postgresql`"), "{missing:?}");
        let left: Vec<_> = served.resources.iter().map(|resource| resource.name.as_str()).collect();
        assert_eq!(left, ["mssql-sound"], "nothing is needed for a port that stays silent");
        assert_eq!(served.points.len(), 1);
    }

    #[test]
    fn a_world_without_databases_is_left_as_it_is() {
        let world = World::no_alarm().unwrap();
        assert_eq!(world.clone().without_missing_programs(), (world, Vec::new()));
    }
}
