//! Bots of other tools, read as bots of ours. Nothing is kept: whoever imports saves what it wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::import::kommo::{self, Code, Entry, Finding, Kind, Mapping, Options, Refused, Report};

use super::input::{MAX_BODY, Query};
use crate::{app::App, body, bots::import, problem::Problem};

/// How long a file may take to arrive.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);

/// What is said beside the file.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct About {
    /// What the file is called, for bots that have no name
    name: Option<String>,
    /// Language of the bots' texts; left out: `en`
    language: Option<String>,
    /// IANA time zone; left out: `UTC`
    timezone: Option<String>,
    /// Mend texts that were read in the wrong encoding
    repair: Option<bool>,
    /// Find titles and synonyms of buttons inside of longer answers too
    words: Option<bool>,
}

/// A file with names for its ids. The file may also come alone, as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KommoFile {
    /// The file: its text, or the JSON in it.
    file: Value,
    /// Names for Kommo's ids, by kind: `{"stages": {"4420": "qualified"}}`. The kinds and ids are those of `ids` in an answer.
    #[serde(default)]
    #[schema(value_type = Object)]
    map: Mapping,
}

/// What came of a file.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Imported {
    bots: Vec<ImportedBot>,
    report: ImportReport,
    /// Every id that was met or named.
    ids: Vec<ImportedId>,
    /// The same ids as `kommo.map.toml` has them, for the command line.
    mapping: String,
}

/// What was counted, what was decided, and what is not known of Kommo.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImportReport {
    /// How often each handler of Kommo's stands in the programs that were read.
    handlers: BTreeMap<String, usize>,
    /// What a designer should look at, in the order in which it was met.
    findings: Vec<ImportFinding>,
    /// What this import relied on and Kommo's documentation does not say.
    unconfirmed: BTreeSet<&'static str>,
}

/// One thing that a designer should know.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImportFinding {
    /// Its stable name.
    #[schema(value_type = String, example = "too_long")]
    code: Code,
    /// The bot does not do all that it did. Without it: it does, and this only informs.
    is_warning: bool,
    /// The bot that it is about.
    bot: String,
    /// Where in Kommo's program: `4.question[1]`. Empty: the program as a whole.
    place: String,
    /// The step of the bot that it became; none where it became no step.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// What it is, and what was done about it, in English.
    message: String,
}

/// An id of Kommo's that a bot uses.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImportedId {
    /// What has the id.
    #[schema(value_type = String, example = "stages")]
    kind: Kind,
    id: String,
    /// What it is called here. Empty: it has no name yet.
    name: String,
    /// Where it is used: `showroom_router: step 1`, by Kommo's numbers.
    used: Vec<String>,
    /// What its name has to be, in English.
    about: &'static str,
}

/// A bot that was imported.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImportedBot {
    id: String,
    #[schema(value_type = Object)]
    document: Value,
    /// Dialog tests that take its branches.
    #[schema(value_type = Vec<Object>)]
    dialogs: Value,
}

/// Salesbots of Kommo as bots of ours: an exported file, or what "View source" shows, alone or with names for its ids. Nothing is saved.
#[utoipa::path(post, path = "/api/v1/import/kommo", operation_id = "import_kommo", tag = "bots", params(About),
    request_body(content = KommoFile, description = "`{file, map}`, or the file alone"),
    responses((status = 200, body = Imported), (status = 422, body = Problem)))]
pub(super) async fn import_kommo(
    State(app): State<Arc<App>>,
    Query(about): Query<About>,
    request: Request,
) -> Result<Json<Imported>, Problem> {
    let bytes = body::read(request.into_body(), MAX_BODY, DEADLINE).await?;
    let source = kommo::text(&bytes).map_err(unsound)?;
    let (source, mut mapping) = with_names(source)?;
    let environment = app.environment.load_full();
    // Playing a large bot's branches takes longer than other calls may wait for.
    let work = tokio::task::spawn_blocking(move || {
        let options = Options {
            language: about.language,
            timezone: about.timezone,
            repair: about.repair.unwrap_or_default(),
            words: about.words.unwrap_or_default(),
        };
        let name = about.name.unwrap_or_else(|| "kommo".to_owned());
        import::kommo(&name, &source, &mut mapping, &options, &environment).map(|(bots, report)| (bots, report, mapping))
    });
    let done = work.await.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the import ended unexpectedly"))?;
    let (bots, report, mapping) = done.map_err(unsound)?;
    let bot = |bot: import::Brought| ImportedBot {
        id: bot.id,
        document: bot.document,
        dialogs: serde_json::to_value(bot.dialogs.dialogs).unwrap_or_default(),
    };
    Ok(Json(Imported {
        bots: bots.into_iter().map(bot).collect(),
        report: told(report),
        ids: mapping.entries().map(|(kind, id, entry)| named(kind, id, entry)).collect(),
        mapping: mapping.write(),
    }))
}

fn unsound(refused: Refused) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refused.to_string())
}

/// The file, and the names that came with it. A file of Kommo's has no key `file` itself.
fn with_names(source: String) -> Result<(String, Mapping), Problem> {
    let holds_file = |value: &Value| value.as_object().is_some_and(|map| map.contains_key("file"));
    let Some(value) = serde_json::from_str::<Value>(&source).ok().filter(holds_file) else {
        return Ok((source, Mapping::default()));
    };
    let KommoFile { file, map } = serde_json::from_value(value).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok((file.as_str().map_or_else(|| file.to_string(), str::to_owned), map))
}

fn told(report: Report) -> ImportReport {
    let findings = report.findings.into_iter().map(|Finding { code, bot, place, step, message }| ImportFinding {
        is_warning: !code.is_note(),
        code,
        bot,
        place,
        step,
        message,
    });
    ImportReport { handlers: report.handlers, findings: findings.collect(), unconfirmed: report.unconfirmed }
}

fn named(kind: Kind, id: &str, entry: &Entry) -> ImportedId {
    let used = entry.used.iter().cloned().collect();
    ImportedId { kind, id: id.to_owned(), name: entry.name.clone(), used, about: kind.hint() }
}
