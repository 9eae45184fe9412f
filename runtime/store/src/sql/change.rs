//! What a fact does to the read models, as bytes: in a [`Note`](super::Note) on its way to SQL, and beside
//! the fact in the journal, so that the read models can be made again.
//!
//! Changes of the lists come first, each with its kind; the change of the transcript, or that there is none,
//! ends them.

use super::bytes::{Reader, put_number, put_optional, put_signed, put_text};
use crate::{
    Conversation, ConversationState, Direction, JournalEntry, ListChange, MessageChange, NewMessage, Profile, Session, SessionEnd,
};

const NO_MESSAGE: u8 = 0;
const NEW_IN: u8 = 1;
const NEW_OUT: u8 = 2;
const UPDATE: u8 = 3;
const PROFILE: u8 = 4;
const CONVERSATION: u8 = 5;
const UNLISTED: u8 = 6;
const OPEN_SESSION: u8 = 7;
const ENDED_SESSION: u8 = 8;

/// What a fact does, as it stands beside it in the journal; `None`: nothing.
pub(crate) fn pack_changes(entry: &JournalEntry) -> Option<Vec<u8>> {
    if entry.message.is_none() && entry.lists.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    put_changes(&mut bytes, entry);
    Some(bytes)
}

/// The other way round. `body`: of the fact.
pub(crate) fn unpack_changes(bytes: &[u8], body: &str) -> Result<(Option<MessageChange>, Vec<ListChange>), String> {
    read_changes(&mut Reader { bytes }, body)
}

pub(super) fn put_changes(bytes: &mut Vec<u8>, entry: &JournalEntry) {
    for change in &entry.lists {
        put_list_change(bytes, change);
    }
    put_message_change(bytes, entry.message.as_ref(), &entry.body);
}

fn put_list_change(bytes: &mut Vec<u8>, change: &ListChange) {
    match change {
        ListChange::Profile(Profile { name, phone, user_id, username }) => {
            bytes.push(PROFILE);
            for text in [name, phone, user_id, username] {
                put_optional(bytes, text.as_deref());
            }
        }
        ListChange::Conversation(conversation) => {
            let Conversation { number, owner, state, waiting_since, window_closes, last_active } = conversation;
            bytes.push(CONVERSATION);
            put_text(bytes, number);
            put_optional(bytes, owner.as_deref());
            bytes.push(state.number());
            put_signed(bytes, *last_active);
            for time in [waiting_since, window_closes] {
                put_number(bytes, u64::from(time.is_some()));
                // Times of a conversation lie close to each other: the difference is small.
                time.iter().for_each(|time| put_signed(bytes, time.wrapping_sub(*last_active)));
            }
        }
        ListChange::Session(session) => {
            let Session { id, number, bot, version, on, started, ended } = session;
            bytes.push(if ended.is_none() { OPEN_SESSION } else { ENDED_SESSION });
            put_number(bytes, u64::from(*id));
            for text in [number, bot, version, on] {
                put_text(bytes, text);
            }
            put_signed(bytes, *started);
            if let Some(SessionEnd { at, status, outcome }) = ended {
                put_signed(bytes, at.wrapping_sub(*started));
                put_text(bytes, status);
                put_text(bytes, outcome);
            }
        }
        ListChange::Unlisted => bytes.push(UNLISTED),
    }
}

fn put_message_change(bytes: &mut Vec<u8>, change: Option<&MessageChange>, fact: &str) {
    match change {
        None => bytes.push(NO_MESSAGE),
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

pub(super) fn read_changes(reader: &mut Reader<'_>, fact: &str) -> Result<(Option<MessageChange>, Vec<ListChange>), String> {
    let mut lists = Vec::new();
    loop {
        lists.push(match reader.byte()? {
            PROFILE => {
                let (name, phone) = (reader.optional()?, reader.optional()?);
                ListChange::Profile(Profile { name, phone, user_id: reader.optional()?, username: reader.optional()? })
            }
            CONVERSATION => ListChange::Conversation(conversation(reader)?),
            UNLISTED => ListChange::Unlisted,
            kind @ (OPEN_SESSION | ENDED_SESSION) => ListChange::Session(session(reader, kind == ENDED_SESSION)?),
            kind => return Ok((message_change(reader, kind, fact)?, lists)),
        });
    }
}

fn conversation(reader: &mut Reader<'_>) -> Result<Conversation, String> {
    let (number, owner, state) = (reader.text()?, reader.optional()?, reader.byte()?);
    let state = ConversationState::of_number(state).ok_or_else(|| format!("its state {state} is unknown"))?;
    let last_active = reader.signed()?;
    let mut time = || match reader.number()? {
        0 => Ok::<_, String>(None),
        _ => Ok(Some(reader.signed()?.wrapping_add(last_active))),
    };
    Ok(Conversation { number, owner, state, waiting_since: time()?, window_closes: time()?, last_active })
}

fn session(reader: &mut Reader<'_>, has_ended: bool) -> Result<Session, String> {
    let id = u32::try_from(reader.number()?).map_err(|_| "the id of a session in it is too large")?;
    let (number, bot, version, on) = (reader.text()?, reader.text()?, reader.text()?, reader.text()?);
    let started = reader.signed()?;
    let ended = if has_ended {
        let at = reader.signed()?.wrapping_add(started);
        Some(SessionEnd { at, status: reader.text()?, outcome: reader.text()? })
    } else {
        None
    };
    Ok(Session { id, number, bot, version, on, started, ended })
}

fn message_change(reader: &mut Reader<'_>, kind: u8, fact: &str) -> Result<Option<MessageChange>, String> {
    let direction = match kind {
        NO_MESSAGE => return Ok(None),
        NEW_IN => Direction::In,
        NEW_OUT => Direction::Out,
        UPDATE => {
            let (id, wamid, status) = (reader.text()?, reader.optional()?, reader.optional()?);
            return Ok(Some(MessageChange::Update { id, wamid, status }));
        }
        other => return Err(format!("its change {other} is unknown")),
    };
    let id = reader.text()?;
    let body = match reader.number()? {
        0 => reader.text()?,
        more => {
            let start = reader.number()? as usize;
            let end = start.checked_add((more - 1) as usize);
            let part = end.and_then(|end| fact.get(start..end)).ok_or("a message in it lies outside its fact")?;
            part.to_owned()
        }
    };
    let (wamid, status) = (reader.optional()?, reader.optional()?);
    Ok(Some(MessageChange::New(NewMessage { id, direction, body, wamid, status })))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn entries() -> Vec<JournalEntry> {
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
        let profile = Profile { name: Some("Zoë".into()), phone: Some("+491511".into()), ..Profile::default() };
        let conversation = |state, waiting_since| Conversation {
            number: "106540352242922".into(),
            owner: Some("user:ana".into()),
            state,
            waiting_since,
            window_closes: None,
            last_active: 1_764_150_000_000,
        };
        let lists = vec![
            ListChange::Unlisted,
            ListChange::Profile(profile),
            ListChange::Conversation(conversation(ConversationState::Waiting, Some(1_764_149_940_000))),
        ];
        let alone = vec![ListChange::Conversation(Conversation {
            owner: None,
            window_closes: Some(i64::MAX),
            last_active: i64::MIN,
            ..conversation(ConversationState::Idle, Some(0))
        })];
        let session = Session {
            id: u32::MAX,
            number: "106540352242922".into(),
            bot: "welcome".into(),
            version: "0123456789abcdef".into(),
            on: "message".into(),
            started: 1_764_150_000_000,
            ended: None,
        };
        let ended = SessionEnd { at: i64::MIN, status: "completed".into(), outcome: String::new() };
        let sessions =
            vec![ListChange::Session(session.clone()), ListChange::Session(Session { ended: Some(ended), id: 0, ..session })];
        vec![
            JournalEntry::fact(1_764_150_000_000, "received", "{\"text\":\"Zoë\"}")
                .with_message(new(Direction::In, "\"Zoë\""))
                .with_lists(lists),
            JournalEntry::fact(i64::MIN, "queued", "{}").with_message(new(Direction::Out, "elsewhere")),
            JournalEntry::fact(i64::MAX, "sent", "").with_message(update),
            JournalEntry::fact(-1, "ran", "x".repeat(300)).with_lists(alone),
            JournalEntry::fact(0, "trace", "{}").with_lists(sessions),
            JournalEntry::fact(0, "nothing", "{}"),
        ]
    }

    #[test]
    fn changes_come_back_beside_their_fact() {
        for entry in entries() {
            let Some(packed) = pack_changes(&entry) else {
                assert!(entry.message.is_none() && entry.lists.is_empty());
                continue;
            };
            assert_eq!(unpack_changes(&packed, &entry.body), Ok((entry.message, entry.lists)));
        }
    }

    #[test]
    fn an_ordinary_conversation_takes_few_bytes() {
        let conversation = Conversation {
            number: "106540352242922".into(),
            owner: None,
            state: ConversationState::Bot,
            waiting_since: None,
            window_closes: Some(1_764_236_400_000),
            last_active: 1_764_150_000_000,
        };
        let entry = JournalEntry::fact(0, "trace", "{}").with_lists(vec![ListChange::Conversation(conversation)]);
        assert!(pack_changes(&entry).unwrap().len() <= 34);
    }
}
