//! Listeners with a thread of their own, which end when they are dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// What is done with a connection.
pub(super) trait Welcome: Send + 'static {
    /// Takes a connection; must not wait.
    fn welcome(&self, stream: TcpStream);
}

/// A port of this machine with a thread that takes connections.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Opens a port that nobody uses.
    pub(super) fn open(host: impl Welcome) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let closing = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&closing);
        let thread = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if seen.load(Ordering::SeqCst) {
                    return;
                }
                host.welcome(stream);
            }
        });
        Ok(Self { address, closing, thread: Some(thread) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // The thread waits for a connection: this one tells it to end.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

/// A port that accepts connections and never says anything.
#[derive(Debug)]
pub(crate) struct SilentListener(Listener);

struct Keep(Mutex<Vec<TcpStream>>);

impl Welcome for Keep {
    fn welcome(&self, stream: TcpStream) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
    }
}

impl SilentListener {
    /// Opens a port that nobody uses.
    pub(crate) fn open() -> io::Result<Self> {
        Listener::open(Keep(Mutex::new(Vec::new()))).map(Self)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.0.address().port()
    }
}
