//! A small SMTP server: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA, QUIT; remembers what it was given.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    StartTls,
    /// Offers STARTTLS to nobody, as a server behind somebody who strips it.
    StrippedStartTls,
    Wrapped,
}

/// One message with all that was said around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) encrypted: bool,
    /// What AUTH PLAIN gave, decoded.
    pub(crate) login: Option<String>,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) message: String,
}

/// A certificate authority for one test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = lasting(Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// Serves HTTP over TLS to one connection, with a certificate for `name`: its port, and what will have arrived.
    pub(crate) fn receive_one_request(&self, name: &str) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = self.server(name);
        let serve = move || {
            let (stream, _) = listener.accept().unwrap();
            let mut talk = StreamOwned::new(ServerConnection::new(tls).unwrap(), stream);
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            // The JSON's closing brace is the end of what the sender has to say.
            while !request.ends_with(b"}") {
                match talk.read(&mut chunk) {
                    Ok(0) | Err(_) => return String::new(),
                    Ok(read) => request.extend_from_slice(&chunk[..read]),
                }
            }
            talk.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            talk.flush().unwrap();
            String::from_utf8(request).unwrap()
        };
        (port, std::thread::spawn(serve))
    }

    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = lasting(vec![name.to_owned()]).signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

fn lasting(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

/// The server; it ends with the test's process.
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

#[derive(Clone)]
struct Rules {
    manner: Manner,
    tls: Arc<ServerConfig>,
    /// What is said to RCPT, before everything is taken.
    to_recipients: Arc<Mutex<VecDeque<&'static str>>>,
}

impl SmtpServer {
    /// Starts one with a certificate for `name`, which answers RCPT so, and then takes everything.
    pub(crate) fn start(manner: Manner, authority: &Authority, name: &str, to_recipients: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let to_recipients = Arc::new(Mutex::new(to_recipients.iter().copied().collect()));
        let rules = Rules { manner, tls: authority.server(name), to_recipients };
        let sink = received.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that hangs up in the middle is what some tests are about.
                converse(&stream.unwrap(), &rules, &sink).ok();
            }
        });
        Self { port, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

trait Both: Read + Write {}
impl<T: Read + Write> Both for T {}

fn converse(raw: &TcpStream, rules: &Rules, sink: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let encrypt = || StreamOwned::new(ServerConnection::new(rules.tls.clone()).unwrap(), raw.try_clone().unwrap());
    let mut received = Received { encrypted: rules.manner == Manner::Wrapped, ..Received::default() };
    let mut talk: Box<dyn Both> =
        if rules.manner == Manner::Wrapped { Box::new(encrypt()) } else { Box::new(raw.try_clone()?) };
    say(&mut talk, "220 mail.example ready")?;
    loop {
        let line = line(&mut talk)?;
        let (verb, rest) = line.split_at(line.find([' ', ':']).unwrap_or(line.len()));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if rules.manner == Manner::StartTls && !received.encrypted => {
                say(&mut talk, "250-mail.example\r\n250-8BITMIME\r\n250 STARTTLS")?;
            }
            "EHLO" => say(&mut talk, "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
            "STARTTLS" if rules.manner == Manner::StartTls => {
                say(&mut talk, "220 go on")?;
                talk = Box::new(encrypt());
                received.encrypted = true;
            }
            "AUTH" => {
                received.login = Some(rest.trim().trim_start_matches("PLAIN ").to_owned());
                say(&mut talk, "235 welcome")?;
            }
            "MAIL" => {
                rest.trim().clone_into(&mut received.from);
                say(&mut talk, "250 ok")?;
            }
            "RCPT" => {
                let answer = rules.to_recipients.lock().unwrap().pop_front();
                received.to.extend(answer.is_none().then(|| rest.trim().to_owned()));
                say(&mut talk, answer.unwrap_or("250 ok"))?;
            }
            "DATA" => {
                say(&mut talk, "354 go on")?;
                received.message = message(&mut talk)?;
                sink.lock().unwrap().push(std::mem::take(&mut received));
                say(&mut talk, "250 taken")?;
            }
            "RSET" => say(&mut talk, "250 ok")?,
            "QUIT" => return say(&mut talk, "221 bye"),
            _ => say(&mut talk, "502 not known here")?,
        }
    }
}

fn say(talk: &mut impl Write, words: &str) -> std::io::Result<()> {
    talk.write_all(format!("{words}\r\n").as_bytes())?;
    talk.flush()
}

fn line(talk: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        talk.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8(line).unwrap().trim_end().to_owned())
}

fn message(talk: &mut impl Read) -> std::io::Result<String> {
    let mut message = String::new();
    loop {
        match line(talk)?.as_str() {
            "." => return Ok(message),
            line => message.push_str(&format!("{}\r\n", line.strip_prefix('.').unwrap_or(line))),
        }
    }
}
