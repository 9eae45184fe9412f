//! Contacts as they are after the qualification dialog of `design.md` §7: the store's values and facts
//! as the interpreter writes them, with what differs from contact to contact made from a number.

use std::fmt::Write as _;
use std::sync::Arc;

use store::{
    Commit, Conversation, ConversationState, Direction, JournalEntry, ListChange, MessageChange, Millis, NewMessage, Outcome,
    Profile, Store,
};

const START: Millis = 1_772_445_600_000;

pub(crate) struct Contact {
    pub(crate) id: String,
    pub(crate) aliases: [String; 2],
    number: usize,
}

impl Contact {
    pub(crate) fn new(number: usize) -> Self {
        let id = format!("c{:016x}{:04x}", mixed(number as u64), mixed(!(number as u64)) & 0xffff);
        let aliases =
            [format!("user:BR.{:017}", mixed(number as u64) % 100_000_000_000_000_000), format!("phone:+55119{number:08}")];
        Self { id, aliases, number }
    }

    /// A commit as a customer's message causes it: 1,245 bytes of value, about a kilobyte of journal.
    pub(crate) async fn commit(&self, store: &Arc<dyn Store>, expected_version: u64, turn: usize) {
        let now = START + turn as Millis * 20_000;
        let commit = Commit {
            key: self.id.clone(),
            expected_version,
            value: Some(self.value(turn).into_bytes()),
            due: Some(now + 86_400_000),
            journal: self.journal(now, turn),
        };
        let outcome = store.commit(commit).await.unwrap();
        assert!(matches!(outcome, Outcome::Committed { .. }), "each contact is one task's: {outcome:?}");
    }

    fn value(&self, turn: usize) -> String {
        let Self { id, number, .. } = self;
        let hash = |salt: usize| mixed((number * 31 + turn * 7 + salt) as u64) >> 16;
        let mut sent = String::new();
        for (place, step) in
            ["greet", "ask_name", "ask_need", "sell", "ask_email", "ask_email", "ask_size", "promise", "bye"].iter().enumerate()
        {
            let _ = write!(sent, ";{} {:012x} {} 2 {step} - 0", 4 + place, hash(place), START + 20_000 * place as Millis);
        }
        let mut seen = String::new();
        for place in 0..6 {
            let _ = write!(seen, ";{:012x} {}", hash(100 + place), START + 20_000 * place as Millis);
        }
        format!(
            "{{\"format\":2,\"id\":\"{id}\",\"created\":{START},\"identity\":{{\"phone\":\"+55119{number:08}\",\"name\":\"Ana\"}},\
             \"name\":\"Ana Souza\",\"email\":\"ana.{number}@example.com\",\"leads\":[{{\"id\":\"{id}-1\",\"tags\":[\"hot\"],\"fields\":\
             {{\"need\":\"Sell more\",\"score\":60}}}}],\"conversations\":{{\"106540352242922\":{{\"last_customer\":1772445700000,\
             \"pair\":1772445712000,\"count\":1,\"sent\":\"{}\",\"last_message\":{{\"id\":\"wamid.HBgNNTUx{:012X}ORUCABIYFDNBMjBDRkE4Q{:012X}AA==\",\
             \"text\":\"we are 42\"}}}}}},\"seen\":\"{}\",\"sends\":{{\"hour\":492346,\"count\":9}},\"next_id\":14,\"last_event\":\"sent:13:{turn}\"}}",
            &sent[1..],
            hash(200),
            hash(201),
            &seen[1..]
        )
    }

    fn journal(&self, now: Millis, turn: usize) -> Vec<JournalEntry> {
        let wamid = format!("wamid.HBgNNTUx{:012X}ORUCABIYFDNBMjBDRkE4Q{turn:012X}AA==", self.number);
        let said = "{\"type\":\"text\",\"text\":\"we would like to know what it costs for 42 people\"}";
        let received = JournalEntry::fact(
            now,
            "received",
            format!(
                "{{\"received\":{{\"number\":\"106540352242922\",\"message\":{{\"id\":\"{wamid}\",\"time\":{now},\"content\":{said}}}}}}}"
            ),
        );
        let message = |id: String, direction, body: &str, wamid| {
            MessageChange::New(NewMessage { id, direction, body: body.into(), wamid, status: None })
        };
        let answer =
            "{\"type\":\"text\",\"text\":\"Thank you, Ana! One of us will call you today. May we ask for your e-mail?\"}";
        let queued = JournalEntry::fact(
            now,
            "queued",
            format!(
                "{{\"queued\":{{\"entry\":{turn},\"session\":2,\"number\":\"106540352242922\",\"step\":\"promise\",\"message\":{answer},\"category\":\"service\"}}}}"
            ),
        );
        let trace = JournalEntry::fact(
            now,
            "trace",
            format!(
                "{{\"trace\":{{\"session\":2,\"bot\":\"qualification_0\",\"version\":\"cab5e478fcf81b11\",\"event\":\"{wamid}\",\"steps\":[\
                 {{\"step\":\"ask_size\",\"took\":\"answered\",\"value\":\"42\"}},{{\"step\":\"score\",\"set\":{{\"score\":60}}}},\
                 {{\"step\":\"is_hot\",\"when\":\"score > 50\",\"value\":true,\"took\":\"hot\"}},{{\"step\":\"promise\",\"sent\":1}}]}}}}"
            ),
        );
        vec![
            received.with_message(message(wamid.clone(), Direction::In, said, Some(wamid))),
            queued.with_message(message(turn.to_string(), Direction::Out, answer, None)),
            trace.with_lists(self.lists(now)),
        ]
    }

    /// How the contact is listed, where that changes: at first, and once a minute.
    fn lists(&self, now: Millis) -> Vec<ListChange> {
        let minute = now - now % 60_000;
        if now >= minute + 20_000 {
            return Vec::new();
        }
        let conversation = Conversation {
            number: "106540352242922".into(),
            owner: None,
            state: ConversationState::Bot,
            waiting_since: None,
            window_closes: Some(minute + 86_400_000),
            last_active: minute,
        };
        let phone = Some(format!("+55119{:08}", self.number));
        let profile = Profile { name: Some("Ana Souza".into()), phone, ..Profile::default() };
        let profile = Some(ListChange::Profile(profile)).filter(|_| now == START);
        profile.into_iter().chain([ListChange::Conversation(conversation)]).collect()
    }
}

/// Mixes a number up (the finalizer of MurmurHash3).
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    number = (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}
