//! Accounts, roles and what they may do. In these products they belong to the server, also where a right is one on a
//! single table, so they are all looked at once per server.
//!
//! Passwords, their digests and the way to sign in are not looked at: a restore test changes them.

use sqlx::SqlStr;

use super::{MySqlSession, Product, Record};
use crate::inventory::{Inventory, Object, ObjectKind};
use crate::trouble::Trouble;

/// Columns that exist in every version. Refused to a login that may not read `mysql`, and then nothing below could be
/// told from an account that has no rights.
const ACCOUNTS: &str = "SELECT User, Host, ssl_type FROM mysql.user";
const MARIADB_ROLES: &str = "SELECT User FROM mysql.user WHERE is_role = 'Y'";
const MYSQL_LOCKED: &str = "SELECT User, Host FROM mysql.user WHERE account_locked = 'Y'";
const MARIADB_MEMBERS: &str = "SELECT User AS member, Host AS member_host, Role AS role, '' AS role_host, \
    Admin_option AS admin FROM mysql.roles_mapping";
const MYSQL_MEMBERS: &str = "SELECT TO_USER AS member, TO_HOST AS member_host, FROM_USER AS role, \
    FROM_HOST AS role_host, WITH_ADMIN_OPTION AS admin FROM mysql.role_edges";

pub(super) async fn of_server(session: &mut MySqlSession) -> Result<Inventory, Trouble> {
    let mut inventory = Inventory::default();
    accounts(session, &mut inventory).await?;
    members(session, &mut inventory).await?;
    grants(session, &mut inventory).await?;
    routine_grants(session, &mut inventory).await?;
    Ok(inventory)
}

async fn accounts(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let accounts = session.records(SqlStr::from_static(ACCOUNTS)).await?;
    let (roles, locked) = match session.product {
        Product::MariaDb => (session.records(SqlStr::from_static(MARIADB_ROLES)).await?, Vec::new()),
        Product::MySql => (Vec::new(), session.records(SqlStr::from_static(MYSQL_LOCKED)).await?),
    };
    let among = |rows: &[Record], user: &str, host: Option<&str>| {
        rows.iter().any(|row| row.get("USER") == Some(user) && (host.is_none() || row.get("HOST") == host))
    };
    for row in &accounts {
        let (user, host) = (row.get("USER").unwrap_or_default(), row.get("HOST").unwrap_or_default());
        if is_of_the_service(user) {
            continue;
        }
        let role = host.is_empty() && among(&roles, user, None);
        let mut account = Object::named().with("kind", if role { "role" } else { "account" });
        if among(&locked, user, Some(host)) {
            account = account.with("locked", "yes");
        }
        match row.get("SSL_TYPE") {
            Some(kind) if !kind.is_empty() => account = account.with("must use TLS", kind.to_ascii_lowercase()),
            Some(_) | None => {}
        }
        inventory.add(ObjectKind::Role, account_name(user, host), account);
    }
    Ok(())
}

async fn members(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let rows = match (session.product, session.release) {
        (Product::MariaDb, _) => session.records(SqlStr::from_static(MARIADB_MEMBERS)).await?,
        (Product::MySql, release) if release >= (8, 0) => session.records(SqlStr::from_static(MYSQL_MEMBERS)).await?,
        (Product::MySql, _) => Vec::new(),
    };
    for row in &rows {
        let part = |column: &str| row.get(column).unwrap_or_default();
        if is_of_the_service(part("MEMBER")) || is_of_the_service(part("ROLE")) {
            continue;
        }
        let member = account_name(part("MEMBER"), part("MEMBER_HOST"));
        let role = account_name(part("ROLE"), part("ROLE_HOST"));
        let admin = if part("ADMIN") == "Y" { "yes" } else { "no" };
        let membership = Object::named().with("may pass it on", admin);
        inventory.add(ObjectKind::Membership, format!("{member} in {role}"), membership);
    }
    Ok(())
}

/// Where rights are listed, and on what.
const GRANTS: [&str; 4] = [
    "SELECT grantee, '*' AS object, privilege_type, is_grantable FROM information_schema.user_privileges",
    "SELECT grantee, CONCAT(table_schema, '.*') AS object, privilege_type, is_grantable \
     FROM information_schema.schema_privileges",
    "SELECT grantee, CONCAT(table_schema, '.', table_name) AS object, privilege_type, is_grantable \
     FROM information_schema.table_privileges",
    "SELECT grantee, CONCAT(table_schema, '.', table_name, '.', column_name) AS object, privilege_type, is_grantable \
     FROM information_schema.column_privileges",
];

async fn grants(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for catalog in GRANTS {
        for row in session.records(SqlStr::from_static(catalog)).await? {
            let (grantee, privilege) = (row.text("GRANTEE")?, row.text("PRIVILEGE_TYPE")?);
            // Everybody may connect.
            if privilege == "USAGE" || is_of_the_service(user_of(grantee)) {
                continue;
            }
            let passed_on = if row.get("IS_GRANTABLE") == Some("YES") { "yes" } else { "no" };
            let grant = Object::named().with("may be passed on", passed_on);
            inventory.add(ObjectKind::Grant, format!("{privilege} on {} to {grantee}", row.text("OBJECT")?), grant);
        }
    }
    Ok(())
}

const ROUTINE_GRANTS: &str = "SELECT User, Host, Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv";

async fn routine_grants(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for row in session.records(SqlStr::from_static(ROUTINE_GRANTS)).await? {
        let part = |column: &str| row.get(column).unwrap_or_default();
        if is_of_the_service(part("USER")) {
            continue;
        }
        let on = format!("{} {}.{}", part("ROUTINE_TYPE").to_ascii_lowercase(), part("DB"), part("ROUTINE_NAME"));
        let to = account_name(part("USER"), part("HOST"));
        for privilege in part("PROC_PRIV").split(',').map(str::to_ascii_uppercase) {
            inventory.add(ObjectKind::Grant, format!("{privilege} on {on} to {to}"), Object::named());
        }
    }
    Ok(())
}

/// As the catalogs of rights write it.
fn account_name(user: &str, host: &str) -> String {
    format!("'{user}'@'{host}'")
}

/// The user of `'user'@'host'`.
fn user_of(grantee: &str) -> &str {
    let user = grantee.rsplit_once('@').map_or(grantee, |(user, _)| user);
    user.trim_matches('\'')
}

/// Accounts and roles that the server or RDS makes for itself. They come and go with versions.
fn is_of_the_service(user: &str) -> bool {
    let own = ["mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "rdsadmin", "rdsrepladmin", "PUBLIC"];
    let aws = user.starts_with("rds_") || (user.starts_with("AWS_") && user.ends_with("_ACCESS"));
    own.contains(&user) || aws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_the_service_are_known_and_nobody_elses() {
        for user in ["rdsadmin", "mysql.sys", "mariadb.sys", "rds_superuser_role", "AWS_LAMBDA_ACCESS", "PUBLIC"] {
            assert!(is_of_the_service(user), "{user}");
        }
        for user in ["admin", "app", "rdsadmins", "AWS_REPORTS", "mysql"] {
            assert!(!is_of_the_service(user), "{user}");
        }
    }

    #[test]
    fn a_grantee_is_an_account() {
        assert_eq!(user_of("'app'@'%'"), "app");
        assert_eq!(user_of("'a@b'@'10.%'"), "a@b");
        assert_eq!(user_of(&account_name("readers", "")), "readers");
    }
}
