//! Makes the calls that steps yield: `http` over the guarded client, `ai_*` over a model. One order, one [`CallResult`]; whether a call is
//! made again is decided by turns.
//!
//! Here, and nowhere else, the marks in a call become the values of secrets. They are masked again in every text that comes out.

mod conversation;
mod http;
mod secrets;
mod voice;

use std::{collections::HashMap, pin::Pin, sync::Arc};

use ::knowledge::question;
use jiff::Zoned;
use steps::{
    contact::{AiReplyCall, Call},
    event::{Answered, CallResult},
    ids::{ContactId, NumberId},
};
use store::{Store, StoreError};

use conversation::Part;

use crate::{
    caller::{CallOrder, Caller},
    channel::Channel,
    http_client::HttpClient,
    knowledge::{Found, Knowledge},
    models::{Context, From, Line, Models},
};
pub use secrets::Secrets;

/// Among so many messages the customer's last question is looked for.
const QUESTION_HISTORY: u32 = 10;

/// Makes calls.
pub struct Calls {
    client: HttpClient,
    secrets: Secrets,
    models: Models,
    knowledge: Arc<Knowledge>,
    /// Where the conversation is that a model reads.
    store: Arc<dyn Store>,
    /// The numbers, through which recordings are read.
    channels: HashMap<NumberId, Channel>,
}

impl Calls {
    pub fn new(client: HttpClient, secrets: Secrets, models: Models, knowledge: Arc<Knowledge>, store: Arc<dyn Store>) -> Self {
        Calls { client, secrets, models, knowledge, store, channels: HashMap::new() }
    }

    /// With the numbers whose recordings a model may hear.
    pub fn hearing(self, channels: HashMap<NumberId, Channel>) -> Self {
        Calls { channels, ..self }
    }

    async fn make(&self, order: CallOrder) -> Answered {
        match &order.call {
            Call::Http(call) => http::call(&self.client, &self.secrets, call, &order.idempotency_key).await.into(),
            // It comes to no caller: [`crate::caller::make`].
            Call::Find(_) => {
                CallResult::Failed { name: "calls_off".to_owned(), text: "the CRM is asked elsewhere".to_owned() }.into()
            }
            Call::AiReply(call) => self.with_what_is_read(&order, self.read(&order.contact, call).await).await,
            Call::Summary(call) => {
                let part = Part { number: &call.number, since: call.since, messages: call.history };
                let conversation = conversation::of(&*self.store, &order.contact, part).await;
                self.with_what_is_read(&order, conversation.map(Context::from)).await
            }
            Call::Transcribe(call) => voice::transcribe(&self.channels, &self.models, call).await.into(),
            Call::AiRoute(_) | Call::AiExtract(_) => self.with_what_is_read(&order, Ok(Context::default())).await,
        }
    }

    /// What a model is to read for a reply to a contact.
    async fn read(&self, contact: &ContactId, call: &AiReplyCall) -> Result<Context, StoreError> {
        let messages = if call.bot.is_some() { call.history.max(QUESTION_HISTORY) } else { call.history };
        let part = Part { number: &call.number, since: call.since, messages };
        let lately = conversation::of(&*self.store, contact, part).await?;
        let shown = usize::try_from(call.history).unwrap_or(usize::MAX);
        let conversation = lately[lately.len().saturating_sub(shown)..].to_vec();
        Ok(self.context(call, conversation, &lately).await)
    }

    /// The conversation, with what fits the customer's question of the sources that a call names.
    async fn context(&self, call: &AiReplyCall, conversation: Vec<Line>, lately: &[Line]) -> Context {
        let Some(bot) = &call.bot else { return conversation.into() };
        let mut said: Vec<&str> =
            lately.iter().filter(|line| line.from == From::Customer).map(|line| line.text.as_str()).collect();
        if !call.text.is_empty() && said.last() != Some(&call.text.as_str()) {
            said.push(&call.text);
        }
        let Found { passages, note } = self.knowledge.find(bot, &call.knowledge, &question(&said)).await;
        Context { conversation, passages, note, now: None }
    }

    /// Calls a model with what it reads, and with the time.
    async fn with_what_is_read(&self, order: &CallOrder, read: Result<Context, StoreError>) -> Answered {
        match read {
            Ok(context) => self.models.call(&order.call, Context { now: Some(order.now.clone()), ..context }).await,
            Err(error) => {
                let text = format!("the conversation can't be read for the model: {error}");
                CallResult::Failed { name: "ai_unavailable".to_owned(), text }.into()
            }
        }
    }
}

impl Caller for Calls {
    fn call(&self, order: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
        Box::pin(self.make(order))
    }

    fn rehearse(&self, call: Call, conversation: Vec<Line>, now: Zoned) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
        Box::pin(async move {
            let context = match &call {
                // Of a bot that is not live nothing was read.
                Call::AiReply(call) if call.bot.as_ref().is_some_and(|bot| self.knowledge.shelf(bot).is_some()) => {
                    self.context(call, conversation.clone(), &conversation).await
                }
                _ => conversation.into(),
            };
            self.models.call(&call, Context { now: Some(now), ..context }).await
        })
    }
}

#[cfg(test)]
mod tests {
    use steps::{contact::AiRouteCall, ids::ContactId};

    use super::*;
    use crate::http_client::Access;

    #[tokio::test]
    async fn without_a_model_ai_steps_fail_with_the_cure() {
        let store = Arc::new(store::MemoryStore::default());
        let calls =
            Calls::new(HttpClient::new(Access::default()).unwrap(), Secrets::default(), Models::default(), Arc::default(), store);
        let call = Call::AiRoute(AiRouteCall { text: "oi".into(), intents: Vec::new(), model: None, deadline: 1_000 });
        let order = CallOrder { contact: ContactId::new("c"), call, now: Zoned::default(), idempotency_key: "c-1".into() };
        let CallResult::Failed { name, text } = calls.call(order).await.result else { panic!("an answer without a model") };
        assert_eq!(name, "ai_unavailable");
        assert!(text.contains("OPENAI_API_KEY"));
    }
}
