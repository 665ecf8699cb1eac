//! What matters only where a server has other work: what the login could change, and that nobody waits for us.

use sqlx::{Row as _, SqlStr};

use super::{PostgresSession, connect, read};
use crate::dialect::ObjectName;
use crate::sql::{Quotes, composed, quoted_object};
use crate::trouble::Trouble;

/// Whether the login, or any role that it may take on, is one to which nothing is forbidden.
const MIGHTY: &str = "SELECT rolname::text FROM pg_roles WHERE (rolsuper OR rolname IN ('rds_superuser', 'pg_write_all_data')) \
     AND pg_has_role(session_user, oid, 'MEMBER') ORDER BY 1";

/// The tables that the login, or any role that it may take on, could write into.
const WRITABLE: &str = "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND n.nspname !~ '^pg_' AND EXISTS (SELECT FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER') \
     AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) ORDER BY 1, 2";

/// Whether a table, or a partition of it, has other files now than the snapshot knows: it was truncated or rewritten,
/// and would look empty.
const REWRITTEN: &str = "WITH RECURSIVE family AS (SELECT $1::regclass::oid AS oid UNION \
     SELECT i.inhrelid FROM pg_inherits i JOIN family ON i.inhparent = family.oid) \
     SELECT count(*) FROM pg_class c JOIN family USING (oid) \
     WHERE c.relkind IN ('r', 'm') AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid)";

pub(super) async fn powers(session: &mut PostgresSession) -> Result<Vec<String>, Trouble> {
    let mighty = session.all(SqlStr::from_static(MIGHTY)).await?;
    let mut powers = Vec::new();
    for row in &mighty {
        powers.push(format!("is or may become `{}`", read::<String>(row, 0)?));
    }
    if !powers.is_empty() {
        // Every table is writable then, and naming them would say nothing more.
        return Ok(powers);
    }
    for row in &session.all(SqlStr::from_static(WRITABLE)).await? {
        powers.push(format!("may write into {}.{}", read::<String>(row, 0)?, read::<String>(row, 1)?));
    }
    Ok(powers)
}

pub(super) async fn hold(session: &mut PostgresSession, table: &ObjectName) -> Result<bool, Trouble> {
    let name = quoted_object(Quotes::Standard, table);
    session.run(SqlStr::from_static("SAVEPOINT backproof_table")).await?;
    // Takes the lock that reading takes, on partitions too; LOCK TABLE takes no materialized views.
    session.run(composed(format!("SELECT FROM {name} LIMIT 0"))).await?;
    let query = sqlx::query(SqlStr::from_static(REWRITTEN)).persistent(false).bind(name);
    let row = query.fetch_one(&mut session.connection).await.map_err(|error| connect::trouble(&error))?;
    let rewritten: i64 = row.try_get(0).map_err(|_| Trouble::Unreadable("a count that is none".into()))?;
    Ok(rewritten == 0)
}

pub(super) async fn release(session: &mut PostgresSession) -> Result<(), Trouble> {
    session.run(SqlStr::from_static("ROLLBACK TO SAVEPOINT backproof_table")).await?;
    session.run(SqlStr::from_static("RELEASE SAVEPOINT backproof_table")).await
}
