//! What the store on Redis costs: commands, round trips and bytes of the append-only file a customer's
//! message, memory a contact, and speed against what `redis-benchmark` reaches on the same server.
//!
//! `cargo bench -p store --bench redis` prints what it finds; the last line is one JSON object.
//! `-- --quick` measures less.

mod load;

use std::sync::Arc;
use std::time::Instant;

use servers::redis::RedisServer;
use store::{Journal, Options, Store};
use tempfile::TempDir;

use crate::load::Contact;

/// One inbound message by `design.md` §7: an alias is looked up, a value loaded, and 2.5 times committed.
const COMMITS: f64 = 2.5;

/// Requests under way, as in `redis-benchmark -c 50`.
const TASKS: usize = 50;

struct Effort {
    contacts: usize,
    turns: usize,
}

#[tokio::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let effort = if quick { Effort { contacts: 10_000, turns: 60_000 } } else { Effort { contacts: 200_000, turns: 600_000 } };
    let server = RedisServer::start("appendonly yes\nappendfsync everysec\nauto-aof-rewrite-percentage 0");
    let (store, _folder) = open(&server).await;

    let (bytes, whole) = memory(&server, &store, effort.contacts).await;
    println!(
        "{bytes:.0} bytes a contact: value, due time, two aliases; {whole:.0} with Redis's own tables; {} contacts",
        effort.contacts
    );

    let cost = cost(&server, &store).await;
    let commands = cost.alias.0 + cost.load.0 + COMMITS * cost.commit.0;
    let aof = COMMITS * cost.commit.1;
    println!("a commit: {:.2} commands, {:.0} bytes of append-only file", cost.commit.0, cost.commit.1);
    println!("an inbound message: {commands:.1} commands, {:.1} round trips, {aof:.0} bytes", 2.0 + COMMITS);

    let before = Cpu::now(&server);
    let turns = speed(&store, effort.contacts, effort.turns).await;
    let cpu = Cpu::now(&server).since(&before, effort.turns);
    println!(
        "CPU of a load and a commit, the journal's way to SQLite included: ours {:.0} µs, Redis's {:.0} µs",
        cpu.ours, cpu.redis
    );
    let bound = bound(&server, if quick { 100_000 } else { 400_000 });
    println!("load and commit: {turns:.0} a second; bound by redis-benchmark: {bound:.0}; ratio {:.2}", turns / bound);

    println!(
        "{{\"redis_bytes_per_contact\":{bytes:.0},\"redis_commands_per_inbound\":{commands:.1},\"redis_aof_bytes_per_inbound\":{aof:.0},\
         \"redis_commits_per_second\":{turns:.0},\"redis_commit_cpu_us\":{:.1},\"redis_commit_ratio_of_bound\":{:.3}}}",
        cpu.ours + cpu.redis,
        turns / bound
    );
}

async fn open(server: &RedisServer) -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { journal: Journal::Folder(folder.path().to_owned()), ..Options::default() };
    (store::connect(&server.url(), &options).await.unwrap(), folder)
}

/// Fills the store, and tells by how much `used_memory_dataset` grew a contact once the journal is in SQL;
/// and `used_memory`, in which the tables of all keys count too.
async fn memory(server: &RedisServer, store: &Arc<dyn Store>, contacts: usize) -> (f64, f64) {
    let used = || ["used_memory_dataset", "used_memory"].map(|field| info(server, "memory", field));
    let before = used();
    each(store, contacts, |store, number| async move {
        let contact = Contact::new(number);
        for alias in &contact.aliases {
            store.set_alias(alias, &contact.id, None).await.unwrap();
        }
        contact.commit(&store, 0, 0).await;
    })
    .await;
    assert_eq!(store.count_contacts().await.unwrap(), contacts as u64);
    let [dataset, whole] = used();
    ((dataset - before[0]) / contacts as f64, (whole - before[1]) / contacts as f64)
}

/// Commands and bytes of the append-only file, for one of each.
struct Cost {
    alias: (f64, f64),
    load: (f64, f64),
    commit: (f64, f64),
}

async fn cost(server: &RedisServer, store: &Arc<dyn Store>) -> Cost {
    const TIMES: usize = 500;
    let contacts: Vec<_> = (0..TIMES).map(Contact::new).collect();
    // Neither the scripts' first time nor the drain is to be counted.
    store.count_contacts().await.unwrap();

    let start = Counters::of(server);
    for contact in &contacts {
        store.alias(&contact.aliases[0]).await.unwrap();
    }
    let aliases = Counters::of(server);
    let mut versions = Vec::new();
    for contact in &contacts {
        versions.push(store.load(&contact.id).await.unwrap().unwrap().version);
    }
    let loads = Counters::of(server);
    for (contact, version) in contacts.iter().zip(versions) {
        contact.commit(store, version, 1).await;
    }
    let commits = Counters::of(server);
    Cost { alias: start.to(&aliases, TIMES), load: aliases.to(&loads, TIMES), commit: loads.to(&commits, TIMES) }
}

struct Counters {
    commands: f64,
    aof: f64,
}

/// What the store's own task asks for from time to time, and what this bench asks for.
const BACKGROUND: [&str; 7] = ["info", "xrange", "xtrim", "xlen", "config", "client", "ping"];

impl Counters {
    fn of(server: &RedisServer) -> Self {
        let stats: String = server.ask("INFO commandstats");
        let counted = stats.lines().filter_map(|line| {
            let (name, fields) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let calls: f64 = fields.split(',').next()?.parse().ok()?;
            (!BACKGROUND.iter().any(|other| name.starts_with(other))).then_some(calls)
        });
        Self { commands: counted.sum(), aof: info(server, "persistence", "aof_current_size") }
    }

    fn to(&self, later: &Self, times: usize) -> (f64, f64) {
        let each = |difference: f64| difference / times as f64;
        (each(later.commands - self.commands), each(later.aof - self.aof))
    }
}

/// Loads and commits a second, with as many under way as `redis-benchmark` has.
async fn speed(store: &Arc<dyn Store>, contacts: usize, turns: usize) -> f64 {
    let start = Instant::now();
    each(store, turns, move |store, turn| async move {
        // Strides by a prime, so that no two tasks are at one contact.
        let contact = Contact::new(turn * 7_919 % contacts);
        let version = store.load(&contact.id).await.unwrap().unwrap().version;
        contact.commit(&store, version, turn).await;
    })
    .await;
    turns as f64 / start.elapsed().as_secs_f64()
}

/// Does some work as often as asked, by several tasks.
async fn each<W, F>(store: &Arc<dyn Store>, times: usize, work: W)
where
    W: Fn(Arc<dyn Store>, usize) -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (store, work) = (Arc::clone(store), work.clone());
            tokio::spawn(async move {
                for number in (task..times).step_by(TASKS) {
                    work(Arc::clone(&store), number).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Seconds of CPU used so far, or microseconds for each of something. Holds where other programs share the
/// machine, which a speed does not.
struct Cpu {
    ours: f64,
    redis: f64,
}

impl Cpu {
    fn now(server: &RedisServer) -> Self {
        // Fields 14 and 15 of proc(5), in hundredths of a second; the name before them ends with a bracket.
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: f64 = fields.skip(11).take(2).map(|field| field.parse::<f64>().unwrap()).sum();
        let redis = info(server, "cpu", "used_cpu_user") + info(server, "cpu", "used_cpu_sys");
        Self { ours: ticks / 100.0, redis }
    }

    fn since(&self, before: &Self, times: usize) -> Self {
        let each = |seconds: f64| seconds * 1_000_000.0 / times as f64;
        Self { ours: each(self.ours - before.ours), redis: each(self.redis - before.redis) }
    }
}

/// A number from a section of `INFO`.
fn info(server: &RedisServer, section: &str, field: &str) -> f64 {
    let info: String = server.ask(&format!("INFO {section}"));
    let value = info.lines().find_map(|line| line.trim_end().strip_prefix(field)?.strip_prefix(':'));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("INFO {section} has no {field}"))
}

/// What `redis-benchmark` reaches by 1 / (1 / GET + 1 / commit): a GET of 700 bytes, and a script of
/// SET NX, SET and XADD.
fn bound(server: &RedisServer, requests: usize) -> f64 {
    let value = "x".repeat(700);
    let script = "redis.call('SET', KEYS[1], '', 'NX', 'PX', 60000) redis.call('SET', KEYS[2], ARGV[1]) \
                  return redis.call('XADD', KEYS[3], '*', 'n', ARGV[1])";
    server.ask_all::<()>(&["SET", "bound:{x}value", &value]);
    let sha: String = server.ask_all(&["SCRIPT", "LOAD", script]);
    let get = benchmark(server, requests, &["GET", "bound:{x}value"]);
    let keys = ["bound:{x}seen:__rand_int__", "bound:{x}value:__rand_int__", "bound:{x}stream"];
    let commit = benchmark(server, requests / 2, &["EVALSHA", &sha, "3", keys[0], keys[1], keys[2], &value]);
    println!("redis-benchmark: GET {get:.0} a second, commit {commit:.0}");
    1.0 / (1.0 / get + 1.0 / commit)
}

fn benchmark(server: &RedisServer, requests: usize, command: &[&str]) -> f64 {
    let program = servers::program("redis-benchmark", "redis-tools", &[]);
    let (port, requests) = (server.port.to_string(), requests.to_string());
    let ran = std::process::Command::new(program)
        .args(["-p", &port, "-c", "50", "-P", "1", "-n", &requests, "-r", "100000", "--csv"])
        .args(command)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&ran.stdout);
    // "command","rps",…
    let last = output.lines().last().unwrap_or_default();
    let rate = last.rsplit("\",\"").nth(6).and_then(|rate| rate.parse().ok());
    rate.unwrap_or_else(|| panic!("redis-benchmark printed {output}{}", String::from_utf8_lossy(&ran.stderr)))
}
