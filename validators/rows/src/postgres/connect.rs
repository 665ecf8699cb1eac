//! Opens a connection and says in this crate's words what went wrong.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::dialect::{Load, Opening};
use crate::trouble::Trouble;

/// The database that every server has.
const ALWAYS_THERE: &str = "postgres";

/// Settings that would change what is read or how it looks, whatever roles and databases were given.
const FIXED: [(&str, &str); 14] = [
    ("search_path", "pg_catalog"),
    ("default_transaction_read_only", "on"),
    ("default_transaction_isolation", "repeatable read"),
    ("row_security", "off"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("xmloption", "content"),
    ("quote_all_identifiers", "off"),
    ("standard_conforming_strings", "on"),
    ("jit", "off"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "0"),
    ("client_min_messages", "error"),
];

/// A session that can read and nothing else.
pub(super) async fn connect(opening: &Opening<'_>) -> Result<PgConnection, Trouble> {
    let workers = match opening.load {
        Load::Full => "4",
        Load::Gentle => "0",
    };
    let options =
        options(opening).extra_float_digits(3).options(FIXED).options([("max_parallel_workers_per_gather", workers)]);
    PgConnection::connect_with(&options).await.map_err(|error| match error {
        // Half an answer to the first question is what a server gives that is dying.
        sqlx::Error::Protocol(_) => Trouble::Lost("the answer broke off".into()),
        error => trouble(&error),
    })
}

/// How to connect: with TLS by an authority that is believed, or not at all.
pub(super) fn options(opening: &Opening<'_>) -> PgConnectOptions {
    let way = opening.connection;
    let options = PgConnectOptions::new_without_pgpass()
        .host(&way.host)
        .port(way.port)
        .username(&opening.login.user)
        .password(opening.login.password.reveal())
        .database(opening.database.unwrap_or(ALWAYS_THERE))
        .ssl_mode(if way.direct { PgSslMode::VerifyFull } else { PgSslMode::VerifyCa })
        .application_name("backproof")
        .disable_statement_logging();
    match &way.ca_file {
        Some(file) => options.ssl_root_cert(file),
        None => options,
    }
}

/// What an error of the driver means.
pub(super) fn trouble(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Database(told) => match told.try_downcast_ref::<PgDatabaseError>() {
            Some(told) => of_server(told.code(), told.message()),
            None => Trouble::Unreadable("an error of another engine".into()),
        },
        sqlx::Error::Tls(why) => Trouble::NotTrusted(why.to_string()),
        // The TLS library tells of certificates through errors of the socket.
        sqlx::Error::Io(why) if why.kind() == std::io::ErrorKind::InvalidData => Trouble::NotTrusted(why.to_string()),
        sqlx::Error::Io(why) => Trouble::Lost(why.to_string()),
        sqlx::Error::WorkerCrashed => Trouble::Lost("the connection is gone".into()),
        sqlx::Error::Configuration(why) => Trouble::NoLogin(why.to_string()),
        sqlx::Error::Protocol(_) => Trouble::Unreadable("an answer that is not of PostgreSQL's protocol".into()),
        // Whatever else there is may quote what was read.
        _ => Trouble::Unreadable("an answer of another form than expected".into()),
    }
}

/// By the codes of PostgreSQL's appendix A. Messages are taken over only where they are the server's own, about files,
/// pages and memory.
fn of_server(code: &str, message: &str) -> Trouble {
    let code = code.to_owned();
    match code.as_str() {
        "57P03" | "53300" => Trouble::NotYet(message.to_owned()),
        "57P01" | "57P02" | "57P05" | "08006" | "08003" => Trouble::Lost(message.to_owned()),
        // The same code for a limit that was reached and for somebody who stopped the statement.
        "57014" if message.ends_with("user request") => Trouble::Rejected { code },
        "57014" => Trouble::TimeIsUp,
        "42501" => Trouble::Denied { code },
        "XX000" | "XX001" | "XX002" | "58P01" | "58030" => Trouble::Damaged { code, words: message.to_owned() },
        _ if code.starts_with("28") => Trouble::Refused { code },
        _ => Trouble::Rejected { code },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_quoted_only_where_it_speaks_of_the_server_itself() {
        for code in ["22P02", "23505", "P0001", "42P01"] {
            let trouble = of_server(code, "near \"Ada Lovelace\"");
            assert!(!trouble.to_string().contains("Ada"), "{trouble}");
        }
        let trouble = of_server("XX001", "invalid page in block 3 of relation base/5/16384");
        assert!(trouble.to_string().contains("block 3"), "{trouble}");
    }
}
