//! Opens a connection and says in this crate's words what went wrong.

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlSslMode};
use sqlx::{ConnectOptions as _, Connection as _, SqlStr};

use crate::dialect::{Load, Opening};
use crate::trouble::Trouble;

/// The database that every server has.
const ALWAYS_THERE: &str = "information_schema";

/// Settings that would change what is read, whatever the server's parameters say. `sql_mode` is as bare as it gets:
/// views, triggers and routines bring their own.
const FIXED: &str = "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', SESSION time_zone = '+00:00', \
    SESSION autocommit = 1, SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1";

/// Settings that make messages and queries of plans alike on all servers, and keep us from waiting for others. Nothing
/// that is read depends on them, so a server may refuse them.
const PREFERRED: &str = "SET SESSION lc_messages = 'en_US', SESSION lock_wait_timeout = 10, \
    SESSION innodb_lock_wait_timeout = 10, SESSION div_precision_increment = 4, SESSION group_concat_max_len = 1048576";

/// Nothing can be written from here on, and every transaction sees one state of the data.
const READ_ONLY: &str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// MySQL 8 keeps counters of `information_schema` for a day; they must be today's. Other servers do not know it.
const CURRENT_COUNTERS: &str = "SET SESSION information_schema_stats_expiry = 0";

/// How many threads MySQL 8 may read a table with.
const ONE_READER: &str = "SET SESSION innodb_parallel_read_threads = 1";

/// A session that can read and nothing else.
pub(super) async fn connect(opening: &Opening<'_>) -> Result<MySqlConnection, Trouble> {
    let mut connection = MySqlConnection::connect_with(&options(opening)).await.map_err(|error| trouble(&error))?;
    for statement in [FIXED, READ_ONLY] {
        run(&mut connection, statement).await?;
    }
    for statement in [PREFERRED, CURRENT_COUNTERS] {
        try_to_set(&mut connection, statement).await?;
    }
    match opening.load {
        Load::Full => {}
        Load::Gentle => try_to_set(&mut connection, ONE_READER).await?,
    }
    Ok(connection)
}

/// How to connect: with TLS by an authority that is believed, or not at all.
pub(super) fn options(opening: &Opening<'_>) -> MySqlConnectOptions {
    let way = opening.connection;
    let mut options = MySqlConnectOptions::new()
        .host(&way.host)
        .port(way.port)
        .username(&opening.login.user)
        .password(opening.login.password.reveal())
        .database(opening.database.unwrap_or(ALWAYS_THERE))
        .ssl_mode(if way.direct { MySqlSslMode::VerifyIdentity } else { MySqlSslMode::VerifyCa })
        // Tokens of IAM are sent as they are; the connection is always encrypted.
        .enable_cleartext_plugin(true)
        .charset("utf8mb4")
        .collation("utf8mb4_bin")
        .pipes_as_concat(false)
        .disable_statement_logging();
    if let Some(file) = &way.ca_file {
        options = options.ssl_ca(file);
    }
    options
}

async fn run(connection: &mut MySqlConnection, statement: &'static str) -> Result<(), Trouble> {
    let done = sqlx::raw_sql(SqlStr::from_static(statement)).execute(connection).await;
    done.map(drop).map_err(|error| trouble(&error))
}

/// A setting that not every server has, or lets everybody change.
async fn try_to_set(connection: &mut MySqlConnection, statement: &'static str) -> Result<(), Trouble> {
    match run(connection, statement).await {
        Err(Trouble::Rejected { .. } | Trouble::Denied { .. }) => Ok(()),
        done => done,
    }
}

/// What an error of the driver means.
pub(super) fn trouble(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Database(told) => match told.try_downcast_ref::<MySqlDatabaseError>() {
            Some(told) => of_server(told.number(), told.message()),
            None => Trouble::Unreadable("an error of another engine".into()),
        },
        sqlx::Error::Tls(why) => Trouble::NotTrusted(why.to_string()),
        // The TLS library tells of certificates through errors of the socket.
        sqlx::Error::Io(why) if why.kind() == std::io::ErrorKind::InvalidData => Trouble::NotTrusted(why.to_string()),
        sqlx::Error::Io(why) => Trouble::Lost(why.to_string()),
        sqlx::Error::WorkerCrashed => Trouble::Lost("the connection is gone".into()),
        sqlx::Error::Configuration(why) => Trouble::NoLogin(why.to_string()),
        sqlx::Error::Protocol(why) if why.contains("authentication plugin") => {
            Trouble::NoLogin(format!("{why}; give the login mysql_native_password, caching_sha2_password or IAM"))
        }
        sqlx::Error::Protocol(_) => Trouble::Unreadable("an answer that is not of MySQL's protocol".into()),
        // Whatever else there is may quote what was read.
        _ => Trouble::Unreadable("an answer of another form than expected".into()),
    }
}

/// By the numbers of the MySQL and MariaDB error references. Messages are taken over only where they are the server's
/// own, about its connections, tables, indexes and files.
fn of_server(number: u16, message: &str) -> Trouble {
    let code = number.to_string();
    match number {
        // Access denied, host not allowed, password expired, account locked.
        1045 | 1130 | 1524 | 1698 | 1820 | 1862 | 3118 | 3955 | 4151 => Trouble::Refused { code },
        // Too many connections, host blocked, out of resources, limit of the account.
        1040 | 1129 | 1135 | 1203 | 1226 => Trouble::NotYet(message.to_owned()),
        // Shutdown, killed.
        1053 | 1927 | 3169 => Trouble::Lost(message.to_owned()),
        // Cancelled, by max_statement_time or max_execution_time.
        1317 | 1969 | 3024 => Trouble::TimeIsUp,
        1044 | 1142 | 1143 | 1227 | 1345 | 1370 => Trouble::Denied { code },
        1030 if !of_damage(message) => Trouble::Rejected { code },
        // Files that are missing or of no known form, tables and indexes marked as corrupt or crashed, pages with wrong
        // checksums, a tablespace that is gone.
        1016 | 1017 | 1024 | 1030 | 1033 | 1034 | 1035 | 1194 | 1195 | 1712 | 1812 | 1877 | 1932 => {
            Trouble::Damaged { code, words: message.to_owned() }
        }
        _ => Trouble::Rejected { code },
    }
}

/// Whether `Got error N ... from storage engine` tells of damage: the numbers of `my_base.h` for crashed and corrupt
/// tables, wrong formats and checksums, files that end early or are gone, a failed read, and 1877 as `InnoDB` passes it on.
fn of_damage(message: &str) -> bool {
    let number = message.strip_prefix("Got error ").unwrap_or_default();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    ["5", "126", "127", "130", "134", "144", "145", "155", "175", "176", "180", "194", "1877"]
        .contains(&digits.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_quoted_only_where_it_speaks_of_the_server_itself() {
        for number in [1062, 1292, 1366, 1644, 1146] {
            let trouble = of_server(number, "Duplicate entry 'Ada Lovelace' for key 'name'");
            assert!(!trouble.to_string().contains("Ada"), "{trouble}");
            assert_eq!(trouble, Trouble::Rejected { code: number.to_string() });
        }
        let trouble = of_server(1034, "Index for table 'orders' is corrupt; try to repair it");
        assert!(trouble.to_string().contains("table 'orders' is corrupt"), "{trouble}");
    }

    #[test]
    fn only_numbers_of_damage_make_a_storage_engines_error_damage() {
        for (message, damaged) in [
            ("Got error 1877 \"Unknown error 1877\" from storage engine InnoDB", true),
            ("Got error 126 'Index file is crashed' from storage engine", true),
            ("Got error 28 \"No space left on device\" from storage engine InnoDB", false),
            ("Got error 168 from storage engine", false),
        ] {
            let told = of_server(1030, message);
            assert_eq!(matches!(told, Trouble::Damaged { .. }), damaged, "{message}");
        }
    }
}
