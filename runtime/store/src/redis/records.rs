//! Records and counters. The records of a kind lie in one slot: a hash with their values, and beside
//! it their keys in order and their expiries.
//!
//! Expiry is by the caller's clock, not by Redis's, and each write of an expiring record clears away a
//! few that have expired, as in the embedded store.

use redis::Value;

use super::contacts::{misunderstood, version_bytes, version_of};
use super::keys::{self, OfKind};
use super::link::Link;
use super::script::Script;
use crate::limits::{MAX_INTEGER, add_to_counter};
use crate::packed::{pack, unpack};
use crate::{Millis, Outcome, PutRecord, Record, StoreError, Stored};

/// What stands before the packed value: version and expiry, both of 8 bytes, the highest first.
const HEADER: usize = 16;

/// Stands for "does not expire".
const NEVER: Millis = Millis::MAX;

/// Scores are floating point numbers; see the due index.
const FURTHEST: Millis = 1 << 53;

/// How many records are read at once: a bot version has up to a few megabytes.
const PAGE: usize = 64;

/// What the scripts share. KEYS: values, keys in order, expiries, latest version.
const SHARED: &str = r"
local function remove(key)
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[2], key)
  redis.call('ZREM', KEYS[3], key)
end
";

/// ARGV: key, expected version (empty: none), packed value (empty: delete), expiry as in a header, the
/// same as a score (empty: never), now. Gives the version, or on conflict a list with what is there.
///
/// Versions are microseconds, and one more than the latest where the clock has not moved on.
const PUT: &str = r"
local key, now = ARGV[1], tonumber(ARGV[6])
local was = redis.call('HGET', KEYS[1], key)
if was and struct.unpack('>i8', was, 9) <= now then was = false end
if (was and string.sub(was, 1, 8) or '') ~= ARGV[2] then return { was } end
if ARGV[3] == '' then
  remove(key)
  return ''
end
local time = redis.call('TIME')
local latest = tonumber(redis.call('GET', KEYS[4]) or '0')
local number = math.max(time[1] * 1000000 + time[2], latest + 1)
redis.call('SET', KEYS[4], string.format('%.0f', number))
if ARGV[5] ~= '' then
  for _, expired in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 4)) do remove(expired) end
  redis.call('ZADD', KEYS[3], ARGV[5], key)
else
  redis.call('ZREM', KEYS[3], key)
end
local version = struct.pack('>I8', number)
redis.call('HSET', KEYS[1], key, version .. ARGV[4] .. ARGV[3])
redis.call('ZADD', KEYS[2], 0, key)
return version
";

/// ARGV: where to begin, how many. Gives keys and values in turns.
const LIST: &str = r"
local list = {}
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  list[#list + 1] = key
  list[#list + 1] = redis.call('HGET', KEYS[1], key) or ''
end
return list
";

/// ARGV: how many to keep, now. Tells how many unexpired ones went.
const TRIM: &str = r"
for _, expired in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[2])) do remove(expired) end
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[1])
if over <= 0 then return 0 end
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do remove(key) end
return over
";

pub(super) struct Scripts {
    put: Script,
    list: Script,
    trim: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        let script = |code: &str| Script::new(format!("{SHARED}{}", code.trim_start()));
        Self { put: script(PUT), list: script(LIST), trim: script(TRIM) }
    }
}

pub(super) async fn get(link: &Link, kind: &str, key: &str, now: Millis) -> Result<Option<Stored>, StoreError> {
    let found: Option<Vec<u8>> = link.command(redis::cmd("HGET").arg(OfKind::new(kind).values()).arg(key)).await?;
    let found = found.map(|found| Found::read(kind, key, found)).transpose()?;
    found.filter(|found| found.expires > now).map(|found| found.unpack(kind, key)).transpose()
}

pub(super) async fn put(link: &Link, scripts: &Scripts, put: PutRecord) -> Result<Outcome, StoreError> {
    let PutRecord { kind, key, expected_version, value, expires, now } = put;
    let expires = expires.map(|expires| expires.clamp(-FURTHEST, FURTHEST));
    let expected = version_bytes(expected_version);
    let packed = value.as_deref().map(pack).unwrap_or_default();
    let header = expires.unwrap_or(NEVER).to_be_bytes();
    let score = expires.map(|expires| expires.to_string()).unwrap_or_default();
    let now = now.to_string();

    let args: [&[u8]; 6] = [key.as_bytes(), &expected, &packed, &header, score.as_bytes(), now.as_bytes()];
    match link.script(&scripts.put, &OfKind::new(&kind).all(), &args).await? {
        Value::Array(current) => {
            let current = match current.into_iter().next() {
                Some(Value::BulkString(found)) => Some(Found::read(&kind, &key, found)?.unpack(&kind, &key)?),
                _ => None,
            };
            Ok(Outcome::Conflict { current })
        }
        // Empty where the record was deleted.
        Value::BulkString(version) => Ok(Outcome::Committed { version: version_of(&version).unwrap_or(0) }),
        _ => Err(misunderstood(link)),
    }
}

pub(super) async fn list(
    link: &Link,
    scripts: &Scripts,
    kind: &str,
    after: Option<&str>,
    now: Millis,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let keys = OfKind::new(kind);
    let mut start = after.map_or("-".to_owned(), |after| format!("({after}"));
    let mut records = Vec::new();
    while records.len() < limit {
        let wanted = (limit - records.len()).min(PAGE);
        let count = wanted.to_string();
        let args = [start.as_bytes(), count.as_bytes()];
        let page: Vec<(String, Vec<u8>)> = link.script(&scripts.list, &keys.all(), &args).await?;
        let Some((last, _)) = page.last().filter(|_| page.len() == wanted) else {
            records.extend(unexpired(kind, page, now)?);
            break;
        };
        start = format!("({last}");
        records.extend(unexpired(kind, page, now)?);
    }
    Ok(records)
}

fn unexpired(kind: &str, page: Vec<(String, Vec<u8>)>, now: Millis) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::with_capacity(page.len());
    for (key, found) in page {
        let found = Found::read(kind, &key, found)?;
        if found.expires > now {
            let stored = found.unpack(kind, &key)?;
            records.push(Record { key, stored });
        }
    }
    Ok(records)
}

pub(super) async fn trim(link: &Link, scripts: &Scripts, kind: &str, keep: usize, now: Millis) -> Result<u64, StoreError> {
    let args = [keep.to_string(), now.to_string()];
    link.script(&scripts.trim, &OfKind::new(kind).all(), &[args[0].as_bytes(), args[1].as_bytes()]).await
}

pub(super) async fn increment(link: &Link, name: &str, by: u64) -> Result<u64, StoreError> {
    // What no counter could take, whatever it is at.
    add_to_counter(name, 0, by)?;
    let added: Result<i64, StoreError> = link.command(redis::cmd("INCRBY").arg(keys::counter(name)).arg(by)).await;
    match added {
        Ok(sum) => Ok(sum.max(0) as u64),
        Err(StoreError::Unavailable { reason }) if reason.contains("overflow") => {
            let reason = format!("its sum with {by} is over {MAX_INTEGER}");
            Err(StoreError::Refused { what: format!("counter {name:?}"), reason })
        }
        Err(error) => Err(error),
    }
}

/// A record as it lies in its hash.
struct Found {
    version: u64,
    expires: Millis,
    packed: Vec<u8>,
}

impl Found {
    fn read(kind: &str, key: &str, mut found: Vec<u8>) -> Result<Self, StoreError> {
        let header = found.first_chunk::<HEADER>().map(|header| {
            let [a, b, c, d, e, f, g, h, expires @ ..] = *header;
            (u64::from_be_bytes([a, b, c, d, e, f, g, h]), Millis::from_be_bytes(expires))
        });
        let Some((version, expires)) = header else {
            return Err(unreadable(kind, key, "it is cut off".into()));
        };
        Ok(Self { version, expires, packed: found.split_off(HEADER) })
    }

    fn unpack(self, kind: &str, key: &str) -> Result<Stored, StoreError> {
        let value = unpack(self.packed).map_err(|reason| unreadable(kind, key, reason))?;
        Ok(Stored { version: self.version, value })
    }
}

fn unreadable(kind: &str, key: &str, reason: String) -> StoreError {
    StoreError::Unreadable { what: format!("{kind} {key:?}"), reason }
}
