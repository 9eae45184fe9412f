//! Answers from what the business knows; and how well it is found.

use std::fs;

use serde_json::{Value, json};
use tests::{
    harness::Server,
    knowledge::{
        Way,
        embeddings::{Embeddings, Letters},
        recall, subjects,
    },
};

use crate::{
    models::Model,
    shop::{ANA, Shop, deliver},
};

/// What has to be found among the best five by words alone, by language, in hundredths: a little less than what was measured.
const MARKS: [(&str, f64); 4] = [("pt", 0.88), ("es", 0.84), ("en", 0.81), ("", 0.85)];

#[tokio::test]
async fn questions_find_their_answers_by_words() {
    let found = recall(&subjects(None).await.unwrap(), Way::Words).unwrap();
    for (language, mark) in MARKS {
        let [_, best] = found[language];
        assert!(best >= mark, "of the questions in {language:?} {best:.2} find their answer, {mark:.2} should");
    }
}

#[tokio::test]
async fn ranks_are_fused_on_the_way_that_embeddings_go() {
    let letters = Letters::start().await.unwrap();
    let subjects = subjects(Some(&Embeddings { url: letters.url.clone(), model: "letters".to_owned() })).await.unwrap();
    let best = |way: Way| recall(&subjects, way).unwrap()[""][1];
    assert!(best(Way::Meaning) > 0.6, "letters find what is spelled alike: {}", best(Way::Meaning));
    assert!(best(Way::Both) > 0.85, "and spoil little: {}", best(Way::Both));
}

fn clerk() -> Value {
    json!({"answer": {"type": "ai_reply", "instructions": "Answer from the knowledge.", "knowledge": ["faq", "house"]}})
}

/// What the model was told before the conversation.
fn system(model: &Model, call: usize) -> String {
    model.asked()[call]["messages"][0]["content"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_answer_comes_from_what_is_known_and_follows_its_files() {
    let model = Model::saying(|_: &Value| Ok("Claro!".to_owned())).await;
    let mut bot = crate::shop::bot(clerk());
    bot["language"] = "pt-BR".into();
    bot["knowledge"] = json!({"faq": {"file": "knowledge/faq.md"}});
    let house = "[knowledge.house]\ntext = \"# Estacionamento\\nHá duas vagas em frente.\"";
    let setup = Server::with().bot("clever", bot).settings(house).variable("OPENAI_API_KEY", "sk-e2e");
    let setup = setup.variable("OPENAI_MODEL", "test-model").variable("OPENAI_EMBEDDING_MODEL", "letters");
    let shop = Shop::open(setup.variable("OPENAI_BASE_URL", &model.url).variable("SALESBOT_LOG", "debug")).await;
    let knows = async |passages: &str, text: &str| {
        let folder = shop.server.bots().join("knowledge");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("faq.md"), text).unwrap();
        let known = async |server: &Server| server.log().contains(passages).then_some(());
        shop.server.until("the file is known", known).await;
    };

    knows("knows 3 passages", "# Entrega\nChega em três dias úteis.\n# Trocas\nTrocamos em trinta dias.\n").await;
    deliver(shop.ana().text("quanto tempo demora a entrega?")).await;
    shop.texts_to(ANA, 1).await;
    assert!(system(&model, 0).contains("[1] Entrega\nChega em três dias úteis."), "{}", system(&model, 0));
    deliver(shop.ana().text("tem onde estacionar, alguma vaga?")).await;
    shop.texts_to(ANA, 2).await;
    assert!(system(&model, 1).contains("[1] Estacionamento"), "{}", system(&model, 1));

    knows("knows 2 passages", "# Entrega\nChega em dez dias, de barco.\n").await;
    deliver(shop.ana().text("e a entrega?")).await;
    shop.texts_to(ANA, 3).await;
    let told = system(&model, 2);
    assert!(told.contains("de barco") && !told.contains("três dias"), "{told}");
    let log = shop.server.log();
    assert!(!log.contains("barco") && !log.contains("estacionar"), "no knowledge and no question stands in the log:\n{log}");
}
