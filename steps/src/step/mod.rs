//! The steps: one file each, with its definition, documentation, check, behaviour and tests.
//!
//! [`STEPS`] lists them all. From this list follow the schema, the reference page, the checker, and the editor's palette.
//! A new step is a new file and one line here.

pub mod ai_extract;
pub mod ai_reply;
pub mod ai_route;
pub mod ask;
pub mod assign;
pub mod carousel;
#[cfg(test)]
mod cases;
pub mod complete_tasks;
pub mod condition;
pub mod contact_request;
pub mod create_lead;
pub mod find;
pub mod flow;
pub mod handoff;
pub mod http;
pub mod internal_message;
pub mod items;
pub mod list;
pub mod location_request;
pub mod message;
pub mod note;
pub mod opt;
pub mod product;
pub mod reaction;
pub mod script;
pub mod set;
pub mod shared;
pub mod split;
pub mod stage;
pub mod start_bot;
pub mod stop;
pub mod subscribe;
pub mod tags;
pub mod task;
pub mod template;
pub mod unsupported;
pub mod wait;

use std::{fmt::Debug, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use crate::{
    contact::Call,
    event::{CallResult, Inbound},
    expression::nearest,
    ids::StepId,
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};
use shared::{Sending, Waiting};

/// Every step, in the order in which the editor's palette and the reference show them: what speaks, what asks, what decides, what
/// changes, what calls out, what ends.
pub const STEPS: &[Definition] = &[
    Definition::of::<message::Message>("message", Group::Send),
    Definition::of::<list::List>("list", Group::Send),
    Definition::of::<carousel::Carousel>("carousel", Group::Send),
    Definition::of::<template::TemplateStep>("template", Group::Send),
    Definition::of::<product::Product>("product", Group::Send),
    Definition::of::<reaction::Reaction>("reaction", Group::Send),
    Definition::of::<internal_message::InternalMessage>("internal_message", Group::Send),
    Definition::of::<ask::Ask>("ask", Group::Ask),
    Definition::of::<flow::Flow>("flow", Group::Ask),
    Definition::of::<location_request::LocationRequest>("location_request", Group::Ask),
    Definition::of::<contact_request::ContactRequest>("contact_request", Group::Ask),
    Definition::of::<wait::Wait>("wait", Group::Ask),
    Definition::of::<condition::Condition>("condition", Group::Decide),
    Definition::of::<split::Split>("split", Group::Decide),
    Definition::of::<set::Set>("set", Group::Change),
    Definition::of::<tags::Tags>("tags", Group::Change),
    Definition::of::<stage::Stage>("stage", Group::Change),
    Definition::of::<assign::Assign>("assign", Group::Change),
    Definition::of::<subscribe::Subscribe>("subscribe", Group::Change),
    Definition::of::<task::Task>("task", Group::Change),
    Definition::of::<complete_tasks::CompleteTasks>("complete_tasks", Group::Change),
    Definition::of::<note::Note>("note", Group::Change),
    Definition::of::<create_lead::CreateLead>("create_lead", Group::Change),
    Definition::of::<items::Items>("items", Group::Change),
    Definition::of::<opt::Opt>("opt", Group::Change),
    Definition::of::<script::Script>("script", Group::Change),
    Definition::of::<find::Find>("find", Group::Call),
    Definition::of::<http::Http>("http", Group::Call),
    Definition::of::<ai_reply::AiReply>("ai_reply", Group::Call),
    Definition::of::<ai_route::AiRoute>("ai_route", Group::Call),
    Definition::of::<ai_extract::AiExtract>("ai_extract", Group::Call),
    Definition::of::<start_bot::StartBot>("start_bot", Group::Call),
    Definition::of::<handoff::Handoff>("handoff", Group::End),
    Definition::of::<stop::Stop>("stop", Group::End),
    Definition::of::<unsupported::Unsupported>("unsupported", Group::End),
];

/// Where a step stands in the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Send,
    Ask,
    Decide,
    Change,
    Call,
    End,
}

/// One kind of step.
#[derive(Clone, Copy)]
pub struct Definition {
    /// The word in `type`; also the name of the file, the case file and the reference page.
    pub kind: &'static str,
    pub group: Group,
    /// Reads the step's own keys.
    pub read: fn(Value) -> Result<Arc<dyn Behaviour>, serde_json::Error>,
    /// The schema of the step's own keys, with the texts of the reference.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Definition {
    const fn of<T: Behaviour + JsonSchema + for<'de> Deserialize<'de> + 'static>(kind: &'static str, group: Group) -> Self {
        Definition {
            kind,
            group,
            read: |value| Ok(Arc::new(serde_json::from_value::<T>(value)?)),
            schema: |generator| T::json_schema(generator),
        }
    }
}

/// What a step of a kind does.
pub trait Behaviour: Debug + Send + Sync {
    /// Runs the step when a session comes to it.
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop>;

    /// Takes the customer's answer, when the session waits at this step.
    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let (_, _) = (turn, answer);
        Err(unexpected("an answer"))
    }

    /// Takes the result of a call that this step yielded.
    fn resume(&self, turn: &mut Turn<'_>, call: &Call, result: &CallResult) -> Result<Next, Stop> {
        let (_, _, _) = (turn, call, result);
        Err(unexpected("the result of a call"))
    }

    /// Takes what the bot brought back that this step called.
    fn returned(&self, turn: &mut Turn<'_>, child: &Child) -> Result<Next, Stop> {
        let (_, _) = (turn, child);
        Err(unexpected("a bot that came back"))
    }

    /// One of the alternatives of a `wait` happened.
    fn happened(&self, turn: &mut Turn<'_>, alternative: usize) -> Result<Next, Stop> {
        let (_, _) = (turn, alternative);
        Err(unexpected("a time or status"))
    }

    /// A person gave the conversation back, after `handoff` with `resume`.
    fn released(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let _ = turn;
        Err(unexpected("a release"))
    }

    /// The keys that sending steps share.
    fn sending(&self) -> Option<&Sending> {
        None
    }

    /// The keys that waiting steps share.
    fn waiting(&self) -> Option<&Waiting> {
        None
    }

    /// The option of this key (see [`shared::choices`]), for taps on old messages.
    fn choice(&self, key: &str) -> Option<&Choice> {
        let _ = key;
        None
    }

    /// The key of a card's button, for taps on old messages.
    fn card_key(&self, card: usize, button: usize) -> Option<String> {
        let (_, _) = (card, button);
        None
    }

    /// Whether the session stops here for the customer, and not only passes through.
    fn waits(&self) -> bool {
        false
    }

    /// The link that is followed when nothing else says where to go.
    fn next(&self) -> Option<&StepId>;
}

fn unexpected(what: &str) -> Stop {
    // Only a contact value that was changed by hand, or by a version with other steps, leads here.
    Failure::new("unexpected", format!("this step does not wait for {what}")).into()
}

/// What a called bot brings back.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    pub vars: Map<String, Value>,
    pub outcome: String,
    /// `completed` or `failed`.
    pub status: &'static str,
}

/// One step of a bot: the keys that every step may have, and its own.
#[derive(Clone, Debug)]
pub struct Step {
    pub kind: &'static str,
    pub common: Common,
    pub behaviour: Arc<dyn Behaviour>,
    /// As it was written, for writing it again.
    source: Map<String, Value>,
}

/// Keys that every step may have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Common {
    /// Its title on the canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// For those who edit the bot; the runtime never reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Skipped: the bot goes on at its `next`; where it has none, where the step leads when nothing else says (`otherwise`, the first path).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Where the bot goes on when this step fails. Left out: `defaults.failed`, else the session ends as `failed` and the team is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<StepId>,
    /// Free for tools and importers. The runtime never reads it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

impl Step {
    pub fn definition(kind: &str) -> Option<&'static Definition> {
        STEPS.iter().find(|definition| definition.kind == kind)
    }

    /// Where the bot goes on when the step is skipped: at its `next`, else where its kind leads when nothing else says where to go.
    pub fn passed_by(&self) -> Option<StepId> {
        let written = self.source.get("next").and_then(Value::as_str).and_then(|next| StepId::new(next).ok());
        written.or_else(|| self.behaviour.next().cloned())
    }

    /// The step's JSON, as it was written.
    pub fn source(&self) -> &Map<String, Value> {
        &self.source
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Map::deserialize(deserializer)?;
        let kind = source.get("type").and_then(Value::as_str).ok_or_else(|| D::Error::missing_field("type"))?;
        let definition = Step::definition(kind).ok_or_else(|| {
            let near = nearest(kind, STEPS.iter().map(|step| step.kind));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            D::Error::custom(format!("there is no step of type {kind:?}{hint}"))
        })?;
        let common = Common::deserialize(&Value::Object(source.clone())).map_err(D::Error::custom)?;
        let behaviour = (definition.read)(Value::Object(source.clone())).map_err(D::Error::custom)?;
        Ok(Step { kind: definition.kind, common, behaviour, source })
    }
}

impl JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<Value> = STEPS.iter().map(|definition| step_schema(definition, generator)).collect();
        schemars::json_schema!({"oneOf": kinds, "x-kind": "step"})
    }
}

/// The whole schema of one kind of step: its own keys, the common ones, and no others.
fn step_schema(definition: &Definition, generator: &mut SchemaGenerator) -> Value {
    let mut own = (definition.schema)(generator).to_value();
    let common = Common::json_schema(generator).to_value();
    if let (Some(own), Some(common)) = (own.as_object_mut(), common.as_object()) {
        let mut properties = Map::new();
        properties.insert("type".into(), serde_json::json!({"const": definition.kind, "type": "string"}));
        for schema in [&*own, common] {
            if let Some(more) = schema.get("properties").and_then(Value::as_object) {
                properties.extend(more.clone());
            }
        }
        let mut required = vec![Value::from("type")];
        required.extend(own.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
        own.insert("title".into(), definition.kind.into());
        own.insert("properties".into(), Value::Object(properties));
        own.insert("required".into(), Value::Array(required));
        own.insert("additionalProperties".into(), Value::Bool(false));
    }
    own
}
