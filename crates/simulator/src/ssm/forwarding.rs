//! A port that leads to another one, for whoever knows the session's token.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::listener::{Listener, Welcome};

/// An open port. Dropping it closes the port and all connections through it.
#[derive(Debug)]
pub(super) struct Forwarder {
    listener: Listener,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

/// What happens to those who come.
struct Lead {
    to: Option<SocketAddr>,
    token: String,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Forwarder {
    /// Opens a port of this machine that leads to `to`; where that is nothing, every connection ends at once.
    pub(super) fn open(to: Option<SocketAddr>, token: &str) -> io::Result<Self> {
        let open = Arc::new(Mutex::new(Vec::new()));
        let lead = Lead { to, token: token.to_owned(), open: Arc::clone(&open) };
        Ok(Self { listener: Listener::open(lead)?, open })
    }

    /// The port.
    pub(super) fn address(&self) -> SocketAddr {
        self.listener.address()
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Connections that have ended already need no end.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Welcome for Lead {
    fn welcome(&self, stream: TcpStream) {
        let Some(to) = self.to else { return };
        let (token, open) = (self.token.clone(), Arc::clone(&self.open));
        thread::spawn(move || {
            // Whatever ends a connection ends it for both sides.
            let _ = lead(&stream, to, &token, &open);
        });
    }
}

fn lead(stream: &TcpStream, to: SocketAddr, token: &str, open: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    open.lock().unwrap_or_else(PoisonError::into_inner).push(stream.try_clone()?);
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if line.trim_end() != token {
        return stream.shutdown(Shutdown::Both);
    }
    let inside = TcpStream::connect(to)?;
    inside.set_nodelay(true)?;
    let (mut outwards, mut back) = (inside.try_clone()?, stream.try_clone()?);
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut outwards, &mut back);
        let _ = back.shutdown(Shutdown::Write);
    });
    let mut inwards = inside.try_clone()?;
    let asked = io::copy(&mut reader, &mut inwards);
    inwards.flush()?;
    inside.shutdown(Shutdown::Write)?;
    let _ = answers.join();
    asked.map(|_| ())
}
