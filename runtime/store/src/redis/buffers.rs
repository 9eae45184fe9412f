//! The journal's buffers: a stream a lane, of which an entry is a packed [`Note`], and an entry's id the
//! version that its commit gave (see [`super::contacts`]).

use redis::streams::StreamRangeReply;
use redis::{FromRedisValue, Value};

use super::keys;
use super::link::Link;
use crate::StoreError;
use crate::sql::{LaneBatch, Note};

/// Up to so many entries of a lane after a position; `None` where there is none.
pub(super) async fn read(link: &Link, lane: u16, after: u64, count: usize) -> Result<Option<LaneBatch>, StoreError> {
    let mut range = redis::cmd("XRANGE");
    range.arg(keys::journal(lane)).arg(format!("({}", id_of(after))).arg("+").arg("COUNT").arg(count);
    let entries: StreamRangeReply = link.command(&range).await?;
    let mut notes = Vec::with_capacity(entries.ids.len());
    for entry in entries.ids {
        let position = position_of(&entry.id).ok_or_else(|| unreadable(lane, &entry.id, "its id is not ours".into()))?;
        let packed = entry.map.get("n").cloned().unwrap_or(Value::Nil);
        let packed = Vec::<u8>::from_redis_value(packed).map_err(|error| unreadable(lane, &entry.id, error.to_string()))?;
        notes.push((position, Note::unpack(packed).map_err(|reason| unreadable(lane, &entry.id, reason))?));
    }
    Ok(notes.last().map(|(upto, _)| *upto).map(|upto| LaneBatch { lane, after, upto, notes }))
}

/// Drops from a buffer what SQL has.
pub(super) async fn trim(link: &Link, lane: u16, upto: u64) -> Result<(), StoreError> {
    let mut trim = redis::cmd("XTRIM");
    trim.arg(keys::journal(lane)).arg("MINID").arg(id_of(upto + 1));
    link.command(&trim).await
}

pub(super) async fn length(link: &Link, lane: u16) -> Result<usize, StoreError> {
    let mut length = redis::cmd("XLEN");
    length.arg(keys::journal(lane));
    link.command(&length).await
}

/// An entry's id as Redis writes it.
fn id_of(position: u64) -> String {
    format!("{}-{}", position >> 16, position & 0xffff)
}

fn position_of(id: &str) -> Option<u64> {
    let (ms, number) = id.split_once('-')?;
    let (ms, number) = (ms.parse::<u64>().ok()?, number.parse::<u16>().ok()?);
    Some(ms << 16 | u64::from(number))
}

fn unreadable(lane: u16, id: &str, reason: String) -> StoreError {
    StoreError::Unreadable { what: format!("entry {id} of the journal's buffer {}", keys::journal(lane)), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_positions_are_one() {
        for id in ["0-0", "1764150000000-0", "1764150000000-65535"] {
            assert_eq!(id_of(position_of(id).unwrap()), id);
        }
        assert!(position_of("1764150000000-1") < position_of("1764150000001-0"));
        assert_eq!(id_of(position_of("5-65535").unwrap() + 1), "6-0");
        assert_eq!(position_of("5-65536"), None);
    }
}
