//! Writing a value to its place: converted to what the place holds, told to the triggers that watch it, kept in the journal.

use std::fmt::Display;

use compact_str::CompactString;
use serde_json::Value;

use crate::{
    bot::{Bot, VariableKind},
    contact::{Contact, Lead},
    expression::{Facts, find, fold, plain_text},
    fact::Fact,
    language,
    moment::Moment,
    path::{ContactProperty, LeadProperty, Path},
    state::State,
    trace::Traced,
    turn::{Change, Failure, Stop, Turn},
};

/// The most bytes that one written value may take; a larger one is the failure `too_large`.
pub const MAX_VALUE_BYTES: usize = 16 * 1024;

/// Writes `value` to `path`, or fails and writes nothing.
pub(crate) fn set(turn: &mut Turn<'_>, path: &Path, value: Value) -> Result<(), Stop> {
    let value = prepare(&turn.state, path, value)?;
    write(turn, path, value);
    Ok(())
}

/// Writes all of these, or fails and writes none.
pub(crate) fn set_all(turn: &mut Turn<'_>, values: Vec<(Path, Value)>) -> Result<(), Stop> {
    let prepared = values.into_iter().map(|(path, value)| prepare(&turn.state, &path, value).map(|value| (path, value)));
    for (path, value) in prepared.collect::<Result<Vec<_>, _>>()? {
        write(turn, &path, value);
    }
    Ok(())
}

/// The value as its place holds it; a failure when it can't be converted, or is too large.
///
/// # Errors
/// `conversion` or `too_large`.
pub fn prepare(state: &State, path: &Path, value: Value) -> Result<Value, Failure> {
    bounded(path, convert(state, path, value)?)
}

/// A value that another bot, a trigger or a caller of the API hands to a variable of `bot`, as that bot holds it. Null is nothing: the
/// variable's default stays.
pub(crate) fn handed_over(bot: &Bot, now: Moment, name: &str, value: Value) -> Result<Value, Failure> {
    let kind = bot.document.variables.get(name).map(|variable| variable.kind);
    let holds_texts = matches!(kind, None | Some(VariableKind::Text));
    if !holds_texts && is_blank(&value) {
        return Ok(Value::Null);
    }
    let path = format!("vars.{name}");
    let value = match kind.filter(|_| !value.is_null()) {
        None => value,
        Some(kind) => converted(kind, &value, &bot.document.language, || now.zoned(&bot.zone).date())
            .ok_or_else(|| refused(&path, name_of(kind), &value))?,
    };
    bounded(path, value)
}

fn bounded(path: impl Display, value: Value) -> Result<Value, Failure> {
    if size(&value) > MAX_VALUE_BYTES {
        return Err(Failure::new("too_large", format!("the value for `{path}` is larger than {MAX_VALUE_BYTES} bytes")));
    }
    Ok(value)
}

fn refused(path: impl Display, what: &str, value: &Value) -> Failure {
    let shown: String = plain_text(value).chars().take(60).collect();
    Failure::new("conversion", format!("`{path}` has to be {what}; {shown:?} is not"))
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Writes a value that [`prepare`] made.
pub(crate) fn write(turn: &mut Turn<'_>, path: &Path, value: Value) {
    let session = turn.session_id();
    let names = turn.environment().crm_names.clone();
    let path = &names.path(path);
    let value = match (path, value) {
        (Path::Contact(ContactProperty::Owner) | Path::Lead(LeadProperty::Owner), Value::String(user)) => {
            names.user(&user).into()
        }
        (_, value) => value,
    };
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
        new_lead(turn);
    }
    turn.state_mut().lead_or_new()
}

/// Makes a new lead in the default pipeline, and tells it to the triggers that watch for new leads.
pub fn new_lead(turn: &mut Turn<'_>) {
    let lead = turn.state_mut().new_lead();
    let (lead, pipeline, stage) = (lead.id.clone(), lead.pipeline.clone(), lead.stage.clone());
    lead_created(turn, lead, pipeline, stage);
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
fn kind_of(state: &State, path: &Path) -> Option<VariableKind> {
    match path {
        Path::Var(name) => state.bot.as_ref()?.document.variables.get(name.as_str()).map(|variable| variable.kind),
        Path::ContactField(name) => {
            let name = state.environment.crm_names.contact_field(name);
            state.environment.contact_fields.get(name).map(|field| field.kind)
        }
        Path::LeadField(name) => {
            let name = state.environment.crm_names.lead_field(name);
            state.environment.lead_fields.get(name).map(|field| field.kind)
        }
        Path::Company(_) => None,
        Path::Contact(ContactProperty::OptedIn) => Some(VariableKind::Boolean),
        Path::Lead(LeadProperty::Price) => Some(VariableKind::Number),
        Path::Contact(_) | Path::Lead(_) => Some(VariableKind::Text),
    }
}

fn convert(state: &State, path: &Path, value: Value) -> Result<Value, Failure> {
    // An empty text is nothing where no text is: a customer who leaves out an answer has no e-mail, and no price.
    if value.is_null() || (is_blank(&value) && !keeps_empty_texts(state, path)) {
        return Ok(Value::Null);
    }
    let found = |found: Option<String>, what: &str| found.map(Value::from).ok_or_else(|| refused(path, what, &value));
    match path {
        Path::Contact(ContactProperty::Phone) => {
            return found(find::phone(&plain_text(&value), Facts::country(state)), "a phone number");
        }
        Path::Contact(ContactProperty::Email) => return found(find::email(&plain_text(&value)), "an e-mail address"),
        Path::Contact(ContactProperty::Language) => {
            let tag = value.as_str().map(str::trim).filter(|text| language::is_tag(text));
            return found(tag.map(str::to_owned), "a language tag such as `pt-BR` or `es`");
        }
        _ => {}
    }
    let Some(kind) = kind_of(state, path) else { return Ok(value) };
    to_kind(state, kind, &value).ok_or_else(|| refused(path, name_of(kind), &value))
}

/// Variables may hold an empty text; what is known of a contact, lead or company is known or missing.
fn keeps_empty_texts(state: &State, path: &Path) -> bool {
    matches!(path, Path::Var(_)) && matches!(kind_of(state, path), None | Some(VariableKind::Text))
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
            Value::Number(number) => yes_or_no(&number.to_string()).map(Value::Bool),
            Value::String(text) => yes_or_no(text).map(Value::Bool),
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

/// What people and other systems write for true and false.
fn yes_or_no(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "true" | "yes" | "sim" | "si" | "1" => Some(true),
        "false" | "no" | "nao" | "0" => Some(false),
        _ => None,
    }
}

/// A number as JSON; a whole one without a fraction.
pub fn plain_number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        testing::{Scene, bot_of, contact},
        turn::Next,
    };

    fn today() -> jiff::civil::Date {
        jiff::civil::date(2026, 3, 2)
    }

    #[test]
    fn values_become_what_their_place_holds() {
        use VariableKind::{Boolean, Date, Integer, List, Map, Number, Text};
        for (kind, value, expected) in [
            (Text, json!("x"), Some(json!("x"))),
            (Text, json!(2.50), Some(json!("2.5"))),
            (Text, json!(true), Some(json!("true"))),
            (Text, json!(["a", 1]), Some(json!("a, 1"))),
            (Text, json!({"a": 1}), None),
            (Integer, json!(12), Some(json!(12))),
            (Integer, json!(12.0), Some(json!(12))),
            (Integer, json!(12.5), None),
            (Integer, json!(u64::MAX), None),
            (Integer, json!("somos 12"), Some(json!(12))),
            (Integer, json!("many"), None),
            (Number, json!("R$ 1.200,50"), Some(json!(1200.5))),
            (Number, json!("7"), Some(json!(7))),
            (Number, json!(100.0), Some(json!(100))),
            (Number, json!(true), None),
            (Boolean, json!(false), Some(json!(false))),
            (Boolean, json!("True"), Some(json!(true))),
            (Boolean, json!("maybe"), None),
            (Boolean, json!("Não."), Some(json!(false))),
            (Boolean, json!("sí"), Some(json!(true))),
            (Boolean, json!(1), Some(json!(true))),
            (Boolean, json!("0"), Some(json!(false))),
            (Boolean, json!(2), None),
            (Date, json!("31/12"), Some(json!("2026-12-31"))),
            (Date, json!("2026-12-31T10:00:00-03:00"), Some(json!("2026-12-31"))),
            (Date, json!("someday"), None),
            (Date, json!(20261231), None),
            (List, json!([1]), Some(json!([1]))),
            (List, json!("a, b"), None),
            (Map, json!({"a": 1}), Some(json!({"a": 1}))),
            (Map, json!([1]), None),
        ] {
            assert_eq!(converted(kind, &value, "pt-BR", today), expected, "{kind:?} {value}");
        }
    }

    fn scene(variables: Value) -> Scene {
        let parts = json!({"country": "BR", "variables": variables});
        Scene::new(bot_of(json!({"type": "stop"}), parts.as_object().unwrap()).unwrap(), contact())
    }

    fn set_in(scene: &mut Scene, values: &[(&str, Value)]) -> Result<(), Stop> {
        let values: Vec<_> = values.iter().map(|(path, value)| (path.parse::<Path>().unwrap(), value.clone())).collect();
        let written = scene.turn(&|_, turn| turn.set_all(values.clone()).map(|()| Next::Go(None)));
        written.map(|_| ())
    }

    #[test]
    fn every_place_reads_back_what_was_written() {
        let mut scene = scene(json!({}));
        for (path, value, expected) in [
            ("contact.name", json!("Ana"), json!("Ana")),
            ("contact.email", json!("ana@example.com"), json!("ana@example.com")),
            ("contact.phone", json!("11 98888-7777"), json!("+5511988887777")),
            ("contact.language", json!("es"), json!("es")),
            ("contact.opted_in", json!("true"), json!(true)),
            ("contact.owner", json!("u1"), json!("u1")),
            ("contact.fields.size", json!([1]), json!([1])),
            ("lead.name", json!("Order"), json!("Order")),
            ("lead.price", json!("12,50"), json!(12.5)),
            ("lead.owner", json!("u2"), json!("u2")),
            ("lead.fields.day", json!("x"), json!("x")),
            ("company.name", json!("Acme"), json!("Acme")),
        ] {
            set_in(&mut scene, &[(path, value)]).unwrap();
            let place = path.parse().unwrap();
            assert_eq!(read(&scene.state.contact, &place), expected, "{path}");
            let (facts, changes) = (scene.facts.len(), scene.changes.len());
            set_in(&mut scene, &[(path, expected)]).unwrap();
            assert_eq!((scene.facts.len(), scene.changes.len()), (facts, changes), "{path}: the same again changes nothing");
            // The phone that the channel knows stays, and is read when the other is cleared.
            let cleared = if path == "contact.phone" { json!("+5511999999999") } else { Value::Null };
            for nothing in [Value::Null, json!(" ")] {
                set_in(&mut scene, &[(path, nothing)]).unwrap();
                assert_eq!(read(&scene.state.contact, &place), cleared, "{path}");
            }
        }
        assert_eq!(scene.state.contact.identity.phone.as_deref(), Some("+5511999999999"));
        assert_eq!(scene.state.contact.leads.len(), 1);
    }

    #[test]
    fn all_are_written_or_none() {
        let mut scene = scene(json!({"size": {"type": "integer"}}));
        let before = scene.state.contact.clone();
        let stop = set_in(&mut scene, &[("contact.name", json!("Bia")), ("lead.name", json!("x")), ("vars.size", json!("many"))])
            .unwrap_err();
        assert!(matches!(&stop, Stop::Failed(failure) if failure.name == "conversion"), "{stop:?}");
        assert_eq!(scene.state.contact, before);
        assert!(scene.facts.is_empty() && scene.changes.is_empty());
    }

    #[test]
    fn a_variable_may_hold_an_empty_text_where_it_holds_texts() {
        let mut scene = scene(json!({"name": {}, "size": {"type": "integer"}}));
        set_in(&mut scene, &[("vars.name", json!("")), ("vars.other", json!("")), ("vars.size", json!(""))]).unwrap();
        assert_eq!(Value::Object(scene.state.frame().unwrap().vars.clone()), json!({"name": "", "other": ""}));
    }

    #[test]
    fn fields_convert_as_the_account_declares_them() {
        let mut scene = scene(json!({}));
        let environment = json!({"contact_fields": {"birthday": {"type": "date"}}, "lead_fields": {"size": {"type": "integer"}}});
        scene.state.environment = std::sync::Arc::new(serde_json::from_value(environment).unwrap());
        set_in(&mut scene, &[("contact.fields.birthday", json!("31/12/1990")), ("lead.fields.size", json!("12 people"))])
            .unwrap();
        assert_eq!(scene.state.contact.fields["birthday"], "1990-12-31");
        assert_eq!(scene.state.contact.lead().unwrap().fields["size"], 12);
        set_in(&mut scene, &[("lead.fields.size", json!("many"))]).unwrap_err();
    }

    #[test]
    fn a_value_has_a_largest_size() {
        let mut scene = scene(json!({}));
        let fits = json!(["x".repeat(MAX_VALUE_BYTES - 1)]);
        set_in(&mut scene, &[("vars.big", fits)]).unwrap();
        let stop = set_in(&mut scene, &[("vars.big", json!(["x".repeat(MAX_VALUE_BYTES)]))]).unwrap_err();
        assert!(matches!(&stop, Stop::Failed(failure) if failure.name == "too_large"), "{stop:?}");
    }

    #[test]
    fn changes_are_told_to_triggers_and_journal() {
        let mut scene = scene(json!({}));
        set_in(&mut scene, &[("contact.opted_in", json!(false)), ("lead.owner", json!("ana")), ("vars.x", json!(1))]).unwrap();
        let path = |path: &str| path.parse::<Path>().unwrap();
        let created = Change::Stage { pipeline: "".into(), from: "".into(), to: "".into(), created: true };
        let expected = [
            Change::Field { path: path("contact.opted_in"), from: Value::Null, to: json!(false) },
            created,
            Change::Owner { of: crate::trigger::Owned::Lead },
            Change::Field { path: path("lead.owner"), from: Value::Null, to: json!("ana") },
        ];
        assert_eq!(scene.changes, expected, "a variable is nobody's business");
        let changed = |path: &str, to: Value| Fact::Changed { path: path.into(), from: Value::Null, to };
        let lead = scene.state.contact.lead().unwrap().id.clone();
        let expected = [
            Fact::OptedIn { opted_in: false },
            changed("contact.opted_in", json!(false)),
            Fact::LeadCreated { lead, pipeline: "".into(), stage: "".into() },
            changed("lead.owner", json!("ana")),
        ];
        assert_eq!(scene.facts, expected);
    }
}
