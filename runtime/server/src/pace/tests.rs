//! Servers that share a number, in time that passes at once: who gets a token when, whatever happens.

use std::sync::atomic::Ordering;

use proptest::prelude::*;
use tokio::{runtime::Builder, task::JoinSet, time::sleep};

use super::*;
use crate::testing::faults::FaultyStore;

const MS: Duration = Duration::from_millis(1);

/// Servers that share a number, and what went out and came in, each at its time.
struct Scene {
    faults: Arc<FaultyStore>,
    store: Arc<dyn Store>,
    servers: Vec<Arc<Pace>>,
    begun: Instant,
    seen: Arc<Mutex<Vec<Seen>>>,
    sends: JoinSet<Result<(), i64>>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Milliseconds.
    at: u128,
    server: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Reply,
    Bulk,
    Received,
}

impl Scene {
    fn of(servers: usize, coexistence: bool) -> Self {
        let faults = FaultyStore::shared();
        let store: Arc<dyn Store> = faults.clone();
        let servers = (0..servers).map(|_| Pace::new(NumberId::new("1001"), coexistence)).collect();
        Scene { faults, store, servers, begun: Instant::now(), seen: Arc::default(), sends: JoinSet::new() }
    }

    fn together(&self) -> Together<'_> {
        Together { store: &self.store, servers: self.servers.len() }
    }

    fn send(&mut self, server: usize, bulk: bool) {
        let (pace, store, servers) = (self.servers[server].clone(), self.store.clone(), self.servers.len());
        let (seen, begun) = (self.seen.clone(), self.begun);
        self.sends.spawn(async move {
            pace.token(Together { store: &store, servers }, bulk).await?;
            let kind = if bulk { Kind::Bulk } else { Kind::Reply };
            seen.lock().unwrap().push(Seen { at: begun.elapsed().as_millis(), server, kind });
            Ok(())
        });
    }

    fn receive(&self, server: usize) {
        self.servers[server].received(self.together(), 1);
        self.seen.lock().unwrap().push(Seen { at: self.begun.elapsed().as_millis(), server, kind: Kind::Received });
    }

    /// Waits until all sends have gone out or were sent away; gives the latter's time to come back, and all that was seen.
    async fn end(&mut self) -> (Vec<i64>, Vec<Seen>) {
        let mut later = Vec::new();
        while let Some(sent) = self.sends.join_next().await {
            later.extend(sent.unwrap().err());
        }
        later.sort_unstable();
        (later, self.seen())
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn leases(&self) -> u32 {
        self.faults.leases.load(Ordering::Relaxed)
    }
}

/// The most messages, of those that count, in the second before a send, itself included.
fn most(seen: &[Seen], counts: impl Fn(&Seen, &Seen) -> bool) -> usize {
    let sends = seen.iter().filter(|send| send.kind != Kind::Received);
    let before = |send: &Seen| seen.iter().filter(|other| other.at + 1_000 > send.at && counts(other, send)).count();
    let until =
        |send: &Seen| seen.iter().filter(|other| other.at + 1_000 > send.at && other.at > send.at && counts(other, send)).count();
    sends.map(|send| before(send) - until(send)).max().unwrap_or_default()
}

fn all(_: &Seen, _: &Seen) -> bool {
    true
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_alone_keeps_the_pace_without_asking() {
    for (coexistence, limit) in [(false, 80), (true, 20)] {
        let mut scene = Scene::of(1, coexistence);
        (0..3 * limit).for_each(|_| scene.send(0, false));
        let (later, seen) = scene.end().await;
        assert_eq!((later.len(), seen.len(), scene.leases()), (0, 3 * limit, 0));
        let most = most(&seen, all);
        assert!((limit * 9 / 10..=limit).contains(&most), "{most}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_wait_too_long_comes_back_one_after_the_other() {
    let mut scene = Scene::of(1, false);
    (0..1_600).for_each(|_| scene.send(0, true));
    let (later, seen) = scene.end().await;
    assert!((700..900).contains(&seen.len()), "{}", seen.len());
    assert_eq!(later.len(), 1_600 - seen.len());
    assert!(later[0] > MAX_WAIT / MILLISECOND, "{}", later[0]);
    assert!(later.windows(2).all(|pair| pair[1] - pair[0] <= 14), "{later:?}");
    let spread = (later[later.len() - 1] - later[0]) / i64::try_from(later.len()).unwrap();
    assert_eq!(spread, 13, "milliseconds from one to the next");
}

#[tokio::test(start_paused = true)]
async fn one_busy_server_of_three_uses_nearly_all_and_seldom_asks() {
    let mut scene = Scene::of(3, false);
    *scene.faults.latency.lock().unwrap() = 2 * MS;
    (0..400).for_each(|_| scene.send(1, false));
    let (later, seen) = scene.end().await;
    assert_eq!((later.len(), seen.len()), (0, 400));
    assert!(most(&seen, all) <= 80);
    let took = seen.iter().map(|send| send.at).max().unwrap();
    assert!(took < 400 * 1_000 / 70, "more than 70 a second: {took} ms");
    assert!(scene.leases() < 400 / 8, "{} round trips for 400 sends", scene.leases());
}

#[tokio::test(start_paused = true)]
async fn all_busy_servers_get_something() {
    let mut scene = Scene::of(3, false);
    *scene.faults.latency.lock().unwrap() = 3 * MS;
    for server in 0..3 {
        (0..300).for_each(|_| scene.send(server, false));
    }
    let (_, seen) = scene.end().await;
    assert!(most(&seen, all) <= 80);
    for server in 0..3 {
        let early = seen.iter().filter(|send| send.server == server && send.at < 5_000).count();
        assert!(early > 60, "server {server} sent {early} of some 375 in five seconds");
    }
    assert!(scene.leases() < 900 / 3, "{} round trips for 900 sends", scene.leases());
}

#[tokio::test(start_paused = true)]
async fn what_came_in_counts_wherever_it_came_in() {
    for receiver in [0, 1] {
        let mut scene = Scene::of(2, false);
        (0..100).for_each(|_| scene.send(0, true));
        for _ in 0..40 {
            scene.receive(receiver);
            sleep(25 * MS).await;
        }
        let (_, seen) = scene.end().await;
        let sent = seen.iter().filter(|seen| seen.kind == Kind::Bulk && seen.at < 1_000).count();
        assert!((32..45).contains(&sent), "{sent} besides 40 that came in");
    }
    let mut scene = Scene::of(1, false);
    (0..500).for_each(|_| scene.receive(0));
    scene.send(0, false);
    let (_, seen) = scene.end().await;
    assert!((1_000..1_400).contains(&seen[500].at), "however many came in, after a second it is over: {:?}", seen[500]);
}

#[tokio::test(start_paused = true)]
async fn replies_go_before_what_nobody_waits_for() {
    // Here, and at a server whose neighbour has much to send.
    for (servers, replying) in [(1, 0), (2, 0), (2, 1)] {
        let mut scene = Scene::of(servers, false);
        (0..300).for_each(|_| scene.send(0, true));
        sleep(500 * MS).await;
        let begun = scene.begun.elapsed().as_millis();
        (0..10).for_each(|_| scene.send(replying, false));
        let (later, seen) = scene.end().await;
        assert_eq!(later.len(), 0);
        let last = seen.iter().filter(|send| send.kind == Kind::Reply).map(|send| send.at).max().unwrap();
        assert!(last - begun < 400, "{servers} servers: the last reply after {} ms", last - begun);
    }
}

#[tokio::test(start_paused = true)]
async fn all_servers_send_at_half_the_rate_for_a_minute_after_meta_said_so() {
    let mut scene = Scene::of(2, false);
    scene.servers[0].slow_down(scene.together());
    sleep(30_000 * MS).await;
    scene.servers[0].slow_down(scene.together());
    for (after, a_second) in [(1_000, 30..41), (49_000, 30..41), (11_000, 60..81)] {
        sleep(after * MS).await;
        let begun = scene.begun.elapsed().as_millis();
        (0..120).for_each(|_| scene.send(1, false));
        scene.end().await;
        let seen = scene.seen();
        let sent = seen.iter().filter(|send| (begun..begun + 1_000).contains(&send.at)).count();
        assert!(a_second.contains(&sent), "{sent} in a second at {begun}");
        let took = seen.last().unwrap().at - begun;
        sleep(Duration::from_millis(u64::try_from(4_000 - took).unwrap())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_store_each_server_goes_by_its_share() {
    let mut scene = Scene::of(2, false);
    (0..80).for_each(|_| scene.send(0, false));
    scene.end().await;
    scene.faults.is_away.store(true, Ordering::Relaxed);
    let begun = scene.begun.elapsed().as_millis();
    for server in 0..2 {
        (0..120).for_each(|_| scene.send(server, false));
    }
    let (later, seen) = scene.end().await;
    assert_eq!(later.len(), 0);
    assert!(most(&seen, all) <= 80);
    let took = seen.last().unwrap().at - begun;
    assert!((3_000..6_500).contains(&took), "{took}");

    scene.faults.is_away.store(false, Ordering::Relaxed);
    sleep(2_000 * MS).await;
    let begun = scene.begun.elapsed().as_millis();
    (0..160).for_each(|_| scene.send(0, false));
    let (_, seen) = scene.end().await;
    let took = seen.last().unwrap().at - begun;
    assert!(took < 2_300, "all of it again: {took}");
}

#[tokio::test(start_paused = true)]
async fn a_store_whose_answers_are_too_late_is_as_good_as_away() {
    let mut scene = Scene::of(2, false);
    *scene.faults.latency.lock().unwrap() = 200 * MS;
    (0..120).for_each(|_| scene.send(0, false));
    let (later, seen) = scene.end().await;
    assert_eq!((later.len(), seen.len()), (0, 120));
    assert!(most(&seen, all) <= 40);
}

/// Something that happens: milliseconds after what was before, where, and what.
fn happenings() -> impl Strategy<Value = Vec<(u64, usize, u8, u8)>> {
    prop::collection::vec((prop_oneof![0_u64..5, 0_u64..200], 0_usize..4, 0_u8..4, 1_u8..30), 10..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is sent and comes in wherever, no send is one too many.
    #[test]
    fn no_second_has_too_many(happenings in happenings(), servers in 1_usize..5, latency in 0_u32..45, coexistence: bool) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let seen = runtime.block_on(async {
            let mut scene = Scene::of(servers, coexistence);
            *scene.faults.latency.lock().unwrap() = latency * MS;
            for (after, server, kind, count) in happenings {
                sleep(Duration::from_millis(after)).await;
                for _ in 0..count {
                    match kind {
                        0 => scene.receive(server % servers),
                        _ => scene.send(server % servers, kind == 1),
                    }
                }
            }
            scene.end().await.1
        });
        let limit = if coexistence { 20 } else { 80 };
        prop_assert!(most(&seen, |other, _| other.kind != Kind::Received) <= limit);
        // What came in a moment ago may be on its way to the server that sends.
        let known = 2 * u128::from(latency) + 450;
        let counts = |other: &Seen, send: &Seen| {
            let own = servers == 1 && other.at < send.at;
            other.kind != Kind::Received || own || other.at + known < send.at
        };
        let received = |other: &Seen, send: &Seen| other.kind == Kind::Received && counts(other, send);
        for send in seen.iter().filter(|send| send.kind != Kind::Received) {
            let only = |what: &dyn Fn(&Seen, &Seen) -> bool| {
                seen.iter().filter(|other| other.at <= send.at && other.at + 1_000 > send.at && what(other, send)).count()
            };
            let (came_in, together) = (only(&received), only(&counts));
            prop_assert!(together <= limit.max(came_in), "{together}, {came_in} of which came in, before {send:?}");
        }
    }
}
