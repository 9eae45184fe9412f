//! The API: one handler takes every request, so that all are counted, paced and refused alike.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State as Extract,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    LIST, Shared, TOKEN, lists, shape,
    state::{Mistake, State, Told, now},
    webhook,
};

/// Requests that an account may make in a second.
const PER_SECOND: usize = 7;
/// Of those that left within another second, so many may arrive within this one: a machine that has much to do delays each in its own way.
const LATE: usize = 2;
/// Entities of one request.
const MAX_BATCH: usize = 250;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer).with_state(shared)
}

/// An answer, and what webhooks tell of it.
type Done = Result<(StatusCode, Value, Vec<Told>), (StatusCode, Vec<Mistake>)>;

async fn answer(Extract(shared): Extract<Arc<Shared>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let (status, json, told, is_lost, gate) = {
        let mut state = shared.lock();
        let named = |list: &mut Vec<(String, String)>| {
            let place = list.iter().position(|(wanted, end)| method.as_str() == wanted && uri.path().ends_with(end.as_str()));
            place.map(|place| list.remove(place)).is_some()
        };
        let (status, json, told) = take(&mut state, &method, &uri, &headers, &body);
        *state.answers.entry(status.as_u16()).or_default() += 1;
        let is_done = status.is_success();
        let is_lost = is_done && named(&mut state.lost);
        let gate = (is_done && named(&mut state.held)).then(|| state.gate.clone());
        (status, json, told, is_lost, gate)
    };
    webhook::tell(&shared, told);
    if let Some(gate) = gate {
        gate.notified().await;
    }
    if is_lost {
        return (StatusCode::BAD_GATEWAY, "the answer is lost").into_response();
    }
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let kind = if status.is_success() { "application/hal+json" } else { "application/problem+json" };
    (status, [(header::CONTENT_TYPE, kind)], Json(json)).into_response()
}

fn problem(status: StatusCode, title: &str, mistakes: &[Mistake]) -> Value {
    let errors: Vec<Value> =
        mistakes.iter().map(|(code, path, detail)| json!({"code": code, "path": path, "detail": detail})).collect();
    let mut problem = json!({"title": title, "type": "https://httpstatus.es", "status": status.as_u16(), "detail": title});
    if !errors.is_empty() {
        problem["validation-errors"] = json!([{"request_id": "0", "errors": errors}]);
    }
    problem
}

fn take(state: &mut State, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> (StatusCode, Value, Vec<Told>) {
    let no = |status: StatusCode, title: &str| (status, problem(status, title, &[]), Vec::new());
    if state.is_off {
        return no(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable");
    }
    let second = Instant::now().checked_sub(Duration::from_secs(1));
    while state.recent.front().is_some_and(|at| second.is_some_and(|second| *at <= second)) {
        state.recent.pop_front();
    }
    if state.recent.len() >= PER_SECOND + LATE {
        return no(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    }
    state.recent.push_back(Instant::now());
    let authorized = headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Bearer {TOKEN}").as_str());
    if !authorized {
        return no(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let given: Value = match body {
        [] => Value::Null,
        body => match serde_json::from_slice(body) {
            Ok(given) => given,
            Err(_) => return no(StatusCode::BAD_REQUEST, "The request body is no JSON"),
        },
    };
    let path: Vec<&str> = uri.path().trim_start_matches("/api/v4/").split('/').collect();
    let query = uri.query().unwrap_or_default();
    match dispatch(state, method, &path, query, &given) {
        Ok(done) => {
            state.requests.push(format!("{method} {}", uri.path()));
            done
        }
        Err((status, mistakes)) => {
            let title = match status {
                StatusCode::NOT_FOUND => "Not Found",
                StatusCode::FORBIDDEN => "Forbidden",
                _ => "Request validation failed",
            };
            (status, problem(status, title, &mistakes), Vec::new())
        }
    }
}

fn dispatch(state: &mut State, method: &Method, path: &[&str], query: &str, given: &Value) -> Done {
    let ok = |value: Value| Ok((StatusCode::OK, value, Vec::new()));
    let missing = || Err((StatusCode::NOT_FOUND, Vec::new()));
    match (method.as_str(), path) {
        ("GET", ["account"]) => ok(state.account.itself(query)),
        ("GET", ["leads", "pipelines"]) => ok(state.account.pipelines()),
        ("GET", ["users" | "webhooks"]) if !state.account.is_admin => Err((StatusCode::FORBIDDEN, Vec::new())),
        ("GET", ["users"]) => ok(state.account.users()),
        ("GET", ["webhooks"]) => match state.account.webhooks() {
            Some(webhooks) => ok(webhooks),
            None => Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new())),
        },
        ("GET", [entity @ ("leads" | "contacts" | "companies"), "custom_fields"]) => match shape::fields(entity) {
            fields if fields.is_empty() => Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new())),
            fields => ok(json!({"_page": 1, "_embedded": {"custom_fields": fields}})),
        },
        ("POST", ["leads", "complex"]) => make_leads(state, given),
        ("POST", ["contacts"]) => make_contacts(state, given),
        ("GET", ["contacts"]) => {
            let found = state.contacts.iter().filter(|(_, contact)| lists::is_found(contact, query));
            let found: Vec<Value> = found.map(|(id, contact)| with_leads(state, *id, contact, query)).collect();
            ok_or_none(found.iter(), "contacts")
        }
        ("GET", ["catalogs", list, "elements"]) if *list == LIST.to_string() => {
            ok_or_none(lists::elements(state, query), "elements")
        }
        ("GET", ["companies"]) => {
            ok_or_none(state.companies.values().filter(|company| lists::is_found(company, query)), "companies")
        }
        ("POST", ["companies"]) => {
            let made = lists::make(state, batch(given)?).map_err(invalid)?;
            ok(json!({"_embedded": {"companies": made}}))
        }
        ("GET", ["companies", id]) => match id.parse().ok().and_then(|id: u64| state.companies.get(&id)) {
            Some(company) => ok(company.clone()),
            None => Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new())),
        },
        ("PATCH", ["companies", id]) => {
            let id = id.parse().unwrap_or_default();
            // Webhooks of companies go elsewhere.
            state.change("companies", id, given).map_err(invalid)?;
            ok(json!({"id": id, "updated_at": now()}))
        }
        ("PATCH", [entity @ ("leads" | "contacts")]) => patch_all(state, entity, given),
        (_, [entity @ ("leads" | "contacts"), id, rest @ ..]) => {
            let Ok(id) = id.parse::<u64>() else { return missing() };
            let list = if *entity == "leads" { &state.leads } else { &state.contacts };
            let Some(found) = list.get(&id) else {
                // Kommo has nothing to say of what is not there.
                let is_read = method == Method::GET && rest.is_empty();
                return if is_read { Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new())) } else { missing() };
            };
            match (method.as_str(), rest) {
                ("GET", []) => {
                    let mut found = with_leads(state, id, found, if *entity == "contacts" { query } else { "" });
                    if *entity == "leads" && !query.contains("with=contacts") {
                        found["_embedded"].as_object_mut().expect("it has one").shift_remove("contacts");
                    }
                    if !query.contains("catalog_elements") {
                        found["_embedded"].as_object_mut().expect("it has one").shift_remove("catalog_elements");
                    } else if found["_embedded"]["catalog_elements"].is_null() {
                        found["_embedded"]["catalog_elements"] = json!([]);
                    }
                    ok(found)
                }
                ("PATCH", []) => {
                    let told = state.change(entity, id, given).map_err(invalid)?;
                    let list = if *entity == "leads" { &state.leads } else { &state.contacts };
                    Ok((StatusCode::OK, json!({"id": id, "updated_at": list[&id]["updated_at"]}), told))
                }
                ("GET", ["links"]) => ok(json!({"_embedded": {"links": lists::links(state, entity, id)}})),
                ("POST", ["link"]) => {
                    let links = lists::change(state, entity, id, batch(given)?, true).map_err(invalid)?;
                    ok(json!({"_total_items": links.len(), "_embedded": {"links": links}}))
                }
                ("POST", ["unlink"]) => {
                    lists::change(state, entity, id, batch(given)?, false).map_err(invalid)?;
                    Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new()))
                }
                ("GET", ["notes"]) => {
                    ok_or_none(state.notes.iter().filter(|note| note["entity_id"] == id && note["entity"] == *entity), "notes")
                }
                ("POST", ["notes"]) => add_notes(state, entity, id, given),
                _ => missing(),
            }
        }
        ("GET", ["tasks"]) => {
            ok_or_none(state.tasks.iter().filter(|task| query.contains(&task["entity_id"].to_string())), "tasks")
        }
        ("POST", ["tasks"]) => add_tasks(state, given),
        ("PATCH", ["tasks", id]) => change_task(state, id, given),
        ("POST", ["salesbot", _, "continue", _]) => {
            check_continue(given).map_err(invalid)?;
            state.continued.push(given.clone());
            Ok((StatusCode::ACCEPTED, Value::Null, Vec::new()))
        }
        _ => missing(),
    }
}

fn invalid(mistake: Mistake) -> (StatusCode, Vec<Mistake>) {
    let status = if mistake.0 == "NotFound" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    (status, vec![mistake])
}

/// 204 where there is none.
fn ok_or_none<'a>(found: impl Iterator<Item = &'a Value>, name: &str) -> Done {
    let found: Vec<Value> = found.cloned().collect();
    if found.is_empty() {
        return Ok((StatusCode::NO_CONTENT, Value::Null, Vec::new()));
    }
    Ok((StatusCode::OK, json!({"_page": 1, "_embedded": {name: found}}), Vec::new()))
}

/// A contact as it is read, with its leads where they are asked for.
fn with_leads(state: &State, id: u64, contact: &Value, query: &str) -> Value {
    let mut contact = contact.clone();
    if query.contains("with=leads") {
        contact["_embedded"]["leads"] = state.leads_of(id).into();
    }
    contact
}

fn batch(given: &Value) -> Result<&Vec<Value>, (StatusCode, Vec<Mistake>)> {
    let wrong = || invalid(("InvalidType".to_owned(), String::new(), "A list of 1 to 250 is expected.".to_owned()));
    given.as_array().filter(|list| !list.is_empty() && list.len() <= MAX_BATCH).ok_or_else(wrong)
}

fn make_leads(state: &mut State, given: &Value) -> Done {
    let (mut made, mut told) = (Vec::new(), Vec::new());
    for lead in batch(given)? {
        shape::check("leads", lead, "0.").map_err(invalid)?;
        state.check_stage(lead).map_err(invalid)?;
        let contact = &lead["_embedded"]["contacts"][0];
        let contact = match contact["id"].as_u64() {
            Some(id) if !state.contacts.contains_key(&id) => {
                return Err(invalid((
                    "NotSupportedChoice".to_owned(),
                    "0._embedded.contacts.0.id".to_owned(),
                    "No such contact.".to_owned(),
                )));
            }
            Some(id) => id,
            None => state.add_contact(contact),
        };
        let id = state.add_lead(lead, contact);
        told.push(state.told_added("leads", id));
        made.push(json!({"id": id, "contact_id": contact, "company_id": null, "request_id": ["0"], "merged": false}));
    }
    Ok((StatusCode::OK, made.into(), told))
}

fn make_contacts(state: &mut State, given: &Value) -> Done {
    let mut made = Vec::new();
    for contact in batch(given)? {
        shape::check("contacts", contact, "0.").map_err(invalid)?;
        made.push(json!({"id": state.add_contact(contact), "request_id": "0"}));
    }
    Ok((StatusCode::OK, json!({"_embedded": {"contacts": made}}), Vec::new()))
}

/// All or none.
fn patch_all(state: &mut State, entity: &str, given: &Value) -> Done {
    let mut told = Vec::new();
    let list = batch(given)?;
    let bare = |one: &Value| {
        let mut one = one.as_object().cloned().unwrap_or_default();
        one.shift_remove("id");
        Value::Object(one)
    };
    for one in list {
        shape::check(entity, &bare(one), "0.").map_err(invalid)?;
    }
    for one in list {
        told.extend(state.change(entity, one["id"].as_u64().unwrap_or_default(), &bare(one)).map_err(invalid)?);
    }
    let changed: Vec<Value> = list.iter().map(|one| json!({"id": one["id"], "updated_at": now()})).collect();
    Ok((StatusCode::OK, json!({"_embedded": {entity: changed}}), told))
}

fn only(given: &Value, known: &[&str]) -> Result<Map<String, Value>, (StatusCode, Vec<Mistake>)> {
    let object = given.as_object().cloned().unwrap_or_default();
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(invalid(("UnexpectedField".to_owned(), key.clone(), "This field was not expected.".to_owned()))),
        None => Ok(object),
    }
}

fn add_notes(state: &mut State, entity: &str, id: u64, given: &Value) -> Done {
    for note in batch(given)? {
        let mut note = only(note, &["note_type", "params", "request_id"])?;
        if note.get("note_type") != Some(&json!("common")) || !note["params"]["text"].is_string() {
            return Err(invalid(("InvalidType".to_owned(), "0.params.text".to_owned(), "A text is expected.".to_owned())));
        }
        note.extend([
            ("entity_id".to_owned(), id.into()),
            ("entity".to_owned(), entity.into()),
            ("created_at".to_owned(), now().into()),
        ]);
        state.notes.push(note.into());
    }
    Ok((StatusCode::OK, json!({"_embedded": {"notes": [{"id": state.take_id()}]}}), Vec::new()))
}

fn add_tasks(state: &mut State, given: &Value) -> Done {
    let mut made = Vec::new();
    for task in batch(given)? {
        let known = ["text", "complete_till", "entity_id", "entity_type", "task_type_id", "responsible_user_id", "request_id"];
        let mut task = only(task, &known)?;
        let fits = task.get("text").is_some_and(Value::is_string) && task.get("complete_till").is_some_and(Value::is_i64);
        if !fits {
            return Err(invalid(("InvalidType".to_owned(), "0".to_owned(), "A text and a time are expected.".to_owned())));
        }
        let id = state.take_id();
        made.push(json!({"id": id}));
        task.insert("id".to_owned(), id.into());
        task.insert("created_at".to_owned(), now().into());
        state.tasks.push(task.into());
    }
    Ok((StatusCode::OK, json!({"_embedded": {"tasks": made}}), Vec::new()))
}

fn change_task(state: &mut State, id: &str, given: &Value) -> Done {
    let change = only(given, &["is_completed", "result", "text", "complete_till", "task_type_id", "responsible_user_id"])?;
    let found = state.tasks.iter_mut().find(|task| task["id"].as_u64().map(|known| known.to_string()).as_deref() == Some(id));
    let Some(task) = found.and_then(Value::as_object_mut) else { return Err((StatusCode::NOT_FOUND, Vec::new())) };
    if change.get("result").is_some_and(|result| !result["text"].is_string()) {
        return Err(invalid(("InvalidType".to_owned(), "result.text".to_owned(), "A text is expected.".to_owned())));
    }
    task.extend(change);
    Ok((StatusCode::OK, json!({"id": task["id"], "updated_at": now()}), Vec::new()))
}

fn check_continue(given: &Value) -> Result<(), Mistake> {
    let handlers = given["execute_handlers"].as_array().map_or(&[][..], Vec::as_slice);
    let is_short = |handler: &Value| handler["params"]["value"].as_str().is_none_or(|text| text.chars().count() <= 80);
    if handlers.len() > 10 || !handlers.iter().all(is_short) || !given["data"].is_object() {
        return Err(("InvalidType".to_owned(), "execute_handlers".to_owned(), "Beyond the limits of continue.".to_owned()));
    }
    Ok(())
}
