//! The options of a mock.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::payload::{Number, digits};
use super::server::Mock;
use super::settings::{Account, Strictness, Validate};
use super::statuses::StatusPlan;
use super::templates::{Template, TemplateError};
use super::webhook::Retry;

/// Options of a [`Mock`]; without any it is as strict as it can be, reports every status, and calls no webhook until it
/// is given an address.
#[derive(Debug, Clone)]
pub struct Builder {
    pub(crate) address: SocketAddr,
    pub(crate) account: Account,
    pub(crate) webhook_url: Option<String>,
    pub(crate) strictness: Strictness,
    pub(crate) plan: StatusPlan,
    pub(crate) templates: Vec<Template>,
    pub(crate) aliases: Vec<(String, String)>,
    pub(crate) now: Timestamp,
    pub(crate) seed: u64,
    pub(crate) senders: usize,
    pub(crate) batch: usize,
    pub(crate) retry: Retry,
    pub(crate) keep: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            account: Account::default(),
            webhook_url: None,
            strictness: Strictness::default(),
            plan: StatusPlan::default(),
            templates: Vec::new(),
            aliases: Vec::new(),
            now: Timestamp::now(),
            seed: u64::try_from(Timestamp::now().as_microsecond()).unwrap_or_default(),
            senders: 1,
            batch: 1,
            retry: Retry::default(),
            keep: usize::MAX,
        }
    }
}

impl Builder {
    /// Where to listen; 127.0.0.1 and a free port by default.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Where webhooks go. [`Mock::connect`] sets it later, with the verification call.
    pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// Tokens, secret and business account; the numbers too.
    pub fn account(mut self, account: Account) -> Self {
        let numbers = std::mem::take(&mut self.account.numbers);
        self.account = account;
        if self.account.numbers.is_empty() {
            self.account.numbers = numbers;
        }
        self
    }

    /// The business numbers in place of the one default; the first is the one customers write to unless told otherwise.
    pub fn numbers(mut self, numbers: impl IntoIterator<Item = Number>) -> Self {
        let numbers: Vec<Number> = numbers.into_iter().collect();
        if !numbers.is_empty() {
            self.account.numbers = numbers;
        }
        self
    }

    /// All rules at once.
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Which sends are checked against the schema.
    pub fn validate(mut self, validate: Validate) -> Self {
        self.strictness.validate = validate;
        self
    }

    /// Whether throughput and pair limits are kept; on by default.
    pub fn limits(mut self, on: bool) -> Self {
        self.strictness.limits = on;
        self
    }

    /// Whether free-form messages need an open service window; on by default.
    pub fn windows(mut self, on: bool) -> Self {
        self.strictness.windows = on;
        self
    }

    /// Takes templates that were never added.
    pub fn accept_unknown_templates(mut self) -> Self {
        self.strictness.accept_unknown_templates = true;
        self
    }

    /// Takes media ids that were never uploaded.
    pub fn accept_unknown_media(mut self) -> Self {
        self.strictness.accept_unknown_media = true;
        self
    }

    /// Adds a template, in the form of Meta's template calls.
    ///
    /// # Errors
    /// If it has no name, language or body, or mixes named and numbered variables.
    pub fn template(mut self, definition: &Value) -> Result<Self, TemplateError> {
        self.templates.push(Template::read(definition)?);
        Ok(self)
    }

    /// Which statuses follow a send.
    pub fn statuses(mut self, plan: StatusPlan) -> Self {
        self.plan = plan;
        self
    }

    /// Sends to `input` are answered with another `wa_id` (Brazil's ninth digit, Argentina's 9, Mexico's 1).
    pub fn alias(mut self, input: &str, wa_id: &str) -> Self {
        self.aliases.push((digits(input), digits(wa_id)));
        self
    }

    /// What the mock's clock shows at the start; the real time by default.
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Makes ids and shuffles repeatable.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many statuses are posted at the same time (1 by default, which keeps their order) and how many a POST may
    /// hold (1 by default; Meta goes up to 1,000).
    pub fn status_senders(mut self, senders: usize, batch: usize) -> Self {
        self.senders = senders.max(1);
        self.batch = batch.clamp(1, 1_000);
        self
    }

    /// How webhooks are repeated when the answer isn't 200.
    pub fn retry(mut self, attempts: u32, pause: Duration) -> Self {
        self.retry = Retry { attempts: attempts.max(1), pause };
        self
    }

    /// Keeps only the last `count` sends; the totals stay complete. For load tests.
    pub fn keep_last(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Starts the mock. It needs a Tokio runtime and stops when dropped.
    ///
    /// # Errors
    /// If the address can't be listened on.
    pub async fn start(self) -> io::Result<Mock> {
        Mock::serve(self).await
    }
}
