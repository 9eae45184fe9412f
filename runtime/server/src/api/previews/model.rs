//! What a preview asks of a model, answered by the model: for who looks at a draft, and for no contact.
//!
//! It costs money, so it is done where the settings allow it, and so many times a minute.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use interpreter::dialog::{is_to_model, reply};
use jiff::Zoned;
use serde::Serialize;
use serde_json::{Map, Value};
use steps::{
    asked::Tokens,
    contact::Call,
    event::{Answered, CallResult},
};
use store::{Lease, Rate};

use super::{Preview, Rehearsed, Stage};
use crate::{
    api::input::JsonBody,
    app::App,
    models::{Line, conversation, now},
    problem::Problem,
};

/// Calls to models that previews may make a minute, all of them together: a loop in a preview must not burn money.
const A_MINUTE: u32 = 30;
/// Those of them that may be made at once after a rest.
const BURST: u32 = 10;
/// Microseconds.
const SECOND: i64 = 1_000_000;

/// What a model answered.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::api) struct ModelAnswer {
    /// The call that waited: the first of `calls`.
    entry: u32,
    /// What stands behind `reply` in the line that answers it: `intent`, `fields` or `text`.
    #[schema(value_type = Object)]
    reply: Map<String, Value>,
    tokens: ModelTokens,
    /// What it cost, as a decimal number with its currency; null where the settings name no prices for the model.
    cost: Option<String>,
}

/// Tokens, as the model's server counted them; 0 where it did not.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::api) struct ModelTokens {
    prompt: u64,
    answer: u64,
}

/// Asks the model for the answer to the call that a preview waits for, with that preview's own conversation. Nothing is kept: a `reply` line
/// takes the answer into the preview. 403 where the setting `openai.previews` does not allow it, 429 where it is asked too often, 502 with
/// the reason where the model gave no answer.
#[utoipa::path(post, path = "/api/v1/previews/answer", operation_id = "ask_model", tag = "bots", request_body = Preview,
    responses((status = 200, body = ModelAnswer), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 502, body = Problem)))]
pub(in crate::api) async fn ask(
    State(app): State<Arc<App>>,
    JsonBody(preview): JsonBody<Preview>,
) -> Result<Json<ModelAnswer>, Problem> {
    if !app.settings.previews_may_ask() {
        return Err(Problem::forbidden("previews ask no models here: set `previews = true` under [openai] in the settings"));
    }
    let (entry, call, conversation, now) = Stage::set(&app, preview).await?.run(waiting).await?;
    take_token(&app).await?;
    let Answered { result, asked } = app.caller.rehearse(call, conversation, now).await;
    if let CallResult::Failed { text, .. } = result {
        return Err(Problem::new(StatusCode::BAD_GATEWAY, text));
    }
    let Tokens { prompt, answer } = asked.as_ref().map(|asked| asked.tokens).unwrap_or_default();
    let cost = asked.and_then(|asked| asked.cost).map(|cost| cost.to_string());
    Ok(Json(ModelAnswer { entry, reply: reply(&result), tokens: ModelTokens { prompt, answer }, cost }))
}

/// The call to a model that the preview waits for, with what the model reads beside it, and when it is there.
fn waiting(stage: &Stage) -> Result<(u32, Call, Vec<Line>, Zoned), Problem> {
    let Rehearsed { diagnostics, played, .. } = stage.rehearse()?;
    let Some((_, _, played)) = played else {
        return Err(Problem::invalid("document", "the draft has errors, so it does not run").diagnostics(diagnostics));
    };
    if let Some(failure) = played.failure {
        return Err(Problem::invalid("steps", failure.message));
    }
    match played.rehearsal.calls.first() {
        Some((entry, call, _)) if is_to_model(call) => {
            Ok((entry.0, call.clone(), conversation(&played.rehearsal, call), now(&played.rehearsal)))
        }
        Some(_) => Err(Problem::invalid("steps", "an `http` call waits, which is for no model")),
        None => Err(Problem::invalid("steps", "no call waits for an answer")),
    }
}

/// Takes a token of the budget that all servers of the store share.
async fn take_token(app: &App) -> Result<(), Problem> {
    let rate = Rate { interval: 60 * SECOND / i64::from(A_MINUTE), burst: BURST, longest_debt: 60 * SECOND };
    let now = app.now().0.saturating_mul(1_000);
    let lease = Lease { budget: "previews".to_owned(), rate, wanted: 1, spent: 0, ahead: 0, slow_for: 0, now };
    let leased = app.store.lease(&lease).await?;
    if leased.granted == 0 {
        let seconds = leased.first.div_euclid(SECOND) + 1;
        let detail = format!("previews ask models {A_MINUTE} times a minute at most: try again in {seconds} s");
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        sync::{Mutex, PoisonError},
    };

    use serde_json::json;
    use steps::asked::{Asked, Cost};

    use super::*;
    use crate::{
        app::{Parts, system_random},
        caller::{CallOrder, Caller},
        models::From,
        settings::{Flags, Settings},
        testing::{NOW, Server, network},
    };

    /// A model that says one thing, and keeps what it read.
    struct Says {
        result: CallResult,
        read: Mutex<Vec<Line>>,
    }

    impl Caller for Says {
        fn call(&self, _: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
            panic!("a preview makes no call for a contact")
        }

        fn rehearse(&self, _: Call, conversation: Vec<Line>, _: Zoned) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
            *self.read.lock().unwrap_or_else(PoisonError::into_inner) = conversation;
            let cost = Some(Cost { millionths: 2_500, currency: "USD".into() });
            let asked = Asked { tokens: Tokens { prompt: 12, answer: 3 }, cost, ..Asked::default() };
            Box::pin(std::future::ready(Answered { result: self.result.clone(), asked: Some(Box::new(asked)) }))
        }
    }

    async fn server(settings: &str, result: CallResult) -> (Server, Arc<Says>) {
        let settings = Settings::read(settings, "test", |_| None, &Flags::default()).unwrap();
        let says = Arc::new(Says { result, read: Mutex::default() });
        let (store, clock) = (store::memory(), Arc::new(|| NOW));
        let parts = Parts {
            settings,
            store,
            clock,
            random: system_random(),
            caller: says.clone(),
            knowledge: Arc::default(),
            graph: network(),
        };
        let app = App::build(parts).await.unwrap();
        app.set_ready();
        (Server::of(app), says)
    }

    fn text(text: &str) -> CallResult {
        CallResult::Text { text: Some(text.to_owned()) }
    }

    fn request(steps: Value) -> Value {
        let ask = json!({"type": "ai_reply", "instructions": "We open at 9.", "failed": "sorry"});
        let http = json!({"type": "http", "method": "GET", "url": "https://example.com"});
        let bot = json!({
            "name": "Advisor", "language": "en", "start": "hello",
            "triggers": [{"on": "message", "keywords": ["http"], "start": "http"}, {"on": "message", "any": true}],
            "steps": {
                "hello": {"type": "message", "text": "Hi!", "next": "ask"}, "ask": ask, "http": http,
                "sorry": {"type": "message", "text": "Sorry."}
            }
        });
        json!({"bot": "advisor", "document": bot, "steps": steps})
    }

    const PATH: &str = "/api/v1/previews/answer";

    #[tokio::test]
    async fn the_model_reads_the_previews_own_conversation() {
        let (server, says) = server("", text("At 9.")).await;
        let answer = server.call("POST", PATH, &request(json!([{"customer": "When do you open?"}]))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        assert_eq!((&answer["reply"], &answer["tokens"]), (&json!({"text": "At 9."}), &json!({"prompt": 12, "answer": 3})));
        assert_eq!(answer["cost"], "0.0025 USD");
        let said = |from, text: &str| Line { from, text: text.to_owned() };
        assert_eq!(*says.read.lock().unwrap(), [said(From::Customer, "When do you open?"), said(From::Business, "Hi!")]);
        let told =
            server.call("POST", "/api/v1/previews", &request(json!([{"customer": "When?"}, {"reply": answer["reply"]}]))).await;
        assert!(told.text.contains("At 9."), "{}", told.text);
    }

    #[tokio::test]
    async fn it_costs_money_so_it_is_done_where_that_is_allowed() {
        let token = "api_token = \"0123456789abcdef\"";
        for (settings, status) in [
            (token.to_owned(), 403),
            (format!("{token}\n[openai]\npreviews = true"), 200),
            ("[openai]\npreviews = false".to_owned(), 403),
        ] {
            let (server, _) = server(&settings, text("At 9.")).await;
            let headers = [("authorization", "Bearer 0123456789abcdef")];
            let answer = server.call_with("POST", PATH, &request(json!([{"customer": "When?"}])), &headers).await;
            assert_eq!(answer.status, status, "{settings}: {}", answer.text);
            assert_eq!(answer.text.contains("`previews = true` under [openai]"), status == 403);
        }
    }

    #[tokio::test]
    async fn a_loop_of_previews_is_stopped() {
        let (server, _) = server("", text("At 9.")).await;
        let request = request(json!([{"customer": "When?"}]));
        for _ in 0..BURST {
            assert_eq!(server.call("POST", PATH, &request).await.status, 200);
        }
        let refused = server.call("POST", PATH, &request).await;
        assert_eq!(refused.problem(), (429, String::new()));
        assert!(refused.text.contains("try again in 3 s"), "{}", refused.text);
    }

    #[tokio::test]
    async fn what_can_not_be_asked_is_told() {
        let failed = CallResult::Failed { name: "ai_rate_limit".into(), text: "busy".into() };
        let (server, _) = server("", failed).await;
        let refused = server.call("POST", PATH, &request(json!([{"customer": "When?"}]))).await;
        assert_eq!(refused.problem(), (502, String::new()));
        assert!(refused.text.contains("\"busy\""), "{}", refused.text);
        for steps in [json!([]), json!([{"customer": "http"}]), json!([{"customer": {"tap": "Buy"}}])] {
            assert_eq!(server.call("POST", PATH, &request(steps.clone())).await.problem(), (422, "steps".to_owned()), "{steps}");
        }
        let mut wrong = request(json!([{"customer": "When?"}]));
        wrong["document"]["steps"]["hello"]["text"] = json!("{{ vars. }}");
        assert_eq!(server.call("POST", PATH, &wrong).await.problem(), (422, "document".to_owned()));
    }
}
