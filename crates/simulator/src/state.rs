//! All that changes while a world is simulated.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::backup::{Backup, Made};
use crate::cloudtrail::Events;
use crate::describe::Networks;
use crate::dynamodb::Tables;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::rds::Rds;
use crate::sign_in::Sessions;
use crate::sns::Topics;
use crate::ssm::{PortSessions, SilentListener};
use crate::throttle::Throttle;
use crate::wire::Service;
use crate::world::{Span, World, live_table};

/// The simulated AWS at one moment.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) backup: Backup,
    pub(crate) tables: Tables,
    /// Places of the world's resources whose tables nobody has asked for yet, by account and Region.
    unbuilt: BTreeMap<(String, String), Vec<usize>>,
    pub(crate) networks: Networks,
    pub(crate) rds: Rds,
    pub(crate) port_sessions: PortSessions,
    /// What tells from inside the sandbox's network that it can be reached.
    pub(crate) probe: Option<SilentListener>,
    pub(crate) sessions: Sessions,
    pub(crate) topics: Topics,
    pub(crate) events: Events,
    pub(crate) throttle: Throttle,
    pub(crate) faults: Faults,
    pub(crate) ids: Ids,
    pub(crate) calls: Vec<CallRecord>,
}

/// One call that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Its number, counted from 1 over all services.
    pub index: u64,
    /// The account that called.
    pub account: String,
    /// The Region that it was signed for.
    pub region: String,
    /// The service.
    pub service: Service,
    /// The operation's name.
    pub operation: String,
    /// When it arrived.
    pub at: Timestamp,
    /// The HTTP status that was answered; none where the connection died first.
    pub status: Option<u16>,
}

impl State {
    /// A world at its start: no call has been made.
    pub(crate) fn new(world: &Arc<World>) -> Self {
        let mut unbuilt: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, resource) in world.resources.iter().enumerate() {
            let account = world.account_or_default(resource.account.as_deref()).to_owned();
            let region = world.region_or_default(resource.region.as_deref()).to_owned();
            unbuilt.entry((account, region)).or_default().push(place);
        }
        Self {
            backup: Backup::new(world),
            tables: Tables::default(),
            unbuilt,
            networks: Networks::new(&world.networks),
            rds: Rds::new(world),
            port_sessions: PortSessions::default(),
            probe: None,
            sessions: Sessions::default(),
            topics: Topics::default(),
            events: Events::default(),
            throttle: Throttle::default(),
            faults: Faults::new(&world.faults),
            ids: Ids::default(),
            calls: Vec::new(),
        }
    }

    /// Lets happen what is due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let Self { backup, tables, rds, networks, .. } = self;
        backup.advance(now, &mut Made { tables, rds, networks });
        rds.advance(now);
    }

    /// Lets the robots of accounts that have one take all tags off tables and DB instances.
    pub(crate) fn strip_tags(&mut self, world: &World) {
        for account in world.accounts.iter().filter(|account| account.strips_tags) {
            self.tables.strip_tags(&account.id);
            self.rds.strip_tags(&account.id);
        }
    }

    /// Fills an account and Region with the world's tables, before anybody looks: most are never looked at.
    pub(crate) fn build_tables(&mut self, world: &World, account: &str, region: &str) {
        let places = self.unbuilt.remove(&(account.to_owned(), region.to_owned())).unwrap_or_default();
        for resource in places.into_iter().filter_map(|place| world.resources.get(place)) {
            if let Some(snapshot) = live_table(resource, world.start) {
                let created_at = Span::seconds(365 * 86_400).before(world.start);
                self.tables.create_live(account, region, &resource.name, &snapshot, created_at);
            }
        }
    }

    /// The same for all Regions of an account.
    pub(crate) fn build_tables_of(&mut self, world: &World, account: &str) {
        let regions: Vec<_> = self.unbuilt.keys().filter(|(owner, _)| owner == account).cloned().collect();
        for (account, region) in regions {
            self.build_tables(world, &account, &region);
        }
    }
}
