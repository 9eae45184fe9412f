//! What starts bots beside messages: stages, fields, tags, silence, dates. None fires for what is no more, or for whoever said stop.

use std::sync::Arc;

use interpreter::{Turned, check_fields, rehearsal::Rehearsal};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    environment::Environment,
    event::{Content, EventKind, LeadData, Trigger},
    fact::Fact,
    message::Message,
    moment::{DAY, HOUR, SECOND},
    trace::{TraceLine, Traced},
};

use crate::story::{NOW, ana, bot, bots, by_word, contact, enters, environment, event, rehearse, run, say, shop, texts};

#[test]
fn opting_out_ends_the_bots_and_later_templates_stay_home() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    say(&mut rehearsal, "STOP");
    assert_eq!(rehearsal.contact.opted_in, Some(false));
    assert!(rehearsal.contact.sessions.is_empty());
    rehearsal.pass(2 * DAY);
    let lead = LeadData { id: "7".into(), stage: Some("new".into()), ..LeadData::default() };
    rehearsal.event(enters(lead));
    assert!(!rehearsal.said.iter().any(|said| matches!(said.message, Message::Template(_))));
}

#[test]
fn a_customer_who_said_stop_gets_no_nudge() {
    let nudge = bot(
        "nudge",
        json!({"defaults": {"join": "5s"}, "triggers": [{"on": "silence", "after": "1h"}, {"on": "message", "any": true}],
            "start": "say", "steps": {"say": {"type": "message", "text": "Still there?"}}}),
    );
    let mut rehearsal = rehearse(&[nudge]);
    say(&mut rehearsal, "hello");
    rehearsal.pass(SECOND);
    say(&mut rehearsal, "stop");
    rehearsal.pass(DAY);
    assert!(rehearsal.said.is_empty(), "{:?}", texts(&rehearsal));
    // A template's own button says it too.
    let mut rehearsal = rehearse(&[]);
    rehearsal.customer(Content::Tap { id: "Stop".into(), title: "Stop".into(), description: None }, None, None);
    assert_eq!(rehearsal.contact.opted_in, Some(false));
}

#[test]
fn a_timer_of_a_trigger_that_is_another_by_now_starts_nothing() {
    let say = json!({"say": {"type": "message", "text": "Still there?"}});
    let silence = |triggers: Value| bot("nudge", json!({"triggers": triggers, "start": "say", "steps": say}));
    let mut rehearsal = rehearse(&[silence(json!([{"on": "silence", "after": "1h"}]))]);
    steps_pass(&mut rehearsal, &[silence(json!([{"on": "message", "keywords": ["x"]}]))], 2 * HOUR);
    assert!(rehearsal.said.is_empty());
    let mut rehearsal = rehearse(&[silence(json!([{"on": "silence", "after": "1h"}]))]);
    steps_pass(&mut rehearsal, &[silence(json!([{"on": "silence", "after": "5h"}]))], 2 * HOUR);
    assert!(rehearsal.said.is_empty());
    rehearsal.pass(4 * HOUR);
    assert_eq!(texts(&rehearsal), ["Still there?"]);
}

/// The customer writes, other bots are published, time passes.
fn steps_pass(rehearsal: &mut Rehearsal, then: &[Arc<Bot>], millis: i64) {
    say(rehearsal, "hello");
    rehearsal.publish(bots(then));
    rehearsal.pass(millis);
}

#[test]
fn a_condition_that_fails_at_one_change_does_not_hide_the_next() {
    let tagger = by_word("tagger", json!({}), "tag", json!({"tag": {"type": "tags", "on": "contact", "add": ["x", "vip"]}}));
    let watcher = bot(
        "watcher",
        json!({"triggers": [{"on": "tag", "tag": "x", "when": "false"}, {"on": "tag", "tag": "vip"}], "start": "say", "steps": {
            "say": {"type": "message", "text": "A VIP!"}
        }}),
    );
    let mut rehearsal = rehearse(&[tagger, watcher]);
    say(&mut rehearsal, "tagger");
    assert_eq!(texts(&rehearsal), ["A VIP!"]);
}

#[test]
fn a_stage_is_that_of_the_lead_which_entered_it() {
    let won = bot(
        "won",
        json!({"triggers": [{"on": "stage", "stage": "won"}], "start": "say", "steps": {"say": {"type": "message", "text": "Thanks!"}}}),
    );
    let pipelines = json!({"pipelines": {"sales": {"stages": ["new"], "closed": ["won"]}}, "default_number": "100"});
    let environment: Environment = serde_json::from_value(pipelines).unwrap();
    let mut rehearsal = Rehearsal::new(bots(&[won]), Arc::new(environment), ana(), NOW);
    say(&mut rehearsal, "hello");
    let lead = |id: &str, stage: &str| LeadData {
        id: id.into(),
        pipeline: Some("sales".into()),
        stage: Some(stage.into()),
        ..LeadData::default()
    };
    rehearsal.event(enters(lead("1", "new")));
    rehearsal.event(enters(lead("2", "new")));
    rehearsal.event(enters(lead("1", "won")));
    assert_eq!(texts(&rehearsal), ["Thanks!"]);
}

#[test]
fn a_lead_that_was_in_its_stage_before_starts_nothing() {
    let welcome = bot(
        "welcome",
        json!({"triggers": [{"on": "stage", "stage": "new"}], "start": "say", "steps": {"say": {"type": "note", "text": "new"}}}),
    );
    let bots = bots(&[welcome]);
    let enters = |pipeline: &str, previous: Option<&str>| {
        let lead = LeadData { id: "1".into(), pipeline: Some(pipeline.into()), stage: Some("new".into()), ..LeadData::default() };
        let trigger = Trigger::Stage { lead, previous_stage: previous.map(Into::into), created: false };
        event(&format!("{pipeline}{previous:?}"), EventKind::Trigger(trigger))
    };
    let started = |turned: &Turned| turned.facts.iter().any(|fact| matches!(fact, Fact::SessionStarted { .. }));
    let first = run(contact("c1"), &bots, &enters("sales", None), NOW);
    assert!(started(&first));
    let stays = run(first.contact.clone(), &bots, &enters("sales", Some("new")), NOW);
    assert_eq!((started(&stays), reasons(&stays)), (false, vec!["same_stage".to_owned()]));
    assert!(!stays.facts.iter().any(|fact| matches!(fact, Fact::StageChanged { .. })));
    // The stage of another pipeline has the same name.
    assert!(started(&run(first.contact, &bots, &enters("support", Some("new")), NOW)));
}

#[test]
fn a_date_that_a_pipeline_hands_over_sets_its_timer() {
    let visit = bot(
        "visit",
        json!({"triggers": [{"on": "schedule", "field": "lead.fields.visit", "before": "1h"}], "start": "say", "steps": {
            "say": {"type": "template", "name": "reminder", "language": "en"}
        }}),
    );
    let mut rehearsal = rehearse(&[visit]);
    let fields = Map::from_iter([("visit".to_owned(), json!(NOW.plus(DAY).to_string()))]);
    let lead = LeadData { id: "1".into(), fields, ..LeadData::default() };
    rehearsal.event(enters(lead));
    rehearsal.pass(23 * HOUR);
    assert_eq!(rehearsal.said.len(), 1);
}

#[test]
fn fields_from_outside_are_set_all_or_not_at_all() {
    let environment = environment();
    for (path, value) in [
        ("lead.price", json!("abc")),
        ("vars.x", json!(1)),
        ("contact.phone", json!("+5511988887777")),
        ("contact.email", json!("nonsense")),
        ("contact.language", json!("zz!!")),
        ("contact.shoe", json!(1)),
    ] {
        let fields = Map::from_iter([("contact.fields.a".into(), json!(1)), (path.into(), value)]);
        let ana = contact("c1");
        let problem = check_fields(&environment, &ana, NOW, &fields).unwrap_err();
        assert_eq!(problem.path, path);
        let set = run(ana.clone(), &bots(&[]), &event("fields", EventKind::Trigger(Trigger::Fields { fields })), NOW);
        assert!(set.contact.fields.is_empty() && set.contact.leads == ana.leads, "{path}");
        let [reason] = &reasons(&set)[..] else { panic!("{:?}", set.trace) };
        assert!(reason.contains(path) && !reason.contains("Failed("), "{reason}");
    }
    let own = Map::from_iter([("contact.phone".into(), json!("+5511999999999")), ("lead.price".into(), json!("12,5"))]);
    assert_eq!(check_fields(&environment, &contact("c1"), NOW, &own), Ok(()));
}

/// Why bots did not start, and what was ignored.
fn reasons(turned: &Turned) -> Vec<String> {
    let reason = |line: &TraceLine| match &line.what {
        Traced::NotStarted { reason, .. } => Some(reason.to_string()),
        Traced::Ignored { reason } => Some(reason.clone()),
        _ => None,
    };
    turned.trace.iter().filter_map(reason).collect()
}
