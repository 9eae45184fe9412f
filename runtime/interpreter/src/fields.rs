//! Fields that are set from outside, of a contact and its lead: all of them, or none. Whoever asks can be told before the turn what is wrong.

use std::sync::Arc;

use serde_json::{Map, Value};
use steps::{
    contact::Contact,
    environment::Environment,
    expression::nearest,
    moment::Moment,
    path::{ContactProperty, LeadProperty, Path},
    state::State,
    write,
};

/// A field that can't be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct FieldProblem {
    pub path: String,
    pub reason: String,
}

/// Says which of these fields can't be set for this contact, if any. Nothing is set.
///
/// # Errors
/// The first one that is no place, can't be set from outside, or has a value that its place can't hold.
pub fn check_fields(
    environment: &Arc<Environment>,
    contact: &Contact,
    now: Moment,
    fields: &Map<String, Value>,
) -> Result<(), FieldProblem> {
    let state = State {
        contact: contact.clone(),
        now,
        number: environment.default_number.clone(),
        session: None,
        bot: None,
        environment: environment.clone(),
        seed: 0,
        secrets_readable: false,
    };
    read(&state, fields).map(|_| ())
}

/// The fields as their places hold them.
pub(crate) fn read(state: &State, fields: &Map<String, Value>) -> Result<Vec<(Path, Value)>, FieldProblem> {
    let one = |(path, value): (&String, &Value)| {
        let problem = |reason: String| FieldProblem { path: path.clone(), reason };
        let place = path.parse::<Path>().map_err(|error| problem(error.to_string()))?;
        let value = write::prepare(state, &place, value.clone()).map_err(|failure| problem(failure.text))?;
        let is_own_number = |own: &String| value.as_str() == Some(own);
        match (&place, &state.contact.identity.phone) {
            (Path::Var(_), _) => {
                Err(problem("a variable belongs to a running bot, and none is meant here; `run` takes `variables`".to_owned()))
            }
            (Path::Contact(ContactProperty::Phone), Some(own)) if !is_own_number(own) => Err(problem(format!(
                "this contact writes from {own}, and messages go there; WhatsApp itself tells when a customer changes the number"
            ))),
            (Path::Contact(ContactProperty::Owner) | Path::Lead(LeadProperty::Owner), _) => match unknown_user(state, &value) {
                Some(reason) => Err(problem(reason)),
                None => Ok((place, value)),
            },
            _ => Ok((place, value)),
        }
    };
    fields.iter().map(one).collect()
}

/// With users declared, an owner is one of them.
fn unknown_user(state: &State, owner: &Value) -> Option<String> {
    let known = &state.environment.users;
    let name = owner.as_str().filter(|name| !known.is_empty() && !known.contains_key(*name))?;
    let near = nearest(name, known.keys().map(String::as_str)).map(|near| format!("; did you mean {near:?}?"));
    Some(format!("there is no user {name:?} in the settings{}", near.unwrap_or_default()))
}
