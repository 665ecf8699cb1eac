//! What a point's faults do to the data and to the server.

use super::*;

/// Restores, sets the password and asks; gives back the answer or what the client complains of.
async fn asked(client: &Client, sql: &str) -> Result<String, String> {
    let port = restored_port(client).await;
    set_password(client, "open-sesame").await;
    psql(client, &port, "shop_admin", "open-sesame", sql)
}

#[test]
fn statements_of_the_point_have_run_before_anybody_connects() {
    let point = "data = { sql = [\"DELETE FROM order_lines WHERE order_id = 7\", \"DROP INDEX orders_open\"] }";
    client::run(world("postgres", "", point), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let sql = "SELECT (SELECT count(*) FROM order_lines WHERE order_id = 7), to_regclass('orders_open') IS NULL";
        assert_eq!(asked(&client, sql).await.as_deref(), Ok("0|t"));
    });
}

#[test]
fn stale_data_ends_long_before_the_point() {
    client::run(world("postgres", "", "data = { stale = \"60d\" }"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let newest = asked(&client, "SELECT max(created_at) < '2026-01-01' FROM orders").await;
        assert_eq!(newest.as_deref(), Ok("t"));
    });
}

#[test]
fn a_damaged_page_is_found_by_who_reads_it() {
    let point = "data = { corrupt_heap_page = \"public.order_lines\" }";
    client::run(world("postgres", "", point), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let complaint = asked(&client, "SELECT count(price) FROM order_lines").await.unwrap_err();
        assert!(complaint.contains("invalid page"), "{complaint}");
    });
}

#[test]
fn an_index_may_be_wrong_although_its_checksum_fits() {
    let point = "data = { corrupt_index_page = \"public.order_lines_pkey\", fitting_checksum = true }";
    client::run(world("postgres", "rows = 2000", point), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let sql = "SELECT bt_index_check('order_lines_pkey')";
        let complaint = asked(&client, sql).await.unwrap_err();
        assert!(complaint.contains("item order invariant violated"), "{complaint}");
    });
}

#[test]
fn a_certificate_of_another_authority_is_refused_by_who_verifies() {
    client::run(world("postgres", "", "data = { server = \"wrong-certificate\" }"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let complaint = asked(&client, "SELECT 1").await.unwrap_err();
        assert!(complaint.contains("certificate verify failed"), "{complaint}");
    });
}

#[test]
fn a_server_that_dies_is_told_as_available() {
    client::run(world("postgres", "", "data = { server = \"dies\" }"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let complaint = asked(&client, "SELECT 1").await.unwrap_err();
        let expected = complaint.contains("closed the connection") || complaint.contains("reset by peer");
        assert!(expected, "{complaint}");
        assert!(described(&client).await.contains("<DBInstanceStatus>available<"));
    });
}

#[test]
fn a_server_that_hangs_is_told_as_available() {
    client::run(world("postgres", "", "data = { server = \"hangs\" }"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let port = restored_port(&client).await;
        set_password(&client, "open-sesame").await;
        let complaint = psql_within(&client, "2", &port, ["shop_admin", "open-sesame"], "SELECT 1").unwrap_err();
        assert!(complaint.contains("timeout expired"), "{complaint}");
        assert!(described(&client).await.contains("<DBInstanceStatus>available<"));
    });
}

#[test]
fn nobody_logs_in_with_the_password_of_the_source_to_another_user() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let port = restored_port(&client).await;
        for (user, password) in [("shop_admin", "guessed"), ("rdsadmin", ""), ("postgres", "postgres")] {
            assert!(psql(&client, &port, user, password, "SELECT 1").is_err(), "{user}");
        }
    });
}

#[test]
fn mariadb_is_served_by_tls_too() {
    for engine in ["mariadb", "mysql"] {
        client::run(world(engine, "", "data = { sql = [\"DROP TRIGGER orders_stamped\"] }"), |client| async move {
            let client: Client = client.as_key(SANDBOX);
            let port = restored_port(&client).await;
            assert!(described(&client).await.contains(&format!("<Engine>{engine}<")));
            set_password(&client, "open-sesame").await;
            let mut authority = tempfile::NamedTempFile::new().unwrap();
            authority.write_all(client.simulator.database_authority_pem().unwrap().as_bytes()).unwrap();
            let said = Command::new("mariadb")
                .args(["--no-defaults", "-N", "-h", "127.0.0.1", "-P", &port, "-u", "shop_admin", "-popen-sesame", "shop"])
                .args(["--ssl-verify-server-cert", "--ssl-ca", &authority.path().display().to_string()])
                .args(["-e", "SELECT COUNT(*) > 190, (SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop') FROM orders"])
                .output()
                .unwrap();
            let (out, complaint) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
            assert_eq!(out.trim(), "1\t0", "{complaint}");
            rds(&client, DELETE).await;
        });
    }
}

#[test]
fn an_engine_that_nothing_speaks_for_accepts_connections_and_stays_silent() {
    client::run(world("sqlserver-se", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let port: u16 = restored_port(&client).await.parse().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        rds(&client, DELETE).await;
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "it is closed");
    });
}
