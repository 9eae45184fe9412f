//! What one entry of a lane's buffer says, and how it lies there: a few bytes before the strings,
//! then compressed as values are.
//!
//! The bytes begin with the version of their form. A process that meets a newer one leaves it where
//! it is: whoever wrote it will read it.

use super::bytes::{Reader, put_signed, put_text};
use super::change::{put_changes, read_changes};
use crate::JournalEntry;
use crate::packed::{pack, unpack};

/// The form of this program. The first knew no changes of lists, the second none of sessions, the third no usage of models, the
/// fourth no tasks; but for them they are the same.
const FORM: u8 = 5;
const FORMER: [u8; 4] = [1, 2, 3, 4];

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
                for entry in journal {
                    // Facts of a commit are of about one time: the difference is small.
                    put_signed(&mut bytes, entry.at.wrapping_sub(before));
                    before = entry.at;
                    put_text(&mut bytes, &entry.kind);
                    put_text(&mut bytes, &entry.body);
                    put_changes(&mut bytes, entry);
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
            form if form == FORM || FORMER.contains(&form) => {}
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
                    let (message, lists) = read_changes(&mut reader, &body)?;
                    journal.push(JournalEntry { at: before, kind, body, message, lists });
                }
                Self::Commit { contact, exists: kind == EXISTS, journal }
            }
            ALIAS => Self::Alias { contact, alias: reader.text()? },
            ERASED => Self::Erased { contact },
            other => return Err(format!("its kind {other} is unknown")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Direction, MessageChange, NewMessage};

    fn commit() -> Note {
        Note::Commit { contact: "ada".into(), exists: true, journal: super::super::change::tests::entries() }
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
    fn what_the_forms_before_wrote_is_read() {
        let note = Note::Commit { contact: "ada".into(), exists: true, journal: vec![JournalEntry::fact(7, "ran", "{}")] };
        let mut bytes = unpack(note.pack()).unwrap();
        for form in FORMER {
            bytes[0] = form;
            assert_eq!(Note::unpack(pack(&bytes)), Ok(note.clone()));
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
