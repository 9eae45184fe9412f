//! The CRM that comes with the server: tasks, notes and subscribers, pipelines, fields and owners, without any other system beside it.

use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::{Answer, Server, Setup};
use tests::kommo::Kommo;
use tests::mock::Person;

use crate::shop::{ANA, BIA, Shop, bot, deliver};

fn path(phone: &str, rest: &str) -> String {
    format!("/api/v1/contacts/{}/{rest}", phone.replace('+', "%2B"))
}

/// What a list of tasks shows, by their texts.
async fn listed(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("/api/v1/tasks?{query}")).await.expect(200);
    let tasks = page["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["text"].as_str().unwrap().to_owned()).collect()
}

async fn post(server: &Server, phone: &str, rest: &str, body: Value) -> Answer {
    server.post(&path(phone, rest), &body).await
}

/// Makes a task, a note and subscribers; "called" completes the calls.
fn desk() -> Value {
    json!({
        "name": "Desk", "language": "en", "start": "which",
        "triggers": [{"on": "message", "any": true}],
        "steps": {
            "which": {"type": "condition", "branches": [{"when": "message.text == \"called\"", "goto": "done"}], "otherwise": "task"},
            "task": {"type": "task", "kind": "call", "text": "Call {{ contact.name }}", "due": "2h", "owner": {"team": "sales"}, "next": "note"},
            "note": {"type": "note", "on": "lead", "text": "Said: {{ message.text }}", "next": "subscribe"},
            "subscribe": {"type": "subscribe", "add": [{"team": "sales"}, {"user": "ana"}], "next": "tell"},
            "tell": {"type": "internal_message", "text": "{{ contact.tasks.len() }} to do", "next": "thanks"},
            "thanks": {"type": "message", "text": "We call you."},
            "done": {"type": "complete_tasks", "kind": "call", "result": "{{ contact.name }} called", "next": "bye"},
            "bye": {"type": "message", "text": "Good."}
        }
    })
}

#[tokio::test]
async fn a_task_of_a_bot_is_kept_until_somebody_completes_it() {
    let mut shop = Shop::with_bot("desk", desk()).await;
    deliver(shop.ana().text("hello")).await;
    deliver(shop.mock.customer(BIA).named("Bia Lima").text("hello")).await;
    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    let task = contact["tasks"][0].clone();
    let told =
        json!({"kind": task["kind"], "text": task["text"], "owner": task["owner"], "by": task["by"], "overdue": task["overdue"]});
    let by = json!({"bot": "desk", "step": "task"});
    assert_eq!(told, json!({"kind": "call", "text": "Call Ana Souza", "owner": {"team": "sales"}, "by": by, "overdue": false}));
    assert_eq!(task["lead"], contact["leads"][0]["id"]);
    assert_eq!(listed(&shop.server, "owner=team:sales&kind=call").await, ["Call Ana Souza", "Call Bia Lima"]);

    // It outlives the process, and the store's own file has it.
    shop.server.terminate();
    assert!(shop.server.ended().await.success());
    shop.server.start_again().await;
    assert_eq!(listed(&shop.server, "").await.len(), 2);

    let id = task["id"].as_u64().unwrap();
    let done =
        post(&shop.server, ANA, &format!("tasks/{id}/complete"), json!({"result": "Reached her", "by": "ana"})).await.expect(202);
    assert_eq!(done["task"]["text"], "Call Ana Souza");
    assert_eq!(shop.server.contact(ANA).await["tasks"], json!([]));
    assert_eq!(listed(&shop.server, "").await, ["Call Bia Lima"]);
    let completed = shop.server.get("/api/v1/tasks?state=completed").await.expect(200)["tasks"][0].take();
    assert_eq!(
        (&completed["contact"]["name"], &completed["state"], &completed["result"], &completed["ended_by"]),
        (&json!("Ana Souza"), &json!("completed"), &json!("Reached her"), &json!({"user": "ana"}))
    );
    // It is done once.
    let again = post(&shop.server, ANA, &format!("tasks/{id}/complete"), json!({})).await;
    assert_eq!(again.status, 404);

    deliver(shop.mock.customer(BIA).named("Bia Lima").text("called")).await;
    shop.is_quiet().await;
    assert_eq!(listed(&shop.server, "").await, [""; 0]);
    let completed =
        shop.server.get(&format!("/api/v1/tasks?state=completed&contact={}", BIA.replace('+', "%2B"))).await.expect(200);
    assert_eq!(
        (&completed["tasks"][0]["result"], &completed["tasks"][0]["ended_by"]["step"]),
        (&json!("Bia Lima called"), &json!("done"))
    );
}

#[tokio::test]
async fn people_make_tasks_and_the_list_finds_them() {
    let settings = "[users.ana]\n[users.rui]\n[teams.sales]\n[task_kinds.call]\ntitle = \"Call\"\n[task_kinds.visit]\n";
    let shop =
        Shop::open(Server::with().settings(settings).bot("hi", bot(json!({"a": {"type": "message", "text": "Hi"}})))).await;
    deliver(shop.ana().text("hello")).await;
    deliver(shop.mock.customer(BIA).named("Bia Lima").text("hello")).await;
    shop.is_quiet().await;
    let account = shop.server.get("/api/v1/account").await.expect(200);
    assert_eq!(account["task_kinds"], json!([{"id": "call", "name": "Call"}, {"id": "visit", "name": "visit"}]));
    for (phone, body) in [
        (ANA, json!({"text": "late", "kind": "call", "due": "2020-01-01T10:00:00Z", "owner": {"user": "ana"}, "by": "rui"})),
        (BIA, json!({"text": "soon", "kind": "visit", "due": "2100-01-01", "owner": {"user": "ana"}})),
        (ANA, json!({"text": "later", "kind": "visit", "due": "2100-01-02T00:00:00Z", "owner": {"team": "sales"}})),
        (BIA, json!({"text": "some time", "kind": "call"})),
    ] {
        let made = post(&shop.server, phone, "tasks", body.clone()).await.expect(202);
        assert_eq!((&made["task"]["text"], &made["task"]["kind"]), (&body["text"], &body["kind"]));
    }
    for (query, expected) in [
        ("", vec!["late", "soon", "later", "some time"]),
        ("owner=user:ana", vec!["late", "soon"]),
        ("owner=team:sales", vec!["later"]),
        ("owner=none", vec!["some time"]),
        ("kind=visit", vec!["soon", "later"]),
        ("overdue=true", vec!["late"]),
        ("due_before=2100-01-02", vec!["late", "soon"]),
        ("state=completed", vec![]),
    ] {
        assert_eq!(listed(&shop.server, query).await, expected, "{query}");
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    while seen.len() < 4 {
        let page = shop.server.get(&format!("/api/v1/tasks?limit=1{after}")).await.expect(200);
        seen.push(page["tasks"][0]["text"].as_str().unwrap().to_owned());
        after = format!("&after={}", page["next"].as_str().unwrap());
    }
    assert_eq!(seen, ["late", "soon", "later", "some time"]);
    assert_eq!(shop.server.get(&format!("/api/v1/tasks?limit=1{after}")).await.expect(200), json!({"tasks": [], "next": null}));

    // The same call again makes no second one.
    let key = |text: &str| {
        let call = shop.server.call(Method::POST, &path(ANA, "tasks")).header("idempotency-key", "k1");
        call.json(&json!({"text": text}))
    };
    let first = key("once").send().await.expect(202);
    assert_eq!(key("once").send().await.expect(202), first);
    assert_eq!(key("twice").send().await.status, 422);
    let mut of_nobody = listed(&shop.server, "owner=none").await;
    of_nobody.sort();
    assert_eq!(of_nobody, ["once", "some time"]);

    for (body, key) in [
        (json!({"text": " "}), "text"),
        (json!({"text": "x".repeat(4_097)}), "text"),
        (json!({"text": "x", "kind": "cal"}), "kind"),
        (json!({"text": "x", "due": "soon"}), "due"),
        (json!({"text": "x", "owner": {"user": "anna"}}), "owner.user"),
        (json!({"text": "x", "owner": {"round_robin": ["ana"]}}), "owner"),
        (json!({"text": "x", "lead": "7"}), "lead"),
        (json!({"txt": "x"}), "txt"),
    ] {
        let problem = post(&shop.server, ANA, "tasks", body.clone()).await.expect(422);
        assert_eq!(problem["key"], key, "{body}");
    }
    for (query, key) in [
        ("owner=ana", "owner"),
        ("state=done", "state"),
        ("due_before=soon", "due_before"),
        ("after=7", "after"),
        ("team=sales", "team"),
    ] {
        assert_eq!(shop.server.get(&format!("/api/v1/tasks?{query}")).await.expect(422)["key"], key, "{query}");
    }
    assert_eq!(shop.server.get("/api/v1/tasks?contact=nobody").await.status, 404);
    assert_eq!(post(&shop.server, ANA, "tasks/x/complete", json!({})).await.status, 404);
}

#[tokio::test]
async fn notes_of_bots_and_people_are_listed_newest_first() {
    let shop = Shop::with_bot("desk", desk()).await;
    deliver(shop.ana().text("hello")).await;
    shop.is_quiet().await;
    for (body, status) in [
        (json!({"text": "Prefers mornings", "by": "rui"}), 202),
        (json!({"text": "Wants two", "on": "lead"}), 202),
        (json!({"text": ""}), 422),
        (json!({"text": "x", "on": "company"}), 422),
    ] {
        assert_eq!(post(&shop.server, ANA, "notes", body.clone()).await.status, status, "{body}");
    }
    let notes = shop.server.get(&path(ANA, "notes")).await.expect(200);
    let brief = |note: &Value| json!([note["text"], note["on"], note["by"], note["lead"].is_string()]);
    let brief: Vec<Value> = notes.as_array().unwrap().iter().map(brief).collect();
    let by_bot = json!({"bot": "desk", "step": "note"});
    let expected = json!([
        ["Wants two", "lead", null, true],
        ["Prefers mornings", "contact", {"user": "rui"}, false],
        ["Said: hello", "lead", by_bot, true]
    ]);
    assert_eq!(json!(brief), expected);
    let first = shop.server.get(&path(ANA, "notes?limit=1")).await.expect(200);
    let rest = shop.server.get(&path(ANA, &format!("notes?before={}", first[0]["position"]))).await.expect(200);
    assert_eq!((first[0]["text"].as_str(), rest.as_array().map(Vec::len)), (Some("Wants two"), Some(2)));
    assert_eq!(rest[0]["text"], "Prefers mornings");
}

#[tokio::test]
async fn subscribers_are_shown_and_read_what_bots_tell_the_team() {
    let shop = Shop::with_bot("desk", desk()).await;
    deliver(shop.ana().text("hello")).await;
    shop.is_quiet().await;
    let (sales, ana, rui) = (json!({"team": "sales"}), json!({"user": "ana"}), json!({"user": "rui"}));
    assert_eq!(shop.server.contact(ANA).await["window"]["subscribers"], json!([sales, ana]));
    let changed = post(&shop.server, ANA, "subscribers", json!({"add": [rui], "remove": [sales]})).await.expect(200);
    assert_eq!(changed["subscribers"], json!([ana, rui]));
    let changed = post(&shop.server, ANA, "subscribers", json!({"remove_all": true, "add": [sales]})).await.expect(200);
    assert_eq!(changed["subscribers"], json!([sales]));
    let many: Vec<Value> = (0..50).map(|number| json!({"user": format!("u{number}")})).collect();
    for (body, key) in [
        (json!({"add": many}), "add"),
        (json!({"add": [{"round_robin": ["ana"]}]}), "add[0]"),
        (json!({"remove": "all"}), "remove"),
    ] {
        assert_eq!(post(&shop.server, ANA, "subscribers", body.clone()).await.expect(422)["key"], key, "{body}");
    }
    assert_eq!(shop.server.contact(ANA).await["window"]["subscribers"], json!([sales]));
}

#[tokio::test]
async fn a_merged_contact_keeps_both_tasks() {
    let user = "BR.13491208655302741918";
    let shop = Shop::with_bot("desk", desk()).await;
    let named = |person: Person| shop.mock.customer_like(person).named("Ana Souza");
    deliver(named(Person::with_phone(ANA)).text("hello")).await;
    deliver(shop.mock.customer_with_user_id(user).named("Ana by id").text("hello")).await;
    shop.is_quiet().await;
    assert_eq!(listed(&shop.server, "").await.len(), 2);
    let both = Person { user_id: Some(user.to_owned()), ..Person::with_phone(ANA) };
    deliver(named(both).text("called")).await;
    let one = async |server: &Server| {
        let found = server.get("/api/v1/contacts").await.expect(200);
        (found["contacts"].as_array().map(Vec::len) == Some(1)).then_some(())
    };
    shop.server.until("one contact of two", one).await;
    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    let all = shop.server.get("/api/v1/tasks").await.expect(200);
    let ended = shop.server.get("/api/v1/tasks?state=completed").await.expect(200);
    let rows: Vec<&Value> = [&all, &ended].iter().flat_map(|page| page["tasks"].as_array().unwrap()).collect();
    assert!(rows.iter().all(|task| task["contact"]["id"] == contact["id"]), "{rows:?}");
    let mut ids: Vec<u64> = rows.iter().map(|task| task["id"].as_u64().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2, "each has an id of its own: {rows:?}");
    assert_eq!(contact["tasks"].as_array().map(Vec::len), all["tasks"].as_array().map(Vec::len));
}

#[tokio::test]
async fn pipelines_fields_owners_and_sums_need_no_other_system() {
    let settings = "new_contact_owners = [\"ana\", \"rui\"]\n\
                    [pipelines.sales]\nstages = [\"new\", \"quoted\", \"won\"]\nclosed = [\"won\"]\n\
                    [users.ana]\n[users.rui]\n[users.bia]\n[teams.sales]\n\
                    [lead_fields.pieces]\ntype = \"integer\"\n[contact_fields.city]\ntype = \"text\"\n";
    let order = json!({
        "name": "Order", "language": "en", "triggers": [{"on": "message", "any": true}], "start": "fields",
        "steps": {
            "fields": {"type": "set", "fields": {"lead.fields.pieces": "{{ message.text }}", "contact.fields.city": "Recife"}, "next": "sum"},
            "sum": {"type": "set", "fields": {"lead.price": "{{ (lead.price ?? 0) + lead.fields.pieces * 30 - 5 }}"}, "next": "owner"},
            "owner": {"type": "assign", "on": "lead", "to": {"round_robin": ["bia", "rui"]}, "next": "move"},
            "move": {"type": "stage", "stage": "quoted", "next": "team"},
            "team": {"type": "assign", "to": {"team": "sales"}, "next": "told"},
            "told": {"type": "message", "text": "{{ lead.stage }}: {{ lead.price }} for {{ lead.fields.pieces }}"}
        }
    });
    let shop = Shop::open(Server::with().settings(settings).bot("order", order)).await;
    deliver(shop.ana().text("about 3 pieces")).await;
    assert_eq!(shop.last_to(ANA, 1).await.text(), "quoted: 85 for 3");
    deliver(shop.mock.customer(BIA).named("Bia Lima").text("2")).await;
    assert_eq!(shop.last_to(BIA, 1).await.text(), "quoted: 55 for 2");
    // A second order adds to the same lead's budget.
    deliver(shop.ana().text("1")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "quoted: 110 for 1");

    let (ana, bia) = (shop.server.contact(ANA).await, shop.server.contact(BIA).await);
    assert_eq!((&ana["owner"], &bia["owner"]), (&json!("ana"), &json!("rui")), "new contacts go to their owners in turn");
    assert_eq!((&ana["leads"][0]["owner"], &bia["leads"][0]["owner"]), (&json!("bia"), &json!("rui")), "leads in turn, too");
    assert_eq!((&ana["fields"], &ana["window"]["owner"]), (&json!({"city": "Recife"}), &json!({"team": "sales"})));
    let lead = &ana["leads"][0];
    assert_eq!((&lead["pipeline"], &lead["closed"], &lead["fields"]), (&json!("sales"), &json!(false), &json!({"pieces": 1})));
    let shown = shop.server.get("/api/v1/conversations?owner=team:sales").await.expect(200);
    assert_eq!(shown["conversations"].as_array().map(Vec::len), Some(2));

    // A person closes the deal and the conversation: the customer who comes back opens another.
    let won = json!({"lead": {"id": lead["id"], "pipeline": "sales", "stage": "won", "contact": {"phone": ANA}}});
    shop.server.post("/api/v1/triggers/stage", &won).await.expect(202);
    post(&shop.server, ANA, "release", json!({"close": true})).await.expect(200);
    deliver(shop.ana().text("4")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "quoted: 115 for 4");
    let leads = shop.server.contact(ANA).await["leads"].take();
    assert_eq!((&leads[0]["closed"], leads.as_array().map(Vec::len)), (&json!(true), Some(2)));
}

#[tokio::test]
async fn a_task_that_is_done_is_done_in_kommo_too() {
    let kommo = Kommo::start().await;
    let setup: Setup = Server::with().settings(&kommo.settings()).bot("desk", desk());
    let shop = Shop::open(setup).await;
    kommo.connect(&[shop.server.url("")]);
    deliver(shop.ana().text("hello")).await;
    let written = async |_: &Server| (kommo.tasks() == ["Call Ana Souza"]).then_some(());
    shop.server.until("the task is in Kommo", written).await;
    deliver(shop.ana().text("called")).await;
    let done = [("Call Ana Souza".to_owned(), "Ana Souza called".to_owned())];
    shop.server.until("it is done there", async |_: &Server| (kommo.completed_tasks() == done).then_some(())).await;
    assert_eq!((kommo.tasks().len(), kommo.answers(400), kommo.answers(404)), (1, 0, 0));
}
