//! One made-up webhook for each kind, and what becomes of it.

use serde_json::{Value, json};
use steps::{
    event::{Content, Delivery, EventKind, Inbound},
    ids::{ContactId, EntryId, EventId},
    message::MediaKind,
    moment::Moment,
};
use whatsapp::{
    callback,
    webhook::{Incoming, Item, Meaning, Notice, Quarantined, read},
};

/// 20 November 2026, 12:00:10 UTC; the fixtures' messages are ten seconds older.
pub(crate) const ARRIVED: Moment = Moment(1_795_176_010_000);
pub(crate) const SENT: &str = "1795176000";

pub(crate) fn change(field: &str, value: Value) -> Value {
    json!({"field": field, "value": value})
}

pub(crate) fn webhook(changes: &[Value]) -> Vec<u8> {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "2001", "changes": changes}]}).to_string().into_bytes()
}

fn items(field: &str, value: Value) -> Vec<Item> {
    read(&webhook(&[change(field, value)]), ARRIVED).unwrap()
}

fn one<T: std::fmt::Debug>(mut items: Vec<T>) -> T {
    assert_eq!(items.len(), 1, "{items:#?}");
    items.remove(0)
}

fn event(field: &str, value: Value) -> Incoming {
    match one(items(field, value)) {
        Item::Event(incoming) => incoming,
        other => panic!("no event: {other:#?}"),
    }
}

fn notice(field: &str, value: Value) -> Notice {
    match one(items(field, value)) {
        Item::Notice(notice) => notice,
        other => panic!("no notice: {other:#?}"),
    }
}

pub(crate) fn quarantined(field: &str, value: Value) -> Quarantined {
    match one(items(field, value)) {
        Item::Quarantined(quarantined) => quarantined,
        other => panic!("not quarantined: {other:#?}"),
    }
}

pub(crate) fn metadata() -> Value {
    json!({"display_phone_number": "551130000000", "phone_number_id": "1001"})
}

fn contacts() -> Value {
    json!([{"profile": {"name": "Ana Souza"}, "wa_id": "5511987654321", "user_id": "BR.77"}])
}

/// A value with one message of Ana's, to which `extra` is added.
pub(crate) fn message(extra: Value) -> Value {
    let mut message = json!({"from": "5511987654321", "id": "wamid.A1", "timestamp": SENT});
    message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"messaging_product": "whatsapp", "metadata": metadata(), "contacts": contacts(), "messages": [message]})
}

fn inbound(extra: Value) -> Inbound {
    match event("messages", message(extra)).event.kind {
        EventKind::Message(inbound) => inbound,
        other => panic!("no message: {other:#?}"),
    }
}

fn content(extra: Value) -> Content {
    inbound(extra).content
}

fn status(extra: Value) -> Value {
    let mut status = json!({"id": "wamid.B1", "status": "delivered", "timestamp": SENT, "recipient_id": "5511987654321"});
    status.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"metadata": metadata(), "statuses": [status]})
}

#[test]
fn a_message_names_account_number_and_customer() {
    let incoming = event("messages", message(json!({"type": "text", "text": {"body": "Oi"}})));
    insta::assert_debug_snapshot!(incoming);
}

#[test]
fn every_kind_of_content() {
    let messages = [
        json!({"type": "text", "text": {"body": "Oi"}}),
        json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "s1:buy", "title": "Comprar"}}}),
        json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "s1:am", "title": "Manhã", "description": "8 às 12"}}}),
        json!({"type": "interactive", "interactive": {"type": "carousel_reply", "carousel_reply": {"id": "c1", "title": "Quero"}}}),
        json!({"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}}),
        json!({"type": "interactive", "interactive": {"type": "payment_method", "payment_method": {"payment_method": "pix"}}}),
        json!({"type": "button", "button": {"payload": "s1:yes", "text": "Sim"}}),
        json!({"type": "button", "button": {"text": "Sim"}}),
        json!({"type": "image", "image": {"id": "501", "mime_type": "image/jpeg", "sha256": "qq==", "caption": "Meu cacto"}}),
        json!({"type": "audio", "audio": {"id": "502", "mime_type": "audio/ogg; codecs=opus", "voice": true}}),
        json!({"type": "audio", "audio": {"id": "503", "voice": false}}),
        json!({"type": "video", "video": {"id": "504"}}),
        json!({"type": "document", "document": {"id": "505", "filename": "nota.pdf"}}),
        json!({"type": "sticker", "sticker": {"id": "506", "animated": true}}),
        json!({"type": "location", "location": {"latitude": -23.56, "longitude": "-46.65", "name": "Masp"}}),
        json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Bia"}}]}),
        json!({"type": "contacts", "contacts": [{"origin": "contact_request", "phones": [{"phone": "+55 11 98765-4321"}]}]}),
        json!({"type": "order", "order": {"catalog_id": "c", "text": "Hoje", "product_items": [{"product_retailer_id": "p", "quantity": 2, "item_price": "9.9", "currency": "BRL"}]}}),
        json!({"type": "reaction", "reaction": {"message_id": "wamid.B1", "emoji": "👍"}}),
        json!({"type": "reaction", "reaction": {"message_id": "wamid.B1", "emoji": ""}}),
        json!({"type": "edit", "edit": {"original_message_id": "wamid.A0", "message": {"type": "text", "text": {"body": "Olá"}}}}),
        json!({"type": "edit", "edit": {"original_message_id": "wamid.A0", "message": {"type": "image", "image": {"caption": "Nova"}}}}),
        json!({"type": "revoke", "revoke": {"original_message_id": "wamid.A0"}}),
        json!({"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported"}], "unsupported": {"type": "poll"}}),
        json!({"type": "unknown", "errors": [{"code": 131051}]}),
        json!({"type": "request_welcome"}),
        json!({"type": "hologram", "hologram": {"depth": 3}}),
    ];
    let read: Vec<Content> = messages.into_iter().map(content).collect();
    insta::assert_json_snapshot!(read);
}

#[test]
fn a_form_is_parsed_a_second_time() {
    let form = |json: Value| {
        content(
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": json}}}),
        )
    };
    let Content::Form { answers, token, name } = form(json!(r#"{"day":"2026-11-23","people":4,"flow_token":"t1"}"#)) else {
        panic!()
    };
    assert_eq!((answers["day"].as_str(), answers["people"].as_i64(), answers.len()), (Some("2026-11-23"), Some(4), 2));
    assert_eq!((token.as_deref(), name.as_deref()), (Some("t1"), Some("flow")));
    for raw in ["{\"day\":", "", "[1]", &"[".repeat(10_000)] {
        let Content::Form { answers, token, .. } = form(json!(raw)) else { panic!() };
        assert_eq!((answers["response_json"].as_str(), token), (Some(raw), None));
    }
    let Content::Form { answers, .. } = form(Value::Null) else { panic!() };
    assert!(answers.is_empty());
}

#[test]
fn what_surrounds_a_message_is_kept() {
    let text = |extra: Value| {
        let mut message = json!({"type": "text", "text": {"body": "Oi"}});
        message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        inbound(message)
    };
    assert_eq!(text(json!({"context": {"from": "551130000000", "id": "wamid.B1"}})).reply_to, Some("wamid.B1".into()));
    assert!(text(json!({"context": {"forwarded": true}})).forwarded);
    assert!(text(json!({"context": {"frequently_forwarded": true}})).forwarded);
    assert_eq!(text(json!({"group_id": "g1"})).group.as_deref(), Some("g1"));
    let product = json!({"catalog_id": "c", "product_retailer_id": "p"});
    assert_eq!(text(json!({"context": {"referred_product": product}})).product, Some(product));
    let referral = text(json!({"referral": {"source_type": "ad", "source_id": "9", "headline": "Oferta", "ctwa_clid": "x", "media_type": "image"}})).referral.unwrap();
    assert_eq!((referral.source_type.as_deref(), referral.ctwa_clid.as_deref()), (Some("ad"), Some("x")));
}

#[test]
fn a_customer_may_have_no_phone_number() {
    let value = json!({"metadata": metadata(), "contacts": [{"profile": {"name": "Ana", "username": "@ana"}, "wa_id": "", "user_id": "BR.77", "parent_user_id": "BR.ENT.5"}],
        "messages": [{"from": "", "from_user_id": "BR.77", "id": "wamid.A1", "timestamp": SENT, "type": "text", "text": {"body": "Oi"}}]});
    let customer = event("messages", value).customer;
    assert_eq!((customer.phone, customer.wa_id), (None, None));
    assert_eq!(
        (customer.user_id.as_deref(), customer.parent_user_id.as_deref(), customer.username.as_deref()),
        (Some("BR.77"), Some("BR.ENT.5"), Some("ana"))
    );
}

#[test]
fn timestamps_are_cut_to_arrival() {
    let at = |timestamp: Value| inbound(json!({"type": "text", "text": {"body": "Oi"}, "timestamp": timestamp})).at;
    assert_eq!(at(json!("1795176000")), Moment(1_795_176_000_000));
    assert_eq!(at(json!(1_795_176_000)), Moment(1_795_176_000_000));
    for other in
        [json!("1795179999"), json!("99999999999999999999"), json!(null), json!("yesterday"), json!("0"), json!(i64::MAX)]
    {
        assert_eq!(at(other), ARRIVED);
    }
}

#[test]
fn a_status_finds_its_entry() {
    let data = callback::encode(&ContactId::new("BR.77"), EntryId(7), Moment(1_772_445_600_123));
    let incoming = event(
        "messages",
        status(
            json!({"biz_opaque_callback_data": data, "pricing": {"billable": true, "pricing_model": "PMP", "type": "regular", "category": "service"}}),
        ),
    );
    assert_eq!(incoming.contact, Some(ContactId::new("BR.77")));
    assert_eq!(incoming.event.id, EventId::new("wamid.B1:delivered"));
    insta::assert_debug_snapshot!(incoming.event.kind);
}

#[test]
fn states_of_a_message() {
    for (word, state) in
        [("sent", Delivery::Sent), ("delivered", Delivery::Delivered), ("read", Delivery::Read), ("played", Delivery::Played)]
    {
        let EventKind::Status(status) =
            event("messages", status(json!({"status": word, "biz_opaque_callback_data": "another program's"}))).event.kind
        else {
            panic!()
        };
        assert_eq!((status.state, status.entry, status.error), (state, None, None));
    }
}

#[test]
fn a_failure_always_has_an_error() {
    let error = |extra: Value| match event("messages", status(extra)).event.kind {
        EventKind::Status(status) => status.error.unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        error(json!({"status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]})).name,
        "window_closed"
    );
    assert_eq!(error(json!({"status": "failed"})).name, "unknown");
}

#[test]
fn a_failed_status_may_name_nobody_but_our_entry() {
    let data = callback::encode(&ContactId::new("BR.77"), EntryId(7), Moment(1_772_445_600_123));
    let value = json!({"metadata": metadata(), "statuses": [{"id": "wamid.B1", "status": "failed", "errors": [], "biz_opaque_callback_data": data}]});
    let incoming = event("messages", value);
    assert_eq!((incoming.customer, incoming.contact), (Default::default(), Some(ContactId::new("BR.77"))));
}

#[test]
fn statuses_of_groups_and_payments_are_notices() {
    assert!(notice("messages", status(json!({"recipient_type": "group", "recipient_id": "g1"}))).summary.contains("group"));
    assert!(notice("messages", status(json!({"status": "captured", "type": "payment"}))).summary.contains("captured"));
}

#[test]
fn a_changed_number_moves_the_contact() {
    let value = json!({"metadata": metadata(), "messages": [{"from": "5511987654321", "id": "wamid.A1", "timestamp": SENT, "type": "system",
        "system": {"type": "user_changed_number", "body": "Ana changed", "wa_id": "5521900000000", "user_id": "BR.78", "previous_user_id": "BR.77"}}]});
    let incoming = event("messages", value);
    assert_eq!(incoming.customer.wa_id.as_deref(), Some("5511987654321"));
    insta::assert_debug_snapshot!(incoming.event.kind);
}

#[test]
fn a_changed_user_id_keeps_the_number() {
    for from in ["BR.77", "BR.78"] {
        let value = json!({"metadata": metadata(), "messages": [{"from": "5511987654321", "from_user_id": from, "id": "wamid.A1", "timestamp": SENT, "type": "system",
            "system": {"type": "user_changed_user_id", "user_id": "BR.78", "previous_user_id": "BR.77"}}]});
        let EventKind::Identity(change) = event("messages", value).event.kind else { panic!() };
        assert_eq!((change.old.user_id.as_deref(), change.new.user_id.as_deref()), (Some("BR.77"), Some("BR.78")));
        assert_eq!(change.old.wa_id, change.new.wa_id);
    }
}

#[test]
fn a_new_device_keeps_all_names() {
    let EventKind::Identity(change) =
        event("messages", message(json!({"type": "system", "system": {"type": "customer_identity_changed"}}))).event.kind
    else {
        panic!()
    };
    assert_eq!(change.old, change.new);
    assert_eq!(content(json!({"type": "system", "system": {"type": "news"}})), Content::Unknown { what: "system news".into() });
}

#[test]
fn a_person_of_the_business_wrote() {
    let value = json!({"metadata": metadata(), "message_echoes": [{"from": "551130000000", "to": "5511987654321", "id": "wamid.E1", "timestamp": SENT, "type": "text", "text": {"body": "Já respondo"}}]});
    let incoming = event("smb_message_echoes", value);
    assert_eq!(incoming.customer.wa_id.as_deref(), Some("5511987654321"));
    assert!(matches!(incoming.event.kind, EventKind::Echo { content: Content::Text { .. }, .. }));
}

#[test]
fn another_agent_answers() {
    let EventKind::Message(inbound) = event("standby", message(json!({"type": "text", "text": {"body": "Oi"}}))).event.kind
    else {
        panic!()
    };
    assert!(inbound.standby);
}

#[test]
fn a_call_opens_the_window_from_its_start() {
    let call = |extra: Value| {
        let mut call = json!({"id": "wacid.1", "from": "5511987654321", "to": "551130000000", "event": "connect", "direction": "USER_INITIATED", "timestamp": SENT});
        call.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"metadata": metadata(), "calls": [call]})
    };
    let EventKind::Message(inbound) = event("calls", call(json!({}))).event.kind else { panic!() };
    assert_eq!((inbound.content, inbound.at), (Content::Call { event: "connect".into() }, Moment(1_795_176_000_000)));
    let EventKind::Message(inbound) = event("calls", call(json!({"event": "terminate", "start_time": "1795175900"}))).event.kind
    else {
        panic!()
    };
    assert_eq!(inbound.at, Moment(1_795_175_900_000));
    notice("calls", call(json!({"direction": "BUSINESS_INITIATED"})));
    notice("calls", json!({"metadata": metadata(), "statuses": [{"id": "wacid.1", "type": "call", "status": "RINGING"}]}));
}

#[test]
fn marketing_off_and_on() {
    let preference = |value: &str| json!({"metadata": metadata(), "contacts": contacts(), "user_preferences": [{"wa_id": "5511987654321", "category": "marketing_messages", "value": value, "timestamp": 1_795_176_000}]});
    let at = Moment(1_795_176_000_000);
    let stop = event("user_preferences", preference("stop"));
    assert_eq!(stop.event.kind, EventKind::MarketingPreference { opted_in: false, at });
    let resume = event("user_preferences", preference("resume"));
    assert_eq!(resume.event.kind, EventKind::MarketingPreference { opted_in: true, at });
    // The same twice is one event; another is another.
    assert_eq!(stop.event.id, event("user_preferences", preference("stop")).event.id);
    assert_ne!(stop.event.id, resume.event.id);
    notice("user_preferences", preference("perhaps"));
}

#[test]
fn notices_say_what_happened() {
    let template =
        json!({"message_template_id": 1, "message_template_name": "boas_vindas", "message_template_language": "pt-BR"});
    let with = |extra: Value| {
        let mut value = template.clone();
        value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        value
    };
    let changes = [
        change("message_template_status_update", with(json!({"event": "PAUSED", "reason": "NONE"}))),
        change("message_template_quality_update", with(json!({"previous_quality_score": "GREEN", "new_quality_score": "RED"}))),
        change("message_template_components_update", with(json!({"message_template_element": "Olá {{1}}"}))),
        change("template_category_update", with(json!({"correct_category": "MARKETING", "new_category": "UTILITY"}))),
        change(
            "phone_number_quality_update",
            json!({"display_phone_number": "551130000000", "event": "FLAGGED", "current_limit": "TIER_2K"}),
        ),
        change("business_capability_update", json!({"max_daily_conversations_per_business": 2_000})),
        change("account_update", json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})),
        change("account_update", json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})),
        change(
            "account_update",
            json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}),
        ),
        change("account_review_update", json!({"decision": "APPROVED"})),
        change("security", json!({"event": "PIN_RESET_REQUEST", "display_phone_number": "551130000000"})),
        change("flows", json!({"event": "FLOW_STATUS_CHANGE", "flow_id": "31", "new_status": "BLOCKED"})),
        change(
            "history",
            json!({"metadata": metadata(), "history": [{"threads": [{"id": "5511987654321", "messages": [{"id": "wamid.H1", "type": "text"}]}]}]}),
        ),
        change("smb_app_state_sync", json!({"metadata": metadata(), "state_sync": []})),
        change("group_lifecycle_update", json!({"metadata": metadata(), "groups": []})),
        change("messages", json!({"metadata": metadata(), "errors": [{"code": 130429, "message": "Rate limit hit"}]})),
        change("something_new", json!(["a", 1])),
    ];
    let notices: Vec<(String, Meaning)> = read(&webhook(&changes), ARRIVED)
        .unwrap()
        .into_iter()
        .map(|item| match item {
            Item::Notice(notice) => (notice.summary, notice.meaning),
            other => panic!("no notice: {other:#?}"),
        })
        .collect();
    assert_eq!(notices.len(), changes.len());
    insta::assert_debug_snapshot!(notices);
}

#[test]
fn media_kinds_are_told_apart() {
    let Content::Media(media) = content(json!({"type": "audio", "audio": {"id": "1", "voice": true}})) else { panic!() };
    assert_eq!(media.kind, MediaKind::Voice);
}
