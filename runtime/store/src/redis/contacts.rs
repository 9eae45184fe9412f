//! Contacts: load, commit, due index, erase. A commit is one script on the keys of one lane.
//!
//! **Versions** are the ids that Redis gives to the entries of the lane's stream: the time in milliseconds
//! and a number. A stream never gives an id twice, also after it was trimmed, and a clock that is set
//! back does not stop it. After a failover that lost writes, a counter would give the lost versions
//! again to other values; ids go on from the time of the new master, so a stale process still
//! conflicts (as long as the servers' clocks differ by less than a failover takes).

use redis::Value;

use super::keys::OfContact;
use super::link::Link;
use super::script::Script;
use crate::packed::{pack, unpack};
use crate::sql::Note;
use crate::{Commit, Due, Millis, Outcome, StoreError, Stored};

/// What stands before the packed value: version and due time, both of 8 bytes, the highest first.
const HEADER: usize = 16;

/// Stands for "not due" in a header.
const NEVER: Millis = Millis::MAX;

/// Scores are floating point numbers: a due time further away than this, 285,000 years, is cut to it.
const FURTHEST: Millis = 1 << 53;

/// Appends an entry to a stream, and gives its id as the 8 bytes of a version.
///
/// An id's number hardly ever passes 65,535, the most that a version has room for: only where the clock was
/// set back and so many entries follow. The entry is then written again under the next millisecond.
const APPEND: &str = r"
local function append(stream, note)
  local id = redis.call('XADD', stream, '*', 'n', note)
  local ms, number = string.match(id, '^(%d+)%-(%d+)$')
  ms, number = tonumber(ms), tonumber(number)
  if number > 65535 then
    redis.call('XDEL', stream, id)
    ms, number = ms + 1, 0
    redis.call('XADD', stream, string.format('%.0f-0', ms), 'n', note)
  end
  return struct.pack('>I6I2', ms, number)
end
";

/// KEYS: value, stream, due index. ARGV: expected version (empty: none), packed value (empty: delete),
/// due time as in a header, the same as a score (empty: not due), note.
///
/// Gives the new version, or on conflict a list with what is there. The stream is written first: where
/// Redis refuses writes, it refuses before anything is done. The due index is touched only when the due
/// time is another than before, which the header tells. A contact's id follows the prefix that all
/// three keys have the length of.
const COMMIT: &str = r"
local was = redis.call('GETRANGE', KEYS[1], 0, 15)
if string.sub(was, 1, 8) ~= ARGV[1] then return { redis.call('GET', KEYS[1]) } end
local version = append(KEYS[2], ARGV[5])
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], version .. ARGV[3] .. ARGV[2])
end
local due = string.sub(was, 9)
if due ~= ARGV[3] then
  local id = string.sub(KEYS[1], #KEYS[3] + 1)
  if ARGV[4] ~= '' then
    redis.call('ZADD', KEYS[3], ARGV[4], id)
  elseif due ~= '' then
    redis.call('ZREM', KEYS[3], id)
  end
end
return version
";

/// KEYS as above. ARGV: note, the version it must be at (empty: any). Tells whether there was a value; nil: it
/// is at another version, and nothing was done.
const ERASE: &str = r"
if ARGV[2] ~= '' and redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[2] then return nil end
append(KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], string.sub(KEYS[1], #KEYS[3] + 1))
return redis.call('DEL', KEYS[1])
";

/// KEYS: stream. ARGV: note.
const NOTE: &str = "return append(KEYS[1], ARGV[1])";

pub(super) struct Scripts {
    commit: Script,
    erase: Script,
    note: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        let script = |code: &str| Script::new(format!("{APPEND}{}", code.trim_start()));
        Self { commit: script(COMMIT), erase: script(ERASE), note: script(NOTE) }
    }
}

pub(super) async fn load(link: &Link, contact: &str) -> Result<Option<Stored>, StoreError> {
    let found: Option<Vec<u8>> = link.command(redis::cmd("GET").arg(OfContact::new(contact).value)).await?;
    found.map(|found| stored(contact, found)).transpose()
}

pub(super) async fn commit(link: &Link, scripts: &Scripts, commit: Commit) -> Result<Outcome, StoreError> {
    let Commit { key, expected_version, value, due, journal } = commit;
    let due = due.filter(|_| value.is_some()).map(|due| due.clamp(-FURTHEST, FURTHEST));
    let expected = version_bytes(expected_version);
    let packed = value.as_deref().map(pack).unwrap_or_default();
    let header = due.unwrap_or(NEVER).to_be_bytes();
    let score = due.map(|due| due.to_string()).unwrap_or_default();
    let keys = OfContact::new(&key);
    let note = Note::Commit { contact: key, exists: value.is_some(), journal };

    let args: [&[u8]; 5] = [&expected, &packed, &header, score.as_bytes(), &note.pack()];
    match link.script(&scripts.commit, &keys.all(), &args).await? {
        Value::Array(current) => {
            let current = match current.into_iter().next() {
                Some(Value::BulkString(found)) => Some(stored(note.contact(), found)?),
                _ => None,
            };
            Ok(Outcome::Conflict { current })
        }
        Value::BulkString(version) => {
            let version = version_of(&version).ok_or_else(|| misunderstood(link))?;
            Ok(Outcome::Committed { version: if value.is_some() { version } else { 0 } })
        }
        _ => Err(misunderstood(link)),
    }
}

pub(super) async fn due(link: &Link, lane: u16, until: Millis, limit: usize) -> Result<Vec<Due>, StoreError> {
    let mut command = redis::cmd("ZRANGE");
    command.arg(super::keys::due(lane)).arg("-inf").arg(until.clamp(-FURTHEST, FURTHEST)).arg("BYSCORE");
    command.arg("LIMIT").arg(0).arg(i64::try_from(limit).unwrap_or(i64::MAX)).arg("WITHSCORES");
    let found: Vec<(String, f64)> = link.command(&command).await?;
    // Scores are whole numbers that a floating point number holds exactly: `commit` saw to it.
    Ok(found.into_iter().map(|(key, score)| Due { key, due: score as Millis }).collect())
}

/// Removes value and due time, and notes that the journal is to follow. True if there was a value; `None` if it
/// is not at the version that it must be at.
pub(super) async fn erase(
    link: &Link,
    scripts: &Scripts,
    contact: &str,
    version: Option<u64>,
) -> Result<Option<bool>, StoreError> {
    let note = Note::Erased { contact: contact.to_owned() };
    let version = version.map(version_bytes).unwrap_or_default();
    link.script(&scripts.erase, &OfContact::new(contact).all(), &[&note.pack(), &version]).await
}

/// Appends a note to the buffer of its contact's lane.
pub(super) async fn note(link: &Link, scripts: &Scripts, note: &Note) -> Result<(), StoreError> {
    let stream = OfContact::new(note.contact()).journal;
    let _version: Value = link.script(&scripts.note, &[stream.as_bytes()], &[&note.pack()]).await?;
    Ok(())
}

fn stored(contact: &str, mut found: Vec<u8>) -> Result<Stored, StoreError> {
    let unreadable = |reason: String| StoreError::Unreadable { what: format!("contact {contact:?}"), reason };
    let version = version_of(&found).ok_or_else(|| unreadable("it is cut off".into()))?;
    let packed = if found.len() < HEADER { Vec::new() } else { found.split_off(HEADER) };
    Ok(Stored { version, value: unpack(packed).map_err(unreadable)? })
}

/// A version as it stands in a value; none where nothing is expected.
pub(super) fn version_bytes(version: u64) -> Vec<u8> {
    if version == 0 { Vec::new() } else { version.to_be_bytes().to_vec() }
}

pub(super) fn version_of(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|version| u64::from_be_bytes(*version))
}

pub(super) fn misunderstood(link: &Link) -> StoreError {
    StoreError::Unavailable { reason: format!("{} gave an answer that is not Redis's; check the address", link.shown()) }
}
