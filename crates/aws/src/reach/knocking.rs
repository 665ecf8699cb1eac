//! Connecting, to see whether anybody answers.

use std::time::Duration;

use backproof_clock::{SharedClock, within_wall};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// How long somebody may take to accept a connection. Within one network that takes milliseconds; a firewall that drops
/// what is sent to a closed port never answers.
const ACCEPT: Duration = Duration::from_secs(5);
/// How long a connection through a tunnel must hold to show that somebody is at its other end.
const HOLD: Duration = Duration::from_secs(3);

/// Connects, or says in words why not.
pub(super) async fn knock(clock: &SharedClock, host: &str, port: u16) -> Result<TcpStream, String> {
    let _busy = clock.busy();
    match within_wall(ACCEPT, TcpStream::connect((host, port))).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(error.to_string()),
        Err(late) => Err(late.to_string()),
    }
}

/// Whether a connection is kept open: the near end of a tunnel accepts it in any case, and closes it again where the
/// far end cannot connect.
pub(super) async fn holds(clock: &SharedClock, mut connection: TcpStream) -> Result<(), String> {
    let _busy = clock.busy();
    let mut first = [0_u8; 1];
    match within_wall(HOLD, connection.read(&mut first)).await {
        Ok(Ok(0)) => Err("the connection was closed at once".into()),
        Ok(Ok(_)) | Err(_) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
    }
}
