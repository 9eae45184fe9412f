use serde_json::{Map, Value, json};

use super::*;
use crate::{
    contact::{PendingSend, Work},
    event::Identity,
    ids::NumberId,
    moment::{HOUR, MINUTE},
    testing::{NOW, Scene, VERSION, bot_of, contact},
    window,
};

/// A scene at a step that does nothing by itself, in a bot with these parts.
fn scene(parts: Value) -> Scene {
    let parts = parts.as_object().cloned().unwrap_or_default();
    Scene::new(bot_of(json!({"type": "message", "text": "Oi"}), &parts).unwrap(), contact())
}

/// Runs `what` as the step of a turn; what it gives, and the turn's result.
fn within<T>(scene: &mut Scene, what: impl Fn(&mut Turn<'_>) -> Result<T, Stop>) -> Result<T, Stop> {
    let given = std::cell::RefCell::new(None);
    scene.turn(&|_, turn| {
        let value = what(turn)?;
        given.replace(Some(value));
        Ok(Next::Go(None))
    })?;
    Ok(given.take().expect("the turn went well, so it gave a value"))
}

fn text(text: &str) -> Message {
    Message::Text { text: text.into() }
}

fn template(name: &str) -> TemplateMessage {
    serde_json::from_value(json!({"name": name, "language": "pt_BR"})).unwrap()
}

fn outgoing(outside: Outside) -> Outgoing {
    Outgoing { message: text("Oi"), template: None, outside }
}

fn failure(stop: Stop) -> Failure {
    match stop {
        Stop::Failed(failure) | Stop::Limit(failure) => failure,
        Stop::Needs(need) => panic!("it needs {need:?}"),
    }
}

fn only_send(scene: &Scene) -> PendingSend {
    let [pending] = &scene.state.contact.pending[..] else { panic!("{:?}", scene.state.contact.pending) };
    let Work::Send(send) = &pending.work else { panic!("no send: {pending:?}") };
    (**send).clone()
}

// ---- the window ----

#[test]
fn an_open_window_takes_the_message_and_keeps_the_template_for_later() {
    let mut scene = scene(json!({}));
    let message = Outgoing { template: Some(template("back")), ..outgoing(Outside::Hold) };
    let dispatched = within(&mut scene, |turn| turn.send(message.clone())).unwrap();
    assert!(matches!(dispatched, Dispatched::Queued { stand_in: false, .. }));
    let send = only_send(&scene);
    assert_eq!(
        (send.message, send.template, send.outside, send.held),
        (text("Oi"), Some(template("back")), Outside::Hold, false)
    );
}

#[test]
fn replies_go_before_what_the_customer_does_not_wait_for() {
    for (on, wrote, bulk) in [("message", -1, false), ("schedule", -1, true), ("schedule", 1, false), ("api", -1, true)] {
        let mut scene = scene(json!({}));
        scene.pass(2);
        let session = &mut scene.state.contact.sessions[0];
        session.trigger.on = on.into();
        let at = session.started.plus(wrote);
        scene.state.contact.conversation_mut(&NumberId::default()).last_customer = Some(at);
        within(&mut scene, |turn| turn.send(outgoing(Outside::Fail))).unwrap();
        assert_eq!(only_send(&scene).bulk, bulk, "{on}, {wrote}");
    }
}

#[test]
fn outside_the_window_the_template_stands_in() {
    let mut scene = scene(json!({}));
    scene.close_window();
    let message = Outgoing { template: Some(template("back")), ..outgoing(Outside::Skip) };
    let dispatched = within(&mut scene, |turn| turn.send(message.clone())).unwrap();
    assert!(matches!(dispatched, Dispatched::Queued { stand_in: true, .. }));
    assert_eq!(only_send(&scene).message, Message::Template(template("back")));
}

#[test]
fn outside_the_window_without_a_template_the_step_decides() {
    let tried = |outside: Outside| {
        let mut scene = scene(json!({}));
        scene.close_window();
        (within(&mut scene, |turn| turn.send(outgoing(outside.clone()))), scene)
    };
    let failed = failure(tried(Outside::Fail).0.unwrap_err());
    assert_eq!((failed.name.as_str(), failed.code), ("window_closed", Some(WINDOW_CLOSED_CODE)));
    let (held, scene) = tried(Outside::Hold);
    assert!(matches!(held.unwrap(), Dispatched::Held { .. }));
    assert!(only_send(&scene).held);
    assert_eq!(scene.state.contact.due(), None, "a held send waits for the customer, not for a time");
    let (skipped, scene) = tried(Outside::Skip);
    assert_eq!(skipped.unwrap(), Dispatched::Skipped);
    assert!(scene.state.contact.pending.is_empty());
    let elsewhere = StepId::new("elsewhere").unwrap();
    assert_eq!(tried(Outside::Goto(elsewhere.clone())).0.unwrap(), Dispatched::Goto(elsewhere));
}

#[test]
fn what_is_refused_stands_in_the_journal_as_failed() {
    let mut scene = scene(json!({}));
    scene.close_window();
    within(&mut scene, |turn| turn.send(outgoing(Outside::Fail))).unwrap_err();
    let [Fact::Queued { entry, message, step: Some(_), .. }, Fact::SendFailed { entry: failed, error }] = &scene.facts[..] else {
        panic!("{:?}", scene.facts)
    };
    assert_eq!((entry, message.as_ref()), (failed, &outgoing(Outside::Fail).message));
    assert_eq!((error.code, error.text.as_str()), (WINDOW_CLOSED_CODE, WINDOW_CLOSED_TEXT));
    assert!(
        scene.state.contact.pending.is_empty() && scene.state.contact.sends.count == 0,
        "nothing goes out, and nothing is counted"
    );
}

#[test]
fn the_window_closes_a_margin_early_and_is_refused_by_meta() {
    let mut late = scene(json!({}));
    late.state.contact.conversation_mut(&NumberId::default()).last_customer = Some(NOW.plus(1 - window::CUSTOMER_SERVICE_WINDOW));
    assert!(late.state.conversation().unwrap().window_open(NOW), "by the clock it is open");
    assert_eq!(failure(within(&mut late, |turn| turn.send(outgoing(Outside::Fail))).unwrap_err()).name, "window_closed");
    let mut refused = scene(json!({}));
    refused.state.contact.conversation_mut(&NumberId::default()).window_refused = true;
    assert_eq!(failure(within(&mut refused, |turn| turn.send(outgoing(Outside::Fail))).unwrap_err()).name, "window_closed");
}

#[test]
fn a_customer_who_never_wrote_gets_templates_only() {
    let mut scene = scene(json!({}));
    scene.state.contact.conversations.clear();
    assert_eq!(failure(within(&mut scene, |turn| turn.send(outgoing(Outside::Fail))).unwrap_err()).name, "window_closed");
    let message = Outgoing { message: Message::Template(template("hello")), ..outgoing(Outside::Fail) };
    let dispatched = within(&mut scene, |turn| turn.send(message.clone())).unwrap();
    assert!(matches!(dispatched, Dispatched::Queued { stand_in: false, .. }));
}

// ---- guards ----

#[test]
fn a_message_beyond_a_limit_of_the_channel_is_not_queued() {
    let mut scene = scene(json!({}));
    let message = Outgoing { message: text(&"x".repeat(4_097)), ..outgoing(Outside::Fail) };
    let failed = failure(within(&mut scene, |turn| turn.send(message.clone())).unwrap_err());
    assert_eq!(failed.name, "limit");
    assert!(failed.text.contains("4096"), "{}", failed.text);
    assert_eq!(scene.state.contact.sends.count, 0);
}

#[test]
fn who_opted_out_gets_no_marketing() {
    let known = json!({"order": [{"language": "pt_BR", "category": "UTILITY"}], "sale": [{"language": "pt_BR", "category": "MARKETING"}]});
    let tried = |opted_in: Option<bool>, name: &str| {
        let mut scene = scene(json!({}));
        scene.state.contact.opted_in = opted_in;
        let environment = serde_json::from_value(json!({"templates": known})).unwrap();
        scene.state.environment = Arc::new(environment);
        let message = Outgoing { message: Message::Template(template(name)), ..outgoing(Outside::Fail) };
        within(&mut scene, |turn| turn.send(message.clone())).map_err(|stop| failure(stop).name)
    };
    for (opted_in, name, goes_out) in [
        (None, "sale", true),
        (Some(true), "sale", true),
        (Some(false), "sale", false),
        (Some(false), "order", true),
        // It may be marketing.
        (Some(false), "unheard_of", false),
        (None, "unheard_of", true),
    ] {
        let tried = tried(opted_in, name);
        assert_eq!(tried.is_ok(), goes_out, "{opted_in:?} {name}: {tried:?}");
        assert!(tried.is_ok() || tried == Err("opted_out".into()), "{tried:?}");
    }
}

#[test]
fn an_opt_out_counts_for_the_template_that_stands_in_and_not_for_an_answer() {
    let mut scene = scene(json!({}));
    scene.state.contact.opted_in = Some(false);
    let message = Outgoing { template: Some(template("sale")), ..outgoing(Outside::Fail) };
    within(&mut scene, |turn| turn.send(message.clone())).unwrap();
    scene.close_window();
    assert_eq!(failure(within(&mut scene, |turn| turn.send(message.clone())).unwrap_err()).name, "opted_out");
}

#[test]
fn a_template_that_nobody_knows_is_sent_and_told() {
    let mut scene = scene(json!({}));
    scene.state.environment = Arc::new(serde_json::from_value(json!({"templates": {"other": []}})).unwrap());
    let message = Outgoing { message: Message::Template(template("unheard_of")), ..outgoing(Outside::Fail) };
    within(&mut scene, |turn| turn.send(message.clone())).unwrap();
    let alert = scene.facts.iter().find_map(|fact| if let Fact::Alert { name, .. } = fact { Some(name.as_str()) } else { None });
    assert_eq!(alert, Some("template_unknown"));
}

#[test]
fn too_many_sends_in_an_hour_end_the_session() {
    let mut scene = scene(json!({"limits": {"sends_per_hour": 2}}));
    let send = |scene: &mut Scene| within(scene, |turn| turn.send(outgoing(Outside::Fail)));
    send(&mut scene).unwrap();
    scene.pass(30 * MINUTE);
    send(&mut scene).unwrap();
    let stop = send(&mut scene).unwrap_err();
    assert!(matches!(&stop, Stop::Limit(failure) if failure.name == "sends_per_hour"), "{stop:?}");
    scene.pass(HOUR / 2);
    send(&mut scene).unwrap();
}

#[test]
fn a_bot_without_a_limit_has_the_default_one() {
    let mut scene = scene(json!({}));
    scene.state.contact.sends = crate::contact::SendCount { hour: NOW.0.div_euclid(HOUR), count: DEFAULT_SENDS_PER_HOUR };
    let stop = within(&mut scene, |turn| turn.send(outgoing(Outside::Fail))).unwrap_err();
    assert!(matches!(stop, Stop::Limit(_)), "{stop:?}");
}

// ---- counters and chance ----

/// A turn that has been given these numbers of the counter `c`; how it ends when it draws three.
fn draws(given: &[u64]) -> Result<Vec<u64>, Stop> {
    let scene = scene(json!({}));
    let supplied = Supplied { counters: BTreeMap::from([("c".to_owned(), given.to_vec())]), ..Supplied::default() };
    let mut turn = Turn {
        state: Arc::new(scene.state),
        supplied: &supplied,
        counters_used: BTreeMap::new(),
        step: StepId::new("here").unwrap(),
        trace: Trace::default(),
        facts: Vec::new(),
        changes: Vec::new(),
    };
    (0..3).map(|_| turn.counter("c")).collect()
}

#[test]
fn a_counter_is_needed_once_for_each_draw() {
    let need = Err(Stop::Needs(Need::Counter("c".into())));
    assert_eq!(draws(&[]), need);
    assert_eq!(draws(&[7, 9]), need);
    assert_eq!(draws(&[7, 9, 10]), Ok(vec![7, 9, 10]));
}

#[test]
fn agents_take_turns() {
    let users: Vec<CompactString> = ["ana", "bruno", "carla"].map(CompactString::from).to_vec();
    let chosen = |users: &[CompactString], number: u64| {
        let mut scene = scene(json!({}));
        scene.supplied.counters.insert("test.here".into(), vec![number]);
        within(&mut scene, |turn| Ok(turn.round_robin(users)?.cloned())).unwrap()
    };
    assert_eq!(chosen(&users, 0).as_deref(), Some("ana"));
    assert_eq!(chosen(&users, 4).as_deref(), Some("bruno"));
    assert_eq!(chosen(&users, u64::MAX).as_deref(), Some("ana"), "u64::MAX is a multiple of three");
    assert_eq!(chosen(&users[..1], 5).as_deref(), Some("ana"));
    assert_eq!(chosen(&[], 5), None);
}

#[test]
fn chance_is_the_same_for_the_same_turn_and_another_for_others() {
    let drawn = |seed: u64| {
        let mut scene = scene(json!({}));
        scene.state.seed = seed;
        within(&mut scene, |turn| Ok(turn.chance(1_000))).unwrap()
    };
    // Were these to change, the replay of a past session would go another way.
    assert_eq!([drawn(1), drawn(2), drawn(3)], [758, 537, 698]);
    let all: std::collections::BTreeSet<u64> = (0..50).map(drawn).collect();
    assert!(all.len() > 40, "{all:?}");
    let mut scene = scene(json!({}));
    assert_eq!(within(&mut scene, |turn| Ok(turn.chance(0))).unwrap(), 0);
}

// ---- texts ----

#[test]
fn texts_follow_the_chain_of_languages() {
    let parts = json!({"translations": {
        "es": {"here.text": "Hola {{ contact.first_name }}"},
        "es_AR": {"here.footer": "Chau"},
        "en": {"here.text": ["not", "one", "text"]},
    }});
    let read = |language: &str, key: &str| {
        let mut scene = scene(parts.clone());
        scene.state.contact.language = Some(language.into());
        let own = Text::compile("Olá").unwrap();
        within(&mut scene, |turn| turn.text(key, &own)).unwrap()
    };
    for (language, key, expected) in [
        ("es", "text", "Hola Ana"),
        ("es-MX", "text", "Hola Ana"),
        ("es_ar", "text", "Hola Ana"),
        ("es-AR", "footer", "Chau"),
        ("es", "footer", "Olá"),
        ("pt-BR", "text", "Olá"),
        ("pt", "text", "Olá"),
        ("de", "text", "Olá"),
        // Several texts are synonyms, and no translation of a text.
        ("en", "text", "Olá"),
    ] {
        assert_eq!(read(language, key), expected, "{language} {key}");
    }
}

#[test]
fn the_bot_s_own_language_ends_the_chain() {
    // The bot is written in Spanish: a translation for all Portuguese says nothing to a reader of `es-AR`.
    let parts = json!({"language": "es", "translations": {"es-ES": {"here.text": "Vale"}, "pt": {"here.text": "Certo"}}});
    let read = |language: &str| {
        let mut scene = scene(parts.clone());
        scene.state.contact.language = Some(language.into());
        let own = Text::compile("Dale").unwrap();
        within(&mut scene, |turn| turn.text("text", &own)).unwrap()
    };
    assert_eq!([read("es-AR"), read("es-ES"), read("pt-PT")], ["Dale", "Vale", "Certo"]);
}

#[test]
fn texts_for_agents_stay_in_the_bot_s_language() {
    let mut scene = scene(json!({"translations": {"en": {"here.text": "Hi"}}}));
    scene.state.contact.language = Some("en".into());
    let own = Text::compile("Oi {{ contact.first_name }}").unwrap();
    assert_eq!(within(&mut scene, |turn| turn.own_text(&own)).unwrap(), "Oi Ana");
}

#[test]
fn an_empty_optional_text_is_none() {
    let mut scene = scene(json!({}));
    let own = Text::compile(" {{ vars.nothing }} ").unwrap();
    assert_eq!(within(&mut scene, |turn| turn.optional_text("text", Some(&own))).unwrap(), None);
}

// ---- ids ----

#[test]
fn ids_of_options_name_session_version_step_and_option() {
    let mut scene = scene(json!({}));
    assert_eq!(within(&mut scene, |turn| Ok(turn.reply_id("buy"))).unwrap(), format!("1.{VERSION}.here.buy"));
    let short = within(&mut scene, |turn| Ok(turn.short_reply_id(2, 1))).unwrap();
    assert_eq!(short, "~aaaaaa.1.0.2.1");
    assert!(short.len() <= crate::limits::CARD_BUTTON_ID);
}

#[test]
fn a_form_s_token_is_read_only_for_its_contact() {
    let mut scene = scene(json!({}));
    scene.state.environment = Arc::new(Environment { token_key: [7; 32], ..Environment::default() });
    let token = within(&mut scene, |turn| Ok(turn.flow_token())).unwrap();
    let place = Turn::flow_place(&scene.state, &token).unwrap();
    assert_eq!((place.step.as_str(), place.session), ("here", SessionId(1)));
    assert_eq!(Turn::flow_place(&scene.state, &token.replace(".here.", ".there.")), None);
    assert_eq!(Turn::flow_place(&scene.state, "nonsense"), None);
    let other = Contact::new(crate::ids::ContactId::new("c2"), Identity::default(), NOW);
    scene.state.contact = other;
    assert_eq!(Turn::flow_place(&scene.state, &token), None);
}

// ---- answers ----

#[test]
fn the_chosen_option_is_what_message_and_answer_read() {
    let mut scene = scene(json!({}));
    let id = OptionId::new("buy").unwrap();
    within(&mut scene, |turn| {
        turn.chose(Some(&id), "Comprar", &json!(7));
        Ok(())
    })
    .unwrap();
    let text =
        Text::compile("{{ message.tapped.id }} {{ message.tapped.title }} {{ message.tapped.value }} {{ answer }}").unwrap();
    assert_eq!(within(&mut scene, |turn| turn.own_text(&text)).unwrap(), "buy Comprar 7 7");
}

#[test]
fn a_tap_says_the_value_of_its_option() {
    let mut scene = scene(json!({}));
    let said = Text::compile("{{ message.said }}/{{ message.text }}").unwrap();
    let tap = crate::event::Content::Tap { id: "1".into(), title: "Comprar…".into(), description: None };
    for (content, value, expected) in [
        (tap.clone(), json!("Comprar carro"), "Comprar carro/Comprar…"),
        (tap, json!(7), "Comprar…/Comprar…"),
        (crate::event::Content::Text { text: "1".into() }, json!("Comprar carro"), "1/1"),
    ] {
        let read = within(&mut scene, |turn| {
            let number = turn.state.number.clone();
            turn.contact_mut().conversation_mut(&number).last_message.as_deref_mut().unwrap().content = content.clone();
            turn.chose(None, "Comprar…", &value);
            turn.own_text(&said)
        });
        assert_eq!(read.unwrap(), expected);
    }
}

#[test]
fn what_is_evaluated_is_traced() {
    let mut scene = scene(json!({}));
    scene.frame_mut().unwrap().vars = Map::from_iter([("score".to_owned(), json!(60))]);
    let condition = Expression::compile("vars.score > 50").unwrap();
    assert!(within(&mut scene, |turn| turn.is_true(&condition, Locals::none())).unwrap());
    let evaluated = scene.trace.iter().any(|line| {
        matches!(&line.what, Traced::Evaluated { expression, value } if expression == "vars.score > 50" && *value == json!(true))
    });
    assert!(evaluated, "{:?}", scene.trace);
}
