//! What bots know follows their files, pages and versions.

use std::{
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::Path as Segment,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};
use steps::{environment::Environment, moment::Moment};
use store::Store;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;
use crate::settings::Flags;

const START: Moment = Moment(1_772_456_400_000);
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A folder of bots, and what is known in it.
struct Library {
    folder: TempDir,
    knowledge: Knowledge,
    keeper: Keeper,
    store: Arc<dyn Store>,
    now: Moment,
}

impl Library {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(settings, "test", |_| None, &Flags::default()).unwrap();
        let knowledge = Knowledge::new(&settings).unwrap().in_folder(folder.path().to_owned());
        Library { folder, knowledge, keeper: Keeper::default(), store: store::memory(), now: START }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    async fn keep(&mut self, sources: &Value) -> Arc<Shelf> {
        self.keep_of(sources, true).await
    }

    /// The shelf of a bot with these sources.
    async fn keep_of(&mut self, sources: &Value, is_file: bool) -> Arc<Shelf> {
        let source = json!({"language": "pt-BR", "knowledge": sources, "start": "a", "steps": {"a": {"type": "stop"}}});
        let checked = steps::check::load(&bot(), &source.to_string(), &Environment::default());
        let wanted = Wanted::of(&checked.bot.unwrap(), &indexmap::IndexMap::new(), is_file).unwrap();
        self.keeper.keep(&self.knowledge, &*self.store, self.now, vec![wanted]).await;
        self.knowledge.shelf(&bot()).unwrap()
    }

    async fn titles(&self, question: &str) -> Vec<String> {
        let names = self.knowledge.shelf(&bot()).unwrap().names();
        let found = self.knowledge.find(&bot(), &names, question).await;
        assert_eq!(found.note, None);
        found.passages.into_iter().map(|passage| passage.title).collect()
    }
}

fn bot() -> BotId {
    BotId::new("shop").unwrap()
}

fn problems(shelf: &Shelf, name: &str) -> String {
    shelf.sources().iter().find(|source| source.name == name).unwrap().problems.join("; ")
}

#[tokio::test]
async fn files_are_read_and_their_changes_too() {
    let mut library = Library::new("");
    library.write("knowledge/entrega.md", "# Entrega\nChega em três dias.\n");
    library.write("knowledge/more/precos.csv", "Produto;Preço\nCaneta;R$ 2\n");
    library.write("knowledge/picture.png", "no text");
    let sources = json!({"all": {"folder": "knowledge"}, "own": {"text": "## Endereço\nRua das Acácias, 214."}});
    let shelf = library.keep(&sources).await;
    assert_eq!(shelf.sources().iter().map(|source| source.passages).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(library.titles("quando chega a entrega?").await, ["Entrega"]);
    assert_eq!(library.titles("preco da caneta").await, ["precos.csv"]);
    assert_eq!(library.titles("qual rua").await, ["Endereço"]);

    let again = library.keep(&sources).await;
    assert!(Arc::ptr_eq(&shelf, &again), "what did not change is not indexed again");
    library.write("knowledge/entrega.md", "# Entrega\nChega em dez dias, de barco.\n");
    library.keep(&sources).await;
    assert_eq!(library.titles("vem de barco?").await, ["Entrega"]);
    fs::remove_file(library.folder.path().join("knowledge/entrega.md")).unwrap();
    library.keep(&sources).await;
    assert_eq!(library.titles("vem de barco?").await, [""; 0]);
}

#[tokio::test]
async fn what_can_t_be_read_is_told_and_the_rest_is_there() {
    let mut library = Library::new("");
    library.write("good.md", "Abrimos às nove horas.");
    library.write("empty.txt", "  ");
    library.write("bad.pdf", "no PDF");
    library.write("table.xlsx", "?");
    library.write("large.txt", &"a ".repeat(6 * 1024 * 1024));
    let sources = json!({
        "good": {"file": "good.md"}, "empty": {"file": "empty.txt"}, "bad": {"file": "bad.pdf"}, "form": {"file": "table.xlsx"},
        "gone": {"file": "gone.md"}, "large": {"file": "large.txt"}, "folder": {"file": "."}, "file": {"folder": "good.md"}
    });
    let mut declared = sources.clone();
    declared.as_object_mut().unwrap().shift_remove("folder");
    let shelf = library.keep(&declared).await;
    assert_eq!(problems(&shelf, "good"), "");
    for (name, words) in [
        ("empty", "has no text"),
        ("bad", "no PDF that can be read"),
        ("form", ".csv, .pdf"),
        ("gone", "can't be read"),
        ("large", "more than 10 MiB"),
        ("file", "under `file`"),
    ] {
        assert!(problems(&shelf, name).contains(words), "{name}: {}", problems(&shelf, name));
    }
    assert_eq!(library.titles("que horas abrem?").await, ["good.md"]);
    let shelf = library.keep_of(&json!({"good": {"file": "good.md"}}), false).await;
    assert!(problems(&shelf, "good").contains("kept in the store alone"));
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_leads_out_of_the_folder() {
    let mut library = Library::new("");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.md"), "The secret word is xylophone.").unwrap();
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, library.folder.path().join(name)).unwrap();
    link(&outside.path().join("secret.md"), "linked.md");
    link(outside.path(), "linked");
    library.write("own/good.md", "Abrimos às nove.");
    std::os::unix::fs::symlink(outside.path().join("secret.md"), library.folder.path().join("own/linked.md")).unwrap();
    let sources = json!({"file": {"file": "linked.md"}, "folder": {"folder": "linked"}, "inner": {"file": "linked/secret.md"}, "own": {"folder": "own"}});
    let shelf = library.keep(&sources).await;
    for name in ["file", "folder", "inner"] {
        assert!(problems(&shelf, name).contains("leads out of the folder"), "{name}");
    }
    assert_eq!(shelf.sources().iter().map(|source| source.passages).sum::<usize>(), 1);
    assert_eq!(library.titles("xylophone").await, [""; 0]);
}

/// Pages and embeddings; what was asked is counted.
struct Web {
    address: String,
    page: Arc<Mutex<(StatusCode, &'static str)>>,
    fetched: Arc<AtomicUsize>,
    embedded: Arc<Mutex<Vec<String>>>,
}

impl Web {
    async fn start() -> Self {
        let page = Arc::new(Mutex::new((StatusCode::OK, "")));
        let (fetched, embedded) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (of_page, count, asked) = (page.clone(), fetched.clone(), embedded.clone());
        let answer = move |Segment(_): Segment<String>| {
            count.fetch_add(1, Ordering::Relaxed);
            let (status, text) = *of_page.lock().unwrap();
            async move { (status, [("content-type", "text/html; charset=utf-8")], text).into_response() }
        };
        let embed = move |Json(request): Json<Value>| {
            let texts: Vec<String> = serde_json::from_value(request["input"].clone()).unwrap();
            asked.lock().unwrap().extend(texts.clone());
            async move {
                if texts.iter().any(|text| text.contains("never")) {
                    std::future::pending::<()>().await;
                }
                // Two directions: what is about cats, and all else.
                let data = texts.iter().map(
                    |text| json!({"embedding": if text.contains("gato") || text.contains("felino") { [1, 0] } else { [0, 1] }}),
                );
                Json(json!({"data": data.collect::<Vec<_>>()}))
            }
        };
        let router = Router::new().route("/pages/{name}", get(answer)).route("/v1/embeddings", post(embed));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Web { address, page, fetched, embedded }
    }

    fn embedded(&self) -> usize {
        self.embedded.lock().unwrap().len()
    }

    fn model(&self) -> String {
        format!("[openai]\nbase_url = \"{}/v1\"\nembedding_model = \"letters\"", self.address)
    }
}

#[tokio::test]
async fn pages_are_fetched_when_they_are_due_and_the_old_one_stays_meanwhile() {
    let web = Web::start().await;
    *web.page.lock().unwrap() = (StatusCode::OK, "<nav>Menu</nav><h1>Devoluções</h1><p>Trinta dias.</p>");
    let mut library = Library::new("[http]\nallow_private = [\"127.0.0.1\"]");
    let sources = json!({"page": {"url": format!("{}/pages/returns", web.address), "refresh": "12h"}});
    library.keep(&sources).await;
    assert_eq!(library.titles("trinta").await, ["Devoluções"]);
    let fetched = async |library: &mut Library, later: i64| {
        library.now = library.now.plus(later);
        library.keep(&sources).await;
        web.fetched.load(Ordering::Relaxed)
    };
    assert_eq!(fetched(&mut library, DAY / 4).await, 1);
    assert_eq!(fetched(&mut library, DAY / 4).await, 2);

    *web.page.lock().unwrap() = (StatusCode::BAD_GATEWAY, "");
    assert_eq!(fetched(&mut library, DAY / 2).await, 3);
    let shelf = library.knowledge.shelf(&bot()).unwrap();
    assert!(problems(&shelf, "page").contains("answered 502"));
    assert_eq!(library.titles("trinta").await, ["Devoluções"]);
    *web.page.lock().unwrap() = (StatusCode::OK, "<h1>Devoluções</h1><p>Quarenta dias.</p>");
    assert_eq!(fetched(&mut library, 60_000).await, 3, "it is not asked at every look");
    assert_eq!(fetched(&mut library, DAY / 96).await, 4);
    assert_eq!(library.titles("quarenta").await, ["Devoluções"]);
    assert_eq!(problems(&library.knowledge.shelf(&bot()).unwrap(), "page"), "");
}

#[tokio::test]
async fn pages_come_over_the_guarded_client() {
    let web = Web::start().await;
    let mut library = Library::new("");
    let shelf = library.keep(&json!({"page": {"url": format!("{}/pages/a", web.address)}})).await;
    assert!(problems(&shelf, "page").contains("not a public address"), "{}", problems(&shelf, "page"));
    assert_eq!(web.fetched.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn meanings_are_embedded_once_and_a_question_does_not_wait_for_long() {
    let web = Web::start().await;
    let mut library = Library::new(&web.model());
    let sources = json!({"pets": {"text": "# Felinos\nRação seca para o seu bichano: gatos adultos.\n# Cães\nColeiras."}});
    let shelf = library.keep(&sources).await;
    assert!(shelf.sources()[0].embedded);
    assert_eq!(web.embedded(), 2);
    assert_eq!(library.titles("algum felino gosta?").await[0], "Felinos");

    library.keeper = Keeper::default();
    library.keep(&sources).await;
    assert_eq!(web.embedded(), 3, "the store remembers passages; the question was the third");
    library.keep(&json!({"pets": {"text": "# Felinos\nRação seca para o seu bichano: gatos adultos.\n# Aves\nAlpiste."}})).await;
    assert_eq!(web.embedded(), 4, "what is new is embedded");

    tokio::time::pause();
    let found = library.knowledge.find(&bot(), &["pets".to_owned()], "alpiste, as never before").await;
    assert_eq!(found.passages[0].title, "Aves");
    assert!(found.note.unwrap().contains("within 2 s"));
}

#[tokio::test]
async fn without_its_model_knowledge_is_found_by_words() {
    let mut library = Library::new("[openai]\nbase_url = \"http://127.0.0.1:1/v1\"\nembedding_model = \"m\"");
    tokio::time::pause();
    let shelf = library.keep(&json!({"pets": {"text": "Alpiste para aves."}})).await;
    assert!(problems(&shelf, "pets").contains("words alone"), "{}", problems(&shelf, "pets"));
    assert_eq!(library.titles("alpiste").await, [""]);
}
