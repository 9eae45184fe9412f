//! Bots and their dialog tests as files: `welcome.json` is the bot `welcome`, `welcome.test.json` beside it holds its dialogs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use steps::{
    bot::Bot,
    check::{Checked, Diagnostic, Severity, load},
    environment::Environment,
    ids::BotId,
};

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

/// The files of bots and dialogs that the paths name.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let metadata = fs::metadata(path).with_context(|| format!("there is no file or folder {}", path.display()))?;
        if !metadata.is_dir() {
            match id_of(path) {
                Some(_) => found.bots.push(path.clone()),
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
    let files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
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
    bot.with_file_name(format!("{}{TESTS}", id_of(bot).unwrap_or_default()))
}

/// The bot whose dialogs these are.
pub(super) fn bot_of(tests: &Path) -> PathBuf {
    let name = tests.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(TESTS)).unwrap_or_default();
    tests.with_file_name(format!("{name}.json"))
}

/// Reads and checks a bot; others of its folder are known to it by name.
pub(super) fn read(path: &Path, environment: &Environment) -> anyhow::Result<Loaded> {
    let source = read_text(path)?;
    let id = id_of(path).unwrap_or_default().to_owned();
    let checked = match BotId::new(&id) {
        Ok(bot) => {
            let known = in_folder(folder_of(path)).map(|(bots, _)| bots).unwrap_or_default();
            let bots = known.iter().filter_map(|path| id_of(path)).map(str::to_owned).collect();
            load(&bot, &source, &Environment { bots, ..environment.clone() })
        }
        Err(error) => {
            let message = format!("a file's name is its bot's id: {error}");
            Checked { bot: None, diagnostics: vec![of_file("id", &id, message)] }
        }
    };
    Ok(Loaded { path: path.to_owned(), source, checked })
}

/// The other bots of a bot's folder that pass their check.
pub(super) fn others(path: &Path, environment: &Environment) -> Vec<Arc<Bot>> {
    let bots = in_folder(folder_of(path)).map(|(bots, _)| bots).unwrap_or_default();
    let others = bots.iter().filter(|other| other.file_name() != path.file_name());
    others.filter_map(|other| read(other, environment).ok()?.checked.bot).collect()
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

pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A diagnostic of a file as a whole.
pub(super) fn of_file(code: &'static str, bot: &str, message: String) -> Diagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        bot: bot.to_owned(),
        step: None,
        path: String::new(),
        span: 0..0,
        line: 0,
        column: 0,
        message,
        expected: None,
        help: None,
        nearest: None,
    }
}
