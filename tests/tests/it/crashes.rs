//! Crashes under load: the server is killed (SIGKILL) at moments of its killer's own choosing, while customers write and Meta sends again
//! what was not answered with 200. No message is lost, no turn runs twice, and a send goes out twice only where nobody could know.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::harness::{Balancer, Server, Setup};
use tests::mock::{Counts, Inbound, Mock, Sent, StatusPlan};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::shop::{Shop, bot, is_quiet};

const CONVERSATIONS: usize = 40;
const ROUNDS: usize = 12;
const SENDERS: usize = 8;
/// How long a server runs before one is killed, in milliseconds.
const LIFE: std::ops::Range<u64> = 150..900;
/// Customers wait with so many more messages for the next death: a quick machine must not be done before enough has gone wrong.
const MESSAGES_A_DEATH: u64 = 40;
/// How long a send waits that a crash cut off: its claim runs out, then a status may settle it (half a minute each). With time to spare.
const SETTLED: Duration = Duration::from_secs(90);
/// The least time between two sends of one message.
const SETTLE: i64 = 30;

/// Counts the turns of a conversation, in a session that goes on, and says one thing a turn.
pub(crate) fn counter() -> Value {
    let mut story = bot(json!({
        "tell": {"type": "ask", "text": "{{ vars.n }}: {{ message.text }}", "expect": "text", "save": "vars.said", "next": "count"},
        "count": {"type": "set", "fields": {"vars.n": "{{ vars.n + 1 }}"}, "next": "tell"}
    }));
    story["variables"] = json!({"n": {"type": "integer", "default": 1}});
    story
}

pub(crate) fn phone(conversation: usize) -> String {
    format!("+55119600{conversation:05}")
}

/// Numbers that look random and come again from the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn within(&mut self, range: &std::ops::Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (mixed ^ (mixed >> 31)) % (range.end - range.start)
    }
}

/// Kills one of the servers and starts it again, until it is told to stop; gives them back, with the moments of the deaths.
async fn kill(
    mut servers: Vec<Server>,
    seed: u64,
    died: watch::Sender<u64>,
    mut stop: oneshot::Receiver<()>,
) -> (Vec<Server>, Vec<Timestamp>) {
    let (mut chance, mut deaths) = (Chance(seed), Vec::new());
    loop {
        let life = Duration::from_millis(chance.within(&LIFE));
        tokio::select! {
            _ = &mut stop => return (servers, deaths),
            () = tokio::time::sleep(life) => {}
        }
        let victim = usize::try_from(chance.within(&(0..servers.len() as u64))).unwrap();
        deaths.push(Timestamp::now());
        servers[victim].kill9().await;
        died.send_modify(|deaths| *deaths += 1);
        servers[victim].start_again().await;
    }
}

/// Sends a message as Meta does: again until it is answered with 200.
async fn insist(message: Inbound) {
    loop {
        let answers = message.clone().deliver().await;
        if answers.is_ok_and(|answers| answers.last() == Some(&StatusCode::OK)) {
            return;
        }
    }
}

/// Every sender sends the messages of its own conversations, round by round; a conversation's next message only after the last was
/// accepted.
async fn load(mock: &Arc<Mock>, deaths: &watch::Receiver<u64>) {
    let (mut senders, begun) = (JoinSet::new(), Arc::new(AtomicU64::new(0)));
    for sender in 0..SENDERS {
        let (mock, mut deaths, begun) = (Arc::clone(mock), deaths.clone(), Arc::clone(&begun));
        senders.spawn(async move {
            for round in 1..=ROUNDS {
                for conversation in (sender..CONVERSATIONS).step_by(SENDERS) {
                    let message = mock.customer(&phone(conversation)).text(&format!("m{round}"));
                    let due = begun.fetch_add(1, Ordering::Relaxed) / MESSAGES_A_DEATH;
                    deaths.wait_for(|deaths| *deaths >= due).await.unwrap();
                    insist(message.at(mock.clock().now())).await;
                }
            }
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender.unwrap();
    }
}

/// What happened under load.
pub(crate) struct Outcome {
    mock: Mock,
    servers: Vec<Server>,
    deaths: Vec<Timestamp>,
    /// By conversation: its sends, each message's first only, in order.
    said: BTreeMap<usize, Vec<Arc<Sent>>>,
    /// Each message that went out more than once, with all its sends.
    pub(crate) doubled: HashMap<String, Vec<Arc<Sent>>>,
}

/// A setup for each server: those of one call share a store, if there are several.
pub(crate) async fn under_fire(setups: Vec<Setup>, plan: StatusPlan, seed: u64) -> Outcome {
    let builder = Mock::builder().limits(false).statuses(plan).status_senders(4, 10);
    let mock = Arc::new(builder.retry(14, Duration::from_millis(20)).start().await.unwrap());
    let mut servers = Vec::new();
    for setup in setups {
        servers.push(setup.bot("counter", counter()).start_beside(&mock).await);
    }
    let balancer = Balancer::before(servers.iter().map(Server::address).collect()).await;
    mock.connect(&balancer.webhook_url()).await.unwrap();
    let (stop, stopped) = oneshot::channel();
    let (died, deaths) = watch::channel(0);
    let killer = tokio::spawn(kill(servers, seed, died, stopped));
    load(&mock, &deaths).await;
    stop.send(()).unwrap();
    let (servers, deaths) = killer.await.unwrap();
    let all = |counts: &Counts| counts.callback_data >= (CONVERSATIONS * ROUNDS) as u64;
    let counts = mock.wait_for_counts(SETTLED, all).await;
    let mock = Arc::into_inner(mock).expect("the senders are done");
    if counts.is_none() {
        unfinished(&mock, &servers[0]).await;
    }
    for server in &servers {
        is_quiet(&mock, server).await;
    }

    let mut by_message: HashMap<String, Vec<Arc<Sent>>> = HashMap::new();
    let mut said: BTreeMap<usize, Vec<Arc<Sent>>> = BTreeMap::new();
    let conversations: HashMap<String, usize> =
        (0..CONVERSATIONS).map(|number| (phone(number)[1..].to_owned(), number)).collect();
    for sent in mock.messages() {
        let sends = by_message.entry(sent.callback_data.clone().expect("every send names its entry")).or_default();
        if sends.is_empty() {
            said.entry(conversations[&sent.to]).or_default().push(Arc::clone(&sent));
        }
        sends.push(sent);
    }
    by_message.retain(|_, sends| sends.len() > 1);
    println!("seed {seed}: {} deaths, {} messages sent more than once", deaths.len(), by_message.len());
    Outcome { mock, servers, deaths, said, doubled: by_message }
}

/// Fails, and shows the conversations in which something was not said.
async fn unfinished(mock: &Mock, server: &Server) {
    let mut shown = String::new();
    for phone in (0..CONVERSATIONS).map(phone) {
        let texts: Vec<String> = mock.messages_to(&phone).iter().map(|sent| sent.text()).collect();
        if texts.len() < ROUNDS {
            let contact = server.contact(&phone).await;
            shown += &format!("{phone}: {texts:?}, sessions {}, pending {}\n", contact["sessions"], contact["pending"]);
        }
    }
    panic!("not all was said: {:?}\n{shown}dead: {:#?}", mock.counts(), server.dead().await);
}

/// All turns ran exactly once, and each conversation in its order.
pub(crate) async fn each_turn_ran_once_and_in_order(outcome: &Outcome) {
    assert!(outcome.deaths.len() >= 10, "the server was killed only {} times", outcome.deaths.len());
    let expected: Vec<String> = (1..=ROUNDS).map(|round| format!("{round}: m{round}")).collect();
    for conversation in 0..CONVERSATIONS {
        let texts: Vec<String> = outcome.said[&conversation].iter().map(|sent| sent.text()).collect();
        assert_eq!(texts, expected, "conversation {conversation}");
    }
    for server in &outcome.servers {
        assert_eq!(server.dead().await, Vec::<Value>::new());
        let first = server.contact(&phone(0)).await;
        assert_eq!(first["sessions"][0]["variables"]["n"], ROUNDS);
    }
    assert_eq!(outcome.mock.counts().callback_data, (CONVERSATIONS * ROUNDS) as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_lose_nothing_and_double_nothing_where_statuses_flow() {
    let plan = StatusPlan { shuffled: true, copies: 2, ..StatusPlan::default() };
    let outcome = under_fire(vec![Server::with()], plan, 20_261_121).await;
    each_turn_ran_once_and_in_order(&outcome).await;
    assert_eq!(outcome.doubled.len(), 0, "{:?}", outcome.doubled.keys());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_double_only_what_was_in_flight_where_no_status_tells() {
    let outcome = under_fire(vec![Server::with()], StatusPlan::off(), 7).await;
    each_turn_ran_once_and_in_order(&outcome).await;
    only_what_was_in_flight_is_doubled(&outcome);
}

/// What went out twice was in flight at a crash, one send of a conversation, and was sent again only when its time was up.
pub(crate) fn only_what_was_in_flight_is_doubled(outcome: &Outcome) {
    let mut in_flight = HashMap::new();
    for (message, sends) in &outcome.doubled {
        let [first, second] = sends.as_slice() else { panic!("{message} went out {} times", sends.len()) };
        let life = outcome.deaths.iter().filter(|death| **death < first.at).count();
        assert!(life < outcome.deaths.len(), "{message} was in flight at no crash");
        assert!(second.at.duration_since(first.at).as_secs() >= SETTLE, "{message} was sent again too early");
        *in_flight.entry((first.to.clone(), life)).or_insert(0) += 1;
    }
    assert!(in_flight.values().all(|count| *count == 1), "one send of a conversation is in flight: {in_flight:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_with_200_is_on_the_disk() {
    const CUSTOMERS: usize = 200;
    const ENOUGH: usize = 60;
    let mut shop = Shop::with_bot("counter", counter()).await;
    shop.mock.set_statuses(StatusPlan::off());
    let mut posts = JoinSet::new();
    for customer in 0..CUSTOMERS {
        let message = shop.mock.customer(&phone(customer)).text("m1");
        posts.spawn(async move { (customer, message.deliver().await.is_ok_and(|answers| answers[0] == StatusCode::OK)) });
    }
    let mut accepted = Vec::new();
    while let Some(post) = posts.join_next().await {
        let (customer, was_accepted) = post.unwrap();
        accepted.extend(was_accepted.then_some(customer));
        if accepted.len() == ENOUGH {
            break;
        }
    }
    shop.server.kill9().await;
    posts.abort_all();
    shop.server.start_again().await;
    assert_eq!(accepted.len(), ENOUGH);
    for customer in accepted {
        let contact = shop.server.contact(&phone(customer)).await;
        assert_eq!(contact["sessions"][0]["variables"]["n"], 1, "customer {customer}");
    }
}

#[tokio::test]
async fn commits_are_flushed_in_groups() {
    let shop = Shop::with_bot("counter", counter()).await;
    let flushes = async || shop.server.metric("salesbot_store_flushes_total", "").await;
    let before = flushes().await;
    let first = shop.mock.customer(&phone(0)).text("m1");
    assert_eq!(first.deliver().await.unwrap(), [StatusCode::OK]);
    assert!(flushes().await > before, "a 200 comes after a flush");
    shop.is_quiet().await;
    let (before, turns) = (flushes().await, shop.server.metric("salesbot_turns_total", "").await);
    let crowd = (1..100).map(|customer| shop.mock.customer(&phone(customer)).text("m1"));
    let crowd = crowd.reduce(Inbound::and).unwrap();
    assert_eq!(crowd.apart().deliver().await.unwrap(), [StatusCode::OK; 99]);
    shop.is_quiet().await;
    let (flushed, turned) = (flushes().await - before, shop.server.metric("salesbot_turns_total", "").await - turns);
    assert!(flushed >= 1.0 && turned >= 99.0 && flushed < turned * 2.0, "{flushed} flushes for {turned} turns");
    println!("{turned} turns, {flushed} flushes");
}
