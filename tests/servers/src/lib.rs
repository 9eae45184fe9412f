//! Real servers for the tests: started on free ports in folders of their own, gone with the test.
//!
//! A small shell stands between the test and each server: it kills the server when its standard input
//! closes, and removes its folder if nobody else will, so that nothing is left behind, however the test
//! process ends.

pub mod cluster;
pub mod postgres;
pub mod redis;
pub mod sentinel;
mod tls;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Who a server runs as.
#[derive(Clone, Copy)]
pub struct User {
    pub id: u32,
    pub group: u32,
}

/// A server that runs.
pub struct Process {
    shell: Child,
    /// The server itself.
    pid: String,
}

impl Process {
    /// Starts a program, as another user if need be, with its output in a file of the folder.
    pub fn start(program: &Path, arguments: &[String], folder: &Path, user: Option<User>) -> Self {
        const SHELL: &str = r#"
            "$@" </dev/null >>"$FOLDER/log" 2>&1 &
            echo $!
            read -r word
            kill -9 $!
            wait
            test "$word" = keep || rm -rf "$FOLDER"
        "#;
        let mut command = Command::new("sh");
        command.args(["-c", SHELL, "sh"]).arg(program).args(arguments);
        command.env("FOLDER", folder).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(User { id, group }) = user {
            command.uid(id).gid(group);
        }
        let mut shell = command.spawn().unwrap();
        let mut pid = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        Self { shell, pid: pid.trim().to_owned() }
    }

    /// Sends a signal, as `kill` names it, to the server.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.pid]).status().unwrap();
        assert!(sent.success(), "the server {} is not there any more", self.pid);
    }

    pub fn is_running(&self) -> bool {
        Command::new("kill").args(["-0", &self.pid]).stderr(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whoever drops a server has its folder. If the shell has gone, so have both.
        let _ = self.shell.stdin.take().map(|mut shell| shell.write_all(b"keep\n"));
        // The shell ends when it has killed the server; there is nobody to tell if it can't.
        let _ = self.shell.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks until the answer is there.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The same for what has to be awaited.
pub async fn wait_until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Where a program is. Without it the test fails: what is not tested must not look as if it were.
pub fn program(name: &str, package: &str, folders: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = folders.iter().map(PathBuf::from).chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let mut found = found.filter(|program| File::open(program).is_ok());
    found.next().unwrap_or_else(|| panic!("{name} is missing; these tests need it: apt-get install {package}"))
}
