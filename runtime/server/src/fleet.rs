//! The servers that share a store. Each tells from time to time that it lives, and sees who else does. Two things follow: who looks
//! after which lanes' due work, and that somebody died without a word.
//!
//! Nothing hangs on it but speed: two servers that look after the same lane are harmless, for commits decide, and a lane that
//! nobody looks after for a moment is looked at in the round that every server makes now and then. Lives are told by a number that
//! changes, and watched by each server's own clock, so that clocks that differ do no harm.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use steps::moment::{Moment, SECOND};
use store::{LANES, PutRecord, Record, StoreError};

use crate::{app::App, process, records};

/// Records of this kind, by process: it runs. One that is found when its process does not run any more did not end well. Also what
/// is announced when a server joins.
pub const RUNNING: &str = "running";
/// How often a server tells that it lives.
const BEAT: Duration = Duration::from_secs(2);
/// How long a server may be silent before the others take it for dead. A stop of the world, or a store that is away, is shorter; and
/// a server that comes back later only finds its lanes looked after by others for a moment.
const SILENCE: i64 = 15 * SECOND;
/// More servers than this are not counted.
pub const MAX_SERVERS: usize = 1_000;

/// A server's sign of life.
#[derive(Serialize, Deserialize)]
struct Beat {
    /// Counts up.
    beat: u64,
}

/// The servers that this one believes to be alive.
#[derive(Default)]
pub struct Fleet(Mutex<BTreeMap<CompactString, Seen>>);

/// When a server's record was last seen to change.
#[derive(Clone, Copy)]
struct Seen {
    version: u64,
    at: Moment,
}

impl Fleet {
    /// Whether a lane's due work is this server's to look after: the highest hash of server and lane wins, so that a server that comes
    /// or goes moves its own lanes and no others (rendezvous hashing).
    pub fn looks_after(&self, own: &str, lane: u16) -> bool {
        let alive = self.lock();
        let weight = |process: &str| weight(process, lane);
        let mine = (weight(own), own);
        alive.keys().map(CompactString::as_str).all(|other| other == own || (weight(other), other) < mine)
    }

    /// How many servers there are, this one included.
    pub fn size(&self) -> usize {
        self.lock().len().max(1)
    }

    /// Takes in what the store says; gives the records of servers that have been silent for too long.
    fn observe(&self, own: &str, found: Vec<Record>, now: Moment) -> Vec<Record> {
        let mut alive = self.lock();
        let before = std::mem::take(&mut *alive);
        let mut dead = Vec::new();
        for record in found {
            let key = CompactString::from(record.key.as_str());
            let version = record.stored.version;
            let seen = match before.get(&key) {
                Some(seen) if seen.version == version => *seen,
                _ => Seen { version, at: now },
            };
            if key != own && now.since(seen.at) > SILENCE {
                dead.push(record);
            } else {
                alive.insert(key, seen);
            }
        }
        dead
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CompactString, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much a server wants a lane. The same in every version of this program: servers of two versions share the lanes too.
fn weight(process: &str, lane: u16) -> u64 {
    // FNV-1a, then mixed (the finalizer of SplitMix64), for lanes differ in their last bits only.
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = process.bytes().chain(lane.to_be_bytes());
    let hash = bytes.fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Tells that this server lives, and looks who else does, until it stops. For a store that others use, too.
pub async fn work(app: Arc<App>) {
    if !app.store.is_shared() {
        return app.stop.cancelled().await;
    }
    let (mut beat, mut announcements) = (0, app.store.announcements());
    loop {
        beat += 1;
        if let Err(error) = look(&app, beat).await {
            tracing::warn!(%error, "the other servers can't be seen: {error}");
        }
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = announcements.of(RUNNING) => {}
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

async fn look(app: &Arc<App>, beat: u64) -> Result<(), StoreError> {
    records::replace(app, RUNNING, &app.process_id, &Beat { beat }).await?;
    let (size, found) = (app.fleet.size(), records::list(app, RUNNING, MAX_SERVERS).await?);
    let dead = app.fleet.observe(&app.process_id, found, app.now());
    let now = app.fleet.size();
    if now != size {
        let lanes = (0..LANES).filter(|lane| app.fleet.looks_after(&app.process_id, *lane)).count();
        tracing::info!(servers = now, lanes, "{now} servers share the store; this one looks after {lanes} of {LANES} lanes");
    }
    for record in dead {
        tracing::warn!(process.id = %record.key, "server {} is silent, and did not end well", record.key);
        records::remove(app, RUNNING, &record).await?;
        process::begin_probation(app).await?;
    }
    Ok(())
}

/// Tells for the first time that this server runs, and looks who else does: from here on the servers share what they share.
pub async fn join(app: &App) -> Result<(), StoreError> {
    let put = PutRecord {
        kind: RUNNING.to_owned(),
        key: app.process_id.to_string(),
        expected_version: 0,
        value: Some(records::json(&Beat { beat: 0 })?),
        expires: None,
        now: app.now().0,
    };
    app.store.put_record(put).await?;
    if app.store.is_shared() {
        app.fleet.observe(&app.process_id, records::list(app, RUNNING, MAX_SERVERS).await?, app.now());
        // One that does not hear it sees this server at its next look.
        if let Err(error) = app.store.announce(RUNNING).await {
            tracing::warn!(%error, "the other servers learn later that this one has joined them: {error}");
        }
    }
    Ok(())
}

/// Tells that this server ended well.
pub async fn leave(app: &App) -> Result<(), StoreError> {
    for record in records::list(app, RUNNING, MAX_SERVERS).await? {
        if record.key == app.process_id.as_str() {
            records::remove(app, RUNNING, &record).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use store::Stored;

    use super::*;

    fn records(servers: &[(&str, u64)]) -> Vec<Record> {
        let record = |(key, version): &(&str, u64)| Record {
            key: (*key).to_owned(),
            stored: Stored { version: *version, value: Vec::new() },
        };
        servers.iter().map(record).collect()
    }

    fn lanes(fleet: &Fleet, server: &str) -> Vec<u16> {
        (0..LANES).filter(|lane| fleet.looks_after(server, *lane)).collect()
    }

    #[test]
    fn each_lane_has_one_server_and_few_move() {
        let fleet = Fleet::default();
        assert_eq!(lanes(&fleet, "a").len(), usize::from(LANES), "whoever knows nobody does all");
        fleet.observe("a", records(&[("a", 1), ("b", 1), ("c", 1)]), Moment(0));
        let of_three: Vec<Vec<u16>> = ["a", "b", "c"].map(|server| lanes(&fleet, server)).into();
        assert_eq!(of_three.iter().map(Vec::len).sum::<usize>(), usize::from(LANES));
        assert!(of_three.iter().all(|lanes| (10..35).contains(&lanes.len())), "{of_three:?}");
        fleet.observe("a", records(&[("a", 2), ("b", 2)]), Moment(1));
        for (server, before) in ["a", "b"].iter().zip(&of_three) {
            let now = lanes(&fleet, server);
            assert!(before.iter().all(|lane| now.contains(lane)), "{server} keeps its lanes");
        }
    }

    #[test]
    fn who_is_silent_for_long_is_dead_whatever_the_clocks() {
        let fleet = Fleet::default();
        let at = |seconds: i64| Moment(seconds * SECOND);
        assert!(fleet.observe("a", records(&[("a", 1), ("b", 1)]), at(0)).is_empty());
        assert!(fleet.observe("a", records(&[("a", 1), ("b", 1)]), at(15)).is_empty());
        assert_eq!(fleet.size(), 2);
        let dead = fleet.observe("a", records(&[("a", 1), ("b", 1)]), at(16));
        assert_eq!(dead.len(), 1, "and not a itself, whose own word counts");
        assert_eq!(fleet.size(), 1);
        // It only slept, and tells of itself again.
        assert!(fleet.observe("a", records(&[("a", 2), ("b", 2)]), at(17)).is_empty());
        assert_eq!(fleet.size(), 2);
    }
}
