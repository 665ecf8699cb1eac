//! First stage: what was written. Every value by itself, with its place in the file.
//!
//! One declaration ([`toml_table!`]) makes a table's type, its reader and its JSON Schema, so that the three cannot
//! differ. Whether values fit together is the second stage's question.

mod archive;
mod choices;
mod contacts;
mod moments;
mod numbers;
mod table;
mod tables;
mod texts;
mod unattended;

pub(crate) use archive::ArchiveTable;
pub(crate) use choices::{Choice, RouteKind, SameAccount};
pub(crate) use contacts::VariableName;
pub(crate) use moments::Expiry;
pub(crate) use numbers::{Number, Settings, Share, Version};
pub(crate) use table::{FromToml, List, Optional, Required, Written, read_document};
pub(crate) use tables::{
    AccountTable, AuthorisationTable, ConcurrencyTable, ConditionsTable, DatabasesTable, DeadlinesTable, LimitsTable,
    NetworkTable, ObjectivesTable, PlanTable, ResidencyTable, RouteTable, SandboxTable, ScopeTable, SelectionTable,
    SizeTable, TagTable, ValidatorTable,
};
pub(crate) use texts::{
    ArnPattern, HostAndPort, InstanceClass, InstanceId, KeyArn, LengthOfTime, NonEmpty, PlanName, RoleArn,
    SecurityGroupId, SubnetId, Text, VaultName, VpcId,
};
pub(crate) use unattended::{
    AlarmsTable, BlackoutTable, BudgetTable, EvidenceTable, HeartbeatTable, MailTable, ScheduleTable, TimeStampsTable,
    TopicTable, WebhookTable,
};
