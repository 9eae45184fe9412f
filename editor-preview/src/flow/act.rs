//! What is asked of a form and what it answers: a screen to draw, an action to take first.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Flow, NoFlow, SUCCESS, Screen,
    binding::{Scope, plain},
    component::{self, Placed},
    draw, fields,
};
use crate::words::Language;

/// A screen as it stands, and what the customer does there. All of it but `action` comes from the answer before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Left out: the first screen.
    pub screen: Option<String>,
    /// The screen's data; for what is left out stand the examples that it declares.
    pub data: Map<String, Value>,
    /// The answers so far; left out: the first values.
    pub values: Map<String, Value>,
    /// The screens before: `{ID: {form, data}}`.
    pub earlier: Map<String, Value>,
    pub action: Option<Act>,
}

/// What the customer does: the action of a button, as its attributes name it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Act {
    /// `navigate`, `complete`, `data_exchange`, `update_data`, `open_url`: the button's `data-action`.
    pub name: String,
    /// The button's `data-next`.
    pub next: Option<String>,
    /// The button's `data-at`; left out: the first button with such an action.
    pub at: Option<String>,
    /// What the endpoint would answer to `data_exchange`: the screen that follows. Without it the form stays where it is.
    pub screen: Option<String>,
    /// The data that the endpoint gives it.
    pub data: Map<String, Value>,
}

/// A screen that was drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// A fragment: a `<form>` without script and style.
    pub html: String,
    pub screen: String,
    pub title: String,
    pub terminal: bool,
    /// What is wrong with the answers, by field; nothing was done then.
    pub errors: Map<String, Value>,
    /// The ids of all screens.
    pub screens: Vec<String>,
    /// What the form sends; it is filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Map<String, Value>>,
    /// What an endpoint would be asked: `{screen, data}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Value>,
    /// The web address that would be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// To be asked with next time.
    pub data: Map<String, Value>,
    pub values: Map<String, Value>,
    pub earlier: Map<String, Value>,
}

/// Where the form goes by an action.
#[derive(Default)]
struct Outcome {
    /// Another screen, and its data.
    screen: Option<(String, Map<String, Value>)>,
    answers: Option<Map<String, Value>>,
    exchange: Option<Value>,
    url: Option<String>,
    errors: Map<String, Value>,
}

impl Flow {
    /// Takes the action, if there is one, and draws the screen that is shown then. A function of its arguments.
    ///
    /// # Errors
    /// There is no such screen or button.
    pub fn answer(&self, asked: Asked, language: Language) -> Result<Answer, NoFlow> {
        let screen = match &asked.screen {
            Some(id) => self.screen(id).ok_or_else(|| self.no_screen(id))?,
            None => &self.screens[0],
        };
        let shown = State::new(screen, asked.data, &asked.values, asked.earlier);
        let Some(act) = asked.action else { return Ok(self.drawn(&shown, Outcome::default(), language)) };
        let mut outcome = shown.take(&act, language)?;
        let Some((id, data)) = outcome.screen.take() else {
            let shown = State { data: outcome_data(&act, &shown), ..shown };
            return Ok(self.drawn(&shown, outcome, language));
        };
        let next = self.screen(&id).ok_or_else(|| self.no_screen(&id))?;
        let mut earlier = shown.earlier;
        let kept = [("form".to_owned(), Value::Object(shown.form)), ("data".to_owned(), Value::Object(shown.data))];
        earlier.insert(shown.screen.id.clone(), Value::Object(kept.into_iter().collect()));
        Ok(self.drawn(&State::new(next, data, &Map::new(), earlier), outcome, language))
    }

    fn no_screen(&self, id: &str) -> NoFlow {
        let known: Vec<&str> = self.screens().collect();
        NoFlow(format!("the form has no screen {id:?}; it has {}", known.join(", ")))
    }

    fn drawn(&self, state: &State<'_>, outcome: Outcome, language: Language) -> Answer {
        let (screen, scope) = (state.screen, state.scope());
        let html = draw::screen(&screen.id, &screen.title, &state.shown(), &scope, &outcome.errors, language);
        Answer {
            html,
            screen: screen.id.clone(),
            title: plain(&scope.value(&Value::String(screen.title.clone()))),
            terminal: screen.terminal,
            errors: outcome.errors,
            screens: self.screens().map(str::to_owned).collect(),
            answers: outcome.answers,
            exchange: outcome.exchange,
            url: outcome.url,
            data: state.data.clone(),
            values: state.form.clone(),
            earlier: state.earlier.clone(),
        }
    }
}

/// The data of a screen that stays: `update_data` changes it, and so does an endpoint that names no other screen.
fn outcome_data(act: &Act, state: &State<'_>) -> Map<String, Value> {
    let changes = match act.name.as_str() {
        "update_data" => {
            let action = state.action(act).ok().flatten();
            action.map(|action| state.scope().value(&action["payload"])).unwrap_or_default()
        }
        "data_exchange" => Value::Object(act.data.clone()),
        _ => Value::Null,
    };
    state.data.clone().into_iter().chain(changes.as_object().cloned().unwrap_or_default()).collect()
}

/// A screen with what is known there.
struct State<'f> {
    screen: &'f Screen,
    data: Map<String, Value>,
    form: Map<String, Value>,
    earlier: Map<String, Value>,
}

impl<'f> State<'f> {
    fn new(screen: &'f Screen, data: Map<String, Value>, values: &Map<String, Value>, earlier: Map<String, Value>) -> Self {
        let data = screen.data(&data);
        let scope = Scope { data: &data, form: &Map::new(), earlier: &earlier };
        let form = fields::answers(&component::all(&screen.children), values, &scope);
        State { screen, data, form, earlier }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { data: &self.data, form: &self.form, earlier: &self.earlier }
    }

    fn shown(&self) -> Vec<Placed<'f>> {
        component::shown(&self.screen.children, &self.scope())
    }

    /// The action that a button names, as it is written.
    fn action(&self, act: &Act) -> Result<Option<&'f Value>, NoFlow> {
        let shown = self.shown();
        let mut buttons = shown.iter().flat_map(|placed| draw::actions(placed));
        let is_it = |at: &str, action: &Value| {
            act.at.as_deref().is_none_or(|wanted| wanted == at)
                && action["name"].as_str() == Some(&act.name)
                && act.next.as_deref().is_none_or(|next| next_of(action) == Some(next))
        };
        Ok(buttons.find(|(at, action)| is_it(at, action)).map(|(_, action)| action))
    }

    fn take(&self, act: &Act, language: Language) -> Result<Outcome, NoFlow> {
        let Some(action) = self.action(act)? else {
            let next = act.next.as_deref().map(|next| format!(" to {next:?}")).unwrap_or_default();
            return Err(NoFlow(format!("the screen {:?} shows no button with the action {:?}{next}", self.screen.id, act.name)));
        };
        let shown = self.shown();
        let is_footer = shown.iter().filter(|placed| placed.component.kind() == "Footer").flat_map(draw::actions);
        if is_footer.into_iter().any(|(_, footer)| std::ptr::eq(footer, action)) {
            let errors = self.errors(&shown, language);
            if !errors.is_empty() {
                return Ok(Outcome { errors, ..Outcome::default() });
            }
        }
        let payload = self.scope().value(&action["payload"]);
        let payload = payload.as_object().cloned().unwrap_or_default();
        Ok(match act.name.as_str() {
            "navigate" => Outcome { screen: next_of(action).map(|next| (next.to_owned(), payload)), ..Outcome::default() },
            "complete" => Outcome { answers: Some(payload), ..Outcome::default() },
            "open_url" => Outcome { url: Some(plain(&self.scope().value(&action["url"]))), ..Outcome::default() },
            "data_exchange" => exchanged(act, &self.screen.id, payload),
            // `update_data`: the screen stays, with other data.
            _ => Outcome::default(),
        })
    }

    fn errors(&self, shown: &[Placed<'_>], language: Language) -> Map<String, Value> {
        let (scope, words) = (self.scope(), &language.words().form);
        let problem = |field: &Placed<'_>| {
            let name = field.component.name()?;
            let problem = fields::problem(field, self.form.get(name)?, &scope, words)?;
            Some((name.to_owned(), Value::String(problem)))
        };
        shown.iter().filter_map(problem).collect()
    }
}

/// What an endpoint's answer does: it names the next screen, or ends the form. Without one the question is told.
fn exchanged(act: &Act, screen: &str, payload: Map<String, Value>) -> Outcome {
    match act.screen.as_deref() {
        Some(SUCCESS) => {
            let params = act.data.get("extension_message_response").and_then(|response| response.get("params"));
            Outcome { answers: Some(params.and_then(Value::as_object).cloned().unwrap_or(payload)), ..Outcome::default() }
        }
        Some(next) if next != screen => Outcome { screen: Some((next.to_owned(), act.data.clone())), ..Outcome::default() },
        _ => Outcome { exchange: Some(serde_json::json!({"screen": screen, "data": payload})), ..Outcome::default() },
    }
}

/// The screen that `navigate` goes to: an object since 4.0, before it a name.
pub(super) fn next_of(action: &Value) -> Option<&str> {
    let next = &action["next"];
    next.as_str().or_else(|| next["name"].as_str())
}
