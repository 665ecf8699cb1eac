//! What matters only where a server has other work: what the login could change, and that nobody waits for us.

use sqlx::SqlStr;

use super::{MySqlSession, read};
use crate::dialect::ObjectName;
use crate::sql::{Quotes, composed, quoted_object};
use crate::trouble::Trouble;

/// Privileges that change no data: reading, and seeing definitions. MySQL shows triggers and events only to those who
/// may create them; what is created so can do no more than its maker.
const HARMLESS: [&str; 13] = [
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "SHOW CREATE ROUTINE",
    "SHOW_ROUTINE",
    "TRIGGER",
    "EVENT",
    "PROCESS",
    "REPLICATION CLIENT",
    "BINLOG MONITOR",
    "SLAVE MONITOR",
    "REPLICA MONITOR",
];

pub(super) async fn powers(session: &mut MySqlSession) -> Result<Vec<String>, Trouble> {
    let mut lines = grants(session, SqlStr::from_static("SHOW GRANTS")).await?;
    let roles: Vec<String> = lines.iter().filter_map(|line| roles_of(line)).collect();
    if session.is_mariadb() {
        // One role a line, and each tells of the roles within it.
        for role in &roles {
            lines.extend(grants(session, composed(format!("SHOW GRANTS FOR {role}"))).await?);
        }
    } else if !roles.is_empty() {
        let asked = format!("SHOW GRANTS FOR CURRENT_USER() USING {}", roles.join(", "));
        lines.extend(grants(session, composed(asked)).await?);
    }
    let mut powers: Vec<String> = lines.iter().flat_map(|line| powers_of(line)).collect();
    powers.sort();
    powers.dedup();
    Ok(powers)
}

async fn grants(session: &mut MySqlSession, asked: SqlStr) -> Result<Vec<String>, Trouble> {
    session.all(asked).await?.iter().map(|row| read::<String>(row, 0)).collect()
}

/// The roles of `GRANT role, role TO login`, quoted as the server writes them.
fn roles_of(line: &str) -> Option<String> {
    let (roles, _) = line.strip_prefix("GRANT ")?.split_once(" TO ")?;
    (!roles.contains(" ON ")).then(|| roles.to_owned())
}

/// What a line of SHOW GRANTS lets the login change. Lines may end with a digest of the password, so none is quoted.
fn powers_of(line: &str) -> Vec<String> {
    let Some((privileges, rest)) = line.strip_prefix("GRANT ").and_then(|line| line.split_once(" ON ")) else {
        return Vec::new();
    };
    let on = rest.split(" TO ").next().unwrap_or_default();
    let mut powers: Vec<String> = without_columns(privileges)
        .split(',')
        .map(str::trim)
        .filter(|privilege| !HARMLESS.contains(privilege))
        .map(|privilege| format!("has {privilege} on {on}"))
        .collect();
    if rest.ends_with("WITH GRANT OPTION") && !powers.is_empty() {
        powers.push(format!("may give it to others on {on}"));
    }
    powers
}

/// `SELECT (a, b), UPDATE (a)` without the lists of columns, whose names may hold anything.
fn without_columns(privileges: &str) -> String {
    let (mut depth, mut quoted) = (0_u32, false);
    let mut text = String::new();
    for letter in privileges.chars() {
        match letter {
            '`' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(letter),
            _ => {}
        }
    }
    text
}

pub(super) async fn hold(session: &mut MySqlSession, table: &ObjectName) -> Result<bool, Trouble> {
    session.run(SqlStr::from_static("SAVEPOINT backproof_table")).await?;
    // The first read of the table takes its lock, and fails where the table is another than the snapshot's.
    let first = format!("SELECT 1 FROM {} LIMIT 1", quoted_object(Quotes::Backticks, table));
    match session.run(composed(first)).await {
        Ok(()) => Ok(true),
        Err(Trouble::Rejected { code }) if code == CHANGED => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

/// `ER_TABLE_DEF_CHANGED`.
const CHANGED: &str = "1412";

pub(super) async fn release(session: &mut MySqlSession) -> Result<(), Trouble> {
    session.run(SqlStr::from_static("ROLLBACK TO SAVEPOINT backproof_table")).await?;
    session.run(SqlStr::from_static("RELEASE SAVEPOINT backproof_table")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_reads_has_no_powers() {
        for line in [
            "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*B69027D44F6E5EDC07F1AEAD1477967B16F28227'",
            "GRANT SELECT, SHOW VIEW, TRIGGER ON `sales`.* TO `r`@`%`",
            "GRANT SELECT (`a, INSERT`, `b)`) ON `sales`.`orders` TO `r`@`%`",
            "GRANT `readers`@`%` TO `r`@`%`",
            "SET DEFAULT ROLE `readers` FOR `r`@`%`",
        ] {
            assert_eq!(powers_of(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn every_other_privilege_is_named_with_what_it_is_on_and_without_the_password() {
        let line = "GRANT SELECT, INSERT ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*B69' WITH GRANT OPTION";
        assert_eq!(powers_of(line), ["has INSERT on *.*", "may give it to others on *.*"]);
        assert_eq!(powers_of("GRANT ALL PRIVILEGES ON `a`.* TO `r`@`%`"), ["has ALL PRIVILEGES on `a`.*"]);
        assert_eq!(powers_of("GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO `r`@`%`"), ["has SYSTEM_VARIABLES_ADMIN on *.*"]);
        assert_eq!(powers_of("GRANT UPDATE (`a`) ON `s`.`t` TO `r`@`%`"), ["has UPDATE on `s`.`t`"]);
    }

    #[test]
    fn roles_are_told_from_privileges() {
        assert_eq!(roles_of("GRANT `a`@`%`,`b`@`%` TO `r`@`%`").as_deref(), Some("`a`@`%`,`b`@`%`"));
        assert_eq!(roles_of("GRANT SELECT ON *.* TO `r`@`%`"), None);
    }
}
