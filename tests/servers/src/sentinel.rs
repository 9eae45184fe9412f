//! A master with a replica, and three Sentinels over them.

use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::redis::{RedisServer, answers, ask, connection, fall};
use crate::{Process, free_port, program, wait_for};

/// How long a server may be silent until the Sentinels take it for dead. With much less they elect one master after the other on a machine
/// that is busy with tests.
const DOWN_AFTER: u32 = 2_500;

pub struct Sentinels {
    pub ports: Vec<u16>,
    // In this order: Sentinels that see their servers go would elect another master.
    _processes: Vec<(Process, TempDir)>,
    pub servers: [RedisServer; 2],
}

impl Sentinels {
    pub fn start(settings: &str) -> Self {
        let master = RedisServer::start(settings);
        let replica = RedisServer::start(&format!("{settings}\nreplicaof 127.0.0.1 {}", master.port));
        wait_for("the replica to follow", || {
            replica.ask::<String>("INFO replication").contains("master_link_status:up").then_some(())
        });

        let processes: Vec<_> = (0..3).map(|_| start_sentinel(master.port, 2, "")).collect();
        let ports: Vec<_> = processes.iter().map(|(port, ..)| *port).collect();
        let all_known = |port: &u16| {
            let known: String = ask(&mut connection(&format!("redis://127.0.0.1:{port}")), "INFO sentinel");
            known.contains("slaves=1,sentinels=3").then_some(())
        };
        for port in &ports {
            wait_for("the Sentinels to know each other", || all_known(port));
        }
        let processes = processes.into_iter().map(|(_, process, folder)| (process, folder)).collect();
        Self { ports, _processes: processes, servers: [master, replica] }
    }

    /// Kills the master, and tells which of the two it was. Its replica is cut off before, and all of `meanwhile`, if there is anything.
    pub fn kill_master(&mut self, meanwhile: Option<impl FnOnce()>) -> usize {
        let dead = wait_for("a master", || self.servers.iter().position(|server| server.is_master() == Some(true)));
        let replica = 1 - dead;
        fall(&mut self.servers, dead, replica, meanwhile);
        dead
    }

    /// Waits until the replica has become the master, starts the dead one again, and waits until that follows.
    pub fn recover(&mut self, dead: usize) {
        let promoted = &self.servers[1 - dead];
        wait_for("the failover", || promoted.is_master().filter(|is_master| *is_master));
        let port = promoted.port;
        self.servers[dead].start_again();
        // The Sentinels would make it a replica too, up to half a minute later.
        self.servers[dead].ask::<()>(&format!("REPLICAOF 127.0.0.1 {port}"));
        let returned = &self.servers[dead];
        wait_for("the old master to follow", || returned.follows().filter(|followed| *followed == port));
    }

    /// Those that the tests share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Sentinels> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("databases 4000"))
    }

    pub fn fresh_database(&self) -> String {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        self.url(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub fn url(&self, database: u16) -> String {
        let hosts: Vec<_> = self.ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        format!("redis+sentinel://{}/mymaster/{database}", hosts.join(","))
    }
}

/// One Sentinel over one master. Both talk TLS too, with certificates that only [`url`](Self::url) makes clients trust.
pub struct TlsSentinel {
    port: u16,
    // In this order: see above.
    _process: (Process, TempDir),
    server: RedisServer,
}

impl TlsSentinel {
    pub fn start() -> Self {
        let server = RedisServer::start_with_tls("tls-replication yes");
        let port = free_port();
        let own = format!("{}\ntls-replication yes\n", server.tls_settings(port));
        let (plain, process, folder) = start_sentinel(server.tls_port(), 1, &own);
        let mut asked = connection(&format!("redis://127.0.0.1:{plain}"));
        wait_for("the Sentinel to reach its master", || {
            ask::<String>(&mut asked, "INFO sentinel").contains("status=ok").then_some(())
        });
        Self { port, _process: (process, folder), server }
    }

    pub fn url(&self) -> String {
        format!("redis+sentinel://127.0.0.1:{}/mymaster/0?tls=true&ca={}", self.port, self.server.authority().display())
    }
}

/// Its port, without TLS. `settings`: of its own, as they stand in its file.
fn start_sentinel(master: u16, quorum: u8, settings: &str) -> (u16, Process, TempDir) {
    let program = program("redis-sentinel", "redis-sentinel", &[]);
    for _ in 0..5 {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let file = folder.path().join("sentinel.conf");
        let settings = format!(
            "{settings}port {port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 {master} {quorum}\n\
             sentinel down-after-milliseconds mymaster {DOWN_AFTER}\nsentinel failover-timeout mymaster 5000\n"
        );
        fs::write(&file, settings).unwrap();
        let process = Process::start(&program, &[file.display().to_string()], folder.path(), None);
        let started = wait_for("a Sentinel to answer", || match answers(port) {
            true => Some(true),
            false => (!process.is_running()).then_some(false),
        });
        if started {
            return (port, process, folder);
        }
    }
    panic!("no Sentinel could be started");
}
