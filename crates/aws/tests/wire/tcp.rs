//! Over TCP: virtual time stands still until an answer has been read, and an endpoint that is not there is no answer.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use backproof_aws::{AwsCloud, HttpKind};
use backproof_clock::Clock;
use backproof_cloud::Trouble;

use crate::double::{Double, SOURCE, config, ok, passed, region, runtime};

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/u</Arn>\
    <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// Answers one request on one connection, in two pieces.
fn serve(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !String::from_utf8_lossy(&request).contains("Action=GetCallerIdentity") {
        let read = stream.read(&mut chunk).unwrap();
        request.extend_from_slice(&chunk[..read]);
    }
    let (first, rest) = IDENTITY.split_at(40);
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{first}", IDENTITY.len()).unwrap();
    stream.flush().unwrap();
    stream.write_all(rest.as_bytes()).unwrap();
}

#[test]
fn virtual_time_stands_still_while_an_answer_is_on_its_way() {
    let (runtime, clock) = runtime();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(&Double::new(|_, _| ok("")), &clock);
    config.http = HttpKind::Network;
    config.endpoint_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    let cloud = AwsCloud::new(config);
    let server = std::thread::spawn(move || serve(&listener));
    let caller = runtime.block_on(async {
        let clock = Arc::new(clock.clone());
        tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_hours(1)).await }
        });
        cloud.base_caller(&region()).await.unwrap()
    });
    server.join().unwrap();
    assert_eq!(caller.account.as_str(), SOURCE);
    assert_eq!(passed(&clock), Duration::ZERO);
}

#[test]
fn an_endpoint_that_is_not_there_is_no_answer() {
    let (runtime, clock) = runtime();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut config = config(&Double::new(|_, _| ok("")), &clock);
    config.http = HttpKind::Network;
    config.endpoint_url = Some(format!("http://{free}"));
    let error = runtime.block_on(async { AwsCloud::new(config).base_caller(&region()).await.unwrap_err() });
    assert_eq!(error.trouble, Trouble::NoAnswer, "{error}");
}
