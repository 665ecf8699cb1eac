//! A server that dies while it is talked to: a door before it counts what it says, and has it killed.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::watched::{Signal, Watched};

/// A server behind a door. Both end when it is dropped.
pub(super) struct Guarded {
    behind: Behind,
    port: u16,
    door: Mutex<Option<JoinHandle<()>>>,
}

/// The server; gone once it has died.
type Behind = Arc<Mutex<Option<Watched>>>;

impl Guarded {
    /// Opens the door to a server that listens at `inner`. The server dies when it has said `bytes` in all.
    pub(super) fn open(door: TcpListener, port: u16, server: Watched, inner: u16, bytes: u64) -> Self {
        let behind = Arc::new(Mutex::new(Some(server)));
        let door = guard(door, inner, Arc::clone(&behind), bytes);
        Self { behind, port, door: Mutex::new(Some(door)) }
    }

    /// Asks something of the server, unless it has died.
    pub(super) fn of_server<T>(&self, ask: impl FnOnce(&mut Watched) -> T) -> Option<T> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(ask)
    }

    /// Ends the server, and the door with it.
    pub(super) fn end(&self, signal: Signal) {
        let watched = self.behind.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut watched) = watched {
            watched.end(signal);
        }
        let door = self.door.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(door) = door {
            // The door sleeps until somebody comes, unless it has closed already.
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
            // Afterwards its port is free again. A door that panicked is closed too.
            let _ = door.join();
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.end(Signal::AtOnce);
    }
}

/// Lets connections through until the server has said enough.
fn guard(door: TcpListener, inner: u16, behind: Behind, bytes: u64) -> JoinHandle<()> {
    let left = Arc::new(Mutex::new(bytes));
    thread::spawn(move || {
        for client in door.incoming().map_while(Result::ok) {
            let is_alive = behind.lock().unwrap_or_else(PoisonError::into_inner).is_some();
            if !is_alive {
                return;
            }
            let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, inner)) else { return };
            let Ok(address) = door.local_addr() else { return };
            let (left, behind) = (Arc::clone(&left), Arc::clone(&behind));
            thread::spawn(move || {
                // An error is the end of the connection, as in any network.
                if matches!(pass(&client, &server, &left), Ok(Passed::Enough)) {
                    drop(behind.lock().unwrap_or_else(PoisonError::into_inner).take());
                    // The door sleeps until somebody comes, and sees then that nobody is behind it.
                    let _ = TcpStream::connect(address);
                }
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
            });
        }
    })
}

enum Passed {
    /// The server has said all that it will ever say.
    Enough,
    /// One side hung up.
    HungUp,
}

/// Passes what either side says to the other.
fn pass(client: &TcpStream, server: &TcpStream, left: &Mutex<u64>) -> io::Result<Passed> {
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let mut buffer = vec![0; 4096];
    loop {
        let mut still = *left.lock().unwrap_or_else(PoisonError::into_inner);
        if still == 0 {
            return Ok(Passed::Enough);
        }
        let read = from_server.read(&mut buffer)?;
        if read == 0 {
            return Ok(Passed::HungUp);
        }
        let passed = read.min(usize::try_from(still).unwrap_or(usize::MAX));
        to_client.write_all(&buffer[..passed])?;
        still -= passed as u64;
        *left.lock().unwrap_or_else(PoisonError::into_inner) = still;
    }
}
