//! Bots that find things in catalogues and put them on the lead: a catalogue in a file, and a list of Kommo's, where items and companies are
//! linked.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tests::harness::{Server, Setup};
use tests::kommo::{self, Kommo};

use crate::{
    crm::until,
    shop::{ANA, BIA, Shop, bot, deliver},
};

/// Looks for what the customer writes in the catalogue `menu`, and puts two of it on the lead.
fn waiter() -> Value {
    bot(json!({
        "look": {"type": "find", "in": {"catalog": "menu"}, "save": "vars.dish", "next": "order", "otherwise": "sorry", "failed": "broken"},
        "order": {"type": "items", "add": [{"catalog": "menu", "item": "{{ vars.dish.id }}", "name": "{{ vars.dish.name }}", "price": "{{ vars.dish.price }}", "quantity": 2}], "next": "tell"},
        "tell": {"type": "message", "text": "{{ lead.items[0].quantity }} x {{ vars.dish.name }}: {{ lead.items[0].quantity * vars.dish.price }}"},
        "sorry": {"type": "message", "text": "We have no such dish."},
        "broken": {"type": "message", "text": "Sorry: {{ error.name }}."}
    }))
}

const MENU: &str = "id;name;price;size\np1;Pizza Margherita;12,50;L\nt1;Iced tea;3,00;\n";

fn restaurant() -> Setup {
    Server::with()
        .bot("waiter", waiter())
        .file("menu.csv", MENU)
        .settings("[catalogs.menu]\nname = \"The menu\"\nfile = \"menu.csv\"")
}

#[tokio::test]
async fn a_dish_of_a_file_is_found_and_put_on_the_lead() {
    let shop = Shop::open(restaurant()).await;
    deliver(shop.ana().text("margherita, PIZZA!")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["2 x Pizza Margherita: 25"]);
    let contact = shop.server.contact(ANA).await;
    let item = json!({"catalog": "menu", "item": "p1", "name": "Pizza Margherita", "price": 12.5, "quantity": 2.0});
    assert_eq!(contact["leads"][0]["items"], json!([item]));
    deliver(shop.ana().text("sushi")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "We have no such dish.");
    // A file that has changed is read again.
    std::fs::write(shop.server.bots().join("menu.csv"), format!("{MENU}s1;Sushi;20;\n")).unwrap();
    deliver(shop.ana().text("sushi")).await;
    assert_eq!(shop.sent_to(ANA, 3).await.len(), 3);
    let items = shop.server.contact(ANA).await["leads"][0]["items"].clone();
    assert_eq!(items[1], json!({"catalog": "menu", "item": "s1", "name": "Sushi", "price": 20.0, "quantity": 2.0}));

    let catalogs = shop.server.get("/api/v1/catalogs").await.expect(200);
    assert_eq!(catalogs, json!([{"id": "menu", "name": "The menu", "kept": "file", "items": 3, "problems": []}]));
    let found = shop.server.get("/api/v1/catalogs/menu?q=pizza").await.expect(200);
    assert_eq!(found["items"], json!([{"id": "p1", "name": "Pizza Margherita", "price": 12.5, "fields": {"size": "L"}}]));
    let all = shop.server.get("/api/v1/catalogs/menu").await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(shop.server.get("/api/v1/catalogs/other").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.server.alerts().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_catalog_that_can_not_be_read_takes_its_branch() {
    let shop = Shop::open(Server::with().bot("waiter", waiter()).settings("[catalogs.menu]\nfile = \"menu.csv\"")).await;
    deliver(shop.ana().text("pizza")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Sorry: catalog_unreadable."]);
    assert_eq!(shop.server.get("/api/v1/catalogs/menu").await.status, StatusCode::BAD_GATEWAY);
    let known = shop.server.get("/api/v1/catalogs").await.expect(200);
    assert!(known[0]["problems"][0].as_str().is_some_and(|problem| problem.contains("menu.csv")), "{known}");
}

#[tokio::test]
async fn of_another_customer_a_bot_learns_no_more_than_who_it_is() {
    let story = bot(json!({
        "look": {"type": "find", "in": "contacts", "by": "phone", "save": "vars.other", "next": "tell", "otherwise": "nobody", "failed": "broken"},
        "tell": {"type": "message", "text": "{{ vars.other }}"},
        "nobody": {"type": "message", "text": "Nobody."},
        "broken": {"type": "message", "text": "{{ error.name }}"}
    }));
    let shop = Shop::with_bot("finder", story).await;
    deliver(shop.mock.customer(BIA).named("Bia Lima").text("+5511900000000")).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["Nobody."]);
    let bia = shop.server.contact(BIA).await["id"].as_str().unwrap().to_owned();
    for (asked, is_self) in [(BIA, false), (ANA, true)] {
        deliver(shop.ana().text(asked)).await;
        let count = if is_self { 2 } else { 1 };
        let told: Value = serde_json::from_str(&shop.last_to(ANA, count).await.text()).unwrap();
        let (id, name) = if is_self {
            (shop.server.contact(ANA).await["id"].as_str().unwrap().to_owned(), "Ana Souza")
        } else {
            (bia.clone(), "Bia Lima")
        };
        assert_eq!(told, json!({"id": id, "name": name, "is_self": is_self}));
    }
}

/// Takes a dish of Kommo's list, and asks for the company.
fn caterer(kommo: &Kommo) -> Setup {
    let mut story = waiter();
    story["steps"]["tell"]["next"] = json!("company");
    story["steps"]["company"] =
        json!({"type": "ask", "text": "Your company?", "expect": "text", "save": "company.name", "next": "size"});
    story["steps"]["size"] = json!({"type": "set", "fields": {"company.size": 12}, "next": "thanks"});
    story["steps"]["thanks"] = json!({"type": "message", "text": "Thank you."});
    Server::with().settings(&kommo.settings()).bot("caterer", story)
}

fn company_of(entity: &Value) -> Option<u64> {
    entity["_embedded"]["companies"][0]["id"].as_u64()
}

#[tokio::test]
async fn what_a_customer_takes_of_kommos_list_and_their_company_are_linked_there() {
    let kommo = Kommo::start().await;
    let pizza = kommo.add_element("Pizza Margherita", 12.5);
    kommo.add_element("Pizza Funghi", 14.0);
    let known = kommo.add_company("ACME Ltda");
    let shop = Shop::open(caterer(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    // Nothing that is linked is linked twice.
    kommo.lose_answer("POST", "/link");
    deliver(shop.ana().text("pizza margherita")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["2 x Pizza Margherita: 25", "Your company?"]);
    deliver(shop.ana().text("acme ltda")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "Thank you.");
    let is_linked = || {
        let lead = kommo.leads().into_iter().next()?;
        let contact = kommo.contacts().into_iter().next()?;
        let has_company = company_of(&lead) == Some(known) && company_of(&contact) == Some(known);
        let size = kommo.companies()[0]["custom_fields_values"][0]["values"][0]["value"].as_i64();
        (has_company && size == Some(12) && lead["_embedded"]["catalog_elements"][0]["id"] == pizza).then_some(lead)
    };
    let lead = until("items and company are linked", is_linked).await;
    shop.is_quiet().await;
    let metadata = json!({"quantity": 2, "catalog_id": kommo::LIST});
    assert_eq!(lead["_embedded"]["catalog_elements"], json!([{"id": pizza, "metadata": metadata}]));
    assert_eq!((kommo.leads().len(), kommo.companies().len()), (1, 1));
    let links = kommo.requests().iter().filter(|made| made.ends_with("/link")).count();
    assert_eq!(links, 3, "{:?}", kommo.requests());
    assert_eq!((kommo.answers(400), shop.server.alerts().await), (0, Vec::new()));

    // Somebody takes the dish off again, and gives another one.
    let id = lead["id"].as_u64().unwrap();
    let off = json!({"to_entity_id": pizza, "to_entity_type": "catalog_elements", "metadata": {"catalog_id": kommo::LIST}});
    kommo.link(id, &off, false);
    let gone = async |server: &Server| {
        let items = server.contact(ANA).await["leads"][0]["items"].clone();
        (items == json!([])).then_some(())
    };
    shop.server.until("the item is gone", gone).await;
    shop.is_quiet().await;
    assert_eq!(kommo.lead(id)["_embedded"]["catalog_elements"], json!([]), "an echo writes nothing");
}

#[tokio::test]
async fn a_company_that_kommo_does_not_have_is_made_with_all_that_is_known() {
    let kommo = Kommo::start().await;
    kommo.add_element("Tea", 3.0);
    let shop = Shop::open(caterer(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    for (count, customer, name) in [(1, ANA, "Ana"), (1, BIA, "Bia")] {
        deliver(shop.mock.customer(customer).named(name).text("tea")).await;
        shop.sent_to(customer, 2 * count).await;
        deliver(shop.mock.customer(customer).named(name).text("Globex")).await;
        shop.sent_to(customer, 2 * count + 1).await;
        let both = || {
            let contacts = kommo.contacts();
            let of = contacts.iter().find(|contact| contact["name"] == name)?;
            company_of(of)
        };
        until("the company is linked", both).await;
        shop.is_quiet().await;
    }
    // The second customer is of the same company.
    let companies = kommo.companies();
    assert_eq!(companies.len(), 1, "{companies:?}");
    assert_eq!(
        (&companies[0]["name"], &companies[0]["custom_fields_values"][0]["values"][0]["value"]),
        (&json!("Globex"), &json!(12))
    );
    assert_eq!(shop.server.contact(BIA).await["company"], json!({"name": "Globex", "size": 12}));
}

#[tokio::test]
async fn contacts_of_kommo_are_found_by_what_they_hold() {
    let kommo = Kommo::start().await;
    let story = bot(json!({
        "look": {"type": "find", "in": "contacts", "by": "name", "match": "exact", "save": "vars.other", "next": "tell", "otherwise": "nobody", "failed": "broken"},
        "tell": {"type": "message", "text": "{{ vars.other.name }} {{ vars.other.id }} {{ vars.other.is_self }}"},
        "nobody": {"type": "message", "text": "Nobody."},
        "broken": {"type": "message", "text": "{{ error.name }}"}
    }));
    let shop = Shop::open(Server::with().settings(&kommo.settings()).bot("finder", story)).await;
    let bia = kommo.add_contact("Bia Lima", BIA);
    deliver(shop.ana().text("bia lima")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, [format!("Bia Lima {bia} false")]);
    deliver(shop.ana().text("bia")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Nobody.");
    kommo.switch(false);
    deliver(shop.ana().text("bia lima")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "crm_unavailable");
}
