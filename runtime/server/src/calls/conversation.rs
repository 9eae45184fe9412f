//! The conversation as a model reads it: one contact's, with one of the business's numbers, since it began.

use editor_preview::text;
use serde::Deserialize;
use steps::{
    event::Content,
    ids::{ContactId, NumberId},
    message::Message,
    moment::Moment,
};
use store::{Direction, Store, StoreError};

use crate::models::{From, Line};

/// How many pages of a transcript are looked through: a contact may have written much to another number meanwhile.
const MAX_PAGES: usize = 5;

/// What a call wants to be shown.
#[derive(Clone, Copy)]
pub(super) struct Part<'c> {
    /// The business's number that the conversation is with.
    pub number: &'c NumberId,
    /// When the conversation began.
    pub since: Moment,
    /// How many messages, at most.
    pub messages: u32,
}

/// The last messages of the conversation that a call is about, the oldest first; those that were refused are left out.
pub(super) async fn of(store: &dyn Store, contact: &ContactId, part: Part<'_>) -> Result<Vec<Line>, StoreError> {
    let wanted = usize::try_from(part.messages).unwrap_or(usize::MAX);
    let (mut lines, mut before) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        if lines.len() >= wanted {
            break;
        }
        let page = store.messages_of(contact.as_str(), before, wanted).await?;
        let since = page.iter().take_while(|message| message.at >= part.since.0);
        let own = since.filter(|message| message.status.as_deref() != Some("failed") && is_with(message, part.number));
        lines.extend(own.filter_map(line));
        match page.last() {
            Some(oldest) if page.len() == wanted && oldest.at >= part.since.0 => before = Some(oldest.position),
            _ => break,
        }
    }
    lines.truncate(wanted);
    lines.reverse();
    Ok(lines)
}

/// Whether a message belongs to the conversation with this number. One that names none is from when the contact knew no other.
fn is_with(message: &store::Message, number: &NumberId) -> bool {
    #[derive(Deserialize)]
    struct Numbered {
        number: Option<NumberId>,
    }
    serde_json::from_str::<Numbered>(&message.body).ok().and_then(|body| body.number).is_none_or(|own| own == *number)
}

/// A message as a model reads it: with the options that it offers, and of what is no text, what it is.
fn line(message: &store::Message) -> Option<Line> {
    let (from, text) = match message.direction {
        Direction::In => (From::Customer, text::draw_content(&serde_json::from_str::<Content>(&message.body).ok()?)),
        Direction::Out => (From::Business, text::draw(&serde_json::from_str::<Message>(&message.body).ok()?)),
    };
    Some(Line { from, text })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::contact::AiReplyCall;
    use store::{Commit, JournalEntry, MemoryStore, MessageChange, NewMessage};

    use super::*;

    const CALL: &str =
        r#"{"instructions": "", "text": "", "history": 3, "number": "100", "since": 20, "may_decline": false, "deadline": 1}"#;

    /// Contact, time, words, number, status.
    type Row<'r> = (&'r str, i64, &'r str, Option<&'r str>, Option<&'r str>);

    async fn store(messages: &[Row<'_>]) -> MemoryStore {
        let store = MemoryStore::default();
        for (version, (contact, at, words, number, status)) in messages.iter().enumerate() {
            let mut body = json!({"type": "text", "text": words});
            if let Some(number) = number {
                body["number"] = json!(number);
            }
            let message = NewMessage {
                id: version.to_string(),
                direction: Direction::In,
                body: body.to_string(),
                wamid: None,
                status: status.map(str::to_owned),
            };
            let known = store.load(contact).await.unwrap();
            let commit = Commit {
                key: (*contact).to_owned(),
                expected_version: known.map_or(0, |known| known.version),
                value: Some(b"{}".to_vec()),
                due: None,
                journal: vec![JournalEntry::fact(*at, "received", "{}").with_message(MessageChange::New(message))],
            };
            store.commit(commit).await.unwrap();
        }
        store
    }

    async fn read(store: &MemoryStore, change: impl FnOnce(&mut AiReplyCall)) -> Vec<String> {
        let mut call: AiReplyCall = serde_json::from_str(CALL).unwrap();
        change(&mut call);
        let part = Part { number: &call.number, since: call.since, messages: call.history };
        let lines = of(store, &ContactId::new("ana"), part).await.unwrap();
        lines.into_iter().map(|line| line.text).collect()
    }

    #[tokio::test]
    async fn a_model_reads_its_own_conversation_alone() {
        let store = store(&[
            ("ana", 10, "long ago", None, None),
            ("ana", 20, "first", None, None),
            ("bia", 21, "another customer", None, None),
            ("ana", 22, "refused", None, Some("failed")),
            ("ana", 23, "to another number", Some("200"), None),
            ("ana", 24, "second", Some("100"), None),
            ("ana", 25, "to another number", Some("200"), None),
            ("ana", 26, "third", Some("100"), None),
        ])
        .await;
        assert_eq!(read(&store, |_| {}).await, ["first", "second", "third"]);
        assert_eq!(read(&store, |call| call.history = 2).await, ["second", "third"]);
        assert_eq!(read(&store, |call| call.since = Moment(24)).await, ["second", "third"]);
        assert_eq!(read(&store, |call| call.history = 0).await, Vec::<String>::new());
    }
}
