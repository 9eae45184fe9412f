//! The Graph API as one server reaches it: what it takes the customer has, once for each time; its answer may not come, and statuses
//! follow as webhooks.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use reqwest::{Method, Response};
use salesbot::graph_client::{Begun, GraphClient, NoAnswer, Request};
use serde_json::{Value, json};
use steps::{ids::ContactId, ids::EntryId};
use tokio::time::sleep;
use whatsapp::callback;

use crate::{
    ledger::Taken,
    life::{Life, State},
    meta::Meta,
    plan::Sabotage,
    webhook,
    world::World,
};

/// Errors of Meta's after which a send is tried again: a limit, an outage, a fault that Meta does not know itself. With each its HTTP status.
const ERRORS: [(u16, i64); 5] = [(429, 130_429), (400, 131_056), (500, 131_000), (503, 2), (400, 131_016)];

pub struct SimulatedGraph {
    pub world: Arc<World>,
    pub life: Arc<Life>,
    pub meta: Arc<Meta>,
}

/// What becomes of a send.
enum Fate {
    Answered(Duration),
    NoConnection,
    Error,
    BadGateway,
    /// Taken; the answer breaks off.
    HalfAnswer(Duration),
    /// Taken; no answer before the deadline.
    NoAnswer,
}

impl SimulatedGraph {
    fn fate(&self) -> Fate {
        let World { plan, chance, .. } = &*self.world;
        let faults = &plan.graph;
        if self.world.now().0 < self.world.graph_away_until.load(Ordering::Relaxed) || self.world.goes_wrong(faults.no_connection)
        {
            return Fate::NoConnection;
        }
        if self.world.goes_wrong(faults.error) {
            return Fate::Error;
        }
        if self.world.goes_wrong(faults.bad_gateway) {
            return Fate::BadGateway;
        }
        if self.world.goes_wrong(faults.lost_answer) {
            return if chance.one_in(2) { Fate::HalfAnswer(chance.millis(0..=2_000)) } else { Fate::NoAnswer };
        }
        if self.world.goes_wrong(faults.slow) {
            return Fate::Answered(chance.millis(500..=19_000));
        }
        Fate::Answered(chance.millis(20..=200))
    }

    async fn send(&self, body: &Value, deadline: Duration) -> Result<Response, NoAnswer> {
        let (was_asleep, begun) = (self.life.state() == State::Sleeps, self.world.now());
        self.life.runs().await;
        let slept = Duration::from_millis(self.world.now().since(begun).unsigned_abs());
        if slept >= deadline {
            // The client looks at its deadline first.
            return Err(NoAnswer::Broken("the deadline was over before anything was sent".to_owned()));
        }
        let (fate, name) = (self.fate(), &self.life.name);
        let text = webhook::text_of(body).to_owned();
        sleep(self.world.chance.millis(5..=50)).await;
        let answer = match fate {
            Fate::NoConnection => {
                self.world.log(|| format!("{name}: no connection for {text:?}"));
                Err(NoAnswer::NoConnection("refused".to_owned()))
            }
            Fate::Error => {
                let (status, code) = *self.world.chance.pick(&ERRORS);
                self.world.log(|| format!("{name}: error {code} for {text:?}"));
                Ok(response(status, &json!({ "error": { "message": "no", "code": code } }).to_string()))
            }
            Fate::BadGateway => {
                self.world.log(|| format!("{name}: 502 for {text:?}"));
                Ok(response(502, "<html>502</html>"))
            }
            Fate::Answered(after) => {
                let wamid = self.take(body, text, was_asleep);
                sleep(after.min(deadline)).await;
                self.life.runs().await;
                if after >= deadline {
                    return Err(NoAnswer::Broken("the deadline is over".to_owned()));
                }
                self.world.ledger.answered(&wamid, self.world.now());
                self.world.log(|| format!("{name}: answer for {wamid}"));
                Ok(response(200, &json!({ "messaging_product": "whatsapp", "messages": [{ "id": wamid }] }).to_string()))
            }
            Fate::HalfAnswer(after) => {
                let wamid = self.take(body, text, was_asleep);
                sleep(after).await;
                self.world.log(|| format!("{name}: half an answer for {wamid}"));
                Ok(response(200, "{\"messages\":[{\"id\":\"wam"))
            }
            Fate::NoAnswer => {
                let wamid = self.take(body, text, was_asleep);
                sleep(deadline).await;
                self.world.log(|| format!("{name}: no answer for {wamid}"));
                Err(NoAnswer::Broken("the deadline is over".to_owned()))
            }
        };
        self.life.runs().await;
        answer
    }

    /// The customer has it, and Meta will tell what becomes of it; gives its id.
    fn take(&self, body: &Value, text: String, was_asleep: bool) -> String {
        let callback = body["biz_opaque_callback_data"].as_str().unwrap_or_default();
        let (contact, entry) =
            callback::decode(callback).map_or((ContactId::new(""), EntryId(0)), |callback| (callback.contact, callback.entry));
        let wamid = self.world.ledger.taken(|wamid| Taken {
            contact: contact.clone(),
            entry,
            text: text.clone(),
            wamid,
            at: self.world.now(),
            by: self.life.clone(),
            was_asleep,
            answered: None,
            told: None,
        });
        self.world.log(|| format!("{}: taken as {wamid}: {text:?} of {contact}, entry {entry}", self.life.name));
        self.life.step(self.world.now());
        self.meta.received(body, &wamid);
        let callback = match self.world.plan.sabotage {
            Some(Sabotage::IgnoresStatuses) => "",
            _ => callback,
        };
        self.meta.tell(&wamid, body, callback);
        wamid
    }
}

impl GraphClient for SimulatedGraph {
    fn begin<'a>(&'a self, request: Request<'a>) -> Begun<'a> {
        Box::pin(async move {
            match request.body {
                Some(body) if *request.method == Method::POST && body.get("status").is_none() => {
                    self.send(body, request.deadline).await
                }
                // A receipt.
                Some(_) => Ok(response(200, "{\"success\":true}")),
                // The account's templates.
                None => Ok(response(200, "{\"data\":[]}")),
            }
        })
    }
}

fn response(status: u16, body: &str) -> Response {
    let mut response = axum::http::Response::new(body.to_owned());
    if let Ok(status) = status.try_into() {
        *response.status_mut() = status;
    }
    Response::from(response)
}
