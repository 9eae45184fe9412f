//! What is there when all has come to rest.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::figures::Conversation;
use super::load::phone;
use super::{CONVERSATIONS, Figures, Plan, Story, Target};
use crate::harness::{Balancer, Server, is_quiet_within};
use crate::mock::{Mock, Sent};

/// How long a send waits that was cut off: its claim runs out, then a status may settle it (half a minute each). With time to spare.
const SETTLED: Duration = Duration::from_secs(100);
/// The least time between two sends of one message, in seconds.
const SETTLE: i64 = 30;
/// Pause between two looks at the conversations.
const LOOK: Duration = Duration::from_millis(250);

/// What is left.
pub struct Outcome {
    pub figures: Figures,
    /// Events that could not be processed.
    pub dead: Vec<Value>,
    /// Each message that went out more than once, with all its sends.
    pub doubled: HashMap<String, Vec<Arc<Sent>>>,
    story: Story,
    servers: Vec<Server>,
    /// What they stand on and behind, until they are gone: what is sent after the last message has its statuses, too.
    _beside: (Target, Balancer),
}

impl Outcome {
    /// Waits until each turn is answered and nothing more is to be sent, and counts; counts what there is where that never comes.
    pub(super) async fn at_rest(
        mock: Mock,
        servers: Vec<Server>,
        target: Target,
        balancer: Balancer,
        plan: &Plan,
        story: Story,
    ) -> Self {
        let until = Instant::now() + SETTLED;
        let conversations = loop {
            for server in &servers {
                is_quiet_within(&mock, server, SETTLED).await;
            }
            let conversations = conversations(&mock, &servers[0]).await;
            if conversations.iter().all(Conversation::is_at_rest) || Instant::now() > until {
                break conversations;
            }
            tokio::time::sleep(LOOK).await;
        };
        let mut figures = Figures::default();
        for conversation in conversations {
            let of_one = Figures::of(&conversation, plan.rounds);
            if !of_one.is_whole() {
                println!("{of_one}: {conversation:?}");
            }
            figures += of_one;
        }
        let mut doubled: HashMap<String, Vec<Arc<Sent>>> = HashMap::new();
        for sent in mock.messages() {
            doubled.entry(format!("{} {}", sent.to, sent.text())).or_default().push(sent);
        }
        doubled.retain(|_, sends| sends.len() > 1);
        let mut dead = Vec::new();
        for server in &servers {
            dead.extend(server.dead().await);
        }
        let Story { deaths, refused, .. } = &story;
        println!("seed {}: {} deaths, {refused} deliveries refused; {figures}", plan.seed, deaths.len());
        Self { figures, dead, doubled, story, servers, _beside: (target, balancer) }
    }

    /// All turns ran exactly once, each conversation in its order, and each was answered; and it was hard enough.
    ///
    /// # Panics
    /// If it was not so.
    #[track_caller]
    pub fn assert_whole(&self) {
        assert!(self.figures.is_whole(), "{}", self.figures);
        self.assert_hard();
        assert_eq!(self.dead, Vec::<Value>::new());
    }

    /// Messages were on their way when something died.
    ///
    /// # Panics
    /// If there were none in many cases: the test shows less than it says then.
    #[track_caller]
    pub fn assert_hard(&self) {
        let (deaths, idle) = (self.story.deaths.len(), self.story.idle_deaths);
        assert!(deaths > 0 && idle * 4 <= deaths, "{idle} of {deaths} deaths met no message on its way");
    }

    /// Everything went out once.
    ///
    /// # Panics
    /// If something went out twice.
    #[track_caller]
    pub fn assert_nothing_doubled(&self) {
        assert_eq!(self.figures.doubled_sends, 0, "{:?}", self.doubled);
    }

    /// What went out twice was in flight at a death, one send of a conversation, and was sent again only when its time was up.
    ///
    /// # Panics
    /// If it was not so.
    #[track_caller]
    pub fn assert_only_in_flight_doubled(&self) {
        let deaths = &self.story.deaths;
        let mut in_flight = HashMap::new();
        for (message, sends) in &self.doubled {
            let [first, second] = sends.as_slice() else { panic!("{message} went out {} times", sends.len()) };
            let life = deaths.iter().filter(|death| **death < first.at).count();
            assert!(life < deaths.len(), "{message} was in flight at no death");
            assert!(second.at.duration_since(first.at).as_secs() >= SETTLE, "{message} was sent again too early");
            *in_flight.entry((first.to.clone(), life)).or_insert(0) += 1;
        }
        assert!(in_flight.values().all(|count| *count == 1), "one send of a conversation is in flight: {in_flight:?}");
    }

    /// The servers, which still run.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }
}

/// All conversations, as they are now.
async fn conversations(mock: &Mock, server: &Server) -> Vec<Conversation> {
    let mut said: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for sent in mock.messages() {
        said.entry(sent.to.clone()).or_default().push(numbers(&sent.text()));
    }
    let mut conversations = Vec::new();
    for phone in (0..CONVERSATIONS).map(phone) {
        let contact = contact(server, &phone).await.unwrap_or_default();
        let session = &contact["sessions"][0];
        let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        conversations.push(Conversation {
            turns: number(&session["variables"]["n"]),
            said: said.remove(&phone[1..]).unwrap_or_default(),
            // The time that the question waits for its answer is pending, too.
            unsent: number(&contact["pending"]).saturating_sub(1),
        });
    }
    conversations
}

/// A contact, where there is one.
async fn contact(server: &Server, phone: &str) -> Option<Value> {
    let path = format!("/api/v1/contacts/{}", phone.replace('+', "%2B"));
    let contact = server.until("the contact", async |server: &Server| {
        let answer = server.get(&path).await;
        match answer.status.as_u16() {
            200 => Some(Some(answer.json())),
            404 => Some(None),
            _ => None,
        }
    });
    contact.await
}

/// What the counter said: the number of the turn, and of the message that it answers.
fn numbers(text: &str) -> (usize, usize) {
    let numbers = text.split_once(": m").and_then(|(turn, message)| Some((turn.parse().ok()?, message.parse().ok()?)));
    numbers.unwrap_or_else(|| panic!("the counter says two numbers, not {text:?}"))
}
