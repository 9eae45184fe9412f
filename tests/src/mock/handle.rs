//! What a test can ask of a running mock, and tell it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::clock::Clock;
use super::customer::Customer;
use super::faults::Fault;
use super::flow_endpoint::{FlowClient, FlowEndpointError};
use super::lock;
use super::payload::Person;
use super::record::{Counts, Read, Rejection, Sent, TooLate};
use super::server::Mock;
use super::settings::{Account, Strictness};
use super::statuses::StatusPlan;
use super::templates::{Template, TemplateStatus};
use super::webhook::{WebhookCounts, WebhookError};
use super::windows::is_user_id;

impl Mock {
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
            ("WHATSAPP_PHONE_NUMBER_ID", account.default_number().id.clone()),
            ("WHATSAPP_BUSINESS_ACCOUNT_ID", account.business_account.clone()),
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
        self.shared.hooks.verify(url, &self.shared.chance.object_id(), Some(verify_token)).await
    }

    /// Sends webhooks to `url` without asking it first; to nobody if `None`.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.shared.hooks.set_url(url);
    }

    /// The customer with that phone number, who writes to the first business number unless told otherwise; as they were
    /// given before, if they were.
    pub fn customer(&self, phone: &str) -> Customer {
        let person = lock(&self.shared.windows).person(&self.shared.wa_id(phone));
        self.customer_like(person)
    }

    /// A customer of whom only the business-scoped user id is known, such as `US.1349…`.
    pub fn customer_with_user_id(&self, user_id: &str) -> Customer {
        let person = lock(&self.shared.windows).person(user_id);
        self.customer_like(person)
    }

    /// A customer with everything given.
    pub fn customer_like(&self, person: Person) -> Customer {
        Customer::new(Arc::clone(&self.shared), person)
    }

    /// Posts these bytes to the webhook as they are, once; with the right signature unless another is given.
    ///
    /// # Errors
    /// If there is no webhook address or it doesn't answer.
    pub async fn deliver_raw(&self, body: Vec<u8>, signature: Option<&str>) -> Result<StatusCode, WebhookError> {
        self.shared.hooks.deliver_raw(body, signature).await
    }

    /// Posts any change (`{"field", "value"}`) of the business account to the webhook, such as `account_update`.
    ///
    /// # Errors
    /// If there is no webhook address or it doesn't answer.
    pub async fn deliver_changes(&self, changes: Vec<Value>) -> Result<Vec<StatusCode>, WebhookError> {
        self.shared.hooks.deliver(changes).await
    }

    /// The accepted sends, oldest first.
    pub fn messages(&self) -> Vec<Arc<Sent>> {
        self.shared.records.sent()
    }

    /// The accepted sends to one customer (phone number or business-scoped user id), oldest first.
    pub fn messages_to(&self, customer: &str) -> Vec<Arc<Sent>> {
        let key = self.customer_key(customer);
        self.messages().into_iter().filter(|sent| sent.to == key).collect()
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
    pub async fn wait_for(&self, count: usize, deadline: Duration) -> Result<Vec<Arc<Sent>>, TooLate> {
        self.shared.records.wait_for(count, deadline, |_| true).await
    }

    /// The same for sends to one customer.
    ///
    /// # Errors
    /// If they aren't there after `deadline`; the error says what was.
    pub async fn wait_for_to(&self, customer: &str, count: usize, deadline: Duration) -> Result<Vec<Arc<Sent>>, TooLate> {
        let key = self.customer_key(customer);
        self.shared.records.wait_for(count, deadline, |sent| sent.to == key).await
    }

    /// Waits until the totals are `enough`; `None` if they aren't after `deadline`.
    pub async fn wait_for_counts(&self, deadline: Duration, enough: impl Fn(&Counts) -> bool) -> Option<Counts> {
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
        self.shared.change_template(name, language, Some(status), None)
    }

    /// Changes the category of a template, and tells by `template_category_update`; `false` if there is none.
    pub fn set_template_category(&self, name: &str, language: &str, category: &str) -> bool {
        self.shared.change_template(name, language, None, Some(category))
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

    /// Calls the flow endpoint at `url` with the public key that was uploaded for the first number.
    ///
    /// # Errors
    /// If no key was uploaded, or it can't be used.
    pub fn flow_client(&self, url: &str) -> Result<FlowClient, FlowEndpointError> {
        let account = &self.shared.account;
        let number = &account.default_number().id;
        let key = lock(&self.shared.management).public_key(number).map(str::to_owned);
        let key = key.ok_or_else(|| FlowEndpointError::NoKey(number.clone()))?;
        FlowClient::new(url, &key, &account.app_secret)
    }

    fn customer_key(&self, customer: &str) -> String {
        if is_user_id(customer) { customer.to_owned() } else { self.shared.wa_id(customer) }
    }
}
