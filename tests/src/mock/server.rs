//! The running mock and its handle.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::builder::Builder;
use super::chance::Chance;
use super::clock::Clock;
use super::faults::Faults;
use super::graph;
use super::graph::management::Management;
use super::graph::media::MediaStore;
use super::limits::Limits;
use super::lock;
use super::payload::{Number, digits};
use super::record::{Records, Sent};
use super::settings::{Account, Strictness, Validate};
use super::statuses::{self, Fate, Report, StatusPlan};
use super::templates::{Template, TemplateStatus, Templates};
use super::webhook::{self, Hooks};
use super::windows::Windows;
use super::wire::{Hangup, Listener};

/// A running mock. Dropping it closes the port and breaks every connection.
#[derive(Debug)]
pub struct Mock {
    pub(crate) shared: Arc<Shared>,
    stopped: Arc<AtomicBool>,
    /// Aborts the server and the webhook senders when dropped.
    _tasks: JoinSet<()>,
}

/// What the handlers, the customers and the handle have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub address: SocketAddr,
    pub account: Account,
    pub clock: Clock,
    pub chance: Chance,
    pub records: Records,
    pub strictness: Mutex<Strictness>,
    pub plan: Mutex<StatusPlan>,
    pub templates: Mutex<Templates>,
    pub limits: Mutex<Limits>,
    pub windows: Mutex<Windows>,
    pub faults: Mutex<Faults>,
    pub media: Mutex<MediaStore>,
    pub management: Mutex<Management>,
    pub hooks: Arc<Hooks>,
    aliases: HashMap<String, String>,
    /// Statuses that wait for their release.
    held_statuses: Mutex<Vec<Value>>,
    /// Sends of templates that are held for quality assessment.
    held_templates: Mutex<Vec<HeldTemplate>>,
    checked: AtomicU32,
}

#[derive(Debug)]
struct HeldTemplate {
    name: String,
    number: Number,
    sent: Arc<Sent>,
    category: String,
}

impl Shared {
    /// The `wa_id` of a phone number as somebody wrote it.
    pub(crate) fn wa_id(&self, phone: &str) -> String {
        let digits = digits(phone);
        self.aliases.get(&digits).cloned().unwrap_or(digits)
    }

    /// Whether this send is one of those that are checked.
    pub(crate) fn checks_this_one(&self) -> bool {
        match lock(&self.strictness).validate {
            Validate::Every => true,
            Validate::Off => false,
            Validate::Sample(every) => self.checked.fetch_add(1, Ordering::Relaxed).is_multiple_of(every.max(1)),
        }
    }

    /// Reports what becomes of an accepted message, as the plan says.
    pub(crate) fn report(self: &Arc<Self>, number: &Number, sent: &Sent, fate: &Fate, category: Option<&str>) {
        let plan = *lock(&self.plan);
        if !plan.enabled {
            return;
        }
        let at = self.clock.now();
        let (recipient, pricing) = {
            let windows = lock(&self.windows);
            (windows.person(&sent.to), windows.pricing(&number.id, &sent.to, category, at))
        };
        let report = Report { number, recipient: &recipient, sent, fate, pricing, at };
        let changes = statuses::changes(&plan, &self.chance, report);
        if plan.held {
            lock(&self.held_statuses).extend(changes);
        } else if plan.delay_milliseconds > 0 {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(plan.delay_milliseconds)).await;
                changes.into_iter().for_each(|change| shared.hooks.enqueue(change));
            });
        } else {
            changes.into_iter().for_each(|change| self.hooks.enqueue(change));
        }
    }

    /// Keeps a send back until its template is released.
    pub(crate) fn hold(&self, template: &str, number: Number, sent: Arc<Sent>, category: String) {
        lock(&self.held_templates).push(HeldTemplate { name: template.to_owned(), number, sent, category });
    }

    pub(crate) fn release_statuses(&self) -> usize {
        let held = std::mem::take(&mut *lock(&self.held_statuses));
        let count = held.len();
        held.into_iter().for_each(|change| self.hooks.enqueue(change));
        count
    }

    pub(crate) fn release_template(self: &Arc<Self>, name: &str, good: bool) -> usize {
        let (released, kept): (Vec<_>, Vec<_>) = lock(&self.held_templates).drain(..).partition(|held| held.name == name);
        lock(&self.held_templates).extend(kept);
        let fate = if good { Fate::Arrives } else { Fate::fails(132015, "Template did not pass the quality assessment.") };
        for held in &released {
            self.report(&held.number, &held.sent, &fate, Some(&held.category));
        }
        released.len()
    }

    pub(crate) fn put_template(&self, template: Template) -> Value {
        lock(&self.templates).put(template, self.chance.object_id()).to_json()
    }

    /// Changes status and category of a template and tells the webhook what changed.
    pub(crate) fn change_template(
        &self,
        name: &str,
        language: &str,
        status: Option<TemplateStatus>,
        category: Option<&str>,
    ) -> bool {
        let mut changes = Vec::new();
        {
            let mut templates = lock(&self.templates);
            let Some(template) = templates.find_mut(name, language) else {
                return false;
            };
            if let Some(status) = status.filter(|status| *status != template.status) {
                template.status = status;
                changes.push(graph::management::status_change(template));
            }
            if let Some(category) = category.filter(|category| *category != template.category) {
                changes.push(graph::management::category_change(template, category));
                template.category = category.to_owned();
            }
        }
        changes.into_iter().for_each(|change| self.hooks.enqueue(change));
        true
    }
}

impl Mock {
    /// Starts a mock with default options on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// If the machine has no free port, or outside a Tokio runtime.
    pub async fn start() -> Self {
        Self::builder().start().await.expect("127.0.0.1 has a free port")
    }

    /// Options for a mock.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn serve(builder: Builder) -> io::Result<Self> {
        let listener = TcpListener::bind(builder.address).await?;
        let address = listener.local_addr()?;
        let account = builder.account;
        let (hooks, queue) =
            Hooks::new(&account.app_secret, &account.verify_token, &account.business_account, builder.webhook_url, builder.retry)
                .map_err(io::Error::other)?;
        let hooks = Arc::new(hooks);
        let shared = Arc::new(Shared {
            address,
            account,
            clock: Clock::starting_at(builder.now),
            chance: Chance::seeded(builder.seed),
            records: Records::keeping(builder.keep),
            strictness: Mutex::new(builder.strictness),
            plan: Mutex::new(builder.plan),
            templates: Mutex::default(),
            limits: Mutex::default(),
            windows: Mutex::default(),
            faults: Mutex::default(),
            media: Mutex::default(),
            management: Mutex::default(),
            hooks: Arc::clone(&hooks),
            aliases: builder.aliases.into_iter().collect(),
            held_statuses: Mutex::default(),
            held_templates: Mutex::default(),
            checked: AtomicU32::new(0),
        });
        for template in builder.templates {
            shared.put_template(template);
        }
        let stopped = Arc::new(AtomicBool::new(false));
        let listener = Listener::new(listener, Arc::clone(&stopped));
        let router = graph::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Hangup>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!("the mock Cloud API ended: {error}");
            }
        });
        for _ in 0..builder.senders {
            tasks.spawn(webhook::send_queued(Arc::clone(&hooks), Arc::clone(&queue), builder.batch));
        }
        Ok(Self { shared, stopped, _tasks: tasks })
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}
