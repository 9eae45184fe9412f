//! Making the calls that steps yield (`http`, `ai_*`): what the rest of the server needs of it. How a call is made is `calls`'.

use std::{future::Future, pin::Pin};

use steps::{contact::Call, event::CallResult, ids::ContactId};

/// A call to be made.
pub struct CallOrder {
    pub contact: ContactId,
    pub call: Call,
    /// The same at every try of the same entry.
    pub idempotency_key: String,
}

/// Makes calls, each within its own deadline. Whatever goes wrong is a [`CallResult::Failed`].
pub trait Caller: Send + Sync + 'static {
    fn call(&self, order: CallOrder) -> Pin<Box<dyn Future<Output = CallResult> + Send + '_>>;
}

/// Refuses every call: for a server that must not reach out, as in tests.
pub struct NoCalls;

impl Caller for NoCalls {
    fn call(&self, _: CallOrder) -> Pin<Box<dyn Future<Output = CallResult> + Send + '_>> {
        let text = "this server makes no calls to other servers".to_owned();
        Box::pin(std::future::ready(CallResult::Failed { name: "calls_off".to_owned(), text }))
    }
}
