//! Servers that are bad ones on purpose.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::*;

#[test]
fn a_server_that_hangs_takes_the_connection_and_never_answers() {
    let (server, _authority) = start(&shop(Engine::Postgres), Behaviour::Hangs);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
    // PostgreSQL's question whether there is TLS.
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let silence = stream.read(&mut [0; 1]).unwrap_err();
    assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    server.superuser_sql("shop", "SELECT 1").unwrap_err();
}

#[test]
fn a_server_that_dies_does_so_where_it_is_told_to() {
    for engine in ENGINES {
        let (mut server, authority) = start(&shop(engine), Behaviour::DiesAfterStart { bytes: 0 });
        assert!(!server.has_died());
        assert_eq!(server.superuser_sql("shop", "SELECT 1").unwrap(), "1");
        Client::of(&server, &authority).asks("SELECT 1").unwrap_err();
        // Once its connection is cut, it is as good as dead; its end follows.
        assert!(waits_for(|| server.has_died()), "{engine:?}");
        server.restart().unwrap();
        assert_eq!(server.superuser_sql("shop", "SELECT 1").unwrap(), "1");

        let (server, authority) = start(&shop(engine), Behaviour::DiesAfterStart { bytes: 20_000 });
        let client = Client::of(&server, &authority);
        assert_eq!(client.asks("SELECT 1").unwrap(), "1", "{engine:?}");
        client.asks("SELECT * FROM orders").unwrap_err();
        assert!(waits_for(|| client.asks("SELECT 1").is_err()));
        TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap_err();
    }
}

#[test]
fn a_certificate_of_another_authority_is_noticed() {
    for engine in ENGINES {
        let (server, authority) = start(&shop(engine), Behaviour::WrongCertificate);
        let client = Client::of(&server, &authority);
        let said = openssl(&server, &client.ca_file).unwrap_err().to_string();
        assert!(said.to_lowercase().contains("verif"), "{said}");
        let refused = client.asks("SELECT 1").unwrap_err().to_string();
        assert!(refused.to_lowercase().contains("certificate"), "{refused}");
    }
}

#[test]
fn a_certificate_holds_the_names_it_was_asked_for() {
    let authority = Authority::new().unwrap();
    let names = vec!["shop.example.eu-central-1.rds.amazonaws.com".to_owned()];
    let order = Start { names: names.clone(), ..Start::sound(&authority) };
    let server = Store::open().unwrap().copy(&Fixture::nothing(Engine::Postgres)).unwrap().start(&order).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-connect", &format!("127.0.0.1:{}", server.port()), "-starttls", "postgres"]);
    let certificate = run(&mut openssl, None).unwrap_or_else(|error| error.to_string());
    let text =
        run(Command::new("openssl").args(["x509", "-noout", "-ext", "subjectAltName"]), Some(&certificate)).unwrap();
    assert!(text.contains(&format!("DNS:{}", names[0])) && text.contains("IP Address:127.0.0.1"), "{text}");
}

/// Whether something comes true within some seconds.
pub(super) fn waits_for(mut condition: impl FnMut() -> bool) -> bool {
    (0..200).any(|_| condition() || !Command::new("sleep").arg("0.05").status().unwrap().success())
}
