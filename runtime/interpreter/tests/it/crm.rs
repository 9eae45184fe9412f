//! A CRM beside the contact: what turns change waits to be written, what the CRM says starts bots, and an echo starts nothing.

use std::{collections::HashMap, sync::Arc};

use interpreter::{
    Bots, Supplied, Turned,
    outbox::{self, CLAIM, Claimed, SEND_DEADLINE, WRITE_DEADLINE},
    turn,
};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    catalog::LeadItem,
    contact::{Contact, Work},
    crm::{
        CRM_GAVE_UP, CRM_GONE, CrmChange, CrmCompany, CrmContact, CrmItems, CrmLead, CrmNews, CrmRun, CrmWanted, GIVE_UP, Gone,
        Later, Refusal, Subject, WriteOrder, Written, WrittenLead,
    },
    crm_names::{CrmNames, Others},
    environment::Environment,
    event::{Content, Event, EventKind, Identity, Inbound, Trigger},
    fact::Fact,
    ids::{BotId, ContactId, EntryId, EventId, NumberId},
    moment::{Moment, SECOND},
    trace::Traced,
    turn::Need,
};

use crate::story::{NOW, inbound};

/// A contact, the bots, and a clock.
struct Story {
    bots: Bots,
    contact: Contact,
    now: Moment,
    events: u32,
    /// What the CRM has of the contact when it is asked.
    found: CrmNews,
    names: CrmNames,
}

impl Story {
    fn of(bots: &[(&str, Value)]) -> Self {
        let mut live = Bots::default();
        for (id, document) in bots {
            let document = serde_json::from_value(document.clone()).unwrap();
            live.publish(Bot::new(BotId::new(id).unwrap(), document));
        }
        let ana = Identity { phone: Some("+5511999999999".into()), name: Some("Ana".into()), ..Identity::default() };
        Story {
            bots: live,
            contact: Contact::new(ContactId::new("ana"), ana, NOW),
            now: NOW,
            events: 0,
            found: CrmNews::default(),
            names: CrmNames::default(),
        }
    }

    fn take(&mut self, kind: EventKind) -> Turned {
        self.events += 1;
        let environment = Environment {
            default_number: NumberId::new("100"),
            crm: true,
            crm_names: Arc::new(self.names.clone()),
            ..Environment::default()
        };
        let event = Event { id: EventId::new(format!("e{}", self.events)), number: NumberId::new("100"), kind };
        let supplied = Supplied { crm: Some(Box::new(self.found.clone())), ..Supplied::default() };
        let turned = turn(&self.bots, &Arc::new(environment), self.contact.clone(), &event, self.now, &supplied).unwrap();
        self.contact = turned.contact.clone();
        turned
    }

    fn say(&mut self, text: &str) -> Turned {
        let said = inbound(&format!("m{}", self.events), self.now, Content::Text { text: text.into() });
        self.take(EventKind::Message(Inbound { from: self.contact.identity.clone(), ..said }))
    }

    fn hear(&mut self, news: CrmNews) -> Turned {
        self.take(EventKind::Trigger(Trigger::Crm(Box::new(news))))
    }

    /// The write that begins now, with its entry.
    fn claim(&mut self) -> Option<(EntryId, WriteOrder)> {
        let claimed = outbox::claim(&mut self.contact, "p", self.now, &mut Vec::new());
        let mut writes = claimed.into_iter().filter_map(|work| match work {
            Claimed::Write { entry, order, .. } => Some((entry, *order)),
            _ => None,
        });
        let first = writes.next();
        assert!(writes.next().is_none(), "one at a time");
        first
    }

    fn write(&mut self, written: impl FnOnce(&WriteOrder) -> Written) -> Turned {
        let (entry, order) = self.claim().expect("a write waits");
        let written = written(&order);
        self.take(EventKind::Written { entry, queued: order.queued, written })
    }

    /// All that waits is written, and the lead is made as this one.
    fn write_all(&mut self) {
        while let Some((entry, order)) = self.claim() {
            let leads = order.profile.leads.iter().filter(|lead| lead.crm_id().is_none());
            let leads = leads.map(|lead| WrittenLead { lead: lead.id.clone(), crm: "7".into(), updated: Some(0), found: None });
            let written = Written { settled: order.changes.len(), leads: leads.collect(), ..Written::default() };
            self.take(EventKind::Written { entry, queued: order.queued, written });
        }
    }

    fn writes(&self) -> usize {
        self.contact.pending.iter().filter(|pending| matches!(pending.work, Work::Write(_))).count()
    }
}

fn started(turned: &Turned) -> Vec<&str> {
    let bots = turned.trace.0.iter().filter_map(|line| match &line.what {
        Traced::Started { bot, .. } => Some(bot.as_str()),
        _ => None,
    });
    bots.collect()
}

fn places(order: &WriteOrder) -> Vec<String> {
    let place = |change: &CrmChange| match change {
        CrmChange::Value { of: Subject::Contact, place } => format!("contact.{place}"),
        CrmChange::Value { of: Subject::Company, place } => format!("company.{place}"),
        CrmChange::Item { catalog, item, .. } => format!("item {item} of {catalog}"),
        CrmChange::Value { of: Subject::Lead(_), place } => format!("lead.{place}"),
        CrmChange::Tag { tag, .. } => format!("tag {tag}"),
        CrmChange::Note { text, .. } => format!("note {text}"),
        CrmChange::Task { text, .. } => format!("task {text}"),
        CrmChange::CompleteTask { task, .. } => format!("task {task} is done"),
        CrmChange::Continue { address, .. } => format!("continue {address}"),
    };
    order.changes.iter().map(place).collect()
}

/// Sets the lead's budget to each number that the customer writes.
fn budget() -> Value {
    json!({
        "name": "Budget", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "set",
        "steps": {
            "set": {"type": "set", "fields": {"lead.fields.budget": "{{ message.text }}"}, "next": "note"},
            "note": {"type": "note", "on": "lead", "text": "{{ message.text }}", "next": "thanks"},
            "thanks": {"type": "message", "text": "Thanks"}
        }
    })
}

fn watching(trigger: Value) -> Value {
    json!({"name": "Watch", "language": "en", "triggers": [trigger], "start": "end", "steps": {"end": {"type": "stop"}}})
}

fn lead(updated: i64, stage: &str) -> CrmLead {
    CrmLead { id: "7".into(), updated, pipeline: "sales".into(), stage: stage.into(), ..CrmLead::default() }
}

fn told(lead: CrmLead) -> CrmNews {
    CrmNews { lead: Some(lead), ..CrmNews::default() }
}

#[test]
fn changes_of_one_place_that_wait_are_one_and_notes_are_not() {
    let mut story = Story::of(&[("budget", budget())]);
    story.say("1");
    story.say("2");
    let (_, order) = story.claim().unwrap();
    assert_eq!(places(&order), ["lead.stage", "lead.fields.budget", "note 1", "note 2"]);
    assert_eq!(order.profile.leads[0].fields["budget"], "2");
    // What comes meanwhile gathers behind it.
    story.say("3");
    assert_eq!((story.writes(), story.claim()), (2, None));
}

#[test]
fn a_write_that_waits_holds_nothing_up_and_takes_what_was_gathered_along() {
    let mut story = Story::of(&[("budget", budget())]);
    story.say("1");
    let (entry, order) = story.claim().unwrap();
    story.say("2");
    let later = Later { reason: "out of order".into(), after: Some(60 * SECOND) };
    let written = Written { settled: 2, later: Some(later), ..Written::default() };
    story.take(EventKind::Written { entry, queued: order.queued, written });
    assert_eq!((story.writes(), story.claim()), (1, None));
    story.now = story.now.plus(60 * SECOND);
    let (_, order) = story.claim().unwrap();
    assert_eq!(places(&order), ["note 1", "lead.fields.budget", "note 2"]);
    assert!(order.is_repeat);
}

#[test]
fn a_write_whose_process_died_is_made_again() {
    let mut story = Story::of(&[("budget", budget())]);
    story.say("1");
    let (_, order) = story.claim().unwrap();
    story.now = story.now.plus(WRITE_DEADLINE + CLAIM - SEND_DEADLINE);
    story.take(EventKind::Due);
    let (_, again) = story.claim().unwrap();
    assert_eq!((again.changes, again.is_repeat, order.is_repeat), (order.changes, true, false));
}

#[test]
fn what_is_refused_is_told_and_what_waits_for_days_is_given_up() {
    let mut story = Story::of(&[("budget", budget())]);
    story.say("1");
    let refused = vec![Refusal { name: "crm_refused".into(), text: "no".into() }];
    let later = || Some(Later { reason: "down".into(), after: None });
    let turned = story.write(|_| Written { settled: 1, refused, later: later(), ..Written::default() });
    assert_eq!((alerts(&turned), story.writes()), (vec!["crm_refused"], 1));
    story.now = story.now.plus(GIVE_UP + SECOND);
    let turned = story.write(|_| Written { later: later(), ..Written::default() });
    assert_eq!((alerts(&turned), story.writes()), (vec![CRM_GAVE_UP], 0));
}

#[test]
fn a_move_starts_bots_and_the_same_news_again_do_not() {
    let trigger = json!({"on": "stage", "pipeline": "sales", "stage": "quoted"});
    let mut story = Story::of(&[("watch", watching(trigger))]);
    let moved = CrmNews { previous: Some("new".into()), ..told(lead(10, "quoted")) };
    assert_eq!(started(&story.hear(moved.clone())), ["watch"]);
    assert_eq!(started(&story.hear(moved)), Vec::<&str>::new());
    assert_eq!(story.contact.leads.len(), 1);
    // What was read before is no news, what is changed since is.
    story.hear(told(lead(12, "lost")));
    assert_eq!(started(&story.hear(told(lead(11, "quoted")))), Vec::<&str>::new());
    assert_eq!(started(&story.hear(told(lead(13, "quoted")))), ["watch"]);
    assert_eq!(story.writes(), 0, "what came from there does not go back");
}

#[test]
fn an_echo_starts_nothing_and_a_place_that_waits_keeps_our_value() {
    let trigger = json!({"on": "field", "path": "lead.fields.budget"});
    let mut story = Story::of(&[("budget", budget()), ("watch", watching(trigger))]);
    story.say("1");
    story.write_all();
    let with = |value: &str, updated| CrmLead { fields: Map::from_iter([("budget".into(), value.into())]), ..lead(updated, "") };
    assert_eq!(started(&story.hear(told(with("1", 5)))), Vec::<&str>::new());
    assert_eq!(started(&story.hear(told(with("9", 6)))), ["watch"]);
    story.say("2");
    assert_eq!(started(&story.hear(told(with("9", 7)))), Vec::<&str>::new());
    assert_eq!(story.contact.lead().unwrap().fields["budget"], "2");
}

#[test]
fn a_value_that_comes_back_in_its_fields_own_type_is_an_echo() {
    let trigger = json!({"on": "field", "path": "lead.fields.budget"});
    let mut story = Story::of(&[("budget", budget()), ("watch", watching(trigger))]);
    let with = |value: Value, updated| CrmLead { fields: Map::from_iter([("budget".into(), value)]), ..lead(updated, "") };
    story.hear(told(with(Value::Null, 1)));
    for (text, value) in [("5", json!(5)), ("2.50", json!(2.5)), ("2026-03-02T10:00:00-03:00", json!("2026-03-02T13:00:00Z"))] {
        story.say(text);
        story.write_all();
        assert_eq!(started(&story.hear(told(with(value, 2)))), Vec::<&str>::new(), "{text}");
    }
    assert_eq!(started(&story.hear(told(with(json!("soon"), 2)))), ["watch"]);
}

#[test]
fn what_a_contact_is_when_it_is_first_read_is_no_change_and_what_it_becomes_is() {
    let mut story = Story::of(&[("watch", watching(json!({"on": "field", "path": "contact.fields.city"})))]);
    let with = |city: &str| CrmNews {
        contact: Some(CrmContact {
            id: "3".into(),
            owner: Some("77".into()),
            phones: vec!["+5511900000000".into(), "+5511999999999".into()],
            fields: Map::from_iter([("city".into(), city.into())]),
            ..CrmContact::default()
        }),
        ..CrmNews::default()
    };
    assert_eq!(started(&story.hear(with("Recife"))), Vec::<&str>::new());
    assert_eq!(started(&story.hear(with("Recife"))), Vec::<&str>::new());
    assert_eq!(started(&story.hear(with("Natal"))), ["watch"]);
    assert_eq!((story.contact.phone(), story.contact.fields["city"].as_str()), (Some("+5511999999999"), Some("Natal")));
}

#[test]
fn a_lead_that_was_made_here_is_no_new_one_when_its_making_is_told() {
    let trigger = json!({"on": "stage", "event": "either"});
    let mut story = Story::of(&[("watch", watching(trigger))]);
    story.say("hi");
    story.write_all();
    let made = CrmNews { created: true, ..told(lead(5, "")) };
    assert_eq!(started(&story.hear(made)), Vec::<&str>::new());
    assert_eq!(story.contact.leads.len(), 1);
    let moved = CrmNews { previous: Some("new".into()), ..told(lead(6, "quoted")) };
    assert_eq!(started(&story.hear(moved)), ["watch"]);
}

#[test]
fn a_conversation_that_was_handed_over_is_handed_back() {
    let mut story = Story::of(&[("end", watching(json!({"on": "message", "keywords": ["never"]})))]);
    let run = |bot: &str| CrmRun { bot: BotId::new(bot).unwrap(), data: Value::Null, address: "https://a/1".into() };
    for bot in ["end", "nobody"] {
        let contact = CrmContact { id: "3".into(), ..CrmContact::default() };
        story.hear(CrmNews { contact: Some(contact), run: Some(run(bot)), ..CrmNews::default() });
        let (_, order) = story.claim().unwrap();
        assert_eq!(places(&order), ["continue https://a/1"], "{bot}");
        story.now = story.now.plus(WRITE_DEADLINE + CLAIM);
        story.take(EventKind::Due);
        story.write_all();
    }
}

/// Puts what the customer writes on the lead, with a bun that the CRM knows nothing of.
fn waiter() -> Value {
    json!({
        "name": "Waiter", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "add",
        "steps": {"add": {"type": "items", "add": [{"catalog": "menu", "item": "{{ message.text }}"}, {"catalog": "bakery", "item": "bun"}]}}
    })
}

#[test]
fn items_whose_change_waits_stay_and_others_are_as_the_crm_has_them() {
    let mut story = Story::of(&[("waiter", waiter())]);
    story.say("tea");
    let (entry, order) = story.claim().unwrap();
    assert_eq!(places(&order), ["lead.stage", "item tea of menu", "item bun of bakery"]);
    let made = WrittenLead { lead: order.profile.leads[0].id.clone(), crm: "7".into(), updated: Some(0), found: None };
    let written = Written { settled: order.changes.len(), leads: vec![made], ..Written::default() };
    story.take(EventKind::Written { entry, queued: order.queued, written });
    let has = |items: &[&str], updated| {
        let item = |item: &&str| LeadItem { catalog: "menu".into(), item: (*item).into(), quantity: 2.0, ..LeadItem::default() };
        let items = CrmItems { catalogs: vec!["menu".into()], items: items.iter().map(item).collect() };
        told(CrmLead { items: Some(items), ..lead(updated, "") })
    };
    let ours = |story: &Story| -> Vec<String> {
        story.contact.leads[0].items.iter().map(|item| format!("{} {}", item.quantity, item.item)).collect()
    };
    story.hear(has(&["tea", "pie"], 5));
    assert_eq!(ours(&story), ["1 bun", "2 tea", "2 pie"]);
    story.say("cake");
    let turned = story.hear(has(&["pie"], 6));
    assert_eq!(ours(&story), ["1 bun", "1 cake", "2 pie"]);
    let gone = turned.facts.iter().filter(|fact| matches!(fact, Fact::ItemChanged { item, quantity: None, .. } if item == "tea"));
    assert_eq!(gone.count(), 1);
    // A CRM that does not tell of items takes none away.
    story.hear(told(lead(7, "")));
    assert_eq!(ours(&story).len(), 3);
}

#[test]
fn the_company_is_learned_with_the_contact_and_another_name_waits_to_be_written() {
    let story = json!({
        "name": "Company", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "set",
        "steps": {"set": {"type": "set", "fields": {"company.name": "{{ message.text }}"}}}
    });
    let mut story = Story::of(&[("company", story), ("watch", watching(json!({"on": "field", "path": "company.size"})))]);
    let with = |id: &str, name: &str, size: i64| {
        let fields = Map::from_iter([("size".into(), json!(size))]);
        let company = CrmCompany { id: id.into(), name: Some(name.into()), fields };
        let contact = CrmContact { id: "3".into(), owner: Some("77".into()), company: Some(company), ..CrmContact::default() };
        CrmNews { contact: Some(contact), ..CrmNews::default() }
    };
    story.hear(with("9", "Acme", 5));
    assert_eq!(Value::Object(story.contact.company.clone()), json!({"name": "Acme", "size": 5}));
    assert_eq!((story.writes(), started(&story.hear(with("9", "Acme", 6)))), (0, vec!["watch"]));
    story.say("Globex");
    let (entry, order) = story.claim().unwrap();
    let company: Vec<String> = places(&order).into_iter().filter(|place| place.starts_with("company")).collect();
    assert_eq!(company, ["company.name"]);
    // Until it is written the CRM speaks of the company before.
    story.hear(with("9", "Acme", 7));
    assert_eq!(story.contact.company["name"], "Globex");
    let written = Written { settled: order.changes.len(), company: Some("12".into()), ..Written::default() };
    story.take(EventKind::Written { entry, queued: order.queued, written });
    assert_eq!(story.contact.company_crm.as_deref(), Some("12"));
    // What was known of another company is not known of this one.
    story.hear(with("13", "Initech", 1));
    assert_eq!(Value::Object(story.contact.company.clone()), json!({"name": "Initech", "size": 1}));
}

fn alerts(turned: &Turned) -> Vec<&str> {
    let names = turned.facts.iter().filter_map(|fact| match fact {
        Fact::Alert { name, .. } => Some(name.as_str()),
        _ => None,
    });
    names.collect()
}

#[test]
fn a_bot_says_ids_or_names_and_means_the_same() {
    let by_id = json!({
        "name": "Imported", "language": "en", "triggers": [{"on": "stage", "pipeline": "31", "stage": "4420"}], "start": "ask",
        "steps": {
            "ask": {"type": "condition", "branches": [{"when": "lead.stage == \"4420\" && lead.fields.cf_5 == 3", "goto": "set"}], "otherwise": "wrong"},
            "set": {"type": "set", "fields": {"lead.fields.cf_5": 4}, "next": "move"},
            "move": {"type": "stage", "stage": "4421"},
            "wrong": {"type": "message", "text": "wrong"}
        }
    });
    let by_name = watching(json!({"on": "stage", "pipeline": "sales", "stage": "won"}));
    let by_field = watching(json!({"on": "field", "path": "lead.fields.cf_5"}));
    let mut story = Story::of(&[("imported", by_id), ("named", by_name), ("field", by_field)]);
    let others = |pairs: &[(&str, &str)]| pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect::<Others>();
    story.names = CrmNames {
        pipelines: others(&[("31", "sales")]),
        stages: HashMap::from([("sales".into(), others(&[("4420", "quoted"), ("4421", "won")]))]),
        lead_fields: others(&[("cf_5", "size")]),
        ..CrmNames::default()
    };
    let fields = Map::from_iter([("size".into(), json!(3))]);
    let turned = story.hear(CrmNews { previous: Some("new".into()), ..told(CrmLead { fields, ..lead(10, "quoted") }) });
    assert_eq!(started(&turned), ["imported", "field", "named"]);
    let lead = story.contact.lead().unwrap();
    assert_eq!((lead.stage.as_str(), &lead.fields["size"], lead.fields.len()), ("won", &json!(4), 1));
    let (_, order) = story.claim().unwrap();
    assert_eq!(places(&order), ["lead.stage", "lead.fields.size"]);
}

#[test]
fn a_stage_that_got_another_name_is_no_move() {
    let mut story = Story::of(&[("watch", watching(json!({"on": "stage", "pipeline": "sales", "event": "either"})))]);
    story.hear(told(lead(10, "4420")));
    story.names.stages = HashMap::from([("sales".into(), Others::from([("4420".into(), "quoted".into())]))]);
    assert_eq!(started(&story.hear(told(lead(11, "quoted")))), Vec::<&str>::new());
    assert_eq!(story.contact.lead().unwrap().stage, "quoted");
}

#[test]
fn what_the_crm_has_of_a_customer_is_known_before_the_first_step_and_starts_nothing() {
    let hello = json!({
        "name": "Hello", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "hello",
        "steps": {"hello": {"type": "set", "fields": {"contact.fields.said": "{{ contact.fields.city }} {{ lead.stage }}"}}}
    });
    let watch = watching(json!({"on": "field", "path": "contact.fields.city"}));
    let stage = watching(json!({"on": "stage", "event": "either"}));
    let mut story = Story::of(&[("hello", hello), ("watch", watch), ("stage", stage)]);
    let fields = Map::from_iter([("city".into(), "Recife".into())]);
    let contact =
        CrmContact { id: "3".into(), name: Some("Ana Souza".into()), owner: Some("77".into()), fields, ..CrmContact::default() };
    story.found = CrmNews { contact: Some(contact), ..told(lead(10, "quoted")) };
    assert_eq!(started(&story.say("hi")), ["hello"]);
    let ana = &story.contact;
    assert_eq!((ana.fields["said"].as_str(), ana.display_name(), ana.leads.len()), (Some("Recife quoted"), Some("Ana Souza"), 1));
    let (_, order) = story.claim().unwrap();
    assert_eq!(places(&order), ["contact.fields.said"], "what came from there does not go back");
    // It is known now: what is found is left to its webhooks.
    story.found.contact.as_mut().unwrap().fields.insert("city".into(), "Natal".into());
    story.say("again");
    assert_eq!(story.contact.fields["city"], "Recife");
}

#[test]
fn the_crm_is_asked_where_a_message_begins_something_and_not_else() {
    let mut story = Story::of(&[("hello", watching(json!({"on": "message", "keywords": ["hello"]})))]);
    let environment = Arc::new(Environment { default_number: NumberId::new("100"), crm: true, ..Environment::default() });
    let ask = |story: &Story, text: &str| {
        let said = inbound("m", story.now, Content::Text { text: text.into() });
        let said = Inbound { from: story.contact.identity.clone(), ..said };
        let event = Event { id: EventId::new("e"), number: NumberId::new("100"), kind: EventKind::Message(said) };
        turn(&story.bots, &environment, story.contact.clone(), &event, story.now, &Supplied::default()).err()
    };
    let wanted = |crm: Option<&str>, lead: Option<&str>| {
        let (contact, phone) = (ContactId::new("ana"), Some("+5511999999999".to_owned()));
        Some(Need::Crm(Box::new(CrmWanted { contact, crm: crm.map(Into::into), lead: lead.map(Into::into), phone })))
    };
    assert_eq!(ask(&story, "hi"), wanted(None, None), "a lead would be made");
    story.say("hi");
    assert_eq!(ask(&story, "hi"), None);
    assert_eq!(ask(&story, "hello"), wanted(None, None));
    story.contact.crm = Some("3".into());
    story.write_all();
    assert_eq!(ask(&story, "hello"), wanted(Some("3"), Some("7")));
}

#[test]
fn a_handoffs_summary_is_a_note_once() {
    let story = |summary: Value| {
        let handoff = json!({"type": "handoff", "text": "One moment", "summary": summary});
        Story::of(&[(
            "help",
            json!({"name": "Help", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "to", "steps": {"to": handoff}}),
        )])
    };
    let mut told = story(json!("Wants {{ message.text }}"));
    told.say("a boat");
    assert_eq!(places(&told.claim().unwrap().1), ["lead.stage", "note Wants a boat"]);
    let mut silent = story(Value::Null);
    silent.say("a boat");
    assert_eq!(places(&silent.claim().unwrap().1), ["lead.stage"]);
}

#[test]
fn a_lead_that_is_gone_is_forgotten_and_what_waits_of_it_is_told_once() {
    let mut story = Story::of(&[("budget", budget())]);
    story.say("1");
    story.write_all();
    story.say("2");
    let gone = || CrmNews { gone: Some(Gone::Lead("7".into())), ..CrmNews::default() };
    let turned = story.hear(gone());
    assert_eq!((alerts(&turned), story.contact.leads.len(), story.writes()), (vec![CRM_GONE], 0, 0));
    assert!(turned.facts.iter().any(|fact| matches!(fact, Fact::LeadGone { .. })));
    assert_eq!(alerts(&story.hear(gone())), Vec::<&str>::new());
    // The conversation goes on, with a lead of its own.
    story.say("3");
    assert_eq!(story.contact.leads.len(), 1);
    assert_eq!(places(&story.claim().unwrap().1), ["lead.stage", "lead.fields.budget", "note 3"]);
}

#[test]
fn what_a_write_finds_gone_is_forgotten() {
    let mut story = Story::of(&[("budget", budget())]);
    story.contact.crm = Some("3".into());
    story.say("1");
    story.write_all();
    story.say("2");
    let turned = story.write(|order| {
        let gone = vec![(Gone::Lead("7".into()), order.changes.len()), (Gone::Contact("3".into()), 0)];
        Written { settled: order.changes.len(), contact: Some("4".into()), gone, ..Written::default() }
    });
    assert_eq!((alerts(&turned), story.contact.leads.len(), story.writes()), (vec![CRM_GONE], 0, 0));
    assert_eq!(story.contact.crm.as_deref(), Some("4"));
}

#[test]
fn a_contact_that_is_gone_is_not_erased() {
    let mut story = Story::of(&[]);
    story.hear(CrmNews { contact: Some(CrmContact { id: "3".into(), ..CrmContact::default() }), ..told(lead(1, "new")) });
    story.hear(CrmNews { gone: Some(Gone::Contact("9".into())), ..CrmNews::default() });
    assert_eq!(story.contact.crm.as_deref(), Some("3"), "another one");
    story.hear(CrmNews { gone: Some(Gone::Contact("3".into())), ..CrmNews::default() });
    assert_eq!((&story.contact.crm, story.contact.leads.len(), story.contact.display_name()), (&None, 1, Some("Ana")));
}
