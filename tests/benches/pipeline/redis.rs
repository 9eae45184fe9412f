//! What a Redis server says of itself, and what `redis-benchmark` reaches on it.

use std::process::Command;

use servers::redis::RedisServer;

/// Settings of a server whose file the kernel writes once a second, and that is not rewritten while somebody measures.
pub const EVERYSEC: &str = "appendonly yes\nappendfsync everysec\nauto-aof-rewrite-percentage 0";

/// A number from a section of `INFO`.
pub fn info(server: &RedisServer, section: &str, field: &str) -> f64 {
    let info: String = server.ask(&format!("INFO {section}"));
    let value = info.lines().find_map(|line| line.trim_end().strip_prefix(field)?.strip_prefix(':'));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("INFO {section} has no {field}"))
}

/// Seconds of processor time used so far.
pub fn cpu(server: &RedisServer) -> f64 {
    ["used_cpu_user", "used_cpu_sys"].map(|field| info(server, "cpu", field)).iter().sum()
}

/// What was asked of a server so far.
#[derive(Clone, Copy)]
pub struct Counters {
    pub commands: f64,
    pub round_trips: f64,
    pub aof: f64,
}

/// What the store's own task asks for from time to time, and what this bench asks for.
const BACKGROUND: [&str; 7] = ["info", "xrange", "xtrim", "xlen", "config", "client", "ping"];
/// What a turn asks for; all other commands run inside of scripts.
const ASKED: [&str; 4] = ["evalsha", "eval", "get", "hget"];

impl Counters {
    pub fn of(server: &RedisServer) -> Self {
        let stats: String = server.ask("INFO commandstats");
        let calls: Vec<(&str, f64)> = stats
            .lines()
            .filter_map(|line| {
                let (name, fields) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
                Some((name, fields.split(',').next()?.parse().ok()?))
            })
            .collect();
        let sum = |counts: &dyn Fn(&str) -> bool| calls.iter().filter(|(name, _)| counts(name)).map(|(_, calls)| calls).sum();
        Self {
            commands: sum(&|name| !BACKGROUND.iter().any(|other| name.starts_with(other))),
            round_trips: sum(&|name| ASKED.contains(&name)),
            aof: info(server, "persistence", "aof_current_size"),
        }
    }

    pub fn since(self, before: Self, times: usize) -> Self {
        let each = |later: f64, before: f64| (later - before) / times as f64;
        Self {
            commands: each(self.commands, before.commands),
            round_trips: each(self.round_trips, before.round_trips),
            aof: each(self.aof, before.aof),
        }
    }
}

/// What `redis-benchmark` reaches by 1 / (1 / GET + 1 / commit): a GET of 700 bytes, and a script of
/// SET NX, SET and XADD; 50 connections, each with one request at a time.
pub fn bound(server: &RedisServer, requests: usize) -> f64 {
    let value = "x".repeat(700);
    let script = "redis.call('SET', KEYS[1], '', 'NX', 'PX', 60000) redis.call('SET', KEYS[2], ARGV[1]) \
                  return redis.call('XADD', KEYS[3], '*', 'n', ARGV[1])";
    server.ask_all::<()>(&["SET", "bound:{x}value", &value]);
    let sha: String = server.ask_all(&["SCRIPT", "LOAD", script]);
    let get = benchmark(server, requests, &["GET", "bound:{x}value"]);
    let keys = ["bound:{x}seen:__rand_int__", "bound:{x}value:__rand_int__", "bound:{x}stream"];
    let commit = benchmark(server, requests, &["EVALSHA", &sha, "3", keys[0], keys[1], keys[2], &value]);
    println!("redis-benchmark: GET {get:.0} a second, commit {commit:.0}");
    1.0 / (1.0 / get + 1.0 / commit)
}

fn benchmark(server: &RedisServer, requests: usize, command: &[&str]) -> f64 {
    let program = servers::program("redis-benchmark", "redis-tools", &[]);
    let (port, requests) = (server.port.to_string(), requests.to_string());
    let ran = Command::new(program)
        .args(["-p", &port, "-c", "50", "-P", "1", "-n", &requests, "-r", "100000", "--csv"])
        .args(command)
        .output()
        .expect("redis-benchmark runs");
    let printed = String::from_utf8_lossy(&ran.stdout);
    // "command","rps",… with six figures after the rate; a command may hold anything.
    let rate = printed.lines().last().and_then(|line| line.rsplit("\",\"").nth(6)?.parse().ok());
    rate.unwrap_or_else(|| panic!("redis-benchmark printed {printed}{}", String::from_utf8_lossy(&ran.stderr)))
}
