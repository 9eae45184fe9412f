//! The running mock and its handle.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::builder::Builder;
use super::chance::Chance;
use super::clock::Clock;
use super::customer::Customer;
use super::faults::{Fault, Faults};
use super::graph;
use super::graph::management::Management;
use super::graph::media::MediaStore;
use super::limits::Limits;
use super::lock;
use super::payload::{Number, Person, digits};
use super::record::{Counts, Read, Records, Rejection, Sent, TooLate};
use super::settings::{Account, Strictness, Validate};
use super::statuses::{self, Fate, Report, StatusPlan};
use super::templates::{Template, TemplateStatus, Templates};
use super::webhook::{self, Hooks, WebhookCounts, WebhookError};
use super::windows::Windows;
use super::wire::{Hangup, Listener};

/// A running mock. Dropping it closes the port and breaks every connection.
#[derive(Debug)]
pub struct Mock {
    shared: Arc<Shared>,
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
            Validate::Sample(every) => self
                .checked
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(every.max(1)),
        }
    }

    /// Reports what becomes of an accepted message, as the plan says.
    pub(crate) fn report(
        self: &Arc<Self>,
        number: &Number,
        sent: &Sent,
        fate: &Fate,
        category: Option<&str>,
    ) {
        let plan = *lock(&self.plan);
        if !plan.enabled {
            return;
        }
        let at = self.clock.now();
        let (recipient, pricing) = {
            let windows = lock(&self.windows);
            (
                windows.person(&sent.to),
                windows.pricing(&number.id, &sent.to, category, at),
            )
        };
        let report = Report {
            number,
            recipient: &recipient,
            sent,
            fate,
            pricing,
            at,
        };
        let changes = statuses::changes(&plan, &self.chance, report);
        if plan.held {
            lock(&self.held_statuses).extend(changes);
        } else if plan.delay_milliseconds > 0 {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(plan.delay_milliseconds)).await;
                changes
                    .into_iter()
                    .for_each(|change| shared.hooks.enqueue(change));
            });
        } else {
            changes
                .into_iter()
                .for_each(|change| self.hooks.enqueue(change));
        }
    }

    /// Keeps a send back until its template is released.
    pub(crate) fn hold(&self, template: &str, number: Number, sent: Arc<Sent>, category: String) {
        lock(&self.held_templates).push(HeldTemplate {
            name: template.to_owned(),
            number,
            sent,
            category,
        });
    }

    pub(crate) fn release_statuses(&self) -> usize {
        let held = std::mem::take(&mut *lock(&self.held_statuses));
        let count = held.len();
        held.into_iter()
            .for_each(|change| self.hooks.enqueue(change));
        count
    }

    pub(crate) fn release_template(self: &Arc<Self>, name: &str, good: bool) -> usize {
        let (released, kept): (Vec<_>, Vec<_>) = lock(&self.held_templates)
            .drain(..)
            .partition(|held| held.name == name);
        lock(&self.held_templates).extend(kept);
        let fate = if good {
            Fate::Arrives
        } else {
            Fate::fails(132015, "Template did not pass the quality assessment.")
        };
        for held in &released {
            self.report(&held.number, &held.sent, &fate, Some(&held.category));
        }
        released.len()
    }

    pub(crate) fn put_template(&self, template: Template) -> Value {
        lock(&self.templates)
            .put(template, self.chance.object_id())
            .to_json()
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
        changes
            .into_iter()
            .for_each(|change| self.hooks.enqueue(change));
        true
    }
}

impl Mock {
    /// Starts a mock with default options on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// If the machine has no free port, or outside a Tokio runtime.
    pub async fn start() -> Self {
        Self::builder()
            .start()
            .await
            .expect("127.0.0.1 has a free port")
    }

    /// Options for a mock.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn serve(builder: Builder) -> io::Result<Self> {
        let listener = TcpListener::bind(builder.address).await?;
        let address = listener.local_addr()?;
        let account = builder.account;
        let (hooks, queue) = Hooks::new(
            &account.app_secret,
            &account.verify_token,
            &account.business_account,
            builder.webhook_url,
            builder.retry,
        )
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
        let router =
            graph::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Hangup>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!("the mock Cloud API ended: {error}");
            }
        });
        for _ in 0..builder.senders {
            tasks.spawn(webhook::send_queued(
                Arc::clone(&hooks),
                Arc::clone(&queue),
                builder.batch,
            ));
        }
        Ok(Self {
            shared,
            stopped,
            _tasks: tasks,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The base address of the Graph API, with version.
    pub fn graph_url(&self) -> String {
        format!("http://{}/v26.0", self.shared.address)
    }

    /// The environment variables that point a bot server to this mock and its first number.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let account = &self.shared.account;
        vec![
            ("WHATSAPP_GRAPH_URL", self.graph_url()),
            ("WHATSAPP_ACCESS_TOKEN", account.access_token.clone()),
            ("WHATSAPP_APP_SECRET", account.app_secret.clone()),
            ("WHATSAPP_VERIFY_TOKEN", account.verify_token.clone()),
            (
                "WHATSAPP_PHONE_NUMBER_ID",
                account.default_number().id.clone(),
            ),
            (
                "WHATSAPP_BUSINESS_ACCOUNT_ID",
                account.business_account.clone(),
            ),
        ]
    }

    /// The account it plays.
    pub fn account(&self) -> &Account {
        &self.shared.account
    }

    /// Its clock, which windows, limits and media addresses follow.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Makes the verification call to `url` and sends webhooks there from then on.
    ///
    /// # Errors
    /// If the server can't be reached or doesn't answer the challenge; webhooks then go where they went before.
    pub async fn connect(&self, url: &str) -> Result<(), WebhookError> {
        let challenge = self.shared.chance.object_id();
        self.shared.hooks.verify(url, &challenge, None).await?;
        self.set_webhook_url(Some(url.to_owned()));
        Ok(())
    }

    /// Makes only the verification call, with a token that may be wrong.
    ///
    /// # Errors
    /// If the server can't be reached or doesn't answer the challenge.
    pub async fn verify(&self, url: &str, verify_token: &str) -> Result<(), WebhookError> {
        self.shared
            .hooks
            .verify(url, &self.shared.chance.object_id(), Some(verify_token))
            .await
    }

    /// Sends webhooks to `url` without asking it first; to nobody if `None`.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.shared.hooks.set_url(url);
    }

    /// A customer with that phone number, who writes to the first business number unless told otherwise.
    pub fn customer(&self, phone: &str) -> Customer {
        self.customer_like(Person::with_phone(&self.shared.wa_id(phone)))
    }

    /// A customer of whom only the business-scoped user id is known, such as `US.1349…`.
    pub fn customer_with_user_id(&self, user_id: &str) -> Customer {
        self.customer_like(Person::with_user_id(user_id))
    }

    /// A customer with everything given.
    pub fn customer_like(&self, person: Person) -> Customer {
        Customer::new(Arc::clone(&self.shared), person)
    }

    /// Posts these bytes to the webhook as they are, once; with the right signature unless another is given.
    ///
    /// # Errors
    /// If there is no webhook address or it doesn't answer.
    pub async fn deliver_raw(
        &self,
        body: Vec<u8>,
        signature: Option<&str>,
    ) -> Result<StatusCode, WebhookError> {
        self.shared.hooks.deliver_raw(body, signature).await
    }

    /// Posts any change (`{"field", "value"}`) of the business account to the webhook, such as `account_update`.
    ///
    /// # Errors
    /// If there is no webhook address or it doesn't answer.
    pub async fn deliver_changes(
        &self,
        changes: Vec<Value>,
    ) -> Result<Vec<StatusCode>, WebhookError> {
        self.shared.hooks.deliver(changes).await
    }

    /// The accepted sends, oldest first.
    pub fn messages(&self) -> Vec<Arc<Sent>> {
        self.shared.records.sent()
    }

    /// The accepted sends to one customer (phone number or business-scoped user id), oldest first.
    pub fn messages_to(&self, customer: &str) -> Vec<Arc<Sent>> {
        let key = self.customer_key(customer);
        self.messages()
            .into_iter()
            .filter(|sent| sent.to == key)
            .collect()
    }

    /// The refused sends, oldest first.
    pub fn rejections(&self) -> Vec<Rejection> {
        self.shared.records.rejections()
    }

    /// The read marks and typing indicators, oldest first.
    pub fn reads(&self) -> Vec<Read> {
        self.shared.records.reads()
    }

    /// Totals of sends.
    pub fn counts(&self) -> Counts {
        self.shared.records.counts()
    }

    /// Totals of webhooks.
    pub fn webhook_counts(&self) -> WebhookCounts {
        self.shared.hooks.counts()
    }

    /// How many sends with this `biz_opaque_callback_data` were accepted; more than one is a message sent twice.
    pub fn times_sent(&self, callback_data: &str) -> u64 {
        self.shared.records.times_sent(callback_data)
    }

    /// The `biz_opaque_callback_data` that were accepted more than once, with their number.
    pub fn repeated(&self) -> HashMap<String, u64> {
        self.shared.records.by_callback_data(2)
    }

    /// Forgets all records and totals.
    pub fn clear(&self) {
        self.shared.records.clear();
    }

    /// Waits until `count` sends have been accepted in all, and returns those that are kept. For totals of a load
    /// test use [`Mock::wait_for_counts`], which copies nothing.
    ///
    /// # Errors
    /// If they aren't there after `deadline`; the error says what was.
    pub async fn wait_for(
        &self,
        count: usize,
        deadline: Duration,
    ) -> Result<Vec<Arc<Sent>>, TooLate> {
        self.shared
            .records
            .wait_for(count, deadline, |_| true)
            .await
    }

    /// The same for sends to one customer.
    ///
    /// # Errors
    /// If they aren't there after `deadline`; the error says what was.
    pub async fn wait_for_to(
        &self,
        customer: &str,
        count: usize,
        deadline: Duration,
    ) -> Result<Vec<Arc<Sent>>, TooLate> {
        let key = self.customer_key(customer);
        self.shared
            .records
            .wait_for(count, deadline, |sent| sent.to == key)
            .await
    }

    /// Waits until the totals are `enough`; `None` if they aren't after `deadline`.
    pub async fn wait_for_counts(
        &self,
        deadline: Duration,
        enough: impl Fn(&Counts) -> bool,
    ) -> Option<Counts> {
        self.shared.records.wait_for_counts(deadline, enough).await
    }

    /// Waits until no status is queued or under way; `false` if that takes longer than `deadline`. Held and
    /// delayed statuses don't count.
    pub async fn wait_for_webhooks(&self, deadline: Duration) -> bool {
        self.shared.hooks.idle(deadline).await
    }

    /// Adds trouble.
    pub fn inject(&self, fault: Fault) {
        lock(&self.shared.faults).add(fault);
    }

    /// Takes back all trouble that hasn't come yet.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Changes which statuses follow the sends from now on.
    pub fn set_statuses(&self, plan: StatusPlan) {
        *lock(&self.shared.plan) = plan;
    }

    /// Sends the statuses that [`StatusPlan::held`] kept back, and says how many.
    pub fn release_statuses(&self) -> usize {
        self.shared.release_statuses()
    }

    /// Changes what it is strict about.
    pub fn set_strictness(&self, change: impl FnOnce(&mut Strictness)) {
        change(&mut lock(&self.shared.strictness));
    }

    /// Adds or replaces a template.
    pub fn put_template(&self, template: Template) {
        self.shared.put_template(template);
    }

    /// Changes the status of a template, and tells by `message_template_status_update`; `false` if there is none.
    pub fn set_template_status(&self, name: &str, language: &str, status: TemplateStatus) -> bool {
        self.shared
            .change_template(name, language, Some(status), None)
    }

    /// Changes the category of a template, and tells by `template_category_update`; `false` if there is none.
    pub fn set_template_category(&self, name: &str, language: &str, category: &str) -> bool {
        self.shared
            .change_template(name, language, None, Some(category))
    }

    /// Ends the quality assessment of a template: sends held until now arrive, or fail with 132015. Says how many.
    pub fn release_template(&self, name: &str, good: bool) -> usize {
        self.shared.release_template(name, good)
    }

    /// Stores media as if it had been uploaded, and returns its id.
    pub fn put_media(&self, bytes: impl Into<axum::body::Bytes>, mime: &str) -> String {
        let now = self.shared.clock.now();
        lock(&self.shared.media).upload(self.shared.chance.object_id(), bytes.into(), mime, now)
    }

    /// Lets every send of this media link fail with 131053.
    pub fn break_link(&self, link: &str) {
        lock(&self.shared.media).break_link(link);
    }

    fn customer_key(&self, customer: &str) -> String {
        if super::windows::is_user_id(customer) {
            customer.to_owned()
        } else {
            self.shared.wa_id(customer)
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}
