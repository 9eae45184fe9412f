//! One PostgreSQL server. It refuses to run as root, so there it runs as its own user.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::{Process, User, free_port, program, wait_for};

const PACKAGE: &str = "postgresql";

pub struct PostgresServer {
    port: u16,
    // In this order: the server goes before its folder.
    process: Option<Process>,
    folder: TempDir,
    user: Option<User>,
}

impl PostgresServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let user = unprivileged(folder.path());
        if let Some(User { id, group }) = user {
            chown(folder.path(), Some(id), Some(group)).unwrap();
        }
        let data = folder.path().join("data");
        let mut initdb = Command::new(tool("initdb"));
        initdb.args(["--auth=trust", "--username=salesbot", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data);
        if let Some(User { id, group }) = user {
            initdb.uid(id).gid(group);
        }
        let made = initdb.current_dir(folder.path()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut server = Self { port: 0, process: None, folder, user };
        for _ in 0..5 {
            server.port = free_port();
            if server.launch() {
                return server;
            }
        }
        panic!("no PostgreSQL server could be started");
    }

    /// The server that the tests share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The address of an empty database.
    pub async fn fresh_database(&self) -> String {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://salesbot@127.0.0.1:{}/{database}", self.port)
    }

    pub async fn execute(&self, database: &str, statement: &str) {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Every row of every table of a schema, as text; bytes as they are.
    pub async fn dump(&self, database: &str, schema: &str) -> Vec<u8> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let columns = "
            SELECT table_name::TEXT, column_name::TEXT, data_type::TEXT FROM information_schema.columns WHERE table_schema = $1";
        let mut all = Vec::new();
        for column in client.query(columns, &[&schema]).await.unwrap() {
            let (table, name, kind): (&str, &str, &str) = (column.get(0), column.get(1), column.get(2));
            let bytes = if kind == "bytea" { name.to_owned() } else { format!("convert_to({name}::TEXT, 'UTF8')") };
            for row in client.query(&format!("SELECT {bytes} FROM {schema}.{table}"), &[]).await.unwrap() {
                all.extend(row.get::<_, Option<Vec<u8>>>(0).unwrap_or_default());
                all.push(b'\n');
            }
        }
        drop(client);
        connection.await.unwrap().unwrap();
        all
    }

    /// The size of the database at this address, in bytes.
    pub async fn size(&self, url: &str) -> u64 {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let row = client.query_one("SELECT pg_database_size(current_database())", &[]).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        row.get::<_, i64>(0).unsigned_abs()
    }

    pub fn kill(&mut self) {
        self.process = None;
    }

    pub fn start_again(&mut self) {
        // A killed server's workers hold its memory for a moment longer.
        wait_for("PostgreSQL to come back", || self.launch().then_some(()));
    }

    fn launch(&mut self) -> bool {
        let data = self.folder.path().join("data");
        let settings = ["fsync=off", "listen_addresses=127.0.0.1", "max_connections=400", "shared_buffers=32MB"];
        let mut arguments = vec!["-D".to_owned(), data.display().to_string(), "-p".to_owned(), self.port.to_string()];
        arguments.extend(["-k".to_owned(), data.display().to_string()]);
        arguments.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
        let process = Process::start(&tool("postgres"), &arguments, self.folder.path(), self.user);
        let answers = wait_for("PostgreSQL to answer", || {
            let ready = Command::new(tool("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status();
            if ready.unwrap().success() { Some(true) } else { (!process.is_running()).then_some(false) }
        });
        self.process = answers.then_some(process);
        answers
    }
}

/// Debian keeps the server's programs in a folder of its version.
fn tool(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let mut versions: Vec<_> = versions.map(|folder| folder.display().to_string()).collect();
    versions.sort();
    let newest: Vec<_> = versions.iter().rev().map(String::as_str).collect();
    program(name, PACKAGE, &newest)
}

/// The user to run as where the tests run as root: PostgreSQL's own, which its package makes.
fn unprivileged(ours: &Path) -> Option<User> {
    if fs::metadata(ours).unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let postgres = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some(User { id: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    });
    Some(postgres.unwrap_or_else(|| panic!("there is no user postgres; apt-get install {PACKAGE}")))
}
