//! Making the calls that steps yield (`http`, `find`, `ai_*`): what the rest of the server needs of it. How a call is made is `calls`'.

use std::{future::Future, pin::Pin};

use jiff::Zoned;
use steps::{
    contact::Call,
    event::{Answered, CallResult},
    ids::ContactId,
};

use crate::{app::App, crm, models::Line};

/// A call to be made.
pub struct CallOrder {
    pub contact: ContactId,
    pub call: Call,
    /// When it is made, where the bot is that asks.
    pub now: Zoned,
    /// The same at every try of the same entry.
    pub idempotency_key: String,
}

/// Makes calls, each within its own deadline. Whatever goes wrong is a [`CallResult::Failed`].
pub trait Caller: Send + Sync + 'static {
    fn call(&self, order: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>>;

    /// Asks a model for a rehearsal, by its own conversation and its own time: for no contact, and no call but to models.
    fn rehearse(
        &self,
        _call: Call,
        _conversation: Vec<Line>,
        _now: Zoned,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
        refused()
    }
}

/// Makes a call. What is looked for is asked of the CRM.
pub async fn make(app: &App, order: CallOrder) -> Answered {
    match &order.call {
        Call::Find(call) => crm::find(app, &order.contact, call).await.into(),
        _ => app.caller.call(order).await,
    }
}

fn refused() -> Pin<Box<dyn Future<Output = Answered> + Send>> {
    let text = "this server makes no calls to other servers".to_owned();
    Box::pin(std::future::ready(CallResult::Failed { name: "calls_off".to_owned(), text }.into()))
}

/// Refuses every call: for a server that must not reach out, as in tests.
pub struct NoCalls;

impl Caller for NoCalls {
    fn call(&self, _: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
        refused()
    }
}
