//! Writing a value to its place: converted to what the place holds, told to the triggers that watch it, kept in the journal.

use compact_str::CompactString;
use serde_json::Value;

use crate::{
    bot::VariableKind,
    contact::{Contact, Lead},
    expression::{Facts, find, plain_text},
    fact::Fact,
    path::{ContactProperty, LeadProperty, Path},
    state::State,
    trace::Traced,
    turn::{Change, Failure, Stop, Turn},
};

/// The most bytes that one written value may take; a larger one is the failure `too_large`.
pub const MAX_VALUE_BYTES: usize = 16 * 1024;

/// Writes `value` to `path`, or fails and writes nothing.
pub(crate) fn set(turn: &mut Turn<'_>, path: &Path, value: Value) -> Result<(), Stop> {
    let value = prepare(turn, path, value)?;
    write(turn, path, value);
    Ok(())
}

/// Writes all of these, or fails and writes none.
pub(crate) fn set_all(turn: &mut Turn<'_>, values: Vec<(Path, Value)>) -> Result<(), Stop> {
    let prepared = values.into_iter().map(|(path, value)| prepare(turn, &path, value).map(|value| (path, value)));
    for (path, value) in prepared.collect::<Result<Vec<_>, _>>()? {
        write(turn, &path, value);
    }
    Ok(())
}

/// The value as its place holds it; a failure when it can't be converted, or is too large.
pub(crate) fn prepare(turn: &Turn<'_>, path: &Path, value: Value) -> Result<Value, Stop> {
    let value = convert(turn, path, value)?;
    if size(&value) > MAX_VALUE_BYTES {
        return Err(Failure::new("too_large", format!("the value for `{path}` is larger than {MAX_VALUE_BYTES} bytes")).into());
    }
    Ok(value)
}

/// Writes a value that [`prepare`] made.
pub(crate) fn write(turn: &mut Turn<'_>, path: &Path, value: Value) {
    let session = turn.session_id();
    turn.trace.push(session, Traced::Set { path: path.to_string().into(), value: value.clone() });
    if let Path::Var(name) = path {
        if let Some(frame) = turn.frame_mut() {
            put(&mut frame.vars, name, value);
        }
        return;
    }
    let before = read(turn.contact(), path);
    if before == value {
        return;
    }
    match path {
        Path::Var(_) => {}
        Path::ContactField(name) => put(&mut turn.contact_mut().fields, name, value.clone()),
        Path::Company(name) => put(&mut turn.contact_mut().company, name, value.clone()),
        Path::LeadField(name) => put(&mut lead(turn).fields, name, value.clone()),
        Path::Lead(property) => {
            let lead = lead(turn);
            match property {
                LeadProperty::Name => lead.name = text(&value),
                LeadProperty::Price => lead.price = value.as_f64(),
                LeadProperty::Owner => lead.owner = text(&value).map(Into::into),
            }
        }
        Path::Contact(property) => {
            let contact = turn.contact_mut();
            match property {
                ContactProperty::Name => contact.name = text(&value),
                ContactProperty::Email => contact.email = text(&value),
                ContactProperty::Phone => contact.phone = text(&value),
                ContactProperty::Language => contact.language = text(&value).map(Into::into),
                ContactProperty::OptedIn => {
                    contact.opted_in = value.as_bool();
                    turn.facts.extend(value.as_bool().map(|opted_in| Fact::OptedIn { opted_in }));
                }
                ContactProperty::Owner => contact.owner = text(&value).map(Into::into),
            }
        }
    }
    turn.facts.push(Fact::Changed { path: path.to_string().into(), from: before.clone(), to: value.clone() });
    match path {
        Path::Contact(ContactProperty::Owner) => turn.changes.push(Change::Owner { of: crate::trigger::Owned::Contact }),
        Path::Lead(LeadProperty::Owner) => turn.changes.push(Change::Owner { of: crate::trigger::Owned::Lead }),
        _ => {}
    }
    turn.changes.push(Change::Field { path: path.clone(), from: before, to: value });
}

/// The current lead; made, and told to the triggers that watch for new leads, if there is none.
pub(crate) fn lead<'t>(turn: &'t mut Turn<'_>) -> &'t mut Lead {
    if turn.contact().lead().is_none() {
        let lead = turn.state_mut().lead_or_new();
        let (lead, pipeline, stage) = (lead.id.clone(), lead.pipeline.clone(), lead.stage.clone());
        lead_created(turn, lead, pipeline, stage);
    }
    turn.state_mut().lead_or_new()
}

pub(crate) fn lead_created(turn: &mut Turn<'_>, lead: CompactString, pipeline: CompactString, stage: CompactString) {
    turn.facts.push(Fact::LeadCreated { lead, pipeline: pipeline.clone(), stage: stage.clone() });
    turn.changes.push(Change::Stage { pipeline, from: CompactString::default(), to: stage, created: true });
}

/// What stands at a place of the contact.
pub fn read(contact: &Contact, path: &Path) -> Value {
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    match path {
        Path::Var(_) => Value::Null,
        Path::ContactField(name) => contact.fields.get(name.as_str()).cloned().unwrap_or_default(),
        Path::Company(name) => contact.company.get(name.as_str()).cloned().unwrap_or_default(),
        Path::LeadField(name) => contact.lead().and_then(|lead| lead.fields.get(name.as_str())).cloned().unwrap_or_default(),
        Path::Lead(property) => match (contact.lead(), property) {
            (None, _) => Value::Null,
            (Some(lead), LeadProperty::Name) => optional(lead.name.as_deref()),
            (Some(lead), LeadProperty::Price) => lead.price.and_then(plain_number).unwrap_or_default(),
            (Some(lead), LeadProperty::Owner) => optional(lead.owner.as_deref()),
        },
        Path::Contact(property) => match property {
            ContactProperty::Name => optional(contact.name.as_deref()),
            ContactProperty::Email => optional(contact.email.as_deref()),
            ContactProperty::Phone => optional(contact.phone()),
            ContactProperty::Language => optional(contact.language.as_deref()),
            ContactProperty::OptedIn => contact.opted_in.map_or(Value::Null, Value::Bool),
            ContactProperty::Owner => optional(contact.owner.as_deref()),
        },
    }
}

fn put(map: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        map.remove(name);
    } else {
        map.insert(name.to_owned(), value);
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum::<usize>() + values.len(),
        Value::Object(values) => values.iter().map(|(key, value)| key.len() + size(value)).sum::<usize>() + values.len(),
        _ => 8,
    }
}

/// What a place holds; None: whatever is written.
fn kind_of(turn: &Turn<'_>, path: &Path) -> Option<VariableKind> {
    match path {
        Path::Var(name) => turn.bot()?.document.variables.get(name.as_str()).map(|variable| variable.kind),
        Path::ContactField(name) => turn.environment().contact_fields.get(name.as_str()).map(|field| field.kind),
        Path::LeadField(name) => turn.environment().lead_fields.get(name.as_str()).map(|field| field.kind),
        Path::Company(_) => None,
        Path::Contact(ContactProperty::OptedIn) => Some(VariableKind::Boolean),
        Path::Lead(LeadProperty::Price) => Some(VariableKind::Number),
        Path::Contact(_) | Path::Lead(_) => Some(VariableKind::Text),
    }
}

fn convert(turn: &Turn<'_>, path: &Path, value: Value) -> Result<Value, Stop> {
    // An empty text is nothing where no text is: a customer who leaves out an answer has no e-mail, and no price.
    let nothing =
        value.is_null() || (value.as_str().is_some_and(|text| text.trim().is_empty()) && !keeps_empty_texts(turn, path));
    if nothing {
        return Ok(Value::Null);
    }
    let refused = |what: &str| {
        let shown: String = plain_text(&value).chars().take(60).collect();
        Failure::new("conversion", format!("`{path}` has to be {what}; {shown:?} is not"))
    };
    let state = &turn.state;
    if *path == Path::Contact(ContactProperty::Phone) {
        let phone = find::phone(&plain_text(&value), Facts::country(&**state));
        return phone.map(Value::from).ok_or_else(|| refused("a phone number").into());
    }
    let Some(kind) = kind_of(turn, path) else { return Ok(value) };
    to_kind(state, kind, &value).ok_or_else(|| refused(name_of(kind)).into())
}

/// Variables may hold an empty text; what is known of a contact, lead or company is known or missing.
fn keeps_empty_texts(turn: &Turn<'_>, path: &Path) -> bool {
    matches!(path, Path::Var(_)) && matches!(kind_of(turn, path), None | Some(VariableKind::Text))
}

/// A value as a kind holds it, read by the bot's language; None when it can't be converted.
pub(crate) fn to_kind(state: &State, kind: VariableKind, value: &Value) -> Option<Value> {
    converted(kind, value, state.own_language(), || Facts::now(state).date())
}

fn name_of(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Text => "a text",
        VariableKind::Integer => "a whole number",
        VariableKind::Number => "a number",
        VariableKind::Boolean => "true or false",
        VariableKind::Date => "a date",
        VariableKind::List => "a list",
        VariableKind::Map => "a map",
    }
}

/// A value as a kind holds it; None when it can't be converted.
fn converted(kind: VariableKind, value: &Value, language: &str, today: impl FnOnce() -> jiff::civil::Date) -> Option<Value> {
    match kind {
        VariableKind::Text => match value {
            Value::String(_) => Some(value.clone()),
            Value::Object(_) => None,
            other => Some(Value::from(plain_text(other))),
        },
        VariableKind::Integer => match value {
            Value::Number(number) if number.is_i64() => Some(value.clone()),
            Value::Number(number) => {
                let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
                Some(Value::from(number as i64))
            }
            Value::String(text) => find::integer(text, language).map(Value::from),
            _ => None,
        },
        VariableKind::Number => match value {
            Value::Number(number) => number.as_f64().and_then(plain_number),
            Value::String(text) => find::number(text, language).and_then(plain_number),
            _ => None,
        },
        VariableKind::Boolean => match value {
            Value::Bool(_) => Some(value.clone()),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
            _ => None,
        },
        VariableKind::Date => match value {
            Value::String(text) => find::date(text, language, today()).map(|date| Value::from(date.to_string())),
            _ => None,
        },
        VariableKind::List => value.is_array().then(|| value.clone()),
        VariableKind::Map => value.is_object().then(|| value.clone()),
    }
}

/// A number as JSON; a whole one without a fraction.
pub fn plain_number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}
