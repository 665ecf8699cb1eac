//! Evidence under Object Lock, in an S3 that nobody here wrote: written once, gone on with, never taken away, and a
//! receipt that says what another SDK reads.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use backproof_archive::{
    ArchiveError, Bucket, Depth, Destination, Finding, KeptIn, Order, Receipt, Terms, Unlocked, archive,
    register_anchor, verify_archive,
};
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, RateLimits};
use backproof_clock::{RealClock, SharedClock};
use backproof_cloud::{BucketAddress, Cloud};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::third_parties::{Running, ministack};

/// The account of the log archive.
const OWNER: &str = "555566667777";
/// Three parts, the last of half the size.
const LARGE: usize = 20 * 1024 * 1024;

/// An S3, a bundle, and where its uploads are remembered.
struct Scene {
    _ministack: Running,
    endpoint: String,
    folder: TempDir,
    terms: Terms,
    closed_at: Timestamp,
}

impl Scene {
    fn new(kind: &str) -> Self {
        let (ministack, endpoint) = ministack();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("bundle/attestations")).unwrap();
        std::fs::write(folder.path().join("bundle/SHA256SUMS"), "00  run.json\n").unwrap();
        std::fs::write(folder.path().join("bundle/attestations/operator.dsse.json"), "{}").unwrap();
        let packed: Vec<u8> = (0..=250_u8).flat_map(|byte| vec![byte; LARGE / 251 + 1]).collect();
        std::fs::write(folder.path().join("bundle-12.tar.zst"), &packed[..LARGE]).unwrap();
        let closed_at = now().now() - SignedDuration::from_hours(1);
        let scene = Self { _ministack: ministack, endpoint, folder, terms: Terms::default(), closed_at };
        scene.python(&["make", "log-archive", kind]);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What an SDK of AWS's own says.
    fn python(&self, arguments: &[&str]) -> Value {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/programs/object_lock.py");
        let answer = Command::new("python3").arg(program).arg(&self.endpoint).args(arguments).output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    /// The bucket, as a program sees it that has just started.
    async fn destination(&self, endpoint: &str, address: impl FnOnce(&mut BucketAddress)) -> Destination {
        let aws = AwsConfig {
            credentials: BaseCredentials::Fixed { access_key_id: OWNER.into(), secret_access_key: "emulated".into() },
            endpoint_url: Some(endpoint.to_owned()),
            rate_limits: RateLimits::Off,
            max_attempts: 1,
            ..AwsConfig::new(now())
        };
        let mut bucket = BucketAddress {
            bucket: "log-archive".into(),
            region: "eu-central-1".parse().unwrap(),
            owner: Some(OWNER.parse().unwrap()),
            role_arn: None,
            external_id: None,
            kms_key_arn: None,
        };
        address(&mut bucket);
        Destination::Bucket(Bucket::new(AwsCloud::new(aws).object_archive(bucket).await, "dr/restores".into()))
    }

    async fn archive(&self, destination: &Destination) -> Result<Receipt, ArchiveError> {
        let (bundle, packed) = (self.path("bundle"), self.path("bundle-12.tar.zst"));
        let order = Order::of_bundle("k3v9x2aa", 12, self.closed_at, &"5e".repeat(32), &bundle, &packed).unwrap();
        let order = order.with(register_anchor(31, &"a1".repeat(32), r#"{"entry":"run-closed"}"#));
        archive(&order, destination, &self.terms, &self.path("progress"), &now()).await
    }

    /// The receipt in a file, for others to read.
    fn file_of(&self, receipt: &Receipt) -> String {
        let path = self.path("archive-1.receipt.json");
        std::fs::write(&path, receipt.to_json()).unwrap();
        path.display().to_string()
    }
}

/// The ids of the versions that a receipt names.
fn versions(receipt: &Receipt) -> Vec<Option<String>> {
    let of = |kept: &KeptIn| match kept {
        KeptIn::Object(object) => object.version_id.clone(),
        KeptIn::File { .. } => None,
    };
    receipt.objects.iter().map(|object| of(&object.kept)).collect()
}

fn now() -> SharedClock {
    Arc::new(RealClock)
}

#[tokio::test]
async fn a_bundle_is_written_once_and_kept_whatever_is_tried() {
    let scene = Scene::new("locked");
    let destination = scene.destination(&scene.endpoint, |_| ()).await;
    let receipt = scene.archive(&destination).await.unwrap();
    assert_eq!((receipt.written(), receipt.immutable), (4, true), "{}", receipt.to_json());

    // The receipt says what another SDK reads.
    let file = scene.file_of(&receipt);
    let said: Vec<Value> = serde_json::from_str::<Value>(&receipt.to_json()).unwrap()["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!({
                "bytes": one["bytes"], "sha256": one["sha256"],
                "checksum": one["kept"]["checksum"]["sha256"], "parts": one["kept"]["checksum"]["parts"],
                "mode": one["kept"]["retention"]["mode"], "until": one["kept"]["retention"]["until"],
            })
        })
        .collect();
    assert_eq!(scene.python(&["read", &file]), Value::Array(said));

    // A second time, by a program that remembers nothing, nothing is written.
    std::fs::remove_dir_all(scene.path("progress")).unwrap();
    let again = scene.archive(&scene.destination(&scene.endpoint, |_| ()).await).await.unwrap();
    assert_eq!(again.written(), 0);
    assert_eq!(versions(&again), versions(&receipt));

    let refused = ["delete, bypassing", "delete", "shorten, bypassing", "shorten", "weaken"];
    let refused: Vec<String> = refused.iter().map(|way| format!("{way}: AccessDenied")).collect();
    assert_eq!(scene.python(&["attack", &file]), json!(refused));

    // What remains of the attack are delete markers, and they are told.
    let found = verify_archive(&receipt, &destination, Depth::Content, &now()).await.unwrap();
    assert!(found.is_sound(), "{found:?}");
    assert!(found.objects.iter().all(|object| object.findings == [Finding::Hidden]), "{found:?}");
}

#[tokio::test]
async fn an_upload_that_was_cut_in_the_middle_goes_on_where_it_was() {
    for remembered in [true, false] {
        let scene = Scene::new("locked");
        let proxy = Proxy::before(&scene.endpoint, 3);
        scene.archive(&scene.destination(&proxy.endpoint, |_| ()).await).await.unwrap_err();
        assert_eq!(scene.python(&["parts", "log-archive"]), json!([[1, 2]]));
        assert!(scene.path("progress").read_dir().unwrap().next().is_some());
        if !remembered {
            std::fs::remove_dir_all(scene.path("progress")).unwrap();
        }

        proxy.mend();
        let destination = scene.destination(&proxy.endpoint, |_| ()).await;
        let receipt = scene.archive(&destination).await.unwrap();
        assert_eq!(proxy.parts(), [3], "no part is sent twice");
        assert_eq!(scene.python(&["parts", "log-archive"]), json!([]));
        assert!(receipt.immutable);
        let found = verify_archive(&receipt, &destination, Depth::Content, &now()).await.unwrap();
        assert!(found.is_sound(), "{found:?}");
    }
}

#[tokio::test]
async fn a_bucket_without_object_lock_is_refused_or_said_so() {
    let mut scene = Scene::new("unlocked");
    let destination = scene.destination(&scene.endpoint, |_| ()).await;
    let error = scene.archive(&destination).await.unwrap_err();
    assert!(matches!(error, ArchiveError::LockOff { .. }), "{error}");
    scene.terms.unlocked = Unlocked::Accepted { reason: "the laboratory has no other".into() };
    let receipt = scene.archive(&destination).await.unwrap();
    assert!(!receipt.immutable && receipt.statement.contains("the laboratory has no other"), "{}", receipt.statement);
    assert_eq!(scene.archive(&destination).await.unwrap().written(), 0);
    assert!(verify_archive(&receipt, &destination, Depth::Content, &now()).await.unwrap().is_sound());
}

#[tokio::test]
async fn what_stands_in_the_way_is_named_with_its_remedy() {
    let scene = Scene::new("locked");
    let absent = scene.destination(&scene.endpoint, |address| address.bucket = "nobodys-archive".into()).await;
    let error = scene.archive(&absent).await.unwrap_err();
    assert!(matches!(error, ArchiveError::NoSuchBucket { .. }), "{error}");
    let unreachable = scene.destination("http://127.0.0.1:1", |_| ()).await;
    let error = scene.archive(&unreachable).await.unwrap_err();
    assert!(error.to_string().contains("no answer from http://127.0.0.1:1"), "{error}");
}

/// Stands before an S3, cuts the connection in the middle of a part, and answers nothing until it is mended.
struct Proxy {
    endpoint: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    is_mended: AtomicBool,
    is_cut: AtomicBool,
    /// The numbers of the parts that were sent since it was mended.
    parts: Mutex<Vec<u32>>,
}

impl Proxy {
    fn before(endpoint: &str, part: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let (to, state) = (endpoint.trim_start_matches("http://").to_owned(), Arc::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (state, to) = (shared.clone(), to.clone());
                std::thread::spawn(move || carry(client, &to, part, &state));
            }
        });
        Self { endpoint: own, state }
    }

    fn mend(&self) {
        self.state.is_mended.store(true, Ordering::SeqCst);
    }

    fn parts(&self) -> Vec<u32> {
        self.state.parts.lock().unwrap().clone()
    }
}

fn carry(mut client: TcpStream, to: &str, part: u32, state: &State) {
    let is_mended = || state.is_mended.load(Ordering::SeqCst);
    if state.is_cut.load(Ordering::SeqCst) && !is_mended() {
        return;
    }
    let mut server = TcpStream::connect(to).unwrap();
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        std::io::copy(&mut from_server, &mut to_client).ok();
        to_client.shutdown(Shutdown::Both)
    });
    let (mut buffer, mut since_cut_part) = (vec![0; 64 * 1024], None);
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let number = part_number(&buffer[..read]);
        if let Some(number) = number.filter(|_| is_mended()) {
            state.parts.lock().unwrap().push(number);
        }
        if number == Some(part) && !is_mended() {
            since_cut_part = Some(0);
        }
        if let Some(since) = &mut since_cut_part {
            *since += read;
            // In the middle of its body.
            if *since > 1024 * 1024 {
                state.is_cut.store(true, Ordering::SeqCst);
                break;
            }
        }
        if server.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    server.shutdown(Shutdown::Both).ok();
    client.shutdown(Shutdown::Both).ok();
}

/// The number of the part that a request sends, where its first line is in here.
fn part_number(bytes: &[u8]) -> Option<u32> {
    const NAME: &[u8] = b"partNumber=";
    let line = bytes.strip_prefix(b"PUT ")?;
    let at = line.windows(NAME.len()).take(2000).position(|window| window == NAME)? + NAME.len();
    let digits: String = line[at..].iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
