//! What a server must be before we write to it, and the key that says whose data it holds.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::keys;
use super::link::Link;
use crate::StoreError;

/// The oldest Redis that has all that is used: `XTRIM … MINID`, `ZRANGE … BYSCORE`. Valkey begins at 7.2.
const OLDEST: (u64, u64) = (6, 2);

/// The format of our keys that this program reads and writes.
const FORMAT: i64 = 1;

/// Whether every master can be worked with; else what to change.
pub(super) async fn servers(link: &Link) -> Result<(), StoreError> {
    // Without a section: older servers take only one.
    for info in link.every_master(redis::cmd("INFO").arg("default")).await? {
        server(&info).map_err(|reason| refused(link, reason))?;
    }
    Ok(())
}

/// Judges a server by its `INFO`.
fn server(info: &str) -> Result<(), String> {
    let fields: HashMap<_, _> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();

    let version = field("redis_version");
    let mut numbers = version.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < OLDEST {
        let (major, minor) = OLDEST;
        return Err(format!("it is Redis {version:?}, at least {major}.{minor} is needed (or any Valkey); update it"));
    }
    if field("role") == "slave" {
        return Err("it is a read-only replica; name its master, or use redis+sentinel://".into());
    }
    let policy = field("maxmemory_policy");
    if policy != "noeviction" {
        return Err(format!(
            "its maxmemory-policy is {policy:?}: it would throw contacts away when memory runs short; \
             set `maxmemory-policy noeviction` in redis.conf (now: CONFIG SET maxmemory-policy noeviction)"
        ));
    }
    Ok(())
}

/// The id of the store whose keys these are; begins a store where there is none.
pub(super) async fn store(link: &Link) -> Result<String, StoreError> {
    let fresh = format!("{FORMAT} {}", random_id());
    let _began: Option<String> = link.command(redis::cmd("SET").arg(keys::STORE).arg(&fresh).arg("NX")).await?;
    let found: String = link.command(redis::cmd("GET").arg(keys::STORE)).await?;
    let (format, id) = found.split_once(' ').unwrap_or_default();
    match format.parse::<i64>() {
        Ok(FORMAT) => {
            let id = id.to_owned();
            link.expect_store(found);
            Ok(id)
        }
        Ok(newer) if newer > FORMAT => Err(StoreError::NewerFormat { path: link.shown().into(), found: newer, known: FORMAT }),
        Ok(older) => {
            let reason = format!(
                "its keys have format {older}, which this program can't read (it knows {FORMAT}); start a version between \
                 the two first, which brings them up to date"
            );
            Err(refused(link, reason))
        }
        Err(_) => {
            let reason = format!("its key {} is not ours ({found:?}); name another database", keys::STORE);
            Err(refused(link, reason))
        }
    }
}

/// 32 hexadecimal digits. The standard library seeds its hashers with the system's randomness.
pub(super) fn random_id() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

fn refused(link: &Link, reason: String) -> StoreError {
    StoreError::CannotOpen { path: link.shown().into(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(version: &str, role: &str, policy: &str) -> String {
        format!("# Server\r\nredis_version:{version}\r\nrole:{role}\r\nmaxmemory_policy:{policy}\r\n")
    }

    #[test]
    fn servers_are_judged_by_what_they_say() {
        for version in ["6.2.0", "7.0.15", "8.2", "10.0.1"] {
            assert_eq!(server(&info(version, "master", "noeviction")), Ok(()));
        }
        for (info, part) in [
            (info("5.0.14", "master", "noeviction"), "at least 6.2"),
            (info("6.0.16", "master", "noeviction"), "update it"),
            (String::new(), "at least 6.2"),
            (info("7.0.15", "slave", "noeviction"), "read-only replica"),
            (info("7.0.15", "master", "allkeys-lru"), "maxmemory-policy noeviction"),
        ] {
            let error = server(&info).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
