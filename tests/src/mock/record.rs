//! What the mock was asked to do: accepted sends, refused ones, read marks; and waiting for them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::error::GraphError;
use super::lock;

/// A send that the mock has accepted.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The id the answer gave to the message.
    pub wamid: String,
    /// The `phone_number_id` it was sent from.
    pub number: String,
    /// The customer: digits of the phone number (the `wa_id`), or the business-scoped user id.
    pub to: String,
    /// The message type, such as `text` or `interactive`.
    pub kind: String,
    /// When it was accepted, by the mock's clock.
    pub at: Timestamp,
    /// The `biz_opaque_callback_data` of the call.
    pub callback_data: Option<String>,
    pub(crate) raw: Bytes,
}

impl Sent {
    /// The request body.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).expect("the body was JSON when it was accepted")
    }

    /// What the customer reads first: the text, the body of an interactive message, the caption of media, or the
    /// template's name; empty where there is none.
    pub fn text(&self) -> String {
        let body = self.body();
        let places =
            ["/text/body", "/interactive/body/text", "/image/caption", "/video/caption", "/document/caption", "/template/name"];
        let text = places.iter().find_map(|place| body.pointer(place).and_then(Value::as_str));
        text.unwrap_or_default().to_owned()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "wamid": self.wamid,
            "number": self.number,
            "to": self.to,
            "type": self.kind,
            "at": self.at.to_string(),
            "biz_opaque_callback_data": self.callback_data,
            "body": self.body(),
        })
    }
}

/// A send that the mock has refused.
#[derive(Debug, Clone)]
pub struct Rejection {
    pub number: String,
    pub at: Timestamp,
    pub error: GraphError,
    /// The request body; `null` if it wasn't JSON.
    pub body: Value,
}

impl Rejection {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "number": self.number,
            "at": self.at.to_string(),
            "code": self.error.code,
            "details": self.error.details,
            "body": self.body,
        })
    }
}

/// A call that marked a customer's message as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Read {
    pub number: String,
    /// The customer's message.
    pub wamid: String,
    /// Whether the call also asked for the typing indicator.
    pub typing: bool,
}

/// Totals since the start or the last [`Mock::clear`](super::Mock::clear). They stay complete when old messages are no longer kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub accepted: u64,
    pub rejected: u64,
    pub reads: u64,
    pub typing: u64,
    /// Accepted sends by message type.
    pub by_type: HashMap<String, u64>,
    /// Refused sends by error code.
    pub by_error: HashMap<u32, u64>,
    /// Different values of `biz_opaque_callback_data` that were accepted.
    pub callback_data: u64,
    /// Accepted sends whose `biz_opaque_callback_data` had been accepted before: what a customer got twice.
    pub repeated: u64,
}

/// Nothing came of what was waited for.
#[derive(Debug, thiserror::Error)]
#[error("waited {waited:?} for {expected} sends, {accepted} were accepted and {rejected} refused{last}")]
pub struct TooLate {
    pub waited: Duration,
    pub expected: usize,
    pub accepted: u64,
    pub rejected: u64,
    /// The last refusal, as a clause, or empty.
    pub last: String,
}

#[derive(Debug)]
pub(crate) struct Records {
    kept: Mutex<Kept>,
    /// How many sends are kept at most.
    keep: usize,
    /// Counts changes; those who wait watch it.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    sent: VecDeque<Arc<Sent>>,
    rejections: VecDeque<Rejection>,
    reads: VecDeque<Read>,
    counts: Counts,
    by_callback_data: HashMap<String, u64>,
    /// The last send to each customer that can be answered by a tap, a form or a place.
    last_answerable: HashMap<(String, String), Arc<Sent>>,
}

impl Records {
    pub(crate) fn keeping(keep: usize) -> Self {
        Self { kept: Mutex::default(), keep, changes: watch::Sender::new(0) }
    }

    pub(crate) fn accept(&self, sent: Sent) -> Arc<Sent> {
        let sent = Arc::new(sent);
        {
            let kept = &mut *lock(&self.kept);
            kept.counts.accepted += 1;
            count(&mut kept.counts.by_type, sent.kind.as_str());
            if let Some(data) = &sent.callback_data {
                let times = count(&mut kept.by_callback_data, data);
                let total = if times == 1 { &mut kept.counts.callback_data } else { &mut kept.counts.repeated };
                *total += 1;
            }
            if matches!(sent.kind.as_str(), "interactive" | "template") {
                kept.last_answerable.insert((sent.number.clone(), sent.to.clone()), Arc::clone(&sent));
            }
            push(&mut kept.sent, Arc::clone(&sent), self.keep);
        }
        self.changed();
        sent
    }

    pub(crate) fn reject(&self, rejection: Rejection) {
        {
            let kept = &mut *lock(&self.kept);
            kept.counts.rejected += 1;
            *kept.counts.by_error.entry(rejection.error.code).or_default() += 1;
            push(&mut kept.rejections, rejection, self.keep);
        }
        self.changed();
    }

    pub(crate) fn read(&self, read: Read) {
        {
            let kept = &mut *lock(&self.kept);
            kept.counts.reads += 1;
            kept.counts.typing += u64::from(read.typing);
            push(&mut kept.reads, read, self.keep);
        }
        self.changed();
    }

    pub(crate) fn sent(&self) -> Vec<Arc<Sent>> {
        lock(&self.kept).sent.iter().cloned().collect()
    }

    pub(crate) fn rejections(&self) -> Vec<Rejection> {
        lock(&self.kept).rejections.iter().cloned().collect()
    }

    pub(crate) fn reads(&self) -> Vec<Read> {
        lock(&self.kept).reads.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        lock(&self.kept).counts.clone()
    }

    pub(crate) fn times_sent(&self, callback_data: &str) -> u64 {
        lock(&self.kept).by_callback_data.get(callback_data).copied().unwrap_or_default()
    }

    /// How often each `biz_opaque_callback_data` was accepted, for those accepted at least `times` times.
    pub(crate) fn by_callback_data(&self, times: u64) -> HashMap<String, u64> {
        let kept = lock(&self.kept);
        kept.by_callback_data.iter().filter(|(_, count)| **count >= times).map(|(data, count)| (data.clone(), *count)).collect()
    }

    pub(crate) fn last_answerable(&self, number: &str, customer: &str) -> Option<Arc<Sent>> {
        lock(&self.kept).last_answerable.get(&(number.to_owned(), customer.to_owned())).cloned()
    }

    pub(crate) fn find(&self, wamid: &str) -> Option<Arc<Sent>> {
        let kept = lock(&self.kept);
        let recent = kept.sent.iter().rev().find(|sent| sent.wamid == wamid);
        recent.or_else(|| kept.last_answerable.values().find(|sent| sent.wamid == wamid)).cloned()
    }

    pub(crate) fn clear(&self) {
        *lock(&self.kept) = Kept::default();
        self.changed();
    }

    /// Waits until `wanted` of the kept sends are there, or the deadline has passed.
    pub(crate) async fn wait_for(
        &self,
        count: usize,
        deadline: Duration,
        wanted: impl Fn(&Sent) -> bool,
    ) -> Result<Vec<Arc<Sent>>, TooLate> {
        let mut changes = self.changes.subscribe();
        let matching = || -> Vec<Arc<Sent>> { lock(&self.kept).sent.iter().filter(|sent| wanted(sent)).cloned().collect() };
        let waiting = async {
            loop {
                changes.mark_unchanged();
                let found = matching();
                if found.len() >= count || changes.changed().await.is_err() {
                    return found;
                }
            }
        };
        if let Ok(found) = tokio::time::timeout(deadline, waiting).await {
            return Ok(found);
        }
        let kept = lock(&self.kept);
        let last = kept.rejections.back().map_or_else(String::new, |rejection| {
            format!("; the last refusal was {}: {}", rejection.error.code, rejection.error.details)
        });
        Err(TooLate { waited: deadline, expected: count, accepted: kept.counts.accepted, rejected: kept.counts.rejected, last })
    }

    /// Waits until the totals satisfy `enough`; `None` if they don't by the deadline.
    pub(crate) async fn wait_for_counts(&self, deadline: Duration, enough: impl Fn(&Counts) -> bool) -> Option<Counts> {
        let mut changes = self.changes.subscribe();
        let waiting = changes.wait_for(|_| enough(&lock(&self.kept).counts));
        match tokio::time::timeout(deadline, waiting).await {
            Ok(Ok(_)) => Some(self.counts()),
            Ok(Err(_)) | Err(_) => None,
        }
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }
}

fn count(counts: &mut HashMap<String, u64>, key: &str) -> u64 {
    if let Some(count) = counts.get_mut(key) {
        *count += 1;
        return *count;
    }
    counts.insert(key.to_owned(), 1);
    1
}

fn push<T>(items: &mut VecDeque<T>, item: T, keep: usize) {
    if items.len() >= keep {
        items.pop_front();
    }
    if keep > 0 {
        items.push_back(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(wamid: &str, data: &str) -> Sent {
        Sent {
            wamid: wamid.to_owned(),
            number: "1".to_owned(),
            to: "34".to_owned(),
            kind: "text".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            callback_data: Some(data.to_owned()),
            raw: Bytes::from_static(b"{\"text\":{\"body\":\"hi\"}}"),
        }
    }

    #[test]
    fn counts_stay_complete_when_old_messages_go() {
        let records = Records::keeping(2);
        for (wamid, data) in [("a", "1"), ("b", "2"), ("c", "2")] {
            records.accept(sent(wamid, data));
        }
        assert_eq!(records.sent().iter().map(|sent| sent.wamid.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        let counts = records.counts();
        assert_eq!((counts.accepted, counts.callback_data, counts.repeated), (3, 2, 1));
        assert_eq!(records.times_sent("2"), 2);
        assert_eq!(records.by_callback_data(2).len(), 1);
    }

    #[tokio::test]
    async fn waiting_ends_when_the_send_comes_and_at_the_deadline() {
        let records = Arc::new(Records::keeping(10));
        let waiting = tokio::spawn({
            let records = Arc::clone(&records);
            async move { records.wait_for(2, Duration::from_secs(60), |_| true).await }
        });
        tokio::task::yield_now().await;
        records.accept(sent("a", "1"));
        records.accept(sent("b", "2"));
        assert_eq!(waiting.await.unwrap().unwrap().len(), 2);
        let late = records.wait_for(3, Duration::ZERO, |_| true).await.unwrap_err();
        assert_eq!((late.expected, late.accepted), (3, 2));
    }
}
