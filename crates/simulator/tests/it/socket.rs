//! The simulator on a socket: what a client sees of a connection that dies.

use std::sync::Arc;

use backproof_clock::RealClock;
use backproof_simulator::{FaultAt, FaultKind, Simulator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::worlds::small;

#[tokio::test]
async fn a_lost_answer_closes_the_connection_without_a_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let simulator = Simulator::new(small(""), Arc::new(RealClock));
    simulator.inject(FaultAt { call: 2, kind: FaultKind::LostAnswer });
    let server = tokio::spawn(simulator.clone().serve(listener));
    let mut answers = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /backup-vaults/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answers.push(String::from_utf8(answer).unwrap());
    }
    assert!(answers[0].starts_with("HTTP/1.1 200 OK"), "{}", answers[0]);
    assert_eq!(answers[1], "");
    assert!(answers[2].contains("\"BackupVaultName\":\"daily\""), "{}", answers[2]);
    assert_eq!(simulator.calls().len(), 3);
    server.abort();
}
