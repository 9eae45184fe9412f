//! What a fact does to the read models, as bytes: in a [`Note`](super::Note) on its way to SQL, and beside
//! the fact in the journal, so that the read models can be made again.
//!
//! Changes of the lists come first, each with its kind; the change of the transcript, or that there is none,
//! ends them.

use super::bytes::{Reader, put_number, put_optional, put_signed, put_text};
use crate::{
    Conversation, ConversationState, Direction, JournalEntry, ListChange, MessageChange, NewMessage, Profile, Session,
    SessionEnd, Task, TaskEnd, Usage,
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
const USAGE: u8 = 9;
const REWRITE: u8 = 10;
const OPEN_TASK: u8 = 11;
const ENDED_TASK: u8 = 12;

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
        ListChange::Task(task) => {
            let Task { id, kind, text, due, owner, lead, created, by, ended } = task;
            bytes.push(if ended.is_none() { OPEN_TASK } else { ENDED_TASK });
            put_number(bytes, u64::from(*id));
            put_text(bytes, kind);
            put_text(bytes, text);
            for text in [owner, lead, by] {
                put_optional(bytes, text.as_deref());
            }
            put_signed(bytes, *created);
            put_number(bytes, u64::from(due.is_some()));
            due.iter().for_each(|due| put_signed(bytes, due.wrapping_sub(*created)));
            if let Some(TaskEnd { at, done, result, by }) = ended {
                put_signed(bytes, at.wrapping_sub(*created));
                put_number(bytes, u64::from(*done));
                put_optional(bytes, result.as_deref());
                put_optional(bytes, by.as_deref());
            }
        }
        ListChange::Usage(usage) => {
            let Usage { at, bot, model, prompt_tokens, answer_tokens, cost, currency } = usage;
            bytes.push(USAGE);
            put_signed(bytes, *at);
            for text in [bot, model, currency] {
                put_text(bytes, text);
            }
            for number in [prompt_tokens, answer_tokens, cost] {
                put_number(bytes, *number);
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
            put_body(bytes, body, fact);
            put_optional(bytes, wamid.as_deref());
            put_optional(bytes, status.as_deref());
        }
        Some(MessageChange::Update { id, wamid, status, body }) => {
            bytes.push(if body.is_none() { UPDATE } else { REWRITE });
            put_text(bytes, id);
            body.iter().for_each(|body| put_body(bytes, body, fact));
            put_optional(bytes, wamid.as_deref());
            put_optional(bytes, status.as_deref());
        }
    }
}

/// A message mostly stands in its fact, word for word.
fn put_body(bytes: &mut Vec<u8>, body: &str, fact: &str) {
    match fact.find(body) {
        Some(place) => {
            put_number(bytes, 1 + body.len() as u64);
            put_number(bytes, place as u64);
        }
        None => {
            bytes.push(0);
            put_text(bytes, body);
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
            USAGE => ListChange::Usage(usage(reader)?),
            kind @ (OPEN_TASK | ENDED_TASK) => ListChange::Task(task(reader, kind == ENDED_TASK)?),
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

fn task(reader: &mut Reader<'_>, has_ended: bool) -> Result<Task, String> {
    let id = u32::try_from(reader.number()?).map_err(|_| "the id of a task in it is too large")?;
    let (kind, text) = (reader.text()?, reader.text()?);
    let (owner, lead, by) = (reader.optional()?, reader.optional()?, reader.optional()?);
    let created = reader.signed()?;
    let due = match reader.number()? {
        0 => None,
        _ => Some(reader.signed()?.wrapping_add(created)),
    };
    let ended = if has_ended {
        let (at, done) = (reader.signed()?.wrapping_add(created), reader.number()? != 0);
        Some(TaskEnd { at, done, result: reader.optional()?, by: reader.optional()? })
    } else {
        None
    };
    Ok(Task { id, kind, text, due, owner, lead, created, by, ended })
}

fn usage(reader: &mut Reader<'_>) -> Result<Usage, String> {
    let at = reader.signed()?;
    let (bot, model, currency) = (reader.text()?, reader.text()?, reader.text()?);
    let (prompt_tokens, answer_tokens, cost) = (reader.number()?, reader.number()?, reader.number()?);
    Ok(Usage { at, bot, model, prompt_tokens, answer_tokens, cost, currency })
}

fn message_change(reader: &mut Reader<'_>, kind: u8, fact: &str) -> Result<Option<MessageChange>, String> {
    let direction = match kind {
        NO_MESSAGE => return Ok(None),
        NEW_IN => Direction::In,
        NEW_OUT => Direction::Out,
        UPDATE | REWRITE => {
            let id = reader.text()?;
            let body = (kind == REWRITE).then(|| message_body(reader, fact)).transpose()?;
            return Ok(Some(MessageChange::Update { id, wamid: reader.optional()?, status: reader.optional()?, body }));
        }
        other => return Err(format!("its change {other} is unknown")),
    };
    let (id, body) = (reader.text()?, message_body(reader, fact)?);
    let (wamid, status) = (reader.optional()?, reader.optional()?);
    Ok(Some(MessageChange::New(NewMessage { id, direction, body, wamid, status })))
}

fn message_body(reader: &mut Reader<'_>, fact: &str) -> Result<String, String> {
    match reader.number()? {
        0 => reader.text(),
        more => {
            let start = reader.number()? as usize;
            let end = start.checked_add((more - 1) as usize);
            let part = end.and_then(|end| fact.get(start..end)).ok_or("a message in it lies outside its fact")?;
            Ok(part.to_owned())
        }
    }
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
        let update = MessageChange::Update { id: "7".into(), wamid: Some("wamid.B".into()), status: None, body: None };
        let rewritten = |body: &str| MessageChange::Update { id: "7".into(), wamid: None, status: None, body: Some(body.into()) };
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
        let task = Task {
            id: 7,
            kind: "call".into(),
            text: "Ligar para Zoë".into(),
            due: Some(i64::MAX),
            owner: Some("user:ana".into()),
            lead: None,
            created: 1_764_150_000_000,
            by: Some("{\"user\":\"bia\"}".into()),
            ended: None,
        };
        let ended = TaskEnd { at: i64::MIN, done: true, result: Some("ligou".into()), by: None };
        let tasks =
            vec![ListChange::Task(task.clone()), ListChange::Task(Task { due: None, ended: Some(ended), id: u32::MAX, ..task })];
        let usage = Usage {
            at: i64::MAX,
            bot: "welcome".into(),
            model: "small".into(),
            prompt_tokens: u64::MAX,
            answer_tokens: 0,
            cost: 125,
            currency: "USD".into(),
        };
        vec![
            JournalEntry::fact(0, "asked", "{}").with_lists(vec![ListChange::Usage(usage)]),
            JournalEntry::fact(1_764_150_000_000, "received", "{\"text\":\"Zoë\"}")
                .with_message(new(Direction::In, "\"Zoë\""))
                .with_lists(lists),
            JournalEntry::fact(i64::MIN, "queued", "{}").with_message(new(Direction::Out, "elsewhere")),
            JournalEntry::fact(i64::MAX, "sent", "").with_message(update),
            JournalEntry::fact(2, "transcribed", "{\"text\":\"Zoë\"}").with_message(rewritten("\"Zoë\"")),
            JournalEntry::fact(3, "transcribed", "{}").with_message(rewritten("elsewhere")),
            JournalEntry::fact(-1, "ran", "x".repeat(300)).with_lists(alone),
            JournalEntry::fact(0, "trace", "{}").with_lists(sessions),
            JournalEntry::fact(0, "task", "{}").with_lists(tasks),
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
