//! Against real MariaDB servers. What only MySQL does differently cannot be tried here.

mod rows;
mod server;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use backproof_model::{DatabaseLogin, Secret};
use backproof_simulator::servers::{Authority, Damage, Engine, Fixture, Growth, Server, Start, Store};
use backproof_validators_api::{Connection, OneLogin};

use super::MySql;
use crate::dialect::{
    Ages, Dialect, Grid, KeyKind, Load, ObjectName, Opening, Part, Pile, Scan, Scanned, Session, Structure,
    StructureKind, TableShape,
};
use crate::inventory::{Inventory, ObjectKind};
use crate::settings::Integrity;
use crate::trouble::Trouble;

/// A server with certificates that can be believed.
struct Scene {
    server: Server,
    authority: tempfile::NamedTempFile,
}

impl Scene {
    fn of(fixture: &Fixture) -> Self {
        Self::damaged(fixture, None)
    }

    fn planted(sql: &str) -> Self {
        Self::of(&Fixture::nothing(Engine::MariaDb).planted(sql))
    }

    fn damaged(fixture: &Fixture, damage: Option<&Damage>) -> Self {
        let authority = Authority::new().unwrap();
        let copy = Store::open().unwrap().copy(fixture).unwrap();
        if let Some(damage) = damage {
            copy.damage(damage).unwrap();
        }
        let server = copy.start(&Start::sound(&authority)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority.pem()).unwrap();
        Self { server, authority: file }
    }

    async fn try_open(&self, database: &str, user: &str, password: &str) -> Result<Box<dyn Session>, Trouble> {
        let login = DatabaseLogin { user: user.into(), password: Secret::new(password) };
        let connection = Connection {
            host: "127.0.0.1".into(),
            port: self.server.port(),
            direct: true,
            ca_file: Some(self.authority.path().to_owned()),
            logins: Arc::new(OneLogin(login.clone())),
        };
        let opening = Opening { connection: &connection, login, database: Some(database), load: Load::Full };
        MySql.open(&opening).await
    }

    async fn open(&self, database: &str) -> Box<dyn Session> {
        self.try_open(database, "admin", "password-of-the-source").await.unwrap()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn shop() -> Fixture {
    let last = "2026-03-01T00:00:00Z".parse().unwrap();
    let growth = Growth { first: "2026-01-01T00:00:00Z".parse().unwrap(), last, orders: 2000 };
    Fixture::shop(Engine::MariaDb, growth, last)
}

fn named(name: &str) -> ObjectName {
    ObjectName { schema: None, name: name.into() }
}

async fn shape(session: &mut Box<dyn Session>, table: &str) -> TableShape {
    session.tables().await.unwrap().into_iter().find(|shape| shape.name == named(table)).unwrap()
}

/// All columns but these.
fn columns_but(shape: &TableShape, but: &[&str]) -> Vec<String> {
    let columns = shape.columns.iter().map(|column| column.name.clone());
    columns.filter(|name| !but.contains(&name.as_str())).collect()
}

fn scan<'a>(shape: &'a TableShape, columns: &'a [String], part: Part<'a>) -> Scan<'a> {
    Scan { table: shape, hash: Some(columns), seed: [7; 16], ages: None, largest: &[], part }
}

async fn whole(session: &mut Box<dyn Session>, table: &str) -> Pile {
    let shape = shape(session, table).await;
    let columns = columns_but(&shape, &[]);
    let scanned = session.scan(&scan(&shape, &columns, Part::Whole)).await.unwrap();
    let [pile] = scanned.piles.as_slice() else { panic!("{scanned:?}") };
    *pile
}

fn names(inventory: &Inventory, kind: ObjectKind) -> BTreeSet<String> {
    inventory.of(kind).map(|(name, _)| name.clone()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
