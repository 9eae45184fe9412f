//! What one entry of a lane's buffer says, and how it lies there: a few bytes before the strings,
//! then compressed as values are.
//!
//! The bytes begin with the version of their form. A process that meets a newer one leaves it where
//! it is: whoever wrote it will read it.

use crate::packed::{pack, unpack};
use crate::{Direction, JournalEntry, MessageChange, NewMessage};

/// The form of this program.
const FORM: u8 = 1;

/// Something that happened to a contact and that the SQL side must learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// A commit: facts to append, and whether the contact exists after it.
    Commit { contact: String, exists: bool, journal: Vec<JournalEntry> },
    /// An alias is about to be given to a contact, which may yet fail: a hint for erasing, no fact.
    Alias { contact: String, alias: String },
    /// All that came before in this lane about the contact is to be removed.
    Erased { contact: String },
}

const EXISTS: u8 = 1;
const DELETED: u8 = 2;
const ALIAS: u8 = 3;
const ERASED: u8 = 4;

const NO_CHANGE: u8 = 0;
const NEW_IN: u8 = 1;
const NEW_OUT: u8 = 2;
const UPDATE: u8 = 3;

impl Note {
    pub(crate) fn contact(&self) -> &str {
        match self {
            Self::Commit { contact, .. } | Self::Alias { contact, .. } | Self::Erased { contact } => contact,
        }
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        match self {
            Self::Commit { contact, exists, journal } => {
                bytes.push(if *exists { EXISTS } else { DELETED });
                put_text(&mut bytes, contact);
                let mut before = 0;
                for JournalEntry { at, kind, body, message } in journal {
                    // Facts of a commit are of about one time: the difference is small.
                    put_signed(&mut bytes, at.wrapping_sub(before));
                    before = *at;
                    put_text(&mut bytes, kind);
                    put_text(&mut bytes, body);
                    put_change(&mut bytes, message.as_ref(), body);
                }
            }
            Self::Alias { contact, alias } => {
                bytes.push(ALIAS);
                put_text(&mut bytes, contact);
                put_text(&mut bytes, alias);
            }
            Self::Erased { contact } => {
                bytes.push(ERASED);
                put_text(&mut bytes, contact);
            }
        }
        pack(&bytes)
    }

    /// The note of an entry, or why it can't be read.
    pub(crate) fn unpack(packed: Vec<u8>) -> Result<Self, String> {
        let bytes = unpack(packed)?;
        let mut reader = Reader { bytes: &bytes };
        match reader.byte()? {
            FORM => {}
            other => return Err(format!("it has form {other}, this program knows {FORM}: a newer version wrote it")),
        }
        let kind = reader.byte()?;
        let contact = reader.text()?;
        Ok(match kind {
            EXISTS | DELETED => {
                let (mut journal, mut before) = (Vec::new(), 0_i64);
                while !reader.bytes.is_empty() {
                    before = before.wrapping_add(reader.signed()?);
                    let (kind, body) = (reader.text()?, reader.text()?);
                    let message = reader.change(&body)?;
                    journal.push(JournalEntry { at: before, kind, body, message });
                }
                Self::Commit { contact, exists: kind == EXISTS, journal }
            }
            ALIAS => Self::Alias { contact, alias: reader.text()? },
            ERASED => Self::Erased { contact },
            other => return Err(format!("its kind {other} is unknown")),
        })
    }
}

/// A change as it stands beside its fact in SQL, so that transcripts can be made again.
pub(crate) fn pack_change(change: &MessageChange, body: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_change(&mut bytes, Some(change), body);
    bytes
}

/// The other way round.
pub(crate) fn unpack_change(bytes: &[u8], body: &str) -> Result<Option<MessageChange>, String> {
    Reader { bytes }.change(body)
}

fn put_change(bytes: &mut Vec<u8>, change: Option<&MessageChange>, fact: &str) {
    match change {
        None => bytes.push(NO_CHANGE),
        Some(MessageChange::New(NewMessage { id, direction, body, wamid, status })) => {
            bytes.push(if *direction == Direction::In { NEW_IN } else { NEW_OUT });
            put_text(bytes, id);
            // A message mostly stands in its fact, word for word.
            match fact.find(body.as_str()) {
                Some(place) => {
                    put_number(bytes, 1 + body.len() as u64);
                    put_number(bytes, place as u64);
                }
                None => {
                    bytes.push(0);
                    put_text(bytes, body);
                }
            }
            put_optional(bytes, wamid.as_deref());
            put_optional(bytes, status.as_deref());
        }
        Some(MessageChange::Update { id, wamid, status }) => {
            bytes.push(UPDATE);
            put_text(bytes, id);
            put_optional(bytes, wamid.as_deref());
            put_optional(bytes, status.as_deref());
        }
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// 0 for nothing, else the length and one more.
fn put_optional(bytes: &mut Vec<u8>, text: Option<&str>) {
    put_number(bytes, text.map_or(0, |text| 1 + text.len() as u64));
    bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The sign goes to the lowest bit, so that small numbers of either sign stay short.
fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put_number(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, String> {
        let (first, rest) = self.bytes.split_first().ok_or("it is cut off")?;
        self.bytes = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number in it does not end".into())
    }

    fn signed(&mut self) -> Result<i64, String> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.number()?;
        self.exactly(length)
    }

    fn optional(&mut self) -> Result<Option<String>, String> {
        match self.number()? {
            0 => Ok(None),
            more => self.exactly(more - 1).map(Some),
        }
    }

    fn exactly(&mut self, length: u64) -> Result<String, String> {
        let taken = usize::try_from(length).ok().and_then(|length| self.bytes.split_at_checked(length));
        let (text, rest): (&'b [u8], _) = taken.ok_or("it is cut off")?;
        self.bytes = rest;
        String::from_utf8(text.to_vec()).map_err(|_| "a text in it is no UTF-8".into())
    }

    fn change(&mut self, fact: &str) -> Result<Option<MessageChange>, String> {
        let direction = match self.byte()? {
            NO_CHANGE => return Ok(None),
            NEW_IN => Direction::In,
            NEW_OUT => Direction::Out,
            UPDATE => {
                let (id, wamid, status) = (self.text()?, self.optional()?, self.optional()?);
                return Ok(Some(MessageChange::Update { id, wamid, status }));
            }
            other => return Err(format!("its change {other} is unknown")),
        };
        let id = self.text()?;
        let body = match self.number()? {
            0 => self.text()?,
            more => {
                let start = self.number()? as usize;
                let end = start.checked_add((more - 1) as usize);
                let part = end.and_then(|end| fact.get(start..end)).ok_or("a message in it lies outside its fact")?;
                part.to_owned()
            }
        };
        let (wamid, status) = (self.optional()?, self.optional()?);
        Ok(Some(MessageChange::New(NewMessage { id, direction, body, wamid, status })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit() -> Note {
        let new = |direction, body: &str| {
            MessageChange::New(NewMessage {
                id: "wamid.A".into(),
                direction,
                body: body.into(),
                wamid: None,
                status: Some(String::new()),
            })
        };
        let update = MessageChange::Update { id: "7".into(), wamid: Some("wamid.B".into()), status: None };
        let journal = vec![
            JournalEntry::fact(1_764_150_000_000, "received", "{\"text\":\"Zoë\"}").with_message(new(Direction::In, "\"Zoë\"")),
            JournalEntry::fact(i64::MIN, "queued", "{}").with_message(new(Direction::Out, "elsewhere")),
            JournalEntry::fact(i64::MAX, "sent", "").with_message(update),
            JournalEntry::fact(-1, "ran", "x".repeat(300)),
        ];
        Note::Commit { contact: "ada".into(), exists: true, journal }
    }

    #[test]
    fn what_is_noted_comes_back() {
        let deleted = Note::Commit { contact: "Zoë".into(), exists: false, journal: Vec::new() };
        let alias = Note::Alias { contact: "ada".into(), alias: "+491511".into() };
        for note in [commit(), deleted, alias, Note::Erased { contact: "ada".into() }] {
            assert_eq!(Note::unpack(note.pack()), Ok(note));
        }
    }

    #[test]
    fn a_change_comes_back_beside_its_fact() {
        let Note::Commit { journal, .. } = commit() else { panic!() };
        for JournalEntry { body, message, .. } in journal {
            if let Some(change) = message {
                assert_eq!(unpack_change(&pack_change(&change, &body), &body), Ok(Some(change)));
            }
        }
    }

    #[test]
    fn a_message_that_stands_in_its_fact_is_not_written_twice() {
        let text = "a long answer ".repeat(20);
        let entry = JournalEntry::fact(0, "received", format!("{{\"content\":\"{text}\"}}"));
        let alone = Note::Commit { contact: "ada".into(), exists: true, journal: vec![entry.clone()] };
        let new = NewMessage { id: "m".into(), direction: Direction::In, body: text, wamid: None, status: None };
        let both =
            Note::Commit { contact: "ada".into(), exists: true, journal: vec![entry.with_message(MessageChange::New(new))] };
        assert!(both.pack().len() <= alone.pack().len() + 12);
    }

    #[test]
    fn damage_is_an_error_and_a_newer_form_is_named() {
        let whole = unpack(commit().pack()).unwrap();
        for length in 0..whole.len() {
            // Some cuts fall between two facts; none may panic.
            let _ = Note::unpack(pack(&whole[..length]));
        }
        assert!(Note::unpack(pack(&[FORM, EXISTS, 200])).is_err());
        let newer = Note::unpack(pack(&[FORM + 1, 0, 0])).unwrap_err();
        assert!(newer.contains("newer version"), "{newer}");
    }
}
