//! Makes the calls that steps yield: `http` over the guarded client, `ai_*` over a model. One order, one [`CallResult`]; whether a call is
//! made again is decided by turns.
//!
//! Here, and nowhere else, the marks in a call become the values of secrets. They are masked again in every text that comes out.

mod http;
mod secrets;

use std::pin::Pin;

use steps::{contact::Call, event::CallResult};

use crate::{
    caller::{CallOrder, Caller},
    http_client::HttpClient,
};
pub use secrets::Secrets;

/// Makes calls.
pub struct Calls {
    client: HttpClient,
    secrets: Secrets,
}

impl Calls {
    pub fn new(client: HttpClient, secrets: Secrets) -> Self {
        Calls { client, secrets }
    }

    async fn make(&self, order: CallOrder) -> CallResult {
        match &order.call {
            Call::Http(call) => http::call(&self.client, &self.secrets, call, &order.idempotency_key).await,
            Call::AiReply(_) | Call::AiRoute(_) | Call::AiExtract(_) => ask_model(),
        }
    }
}

impl Caller for Calls {
    fn call(&self, order: CallOrder) -> Pin<Box<dyn Future<Output = CallResult> + Send + '_>> {
        Box::pin(self.make(order))
    }
}

/// No model answers in this version: the step takes `failed`, and says to its designer why.
fn ask_model() -> CallResult {
    let text = "no model is connected, so AI steps fail: this version has none; OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL (or \
                [openai] in the settings) will connect one";
    CallResult::Failed { name: "ai_unavailable".to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use steps::{contact::AiRouteCall, ids::ContactId};

    use super::*;
    use crate::http_client::Access;

    #[tokio::test]
    async fn without_a_model_ai_steps_fail_with_the_cure() {
        let calls = Calls::new(HttpClient::new(Access::default()).unwrap(), Secrets::default());
        let call = Call::AiRoute(AiRouteCall { text: "oi".into(), intents: Vec::new(), model: None, deadline: 1_000 });
        let order = CallOrder { contact: ContactId::new("c"), call, idempotency_key: "c-1".into() };
        let CallResult::Failed { name, text } = calls.call(order).await else { panic!("an answer without a model") };
        assert_eq!(name, "ai_unavailable");
        assert!(text.contains("OPENAI_API_KEY"));
    }
}
