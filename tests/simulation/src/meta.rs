//! Meta's side: it sends each webhook until a server answers 200, sometimes twice, late or out of order; it tells what became of
//! messages; and it shows customers what they were sent.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::oneshot, time::sleep};

use crate::{server::Servers, webhook, world::World};

/// Between the tries of a webhook.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// A message as it stands in the customer's chat.
#[derive(Clone)]
pub struct Shown {
    pub wamid: String,
    pub button: Option<Value>,
}

/// How long a webhook waits for others that are sent with it.
const TOGETHER: Duration = Duration::from_millis(200);

pub struct Meta {
    pub world: Arc<World>,
    /// Weak, for a server holds its way to Meta.
    servers: OnceLock<Weak<Servers>>,
    /// What customers were sent, by its text.
    chats: Mutex<HashMap<String, Shown>>,
    /// Who waits for a text.
    waiting: Mutex<HashMap<String, oneshot::Sender<Shown>>>,
    /// What waits to be sent together, with whom to tell when it was accepted.
    batch: Mutex<Vec<(String, Value, oneshot::Sender<()>)>>,
    /// Statuses that are still to be sent, or were not accepted yet.
    under_way: AtomicUsize,
}

impl Meta {
    pub fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Meta {
            world: world.clone(),
            servers: OnceLock::new(),
            chats: Mutex::default(),
            waiting: Mutex::default(),
            batch: Mutex::default(),
            under_way: AtomicUsize::default(),
        })
    }

    /// Where webhooks go from now on.
    pub fn connect(&self, servers: &Arc<Servers>) {
        // Connected once, before the run.
        let _ = self.servers.set(Arc::downgrade(servers));
    }

    /// Sends a webhook as Meta does; `accepted` is called at each 200. Returns when it was accepted.
    pub async fn deliver(&self, what: &str, body: &Value, accepted: impl Fn()) {
        let World { plan, chance, .. } = &*self.world;
        let faults = &plan.webhooks;
        if self.world.goes_wrong(faults.held) {
            sleep(chance.millis(100..=5_000)).await;
        }
        if self.world.goes_wrong(faults.together) {
            self.deliver_together(what, body).await;
            return accepted();
        }
        let bytes = body.to_string().into_bytes();
        let signature = webhook::signature(&bytes);
        if self.world.goes_wrong(faults.twice) {
            let both = (self.insist(what, &bytes, &signature, &accepted), self.insist(what, &bytes, &signature, &accepted));
            futures_util::future::join(both.0, both.1).await;
        } else {
            self.insist(what, &bytes, &signature, &accepted).await;
        }
        if self.world.goes_wrong(faults.again) {
            sleep(chance.millis(0..=20_000)).await;
            self.insist(what, &bytes, &signature, &accepted).await;
        }
    }

    /// Sends one webhook with all that comes within a moment.
    async fn deliver_together(&self, what: &str, body: &Value) {
        let (tell, told) = oneshot::channel();
        let is_first = {
            let mut batch = lock(&self.batch);
            batch.push((what.to_owned(), body.clone(), tell));
            batch.len() == 1
        };
        if is_first {
            sleep(TOGETHER).await;
            let all = std::mem::take(&mut *lock(&self.batch));
            let mut whole = all[0].1.clone();
            let entries: Vec<Value> = all.iter().flat_map(|(_, body, _)| body["entry"].as_array().cloned()).flatten().collect();
            whole["entry"] = entries.into();
            let what: Vec<&str> = all.iter().map(|(what, ..)| what.as_str()).collect();
            let bytes = whole.to_string().into_bytes();
            self.insist(&what.join(" with "), &bytes, &webhook::signature(&bytes), &|| ()).await;
            for (.., tell) in all {
                // Whoever does not wait any more need not be told.
                let _ = tell.send(());
            }
        }
        // The first tells all, itself included.
        let _ = told.await;
    }

    async fn insist(&self, what: &str, bytes: &[u8], signature: &str, accepted: &impl Fn()) {
        let Some(servers) = self.servers.get().and_then(Weak::upgrade) else { return };
        for attempt in 0.. {
            let breaks_off = self.world.goes_wrong(self.world.plan.webhooks.broken_off);
            let breaks_off = breaks_off.then(|| self.world.chance.millis(0..=10));
            self.world.ledger.lock().webhooks += 1;
            let answer = servers.post(bytes.to_vec(), signature, breaks_off).await;
            let word = answer.map_or_else(|| "no answer".to_owned(), |status| status.as_u16().to_string());
            self.world.log(|| format!("webhook {what}: {word}"));
            if answer.is_some_and(|status| status.is_success()) {
                return accepted();
            }
            self.world.ledger.lock().refused_webhooks += 1;
            sleep(PAUSES[attempt.min(PAUSES.len() - 1)] + self.world.chance.millis(0..=200)).await;
        }
    }

    /// A customer has a message.
    pub fn received(&self, body: &Value, wamid: &str) {
        let shown = Shown { wamid: wamid.to_owned(), button: webhook::button_of(body).cloned() };
        let text = webhook::text_of(body).to_owned();
        if let Some(tell) = lock(&self.waiting).remove(&text) {
            // Whoever does not wait any more need not be told.
            let _ = tell.send(shown.clone());
        }
        if self.world.ledger.keeps() {
            lock(&self.chats).insert(text, shown);
        }
    }

    /// Waits for a message; one waits for the same at a time.
    pub async fn shows(&self, text: String) -> Shown {
        if let Some(shown) = lock(&self.chats).get(&text) {
            return shown.clone();
        }
        let (tell, told) = oneshot::channel();
        lock(&self.waiting).insert(text, tell);
        match told.await {
            Ok(shown) => shown,
            // Another one waits in its place.
            Err(_) => std::future::pending().await,
        }
    }

    /// Tells what becomes of a message, in any order and more than once.
    pub fn tell(self: &Arc<Self>, wamid: &str, body: &Value, callback: &str) {
        let World { plan, chance, .. } = &*self.world;
        let faults = &plan.graph;
        if self.world.goes_wrong(faults.no_status) {
            return;
        }
        let late = if self.world.goes_wrong(faults.late_status) { 120_000 } else { 0 };
        let states =
            if self.world.goes_wrong(faults.undelivered) { &["sent", "failed"][..] } else { &["sent", "delivered", "read"] };
        for state in states {
            let after = chance.millis(late..=late + 4_000);
            let (meta, wamid) = (self.clone(), wamid.to_owned());
            let (body, callback) = (body.clone(), callback.to_owned());
            self.under_way.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                sleep(after).await;
                let status = webhook::status(&wamid, state, meta.world.now(), &body, &callback);
                let accepted = || meta.world.ledger.told(&wamid, meta.world.now());
                meta.deliver(&format!("{state} of {wamid}"), &status, accepted).await;
                meta.under_way.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }

    /// Whether nothing more is to be told.
    pub fn is_done(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) == 0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
