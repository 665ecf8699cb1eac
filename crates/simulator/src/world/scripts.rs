//! What is wrong with the data of a recovery point, and what happens when it is restored, as a world file states it.

use serde::Deserialize;

use super::{ServerFault, Span};

/// What is wrong with the data of a recovery point. Applied in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a description, not a state")]
pub struct DataFaults {
    /// The data is that of so long before the recovery point says.
    pub stale: Option<Span>,
    /// So many items are missing (DynamoDB only, as all that speaks of items).
    pub missing_items: u32,
    /// So many items hold another value.
    pub changed_items: u32,
    /// So many items too many.
    pub extra_items: u32,
    /// Only the first so many items are there.
    pub truncated_to: Option<u32>,
    /// There are no items.
    pub empty: bool,
    /// A secondary index that is missing.
    pub drop_index: Option<String>,
    /// The items come in another order: no fault, nothing may alarm.
    pub reordered: bool,
    /// The numbers are written otherwise (`2.50` for `2.5`): no fault, nothing may alarm.
    pub rewritten_numbers: bool,
    /// Statements that the server runs on the data before anybody else connects, as its superuser (RDS only, as all
    /// that follows).
    pub sql: Vec<String>,
    /// The database in which `sql` runs and in which the pages below lie; the resource's own where absent.
    pub database: Option<String>,
    /// A table (`public.orders`) one page of which is damaged in its file (PostgreSQL only).
    pub corrupt_heap_page: Option<String>,
    /// An index (`public.orders_pkey`) one page of which is damaged in its file (PostgreSQL only).
    pub corrupt_index_page: Option<String>,
    /// A table (`orders`) one page of which is damaged in its file (MariaDB and MySQL only).
    pub corrupt_innodb_page: Option<String>,
    /// The damaged pages of PostgreSQL have a checksum that fits: the server reads them, and only `amcheck` notices.
    pub fitting_checksum: bool,
    /// What is wrong with the server itself.
    pub server: Option<ServerFault>,
}

impl DataFaults {
    /// Whether anything is said that only DynamoDB has.
    pub(crate) fn speaks_of_items(&self) -> bool {
        let of_databases = Self {
            stale: self.stale,
            sql: self.sql.clone(),
            database: self.database.clone(),
            corrupt_heap_page: self.corrupt_heap_page.clone(),
            corrupt_index_page: self.corrupt_index_page.clone(),
            corrupt_innodb_page: self.corrupt_innodb_page.clone(),
            fitting_checksum: self.fitting_checksum,
            server: self.server,
            ..Self::default()
        };
        *self != of_databases
    }

    /// Whether anything is said that only RDS has.
    pub(crate) fn speaks_of_databases(&self) -> bool {
        let pages = [&self.database, &self.corrupt_heap_page, &self.corrupt_index_page, &self.corrupt_innodb_page];
        !self.sql.is_empty() || self.server.is_some() || pages.iter().any(|page| page.is_some())
    }
}

/// How a restore job goes. Without any field it completes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a description, not a state")]
pub struct RestoreScript {
    /// How long the job is `PENDING`; the world's default where absent.
    pub pending: Option<Span>,
    /// How long it is `RUNNING`; the world's default where absent.
    pub running: Option<Span>,
    /// It ends `FAILED` with this message.
    pub fails_with: Option<String>,
    /// It ends `ABORTED` with this message.
    pub aborts_with: Option<String>,
    /// It never leaves `RUNNING`.
    pub stuck: bool,
    /// A failed, aborted or stuck job leaves a table behind that is only half there, or an instance that is `failed`.
    pub leaves_behind: bool,
    /// It ends `COMPLETED`, but with this message.
    pub status_message: Option<String>,
    /// What becomes of `CreatedResourceArn` of a completed job.
    pub created: CreatedResource,
    /// How long after the job's end the table is still `CREATING`, the instance still `creating`.
    pub creating: Span,
    /// How long deletion is refused after the table or the instance could be used, for its state.
    pub refuses_deletion_for: Option<Span>,
    /// How long after that the instance is `backing-up` (RDS only, as all that follows).
    pub backing_up: Span,
    /// The status that the instance comes to instead of `available`, such as `storage-full`.
    pub instance_status: Option<String>,
    /// How long the storage of the available instance is still loaded from the snapshot.
    pub storage_loading: Option<Span>,
    /// Whether the instance refuses to be deleted although nobody asked for that.
    pub deletion_protection: bool,
    /// How long the instance is `deleting`; two minutes where absent.
    pub deleting: Option<Span>,
    /// Its automated backups are kept although their deletion was asked for.
    pub retains_automated_backup: bool,
    /// Logs that it exports though nobody asked: `postgresql` makes the log group `/aws/rds/instance/NAME/postgresql`.
    pub log_groups: Vec<String>,
    /// Secrets Manager holds its master password, which cannot be set while that is so.
    pub managed_secret: bool,
    /// The managed secret stays when the instance is deleted.
    pub leaves_secret: bool,
}

impl RestoreScript {
    /// Whether anything is said that only DB instances have.
    pub(crate) fn speaks_of_instances(&self) -> bool {
        let of_tables = Self {
            pending: self.pending,
            running: self.running,
            fails_with: self.fails_with.clone(),
            aborts_with: self.aborts_with.clone(),
            stuck: self.stuck,
            leaves_behind: self.leaves_behind,
            status_message: self.status_message.clone(),
            created: self.created,
            creating: self.creating,
            refuses_deletion_for: self.refuses_deletion_for,
            ..Self::default()
        };
        *self != of_tables
    }
}

/// What a completed job says that it created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreatedResource {
    /// What it created.
    #[default]
    Told,
    /// Nothing, though the table or instance is there.
    Untold,
    /// An ARN of another account, though the table or instance is there.
    WrongAccount,
    /// The table or instance that was asked for, though nothing is there.
    Dangling,
}
