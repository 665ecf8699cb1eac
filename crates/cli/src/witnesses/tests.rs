use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use backproof_drand::CHAIN_HASH;

use super::*;

const ROUND_123: &str = r#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

/// A relay that answers this for round 123.
async fn relay(status: StatusCode, answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router =
        Router::new().route(&format!("/{CHAIN_HASH}/public/123"), get(move || async move { (status, answer) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn witnesses(relays: Vec<String>) -> WebWitnesses {
    WebWitnesses { relays, authority: None }
}

#[tokio::test]
async fn a_relay_that_fails_or_lies_is_passed_over() {
    let down = relay(StatusCode::BAD_GATEWAY, "").await;
    let forged = relay(StatusCode::OK, r#"{"round":123,"signature":"b75c"}"#).await;
    let other = relay(StatusCode::OK, r#"{"round":124,"signature":"b75c"}"#).await;
    let honest = relay(StatusCode::OK, ROUND_123).await;
    let answer = witnesses(vec![down, forged, other, honest]).beacon_round(123).await.unwrap();
    assert_eq!(answer, ROUND_123.as_bytes());
}

#[tokio::test]
async fn where_no_relay_has_the_round_each_ones_reason_is_told() {
    let down = relay(StatusCode::BAD_GATEWAY, "").await;
    let other = relay(StatusCode::OK, r#"{"round":124,"signature":"b75c"}"#).await;
    let reasons = witnesses(vec![down.clone(), other.clone()]).beacon_round(123).await.unwrap_err();
    assert!(reasons.contains(&down) && reasons.contains("502 Bad Gateway"), "{reasons}");
    assert!(reasons.contains(&other) && reasons.contains("answers with round 124"), "{reasons}");
}
