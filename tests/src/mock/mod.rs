//! A strict mock of the WhatsApp Cloud API, for tests, load generators and people.
//!
//! It plays both sides of Meta: the Graph API that a bot server calls, and the customers whose messages reach the server by
//! signed webhook. It refuses whatever the real API is documented to refuse, and brings about what is hard to get from it: lost
//! answers, late failures, duplicates, disorder. Everything it accepts is recorded.
//!
//! - [`Mock`] is the running server; [`Builder`] its options.
//! - [`Customer`] writes, taps, fills in forms.
//! - [`FlowClient`] calls a flow endpoint.
//! - [`payload`] builds and signs webhooks without a server.
//! - [`Fault`], [`StatusPlan`] and [`Strictness`] decide what goes wrong.
//!
//! It knows nothing of the server under test but its webhook address. What it can't know either: Meta's real
//! quality ratings, messaging limits per portfolio, prices in money.

mod act;
mod builder;
pub(crate) mod chance;
mod choices;
mod clock;
mod control;
mod customer;
mod error;
mod faults;
mod flow_endpoint;
mod graph;
mod handle;
mod limits;
pub mod payload;
mod record;
mod rules;
mod scene;
mod schema;
mod server;
mod settings;
mod statuses;
mod templates;
mod webhook;
mod windows;
mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use act::{Act, MediaKind, TesterError};
pub use builder::Builder;
pub use clock::Clock;
pub use customer::{Customer, Inbound};
pub use error::{GraphError, title};
pub use faults::{Effect, Fault};
pub use flow_endpoint::{FlowAnswer, FlowClient, FlowEndpointError};
pub use limits::{PAIR_BURST, PAIR_SECONDS};
pub use payload::{Number, Person};
pub use record::{Counts, Read, Rejection, Sent, TooLate};
pub use server::Mock;
pub use settings::{Account, Strictness, Validate};
pub use statuses::StatusPlan;
pub use templates::{Template, TemplateError, TemplateStatus};
pub use webhook::{Retry, WebhookCounts, WebhookError};
pub use windows::SERVICE_WINDOW;

/// Locks even after a panic elsewhere: the mock's state stays usable for the report of the failed test.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
