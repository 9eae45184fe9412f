//! What all parts of a running server share: settings, store, bots, the account, the channel, and who waits for whom.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwap;
use compact_str::CompactString;
use interpreter::Bots;
use steps::{environment::Environment, ids::NumberId, moment::Moment};
use store::{PutRecord, Store, StoreError};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bots::Catalogue,
    caller::Caller,
    channel::{Channel, Graph},
    connection::Connection,
    crm::{self, Crm},
    due::Wake,
    fleet::Fleet,
    graph_client::GraphClient,
    knowledge::Knowledge,
    live::Live,
    media::Media,
    pace::Together,
    process::{Kept, Probation, Queues},
    settings::{MetaApp, Settings},
    templates::Templates,
};

/// One server serves one account: contacts of all its numbers are found by the same names.
pub const ACCOUNT: &str = "account";

/// Tells the time. An argument, so that tests have their own.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// Fills with what nobody can guess. An argument, so that a simulated run can be repeated.
pub type Random = Arc<dyn Fn(&mut [u8]) -> Result<(), BuildError> + Send + Sync>;

/// The shared state of a server.
pub struct App {
    pub settings: Settings,
    pub store: Arc<dyn Store>,
    pub bots: ArcSwap<Bots>,
    /// What is known of bots besides what runs: files, problems.
    pub catalogue: Catalogue,
    pub environment: ArcSwap<Environment>,
    /// By number of ours: how its messages go out.
    pub channels: HashMap<NumberId, Channel>,
    /// What was seen of the connection to WhatsApp.
    pub connection: Connection,
    /// Whose webhooks count.
    pub meta_apps: Vec<MetaApp>,
    pub caller: Arc<dyn Caller>,
    pub crm: Arc<dyn Crm>,
    pub knowledge: Arc<Knowledge>,
    pub live: Live,
    pub queues: Queues,
    pub kept: Kept,
    pub probation: Probation,
    pub wake: Wake,
    pub fleet: Fleet,
    pub templates: Templates,
    pub media: Media,
    pub tasks: TaskTracker,
    /// Webhooks whose body is being read.
    pub unverified: Semaphore,
    /// Webhooks that are being processed.
    pub in_flight: Semaphore,
    /// Receipts under way: best effort, so there are never many.
    pub receipts: Arc<Semaphore>,
    /// Names this process in claims; another one at every start.
    pub process_id: CompactString,
    /// Cancelled when the server stops: no new claims from then on.
    pub stop: CancellationToken,
    pub(crate) clock: Clock,
    random: Random,
    ready: AtomicBool,
}

/// What an [`App`] is built from.
pub struct Parts {
    pub settings: Settings,
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub random: Random,
    pub caller: Arc<dyn Caller>,
    pub knowledge: Arc<Knowledge>,
    pub graph: Arc<dyn GraphClient>,
}

/// Why a server can't be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the system gives no random numbers")]
    Random,
    #[error("can't make the client for the CRM: {0}")]
    Client(String),
}

impl App {
    /// Puts a server together. Nothing runs yet, and no bot is loaded.
    pub async fn build(parts: Parts) -> Result<Arc<App>, BuildError> {
        let Parts { settings, store, clock, random, caller, knowledge, graph } = parts;
        let now = clock();
        let token_key = token_key(&*store, &random, now).await?;
        let mut process = [0; 8];
        random(&mut process)?;
        let crm = crm::connect(&settings, store.clone(), clock.clone()).map_err(|error| BuildError::Client(error.to_string()))?;
        let environment = Environment { transcribes: settings.transcribes(), ..settings.environment(token_key) };
        let channels = channels(&settings, &graph);
        Ok(Arc::new(App {
            bots: ArcSwap::default(),
            catalogue: Catalogue::default(),
            environment: ArcSwap::from_pointee(environment),
            connection: Connection::of(channels.keys()),
            channels,
            meta_apps: settings.apps(),
            caller,
            crm,
            knowledge,
            live: Live::default(),
            queues: Queues::default(),
            kept: Kept::default(),
            probation: Probation::default(),
            wake: Wake::default(),
            fleet: Fleet::default(),
            templates: Templates::default(),
            media: Media::new(settings.media_folder(store.folder())),
            tasks: TaskTracker::new(),
            unverified: Semaphore::new(settings.limits.unverified_webhooks),
            in_flight: Semaphore::new(settings.limits.webhooks_in_flight),
            receipts: Arc::new(Semaphore::new(crate::sender::MAX_RECEIPTS)),
            process_id: hex::encode(process).into(),
            stop: CancellationToken::new(),
            clock,
            random,
            ready: AtomicBool::new(false),
            settings,
            store,
        }))
    }

    pub fn now(&self) -> Moment {
        (self.clock)()
    }

    /// Fills with what nobody can guess.
    pub fn random(&self, bytes: &mut [u8]) -> Result<(), BuildError> {
        (self.random)(bytes)
    }

    /// Those who keep the pace of the numbers together.
    pub fn together(&self) -> Together<'_> {
        Together { store: &self.store, servers: self.fleet.size() }
    }

    /// Whether the server stops: what runs finishes, nothing new is claimed.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Whether the server takes work: all bots are loaded, and it does not stop.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.is_stopping()
    }

    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }

    pub fn default_number(&self) -> NumberId {
        self.environment.load().default_number.clone()
    }
}

/// The time of this machine.
pub fn system_clock() -> Clock {
    Arc::new(|| Moment::from(jiff::Timestamp::now()))
}

/// The random numbers of this machine.
pub fn system_random() -> Random {
    Arc::new(|bytes| aws_lc_rs::rand::fill(bytes).map_err(|_| BuildError::Random))
}

/// How messages of each number go out.
pub(crate) fn channels(settings: &Settings, client: &Arc<dyn GraphClient>) -> HashMap<NumberId, Channel> {
    if !settings.is_connected() {
        return HashMap::from([(settings.default_number(), Channel::Sandbox)]);
    }
    let base = settings.whatsapp.graph_url.clone();
    let numbers = settings.numbers().into_iter();
    numbers.map(|number| (number.id.clone(), Channel::Graph(Graph::new(client.clone(), base.clone(), number)))).collect()
}

/// The key of tokens that can't be guessed: made once, then the same for all processes on this store.
async fn token_key(store: &dyn Store, random: &Random, now: Moment) -> Result<[u8; 32], BuildError> {
    const KIND: &str = "setting";
    const KEY: &str = "token_key";
    let read = |value: &[u8]| <[u8; 32]>::try_from(value).ok();
    let mut version = 0;
    if let Some(stored) = store.get_record(KIND, KEY, now.0).await? {
        if let Some(key) = read(&stored.value) {
            return Ok(key);
        }
        version = stored.version;
    }
    let mut key = [0; 32];
    random(&mut key)?;
    let put = PutRecord {
        kind: KIND.to_owned(),
        key: KEY.to_owned(),
        expected_version: version,
        value: Some(key.to_vec()),
        expires: None,
        now: now.0,
    };
    match store.put_record(put).await? {
        store::Outcome::Committed { .. } => Ok(key),
        // Another process was quicker.
        store::Outcome::Conflict { current } => Ok(current.and_then(|stored| read(&stored.value)).unwrap_or(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;

    #[tokio::test]
    async fn the_token_key_is_made_once() {
        let store = store::memory();
        let first = app("", store.clone()).await.environment.load().token_key;
        let second = app("", store).await.environment.load().token_key;
        assert_eq!(first, second);
        assert_ne!(first, [0; 32]);
    }

    #[tokio::test]
    async fn without_credentials_there_is_a_sandbox() {
        let app = app("", store::memory()).await;
        assert_eq!(app.default_number().as_str(), "sandbox");
        assert!(matches!(app.channels[&app.default_number()], Channel::Sandbox));
    }
}
