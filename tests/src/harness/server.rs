//! The running server.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use super::binary::program;
use super::client::{Answer, Request};
use super::process::Process;
use super::setup::Setup;

/// How long a test waits for what happens at once, on a machine that is busy with other things.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// How long one call may take.
const CALL: Duration = Duration::from_secs(60);
/// Pause between two looks at what can only be asked for.
pub(super) const LOOK: Duration = Duration::from_millis(10);
/// Lines of the log that a failed test shows.
const SHOWN: usize = 60;

/// A server in a process of its own. Its folder goes when it is dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    client: Client,
    setup: Setup,
    address: SocketAddr,
    folder: TempDir,
}

impl Server {
    /// A setup to start one from.
    pub fn with() -> Setup {
        Setup::default()
    }

    pub(super) async fn start(setup: Setup) -> Self {
        let folder = setup.lay_out().expect("the system's folder for temporary files can be written");
        let address = free_address();
        let client = Client::builder().no_proxy().timeout(CALL).build().expect("a client needs nothing of the system");
        let process = launch(&setup, address, &folder);
        let mut server = Self { process, client, setup, address, folder };
        server.become_ready().await;
        server
    }

    pub(super) async fn start_in_vain(setup: Setup) -> (Option<i32>, String) {
        let folder = setup.lay_out().expect("the system's folder for temporary files can be written");
        let mut process = launch(&setup, free_address(), &folder);
        let status = process.wait(DEADLINE).await.expect("the server ends by itself");
        (status.code(), std::fs::read_to_string(log_file(&folder)).unwrap_or_default())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    ///
    /// # Panics
    /// If it has ended.
    pub fn process_id(&self) -> u32 {
        self.process.id().expect("the server runs")
    }

    /// The address of a page or a call.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The address for webhooks.
    pub fn webhook_url(&self) -> String {
        self.url("/webhooks/whatsapp")
    }

    /// The folder that its bots' files are in.
    pub fn bots(&self) -> PathBuf {
        self.folder.path().join("bots")
    }

    /// All that it has written to its log so far, over all starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_file(&self.folder)).unwrap_or_default()
    }

    /// A call with the setup's token.
    pub fn call(&self, method: Method, path: &str) -> Request {
        let request = self.call_without_token(method, path);
        match &self.setup.token {
            Some(token) => request.header("authorization", &format!("Bearer {token}")),
            None => request,
        }
    }

    /// A call as somebody makes it who has no token.
    pub fn call_without_token(&self, method: Method, path: &str) -> Request {
        Request(self.client.request(method, self.url(path)))
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// `POST` of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).json(body).send().await
    }

    /// A contact by phone number or id.
    ///
    /// # Panics
    /// If there is none.
    pub async fn contact(&self, name: &str) -> Value {
        self.get(&format!("/api/v1/contacts/{}", name.replace('+', "%2B"))).await.expect(200)
    }

    /// What the team was alerted of, the newest first.
    pub async fn alerts(&self) -> Vec<Value> {
        list(self.get("/api/v1/alerts").await.expect(200))
    }

    /// Events that could not be processed, the newest first.
    pub async fn dead(&self) -> Vec<Value> {
        list(self.get("/api/v1/dead").await.expect(200))
    }

    /// The value of a metric: the sum of its lines whose labels contain `labels`. 0 where there is none yet.
    pub async fn metric(&self, name: &str, labels: &str) -> f64 {
        let text = self.get("/metrics").await.text;
        let of_metric = |line: &&str| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['{', ' '])) && line.contains(labels)
        };
        let value = |line: &str| line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok());
        text.lines().filter(of_metric).filter_map(value).sum()
    }

    /// Asks again and again until there is an answer, and returns it. For what nobody tells of by itself.
    ///
    /// # Panics
    /// If there is none by the deadline; `what` says what was waited for.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut(&Self) -> Option<T>) -> T {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = look(self).await {
                return found;
            }
            assert!(Instant::now() < until, "waited {DEADLINE:?} for {what}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The memory that its process holds, in bytes; 0 where the system does not tell.
    pub fn resident_bytes(&self) -> u64 {
        self.process.resident_bytes().unwrap_or_default()
    }

    /// Ends the process at once, as a crash of the machine would (SIGKILL).
    pub async fn kill9(&mut self) {
        self.process.kill().await;
    }

    /// Lets it sleep (SIGSTOP), as a machine does that swaps, or a virtual one that is moved.
    pub fn freeze(&self) {
        self.process.signal("STOP");
    }

    /// Wakes it (SIGCONT).
    pub fn wake(&self) {
        self.process.signal("CONT");
    }

    /// Starts it again after its end, on the same port and data.
    ///
    /// # Panics
    /// If it doesn't become ready.
    pub async fn start_again(&mut self) {
        self.process = launch(&self.setup, self.address, &self.folder);
        self.become_ready().await;
    }

    /// Asks it to stop (SIGTERM), and returns at once.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it runs on past the deadline.
    pub async fn ended(&mut self) -> ExitStatus {
        self.process.wait(DEADLINE).await.expect("the server ends after it was told to")
    }

    async fn become_ready(&mut self) {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.process.ended() {
                panic!("the server ended at its start ({status}):\n{}", self.log());
            }
            let answer = self.call_without_token(Method::GET, "/readyz").try_send().await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                return;
            }
            assert!(Instant::now() < until, "the server was not ready after {DEADLINE:?}:\n{}", self.log());
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
            eprintln!("the end of the server's log:\n{last}");
        }
    }
}

fn launch(setup: &Setup, address: SocketAddr, folder: &TempDir) -> Process {
    let mut variables = vec![
        ("SALESBOT_LISTEN".to_owned(), address.to_string()),
        ("SALESBOT_BOTS".to_owned(), "bots".to_owned()),
        ("SALESBOT_STORE".to_owned(), "data/".to_owned()),
        ("SALESBOT_LOG".to_owned(), "info".to_owned()),
    ];
    variables.extend(setup.variables.iter().cloned());
    Process::start(program(), folder.path(), &variables, &log_file(folder)).expect("the program can be started")
}

fn log_file(folder: &TempDir) -> PathBuf {
    folder.path().join("log")
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => panic!("a list was expected: {other}"),
    }
}

/// An address that stays free while a server restarts on it: below the ports that the system hands out by itself.
fn free_address() -> SocketAddr {
    const FIRST: u32 = 20_000;
    const PORTS: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Tests run in processes beside each other: each begins elsewhere.
    let begin = std::process::id().wrapping_mul(61);
    (0..PORTS)
        .find_map(|_| {
            let place = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
            let address = SocketAddr::from(([127, 0, 0, 1], u16::try_from(FIRST + place).ok()?));
            TcpListener::bind(address).is_ok().then_some(address)
        })
        .expect("127.0.0.1 has a free port")
}
