//! Bots and their dialog tests as files: `welcome.json` is the bot `welcome`, `welcome.test.json` beside it holds its dialogs.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use interpreter::dialog::called_by;
use steps::{
    bot::Bot,
    check::{Checked, load},
    environment::Environment,
    ids::BotId,
};

use crate::bots::source::{self, Unreadable, of_file};

/// What the name of a file of dialogs ends in.
const TESTS: &str = ".test.json";

/// Files that were named, or that lie in folders that were named; by path, each once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bots: Vec<PathBuf>,
    pub(super) tests: Vec<PathBuf>,
}

/// A bot's file, read and checked.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) path: PathBuf,
    pub(super) source: String,
    pub(super) checked: Checked,
}

/// The files of bots and dialogs that the paths name. A bot brings the dialogs that stand beside it.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let metadata = fs::metadata(path).with_context(|| format!("there is no file or folder {}", path.display()))?;
        if !metadata.is_dir() {
            match id_of(path) {
                Some(_) => {
                    found.bots.push(path.clone());
                    found.tests.extend(Some(tests_of(path)).filter(|tests| tests.is_file()));
                }
                None if is_tests(path) => found.tests.push(path.clone()),
                None => bail!("{} is no bot: a bot is a file such as welcome.json", path.display()),
            }
            continue;
        }
        let (bots, tests) = in_folder(path)?;
        if bots.is_empty() {
            bail!("there are no bots in the folder {}: a bot is a file such as welcome.json", path.display());
        }
        found.bots.extend(bots);
        found.tests.extend(tests);
    }
    for files in [&mut found.bots, &mut found.tests] {
        files.sort();
        files.dedup();
    }
    Ok(found)
}

fn in_folder(folder: &Path) -> anyhow::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let entries = fs::read_dir(folder).with_context(|| format!("can't read the folder {}", folder.display()))?;
    // What has a bot's name and is no file is a mistake of somebody's, and shown when it is read.
    let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>();
    let files = files.with_context(|| format!("can't read the folder {}", folder.display()))?;
    let (mut bots, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| id_of(path).is_some());
    bots.sort();
    let mut tests: Vec<PathBuf> = rest.into_iter().filter(|path| is_tests(path)).collect();
    tests.sort();
    Ok((bots, tests))
}

/// The bot that a file holds: its stem. A stem with a dot is another kind of file (`bot.schema.json`).
fn id_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(".json").filter(|stem| !stem.is_empty() && !stem.contains('.'))
}

fn is_tests(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(TESTS))
}

/// Where a bot's dialogs are.
pub(super) fn tests_of(bot: &Path) -> PathBuf {
    crate::bots::dialogs::file::beside(bot)
}

/// The bot whose dialogs these are.
pub(super) fn bot_of(tests: &Path) -> PathBuf {
    let name = tests.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(TESTS)).unwrap_or_default();
    tests.with_file_name(format!("{name}.json"))
}

/// Reads and checks bots. What it knows of a folder is read once.
pub(super) struct Reader {
    environment: Arc<Environment>,
    /// By folder: the environment in which its bots know each other by name.
    folders: HashMap<PathBuf, Environment>,
    /// Bots that others call, by path; None: it is not there, or has errors.
    called: HashMap<PathBuf, Option<Arc<Bot>>>,
}

impl Reader {
    pub(super) fn new(environment: Arc<Environment>) -> Self {
        Reader { environment, folders: HashMap::new(), called: HashMap::new() }
    }

    /// Reads and checks a bot. One that can't be read has that as its error.
    pub(super) fn read(&mut self, path: &Path) -> Loaded {
        let id = id_of(path).unwrap_or_default();
        let (source, checked) = match (source::read(path, id), BotId::new(id)) {
            (Ok(source), Ok(bot)) => {
                let checked = load(&bot, &source, self.folder(folder_of(path)));
                (source, checked)
            }
            (Ok(source), Err(error)) => {
                let message = format!("a file's name is its bot's id: {error}");
                (source, Checked { bot: None, diagnostics: vec![of_file("id", id, message)] })
            }
            (Err(Unreadable { source, diagnostic, .. }), _) => (source, Checked { bot: None, diagnostics: vec![*diagnostic] }),
        };
        Loaded { path: path.to_owned(), source, checked }
    }

    /// The bots of its folder that a bot calls, and those that they call. One that has errors is not there to be called.
    pub(super) fn called_by(&mut self, bot: &Bot, path: &Path) -> Vec<Arc<Bot>> {
        called_by(bot, |name| {
            let path = path.with_file_name(format!("{name}.json"));
            if let Some(called) = self.called.get(&path) {
                return called.clone();
            }
            let called = self.read(&path).checked.bot;
            self.called.insert(path, called.clone());
            called
        })
    }

    /// The bots of its folder that a bot calls and that have errors, with the step that calls them.
    pub(super) fn broken_calls(&mut self, bot: &Bot, path: &Path) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        for (step, definition) in bot.document.steps.iter().filter(|(_, step)| step.kind == "start_bot") {
            let Some(name) = definition.source().get("bot").and_then(serde_json::Value::as_str) else { continue };
            let called = path.with_file_name(format!("{name}.json"));
            if called.is_file() && called != path && self.read(&called).checked.bot.is_none() {
                broken.push((step.to_string(), name.to_owned()));
            }
        }
        broken
    }

    fn folder(&mut self, folder: &Path) -> &Environment {
        let environment = &self.environment;
        self.folders.entry(folder.to_owned()).or_insert_with(|| {
            let known = in_folder(folder).map(|(bots, _)| bots).unwrap_or_default();
            let bots = known.iter().filter_map(|path| id_of(path)).map(str::to_owned).collect();
            Environment { bots, ..Environment::clone(environment) }
        })
    }
}

/// The bot that a person names by its file, or by its id in the folder of bots.
pub(super) fn named(name: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = PathBuf::from(name);
    let looks_like_a_path = name.ends_with(".json") || name.contains(std::path::is_separator);
    if looks_like_a_path {
        if id_of(&path).is_none() || !path.is_file() {
            bail!("there is no bot in {name}: a bot is a file such as bots/welcome.json");
        }
        return Ok(path);
    }
    let path = folder.join(format!("{name}.json"));
    if path.is_file() {
        return Ok(path);
    }
    let known = in_folder(folder).map(|(bots, _)| bots).unwrap_or_default();
    let known: Vec<&str> = known.iter().filter_map(|path| id_of(path)).collect();
    if known.is_empty() {
        bail!("there is no bot {name:?}, for there are no bots in the folder {}", folder.display());
    }
    bail!("there is no bot {name:?} in the folder {}; there are: {}", folder.display(), known.join(", "))
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
