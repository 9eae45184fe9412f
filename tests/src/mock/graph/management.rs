//! The calls around sending: numbers, profile, subscription, templates, block list.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::mock::error::GraphError;
use crate::mock::lock;
use crate::mock::payload::Number;
use crate::mock::server::Shared;
use crate::mock::templates::{Template, TemplateStatus};

type Object = Path<(String, String)>;
type Answer = Result<Json<Value>, GraphError>;

/// What these calls can change.
#[derive(Debug, Default)]
pub(crate) struct Management {
    /// Profile by number.
    profiles: HashMap<String, Map<String, Value>>,
    /// Public key for flows by number.
    public_keys: HashMap<String, String>,
    /// Blocked customers by number.
    blocked: HashMap<String, BTreeSet<String>>,
}

impl Management {
    pub(crate) fn public_key(&self, number: &str) -> Option<&str> {
        self.public_keys.get(number).map(String::as_str)
    }
}

/// The fields of a number, the business account or a template; `None` for an unknown id.
pub(super) fn fields(shared: &Shared, id: &str, query: &str) -> Option<Value> {
    let all = if let Some(number) = shared.account.number(id) {
        number_fields(number)
    } else if id == shared.account.business_account {
        json!({"id": id, "name": "Mock business", "timezone_id": "1", "message_template_namespace": "mock"})
    } else {
        lock(&shared.templates).list().iter().find(|template| template.id == id)?.to_json()
    };
    let wanted = query.split('&').find_map(|pair| pair.strip_prefix("fields="));
    let Some(wanted) = wanted else {
        return Some(all);
    };
    let decoded = wanted.replace("%2C", ",").replace("%2c", ",");
    let wanted: Vec<&str> = decoded.split(',').collect();
    let members = all.as_object()?.iter().filter(|(name, _)| *name == "id" || wanted.contains(&name.as_str()));
    Some(Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect()))
}

fn number_fields(number: &Number) -> Value {
    let level = if number.throughput > 80 { "HIGH" } else { "STANDARD" };
    json!({
        "id": number.id,
        "verified_name": "Mock business",
        "code_verification_status": "VERIFIED",
        "display_phone_number": format!("+{}", number.display),
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": level},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "name_status": "APPROVED",
        "is_on_biz_app": number.throughput < 80,
        "status": "CONNECTED",
        "health_status": {"can_send_message": "AVAILABLE"},
    })
}

pub(super) async fn phone_numbers(State(shared): State<Arc<Shared>>, Path((version, id)): Object, headers: HeaderMap) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    Ok(list(shared.account.numbers.iter().map(number_fields).collect()))
}

pub(super) async fn profile(State(shared): State<Arc<Shared>>, Path((version, id)): Object, headers: HeaderMap) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    let mut profile = lock(&shared.management).profiles.get(&id).cloned().unwrap_or_default();
    profile.insert("messaging_product".to_owned(), "whatsapp".into());
    Ok(Json(json!({"data": [profile]})))
}

/// The members of a profile and their longest text (Cloud API, Business profiles).
const PROFILE: &[(&str, usize)] = &[
    ("about", 139),
    ("address", 256),
    ("description", 512),
    ("email", 128),
    ("vertical", 64),
    ("profile_picture_handle", 4_096),
];

pub(super) async fn change_profile(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Json(changes): Json<Map<String, Value>>,
) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    for (name, value) in &changes {
        let limit = PROFILE.iter().find(|(known, _)| known == name).map(|(_, limit)| *limit);
        match (name.as_str(), limit, value.as_str()) {
            ("messaging_product" | "websites", ..) => {}
            (_, None, _) => {
                return Err(GraphError::new(100, format!("Unexpected key {name} on param profile")));
            }
            (_, Some(limit), Some(text)) if text.encode_utf16().count() <= limit => {}
            (_, Some(limit), _) => {
                return Err(GraphError::invalid(format!("Param {name} must be a text of at most {limit} characters")));
            }
        }
    }
    let mut management = lock(&shared.management);
    let profile = management.profiles.entry(id).or_default();
    profile.extend(changes.into_iter().filter(|(name, _)| name != "messaging_product"));
    Ok(success())
}

#[derive(Deserialize)]
pub(super) struct Encryption {
    business_public_key: String,
}

pub(super) async fn set_encryption(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Form(form): Form<Encryption>,
) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    if !form.business_public_key.contains("BEGIN PUBLIC KEY") {
        return Err(GraphError::new(100, "business_public_key must be a 2048-bit RSA public key in PEM form"));
    }
    lock(&shared.management).public_keys.insert(id, form.business_public_key);
    Ok(success())
}

pub(super) async fn encryption(State(shared): State<Arc<Shared>>, Path((version, id)): Object, headers: HeaderMap) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    let management = lock(&shared.management);
    let key = management.public_key(&id);
    let status = key.map(|_| "VALID");
    Ok(Json(json!({"business_public_key": key, "business_public_key_signature_status": status})))
}

pub(super) async fn subscribed_apps(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    let (subscribed, override_url) = shared.hooks.subscription();
    if !subscribed {
        return Ok(list(Vec::new()));
    }
    let mut app = json!({"whatsapp_business_api_data": {"id": "1", "name": "Mock app", "link": "https://example.com"}});
    if let Some(url) = override_url {
        app["override_callback_uri"] = url.into();
    }
    Ok(list(vec![app]))
}

#[derive(Default, Deserialize)]
struct Subscription {
    override_callback_uri: Option<String>,
    verify_token: Option<String>,
}

/// The body may be absent. An override address is asked to verify itself first.
pub(super) async fn subscribe(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    body: String,
) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    let subscription: Subscription = if body.trim().is_empty() {
        Subscription::default()
    } else {
        serde_json::from_str(&body).map_err(|error| GraphError::new(100, error.to_string()))?
    };
    if let Some(url) = &subscription.override_callback_uri {
        let challenge = shared.chance.object_id();
        let verified = shared.hooks.verify(url, &challenge, subscription.verify_token.as_deref()).await;
        verified.map_err(|error| GraphError::new(100, error.to_string()))?;
    }
    shared.hooks.subscribe(subscription.override_callback_uri);
    Ok(success())
}

pub(super) async fn unsubscribe(State(shared): State<Arc<Shared>>, Path((version, id)): Object, headers: HeaderMap) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    shared.hooks.unsubscribe();
    Ok(success())
}

#[derive(Deserialize)]
pub(super) struct TemplateQuery {
    name: Option<String>,
    language: Option<String>,
    status: Option<TemplateStatus>,
    category: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
    hsm_id: Option<String>,
}

/// Templates in a page unless the call asks for another number (Graph API, paging).
const PAGE: usize = 25;

pub(super) async fn templates(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Query(query): Query<TemplateQuery>,
) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    let templates = lock(&shared.templates);
    let fits = |template: &&Template| {
        query.name.as_ref().is_none_or(|name| template.name.contains(name.as_str()))
            && query.language.as_ref().is_none_or(|language| *language == template.language)
            && query.status.is_none_or(|status| status == template.status)
            && query.category.as_ref().is_none_or(|category| category.eq_ignore_ascii_case(&template.category))
    };
    let fitting: Vec<&Template> = templates.list().iter().filter(fits).collect();
    let start = query.after.as_ref().and_then(|after| after.parse().ok()).unwrap_or(0_usize);
    let limit = query.limit.unwrap_or(PAGE).max(1);
    let page: Vec<Value> = fitting.iter().skip(start).take(limit).map(|template| template.to_json()).collect();
    let end = start + page.len();
    let mut paging = json!({"cursors": {"before": start.to_string(), "after": end.to_string()}});
    if end < fitting.len() {
        let address = shared.address;
        paging["next"] = format!("http://{address}/{version}/{id}/message_templates?limit={limit}&after={end}").into();
    }
    Ok(Json(json!({"data": page, "paging": paging})))
}

/// A created template waits for its review: the test decides by changing its status.
pub(super) async fn create_template(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Json(mut definition): Json<Value>,
) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    if let Some(members) = definition.as_object_mut() {
        members.insert("status".to_owned(), "PENDING".into());
    }
    let template = Template::read(&definition).map_err(|error| GraphError::new(100, error.to_string()))?;
    let listed = shared.put_template(template);
    Ok(Json(json!({"id": listed["id"], "status": listed["status"], "category": listed["category"]})))
}

pub(super) async fn delete_template(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Query(query): Query<TemplateQuery>,
) -> Answer {
    shared.account_of_call(&version, &id, &headers)?;
    let name = query.name.ok_or_else(|| GraphError::new(100, "The parameter name is required"))?;
    if lock(&shared.templates).remove(&name, query.hsm_id.as_deref()) {
        Ok(success())
    } else {
        Err(GraphError::unknown_object(&name))
    }
}

#[derive(Deserialize)]
pub(super) struct BlockUsers {
    block_users: Vec<BlockUser>,
}

#[derive(Deserialize)]
struct BlockUser {
    user: String,
}

pub(super) async fn blocked(State(shared): State<Arc<Shared>>, Path((version, id)): Object, headers: HeaderMap) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    let management = lock(&shared.management);
    let users = management.blocked.get(&id).into_iter().flatten();
    Ok(list(users.map(|user| json!({"messaging_product": "whatsapp", "wa_id": user})).collect()))
}

/// Only who wrote within the last day can be blocked (Cloud API, Block Users API); the others are listed as failed.
pub(super) async fn block(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Json(call): Json<BlockUsers>,
) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    let now = shared.clock.now();
    let (mut added, mut failed) = (Vec::new(), Vec::new());
    for BlockUser { user } in call.block_users {
        let wa_id = shared.wa_id(&user);
        if lock(&shared.windows).is_open(&id, &wa_id, now) {
            lock(&shared.management).blocked.entry(id.clone()).or_default().insert(wa_id.clone());
            added.push(json!({"input": user, "wa_id": wa_id}));
        } else {
            let errors = [json!({"code": 139103, "message": "The user has not written within the last 24 hours"})];
            failed.push(json!({"input": user, "wa_id": wa_id, "errors": errors}));
        }
    }
    let mut users = json!({"added_users": added});
    if !failed.is_empty() {
        users["failed_users"] = failed.into();
    }
    Ok(Json(json!({"messaging_product": "whatsapp", "block_users": users})))
}

pub(super) async fn unblock(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Object,
    headers: HeaderMap,
    Json(call): Json<BlockUsers>,
) -> Answer {
    shared.number_of_call(&version, &id, &headers)?;
    let mut management = lock(&shared.management);
    let blocked = management.blocked.entry(id).or_default();
    let mut removed = Vec::new();
    for BlockUser { user } in call.block_users {
        let wa_id = shared.wa_id(&user);
        if blocked.remove(&wa_id) {
            removed.push(json!({"input": user, "wa_id": wa_id}));
        }
    }
    Ok(Json(json!({"messaging_product": "whatsapp", "block_users": {"removed_users": removed}})))
}

/// The webhook change that tells a template's new status.
pub(crate) fn status_change(template: &Template) -> Value {
    json!({"field": "message_template_status_update", "value": {
        "event": template.status,
        "message_template_id": template.id.parse::<u64>().unwrap_or_default(),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": "NONE",
    }})
}

/// The webhook change that tells a template's new category.
pub(crate) fn category_change(template: &Template, category: &str) -> Value {
    json!({"field": "template_category_update", "value": {
        "message_template_id": template.id.parse::<u64>().unwrap_or_default(),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "previous_category": template.category,
        "new_category": category,
    }})
}

fn list(data: Vec<Value>) -> Json<Value> {
    Json(json!({"data": data, "paging": {"cursors": {"before": "0", "after": data.len().to_string()}}}))
}

fn success() -> Json<Value> {
    Json(json!({"success": true}))
}
