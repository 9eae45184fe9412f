//! One Redis server.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use ::redis::{Client, Connection, FromRedisValue};
use tempfile::TempDir;

use crate::tls::{self, CA, KEY, SERVER};
use crate::{Process, free_port, program, wait_for};

pub struct RedisServer {
    pub port: u16,
    tls_port: Option<u16>,
    arguments: Vec<String>,
    // In this order: the server goes before its folder.
    process: Option<Process>,
    folder: TempDir,
}

impl RedisServer {
    /// Starts a server with settings as they stand in `redis.conf`, one a line.
    pub fn start(settings: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), settings)
    }

    fn start_in(folder: TempDir, settings: &str) -> Self {
        let mut server = Self { port: 0, tls_port: None, arguments: Vec::new(), process: None, folder };
        // A port may be taken between looking and starting.
        for _ in 0..5 {
            server.port = free_port();
            server.arguments = arguments(server.port, settings);
            if server.launch() {
                return server;
            }
        }
        panic!("no Redis server could be started: {}", server.log());
    }

    /// Starts a server that talks TLS too, with a certificate that only [`tls_url`](Self::tls_url) makes clients trust.
    pub fn start_with_tls(settings: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        tls::write_certificates(folder.path());
        let own = tls_settings(folder.path(), port);
        let mut server = Self::start_in(folder, &format!("{own}\n{settings}"));
        server.tls_port = Some(port);
        server
    }

    /// A Cluster of this one node, which talks TLS too.
    pub fn start_cluster_with_tls() -> Self {
        let own = "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-announce-ip 127.0.0.1\ntls-cluster yes";
        let server = Self::start_with_tls(&format!("{own}\ncluster-port {}", free_port()));
        server.ask::<()>("CLUSTER ADDSLOTSRANGE 0 16383");
        wait_for("the Cluster", || server.ask::<String>("CLUSTER INFO").contains("cluster_state:ok").then_some(()));
        server
    }

    /// The address over TLS of such a Cluster.
    pub fn tls_cluster_url(&self) -> String {
        format!("redis+cluster://127.0.0.1:{}?tls=true&ca={}", self.tls_port(), self.authority().display())
    }

    pub(crate) fn tls_port(&self) -> u16 {
        self.tls_port.expect("asked of a server with TLS")
    }

    /// The certificate that makes clients trust a server with TLS.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join(CA)
    }

    /// What another server needs in its settings to talk TLS at a port with the same certificate.
    pub(crate) fn tls_settings(&self, port: u16) -> String {
        tls_settings(self.folder.path(), port)
    }

    /// The address over TLS, which names the certificate to trust.
    pub fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}/0?ca={}", self.tls_port(), self.authority().display())
    }

    /// The server that the tests share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RedisServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("databases 4000"))
    }

    /// The address of a database that nobody else uses.
    pub fn fresh_database(&self) -> String {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        self.url_of(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub fn url(&self) -> String {
        self.url_of(0)
    }

    fn url_of(&self, database: u16) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }

    /// Sends a command past the store.
    pub fn ask<T: FromRedisValue>(&self, command: &str) -> T {
        ask(&mut connection(&self.url()), command)
    }

    /// Whether it is a master; `None` while it does not answer.
    pub fn is_master(&self) -> Option<bool> {
        let mut connection = Client::open(self.url()).unwrap().get_connection().ok()?;
        let info: String = ::redis::cmd("INFO").arg("replication").query(&mut connection).ok()?;
        Some(info.contains("role:master"))
    }

    /// The port of the master that it follows, once it does.
    pub fn follows(&self) -> Option<u16> {
        let mut connection = Client::open(self.url()).unwrap().get_connection().ok()?;
        let info: String = ::redis::cmd("INFO").arg("replication").query(&mut connection).ok()?;
        let port = info.lines().find_map(|line| line.strip_prefix("master_port:"))?;
        info.contains("master_link_status:up").then(|| port.trim().parse().unwrap())
    }

    /// Cuts a replica of this master off, as a broken network does: the master no longer lets it in.
    pub fn cut_off(&self, replica: &Self) {
        replica.ask_all::<()>(&["CONFIG", "SET", "masteruser", "nobody"]);
        replica.ask_all::<()>(&["CONFIG", "SET", "masterauth", "nothing"]);
        self.ask::<usize>("CLIENT KILL TYPE replica");
    }

    /// What was cut off may follow a master again.
    pub fn let_in(&self) {
        self.ask_all::<()>(&["CONFIG", "SET", "masteruser", ""]);
        self.ask_all::<()>(&["CONFIG", "SET", "masterauth", ""]);
    }

    /// The same with words that have spaces in them.
    pub fn ask_all<T: FromRedisValue>(&self, words: &[&str]) -> T {
        ::redis::cmd(words[0])
            .arg(&words[1..])
            .query(&mut connection(&self.url()))
            .unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// All keys with all that lies under them, as it lies there; the server must have been started with `rdbcompression no`.
    pub fn dump(&self) -> Vec<u8> {
        let mut connection = connection(&self.url());
        let keys: Vec<Vec<u8>> = ask(&mut connection, "KEYS *");
        let mut all = Vec::new();
        for key in keys {
            let held: Option<Vec<u8>> = ::redis::cmd("DUMP").arg(&key).query(&mut connection).unwrap();
            all.extend(key);
            all.extend(held.unwrap_or_default());
        }
        all
    }

    pub fn signal(&self, signal: &str) {
        self.process.as_ref().unwrap().signal(signal);
    }

    /// Kills the server, if it runs, and leaves its files.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts a killed server again on its files.
    pub fn start_again(&mut self) {
        assert!(self.launch(), "the server did not come back; its log: {}", self.log());
    }

    /// Takes the last bytes from the append-only file of a server that was killed: what its disk did not have yet when the power
    /// failed.
    pub fn forget(&self, bytes: u64) {
        let files = std::fs::read_dir(self.folder.path().join("appendonlydir")).unwrap().map(|file| file.unwrap().path());
        let mut written: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".incr.aof")).collect();
        written.sort();
        let last = std::fs::File::options().write(true).open(written.last().unwrap()).unwrap();
        last.set_len(last.metadata().unwrap().len().saturating_sub(bytes)).unwrap();
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// True when the server answers, false when it has ended.
    fn launch(&mut self) -> bool {
        let program = program("redis-server", "redis-server", &[]);
        let process = Process::start(&program, &self.arguments, self.folder.path(), None);
        let answers = wait_for("Redis to answer", || match answers(self.port) {
            true => Some(true),
            false => (!process.is_running()).then_some(false),
        });
        self.process = answers.then_some(process);
        answers
    }
}

fn tls_settings(folder: &Path, port: u16) -> String {
    let file = |name: &str| folder.join(name).display().to_string();
    format!(
        "tls-port {port}\ntls-cert-file {}\ntls-key-file {}\ntls-ca-cert-file {}\ntls-auth-clients no",
        file(SERVER),
        file(KEY),
        file(CA)
    )
}

/// Without a disk in between, a master begins to send what is written only once its child that sent the first copy is gone, while its
/// replica says already that it follows: whoever kills it then loses all. It also waits 5 seconds for further replicas first.
const REPLICATION: &str = "repl-diskless-sync no";

fn arguments(port: u16, settings: &str) -> Vec<String> {
    let basics = format!("port {port}\nbind 127.0.0.1\nsave \"\"\nmaxmemory-policy noeviction\n{REPLICATION}");
    let lines = basics.lines().chain(settings.lines()).map(str::trim).filter(|line| !line.is_empty());
    let words = lines.flat_map(|line| {
        let (name, value) = line.split_once(' ').unwrap();
        std::iter::once(format!("--{name}")).chain(value.split(' ').map(|word| word.trim_matches('"').to_owned()))
    });
    words.collect()
}

/// Whether a server has loaded its data; one that asks for a password has.
pub fn answers(port: u16) -> bool {
    let answer = Client::open(format!("redis://127.0.0.1:{port}")).unwrap().get_connection();
    match answer.and_then(|mut connection| ::redis::cmd("PING").query::<String>(&mut connection)) {
        Ok(_) => true,
        Err(error) => error.to_string().contains("NOAUTH"),
    }
}

pub fn connection(url: &str) -> Connection {
    Client::open(url).unwrap().get_connection().unwrap()
}

pub fn ask<T: FromRedisValue>(connection: &mut Connection, command: &str) -> T {
    let mut words = command.split(' ');
    let mut sent = ::redis::cmd(words.next().unwrap());
    words.for_each(|word| {
        sent.arg(word);
    });
    sent.query(connection).unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// Kills a master. Where there is something to do `meanwhile`, its replica is cut off before: what the master takes then is lost.
pub(crate) fn fall(servers: &mut [RedisServer], master: usize, replica: usize, meanwhile: Option<impl FnOnce()>) {
    if let Some(meanwhile) = meanwhile {
        servers[master].cut_off(&servers[replica]);
        meanwhile();
    }
    servers[master].kill();
    servers[replica].let_in();
}
