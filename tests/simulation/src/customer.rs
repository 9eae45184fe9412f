//! Customers: some write and are echoed, some answer a survey or fall silent in it, some are known by two names that turn out to be
//! one person's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::{
    bots::SURVEY_WORD,
    ledger::{Names, Written},
    meta::Meta,
    webhook,
};

/// How long a customer waits for the bot before giving up on the survey.
const WAITS: Duration = Duration::from_secs(60);

pub struct Customer {
    number: usize,
    meta: Arc<Meta>,
    /// How many texts were made.
    texts: AtomicUsize,
}

impl Customer {
    pub fn new(number: usize, meta: &Arc<Meta>) -> Self {
        Customer { number, meta: meta.clone(), texts: AtomicUsize::default() }
    }

    /// Writes until nothing more is to be said.
    pub async fn live(self) {
        let chance = &self.meta.world.chance;
        sleep(self.meta.world.moment_of_trouble() / 2).await;
        match chance.within(0..=9) {
            0..=3 => self.write_much(Names::Phone).await,
            4..=6 => self.answer().await,
            _ => self.have_two_names().await,
        }
    }

    /// Messages in a burst or one by one, each of which is to be echoed.
    async fn write_much(&self, names: Names) {
        let chance = &self.meta.world.chance;
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..chance.within(1..=5) {
            let text = self.text("echo");
            let echo = format!("You said {text}");
            let deliver = self.say(names, &text, Some(echo));
            if chance.one_in(3) {
                // Does not wait until it has arrived.
                under_way.spawn(deliver);
                sleep(chance.millis(0..=50)).await;
            } else {
                deliver.await;
                sleep(chance.millis(0..=10_000)).await;
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// The survey, to its end or not.
    async fn answer(&self) {
        let chance = &self.meta.world.chance;
        let asked = self.text(SURVEY_WORD);
        self.say(Names::Phone, &asked, None).await;
        let gives_up_after = chance.within(0..=5);
        let name = self.text("Ana");
        let questions = ["Your name?".to_owned(), format!("{name}, what do you want?"), "How many are you?".to_owned()];
        for (question, place) in questions.into_iter().zip(0..) {
            if place == gives_up_after {
                return;
            }
            let Ok(shown) = timeout(WAITS, self.meta.shows(format!("{question} [{asked}]"))).await else { return };
            sleep(chance.millis(100..=6_000)).await;
            match (place, &shown.button) {
                (0, _) => self.say(Names::Phone, &name, None).await,
                (_, Some(button)) => self.tap(&shown.wamid, button).await,
                _ => self.say(Names::Phone, &chance.within(1..=40).to_string(), None).await,
            }
        }
    }

    /// What most do in a day: a message that is echoed; some answer the survey.
    pub async fn live_a_day(self) {
        if self.meta.world.chance.one_in(20) {
            self.answer().await;
        } else {
            let text = self.text("echo");
            self.say(Names::Phone, &text, None).await;
        }
    }

    /// Writes by phone number, by user id, and then by both.
    async fn have_two_names(&self) {
        let chance = &self.meta.world.chance;
        let all = [Names::Phone, Names::UserId, Names::Both];
        let some = || self.write_much(*chance.pick(&all));
        if chance.one_in(2) {
            some().await;
            some().await;
        } else {
            futures_util::future::join(some(), some()).await;
        }
        futures_util::future::join(self.write_much(Names::Both), some()).await;
        some().await;
    }

    /// Words that nobody else writes.
    fn text(&self, word: &str) -> String {
        let place = self.texts.fetch_add(1, Ordering::Relaxed);
        format!("{word} {}x{place}", self.number)
    }

    /// Hands Meta a text; what is returned resolves when it was accepted.
    fn say(&self, names: Names, text: &str, expects: Option<String>) -> impl Future<Output = ()> + use<> {
        let world = &self.meta.world;
        let id = self.note(names, text, expects);
        let said = if world.chance.one_in(4) { webhook::voice } else { webhook::text };
        let body = said(self.number, names, &id, world.now(), text);
        self.deliver(id, format!("{text:?} ({names:?})"), body)
    }

    async fn tap(&self, on: &str, button: &Value) {
        let text = self.text("tap");
        let id = self.note(Names::Phone, &text, None);
        let body = webhook::tap(self.number, Names::Phone, &id, self.meta.world.now(), on, button);
        self.deliver(id, format!("{text:?}"), body).await;
    }

    fn note(&self, names: Names, text: &str, expects: Option<String>) -> String {
        let world = &self.meta.world;
        let (customer, text, sent) = (self.number, text.to_owned(), world.now());
        world.ledger.written(Written { customer, names, text, sent, accepted: None, expects })
    }

    fn deliver(&self, id: String, text: String, body: Value) -> impl Future<Output = ()> + use<> {
        let (meta, customer) = (self.meta.clone(), self.number);
        async move {
            let accepted = || meta.world.ledger.accepted(&id, meta.world.now());
            meta.deliver(&format!("{id} of customer {customer}: {text}"), &body, accepted).await;
        }
    }
}
