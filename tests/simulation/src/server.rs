//! The servers of a run: real ones, each with its own way to the store they share and to the Graph API. They crash, sleep, and start
//! again.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use salesbot::{
    app::{App, Parts},
    bots, due, fleet,
    process::{begin_run, end_run, work_on_merges},
    router::router,
    schedule,
    settings::{Flags, Settings},
    templates,
};
use store::MemoryStore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::{
    bots::BOTS,
    ears::Ears,
    graph::SimulatedGraph,
    life::{Life, State},
    meta::Meta,
    store::SimulatedStore,
    webhook::{ACCOUNT, NUMBER, SECRET},
    world::World,
};

/// How long Meta waits for the answer to a webhook.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a server may take to stop, before it is killed.
const STOP: Duration = Duration::from_secs(30);
/// Steps of a server until something happens to it, at most.
const MANY_STEPS: u64 = 30;
/// A server that does nothing for so long is struck while it is idle.
const IDLE: Duration = Duration::from_secs(5);
/// Between the tries of a start.
const AGAIN: Duration = Duration::from_secs(1);

/// A process.
#[derive(Clone)]
struct Server {
    life: Arc<Life>,
    app: Arc<App>,
    router: Router,
    store: Arc<SimulatedStore>,
}

/// All servers of a run, those that are down too.
pub struct Servers {
    world: Arc<World>,
    settings: Settings,
    pub store: Arc<MemoryStore>,
    places: Vec<Mutex<Option<Server>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Servers {
    pub fn new(world: &Arc<World>) -> anyhow::Result<Arc<Self>> {
        let settings = format!(
            "bots = \"none\"\n[whatsapp]\nphone_number_id = \"{NUMBER}\"\nbusiness_account_id = \"{ACCOUNT}\"\naccess_token = \"token\"\n\
             app_secret = \"{SECRET}\"\nverify_token = \"verify\"\ngraph_url = \"http://127.0.0.1:1\"\n\
             [openai]\ntranscription_model = \"ears\""
        );
        let settings = Settings::read(&settings, "simulation", |_| None, &Flags::default()).context("the settings")?;
        let places = (0..world.plan.servers).map(|_| Mutex::default()).collect();
        Ok(Arc::new(Servers { world: world.clone(), settings, store: Arc::default(), places }))
    }

    /// Starts the server of a place, with all its workers; tries until it stands.
    pub async fn start(self: &Arc<Self>, place: usize, meta: &Arc<Meta>) {
        loop {
            match self.boot(place, meta).await {
                Ok(server) => {
                    self.world.log(|| format!("{}: runs", server.life.name));
                    *lock(&self.places[place]) = Some(server);
                    return;
                }
                Err(error) => {
                    self.world.log(|| format!("server {place}: can't start: {error:#}"));
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// What `serve` does, but for the port, the folder of bots and the media.
    async fn boot(self: &Arc<Self>, place: usize, meta: &Arc<Meta>) -> anyhow::Result<Server> {
        let world = self.world.clone();
        let life = Arc::new(Life::new(format!("server {place}/{}", world.now().since(crate::world::START))));
        let (inner, away_until) = (self.store.clone(), AtomicI64::default());
        let store = Arc::new(SimulatedStore { world: world.clone(), life: life.clone(), inner, away_until });
        let graph = Arc::new(SimulatedGraph { world: world.clone(), life: life.clone(), meta: meta.clone() });
        let parts = Parts {
            settings: self.settings.clone(),
            store: store.clone(),
            clock: world.skewed_clock(),
            random: world.random(),
            knowledge: Arc::default(),
            caller: Arc::new(Ears { world: world.clone(), life: life.clone() }),
            graph,
        };
        let app = App::build(parts).await?;
        life.is_process(&app.process_id);
        begin_run(&app).await?;
        templates::recall(&app).await?;
        bots::catch_up(&app).await?;
        for (id, source) in BOTS {
            let is_live = app.bots.load().live_bots().any(|bot| bot.id.as_str() == id);
            if !is_live {
                let checked = bots::check(id, source, &app.environment.load());
                let bot = checked.bot.with_context(|| format!("bot {id}: {:#}", checked.diagnostics))?;
                bots::publish(&app, bot, source, None, false).await?;
            }
        }
        app.set_ready();
        app.tasks.spawn(fleet::work(app.clone()));
        app.tasks.spawn(due::work(app.clone()));
        app.tasks.spawn(work_on_merges(app.clone()));
        app.tasks.spawn(schedule::work(app.clone()));
        app.tasks.spawn(bots::follow(app.clone()));
        app.tasks.spawn(templates::work(app.clone()));
        Ok(Server { life, router: router(app.clone()), app, store })
    }

    /// The server of a place dies in the midst of whatever it does; false: there is none.
    pub async fn crash(&self, place: usize) -> bool {
        let Some(Server { life, .. }) = lock(&self.places[place]).clone() else { return false };
        self.strike(&life, State::Dead).await;
        self.bury(place, &life)
    }

    /// Takes a dead server from its place; false: somebody else did.
    fn bury(&self, place: usize, life: &Arc<Life>) -> bool {
        let mut server = lock(&self.places[place]);
        if !server.as_ref().is_some_and(|server| Arc::ptr_eq(&server.life, life)) {
            return false;
        }
        self.world.log(|| format!("{}: crashes", life.name));
        self.world.ledger.lock().crashes += 1;
        life.set(State::Dead, self.world.now());
        *server = None;
        true
    }

    /// Waits until something is half done, and lets it happen then.
    async fn strike(&self, life: &Life, state: State) {
        life.arm(state, self.world.chance.within(0..=MANY_STEPS));
        // Who does nothing is struck all the same.
        let _ = timeout(IDLE, life.becomes(state)).await;
        life.disarm();
        life.set(state, self.world.now());
    }

    /// The server of a place is frozen for a while.
    pub async fn freeze(&self, place: usize, time: Duration) {
        let Some(Server { life, .. }) = lock(&self.places[place]).clone() else { return };
        self.strike(&life, State::Sleeps).await;
        self.world.log(|| format!("{}: sleeps for {} ms", life.name, time.as_millis()));
        self.world.ledger.lock().sleeps += 1;
        sleep(time).await;
        self.world.log(|| format!("{}: wakes", life.name));
        life.set(State::Runs, self.world.now());
    }

    /// The store can't be reached from a place for a while.
    pub fn lose_store(&self, place: usize, time: Duration) {
        if let Some(server) = &*lock(&self.places[place]) {
            self.world.log(|| format!("{}: has no store for {} ms", server.life.name, time.as_millis()));
            let until = self.world.now().plus(i64::try_from(time.as_millis()).unwrap_or_default());
            server.store.away_until.store(until.0, Ordering::Relaxed);
        }
    }

    /// The server of a place is stopped as an operator would.
    pub async fn stop(&self, place: usize) -> bool {
        let Some(server) = lock(&self.places[place]).clone() else { return false };
        self.world.log(|| format!("{}: stops", server.life.name));
        server.app.stop.cancel();
        server.app.tasks.close();
        // While work finishes, webhooks are still taken.
        let ended = async {
            server.app.tasks.wait().await;
            end_run(&server.app).await
        };
        let has_ended = tokio::select! {
            biased;
            () = server.life.ends() => return false,
            ended = timeout(STOP, ended) => matches!(ended, Ok(Ok(()))),
        };
        self.world.log(|| format!("{}: has stopped{}", server.life.name, if has_ended { "" } else { ", not in time" }));
        if !has_ended {
            return self.bury(place, &server.life);
        }
        server.life.set(State::Dead, self.world.now());
        lock(&self.places[place]).take().is_some()
    }

    /// A webhook to one of the servers; None: there was no whole answer.
    pub async fn post(&self, body: Vec<u8>, signature: &str, breaks_off: Option<Duration>) -> Option<StatusCode> {
        let place = usize::try_from(self.world.chance.number() % self.places.len() as u64).unwrap_or_default();
        let Server { life, router, .. } = lock(&self.places[place]).clone()?;
        let request = Request::post("/webhooks/whatsapp").header("x-hub-signature-256", signature).body(Body::from(body)).ok()?;
        let answered = async {
            life.runs().await;
            let Ok(response) = router.oneshot(request).await;
            life.runs().await;
            response.status()
        };
        // A connection that ends takes what was being done for it along.
        let answered = timeout(breaks_off.unwrap_or(PATIENCE), answered);
        tokio::select! {
            biased;
            () = life.ends() => None,
            answer = answered => answer.ok(),
        }
    }
}
