//! The scratch database of one examination: made, filled, spoiled and mended in turn, and dropped.

use std::time::Duration;

use backproof_clock::within_wall;
use backproof_model::record::Control;
use backproof_model::{Check, DatabaseEngine};
use backproof_validators_api::{Connection, Deadline};
use jiff::Timestamp;

use super::planting::{Kind, Planting, Writer};
use super::{FAULTS, known, noticed, untouched};
use crate::baseline::DatabaseBaseline;
use crate::compare::compare;
use crate::dialect::{Load, Opening, Server};
use crate::fingerprint::Hasher;
use crate::held::Door;
use crate::look::{look, look_into};
use crate::question::Question;
use crate::sql::{composed, quoted};
use crate::trouble::Trouble;

/// How long dropping the scratch database may take, also where the deadline has passed; on the wall's clock.
const DROPS_WITHIN: Duration = Duration::from_secs(20);

/// How long one statement in the scratch database may take.
const WRITES_WITHIN: Duration = Duration::from_mins(1);

/// Where the faults of one examination are planted.
pub(super) struct Bench<'a> {
    pub(super) name: &'a str,
    pub(super) dialect: &'a dyn Planting,
    pub(super) connection: &'a Connection,
    pub(super) engine: &'a DatabaseEngine,
    pub(super) version: &'a str,
    pub(super) now: Timestamp,
    pub(super) hasher: Hasher,
    pub(super) deadline: &'a Deadline,
}

impl Bench<'_> {
    pub(super) async fn try_all(&self) -> Result<Vec<Control>, String> {
        let statements = self.dialect.statements();
        self.in_any_database(&[statements.drop(self.name, self.version), statements.create(self.name)]).await?;
        let mut writer = self.open(Some(self.name)).await?;
        let tried = self.try_in(&mut writer).await;
        self.close(writer).await;
        tried
    }

    async fn try_in(&self, writer: &mut Box<dyn Writer>) -> Result<Vec<Control>, String> {
        self.run(writer, self.dialect.statements().objects().to_owned()).await?;
        self.fill(writer).await?;
        let question = self.question().await?;
        let door = self.door();
        // The untouched copy is looked at as a restored server is, and its faults where they are.
        let seen =
            look(&door, &question, Some(self.name)).await.map_err(|trouble| self.problem("looked at", &trouble))?;
        let mut controls = vec![untouched(&compare(&question, &seen).checks)];
        for fault in &FAULTS {
            let Some(plant) = self.dialect.statements().plant(fault.kind, self.version) else { continue };
            self.run(writer, plant.to_owned()).await?;
            controls.push(noticed(fault, &self.examine(&door, &question, &seen.server).await?));
            self.mend(writer, fault.kind).await?;
        }
        let checks = self.examine(&door, &question, &seen.server).await?;
        if untouched(&checks).as_expected {
            return Ok(controls);
        }
        Err(format!("scratch database {} was not as before once its faults were mended", self.name))
    }

    /// Puts the known rows in.
    async fn fill(&self, writer: &mut Box<dyn Writer>) -> Result<(), String> {
        for table in known::TABLES {
            let rows = table.query(self.dialect.statements(), self.now);
            let columns = table.columns().join(", ");
            self.run(writer, format!("INSERT INTO {} ({columns}) {rows}", self.quoted(table))).await?;
        }
        Ok(())
    }

    /// Undoes a fault: a fault of rows by putting all of them in again.
    async fn mend(&self, writer: &mut Box<dyn Writer>, kind: Kind) -> Result<(), String> {
        if let Some(statement) = self.dialect.statements().mend(kind) {
            return self.run(writer, statement.to_owned()).await;
        }
        for table in known::TABLES.iter().rev() {
            self.run(writer, format!("DELETE FROM {}", self.quoted(*table))).await?;
        }
        self.fill(writer).await
    }

    fn quoted(&self, table: known::Table) -> String {
        quoted(self.dialect.statements().quotes(), table.name())
    }

    async fn examine(&self, door: &Door<'_>, question: &Question, server: &Server) -> Result<Vec<Check>, String> {
        let seen = look_into(door, question, server.clone(), self.name).await;
        seen.map(|seen| compare(question, &seen).checks).map_err(|trouble| self.problem("looked at", &trouble))
    }

    async fn question(&self) -> Result<Question, String> {
        Ok(Question {
            settings: known::settings(self.name, self.dialect.statements()),
            baseline: Some(self.baseline().await?),
            data_time: self.now,
            seed: [0; 32],
            hasher: self.hasher.clone(),
            provenance: None,
        })
    }

    async fn baseline(&self) -> Result<DatabaseBaseline, String> {
        let door = self.door();
        let mut session = door.open(Some(self.name)).await.map_err(|trouble| self.problem("looked at", &trouble))?;
        let known = known::Known {
            statements: self.dialect.statements(),
            door: &door,
            hasher: &self.hasher,
            newest: self.now,
            engine: self.engine,
        };
        let database = known.database(&mut session).await;
        door.close(session).await;
        let database = database.map_err(|problem| format!("scratch database {}: {problem}", self.name))?;
        Ok(known.baseline(self.name, database))
    }

    /// Drops the database. Its own time runs also where the deadline has passed.
    pub(super) async fn clear_away(&self) -> Result<(), String> {
        let _at_work = self.deadline.clock().busy();
        let dropped = within_wall(DROPS_WITHIN, async {
            let mut writer = self.try_open(None).await?;
            let dropped = writer.run(composed(self.dialect.statements().drop(self.name, self.version))).await;
            writer.close().await;
            dropped
        });
        let problem =
            |trouble: &Trouble| self.problem("dropped; drop it by hand unless the server is deleted", trouble);
        dropped.await.map_err(Trouble::from).flatten().map_err(|trouble| problem(&trouble))
    }

    async fn in_any_database(&self, statements: &[String]) -> Result<(), String> {
        let mut writer = self.open(None).await?;
        for statement in statements {
            self.run(&mut writer, statement.clone()).await?;
        }
        self.close(writer).await;
        Ok(())
    }

    async fn open(&self, database: Option<&str>) -> Result<Box<dyn Writer>, String> {
        let opened = self.door().ask(self.try_open(database)).await;
        opened.map_err(|trouble| self.problem("opened", &trouble))
    }

    async fn try_open(&self, database: Option<&str>) -> Result<Box<dyn Writer>, Trouble> {
        let login = self.connection.logins.login().await.map_err(Trouble::NoLogin)?;
        let opening = Opening { connection: self.connection, login, database, load: Load::Full };
        self.dialect.open_to_write(&opening).await
    }

    async fn run(&self, writer: &mut Box<dyn Writer>, statement: String) -> Result<(), String> {
        if self.deadline.is_up() {
            return Err(self.problem("written to", &Trouble::TimeIsUp));
        }
        let _at_work = self.deadline.clock().busy();
        let ran = within_wall(WRITES_WITHIN, writer.run(composed(statement))).await;
        ran.map_err(Trouble::from).flatten().map_err(|trouble| self.problem("written to", &trouble))
    }

    async fn close(&self, writer: Box<dyn Writer>) {
        let _at_work = self.deadline.clock().busy();
        // A server that does not hear the farewell ends the session by itself.
        within_wall(DROPS_WITHIN, writer.close()).await.ok();
    }

    fn door(&self) -> Door<'_> {
        Door::new(self.dialect, self.connection, self.deadline, Load::Full, None)
    }

    fn problem(&self, what: &str, trouble: &Trouble) -> String {
        let denied = matches!(trouble, Trouble::Denied { .. });
        let hint = if denied { "; controls need a login that may create databases" } else { "" };
        format!("scratch database {} cannot be {what}: {trouble}{hint}", self.name)
    }
}
