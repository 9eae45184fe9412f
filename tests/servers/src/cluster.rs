//! A Cluster of three masters, each with a replica.

use std::process::Command;
use std::sync::OnceLock;

use tokio::sync::{Mutex, MutexGuard};

use crate::redis::{RedisServer, fall};
use crate::{free_port, program, wait_for};

pub struct Cluster {
    pub nodes: Vec<RedisServer>,
}

impl Cluster {
    pub fn start(settings: &str) -> Self {
        let node = |_| {
            let bus = free_port();
            let own = "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 1500";
            RedisServer::start(&format!("{own}\ncluster-port {bus}\n{settings}"))
        };
        let nodes: Vec<_> = (0..6).map(node).collect();
        let hosts = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
        let created = Command::new(program("redis-cli", "redis-tools", &[]))
            .args(["--cluster", "create"])
            .args(hosts)
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stdout));

        let cluster = Self { nodes };
        for node in &cluster.nodes {
            wait_for("the Cluster", || {
                let info: String = node.ask("CLUSTER INFO");
                (info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:6")).then_some(())
            });
            let follows = || {
                let info: String = node.ask("INFO replication");
                (info.contains("role:master\r\nconnected_slaves:1") || info.contains("master_link_status:up")).then_some(())
            };
            wait_for("every replica to follow", follows);
        }
        cluster
    }

    /// Kills one of the masters, of which `place` counts which, and tells which node it was, and which is its replica. That is cut off
    /// before, and all of `meanwhile`, if there is anything.
    pub fn kill_master(&mut self, place: usize, meanwhile: Option<impl FnOnce()>) -> (usize, usize) {
        let masters: Vec<usize> = (0..self.nodes.len()).filter(|node| self.nodes[*node].is_master() == Some(true)).collect();
        let dead = masters[place % masters.len()];
        let port = self.nodes[dead].port;
        let replica = self.nodes.iter().position(|node| node.follows() == Some(port)).expect("each master has a replica");
        fall(&mut self.nodes, dead, replica, meanwhile);
        (dead, replica)
    }

    /// Waits until the replica has become a master, starts the dead one again, and waits until that follows.
    pub fn recover(&mut self, dead: usize, replica: usize) {
        let promoted = &self.nodes[replica];
        wait_for("the failover", || promoted.is_master().filter(|is_master| *is_master));
        let port = promoted.port;
        self.nodes[dead].start_again();
        let returned = &self.nodes[dead];
        wait_for("the old master to follow", || returned.follows().filter(|followed| *followed == port));
    }

    /// The one that the tests share, one after the other: a Cluster has a single database.
    pub async fn shared() -> (&'static Self, MutexGuard<'static, ()>) {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let cluster = SHARED.get_or_init(|| Self::start("appendonly no"));
        for node in cluster.masters() {
            node.ask::<()>("FLUSHALL");
        }
        (cluster, turn)
    }

    pub fn masters(&self) -> impl Iterator<Item = &RedisServer> {
        self.nodes.iter().filter(|node| node.is_master() == Some(true))
    }

    /// Its address, by three of its nodes.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.nodes[3..].iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis+cluster://{}", hosts.join(","))
    }
}
