//! `salesbot preview`: dialogs of a bot as pictures.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use editor_preview::{
    picture::{self, Look, Theme, WIDTHS},
    story::{self, Told},
    view::{Bubble, Chat},
    words::Language,
};
use interpreter::dialog::{Dialog, Dialogs, Failure, preview as play, run as test};
use steps::{
    bot::Bot,
    check::{Diagnostic, render},
    environment::Environment,
};

use super::{Account, Exit, Terminal, bots, chromium::Chromium, terminal::BAD};
use crate::bots::source::{self, Unreadable};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot preview bots/welcome.json --dialog \"asks again after a day\" --format png --out chat.png
  salesbot preview bots/welcome.json --out pictures              # all dialogs, as HTML
  salesbot preview bots/welcome.json --dialog buys > chat.html

The dialogs of bots/welcome.json are in bots/welcome.test.json. They are drawn as they play; where one fails, the picture ends with why.
SVG and PNG are made with Chromium: the one that CHROMIUM names, else chromium-headless-shell, chromium,
chromium-browser or google-chrome on the path.

Exit codes: 0 all well; 1 a dialog failed, or the bot has errors; 2 what was named is not there, or could not be drawn.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The bot: its file, or its id in the folder `bots`
    #[arg(value_name = "BOT")]
    bot: String,
    /// The dialog to draw, by its name; left out: all of them
    #[arg(long, value_name = "NAME")]
    dialog: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Left out: as whoever looks at it prefers
    #[arg(long, value_enum)]
    theme: Option<Shade>,
    /// The file, or the folder for all dialogs; left out: one dialog as text goes to the output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The width of the phone in pixels: 320, 360 or 412
    #[arg(long, value_name = "PIXELS", default_value_t = 412)]
    width: u16,
    /// Draw only so many lines of the dialog
    #[arg(long, value_name = "NUMBER")]
    lines: Option<usize>,
    #[command(flatten)]
    account: Account,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[default]
    Html,
    Svg,
    Png,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Shade {
    Light,
    Dark,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Svg => "svg",
            Format::Png => "png",
        }
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    if !WIDTHS.contains(&arguments.width) {
        bail!("--width {}: a phone is 320, 360 or 412 pixels wide here", arguments.width);
    }
    let settings = arguments.account.settings(terminal)?;
    let path = bots::named(&arguments.bot, &settings.bots)?;
    let environment = Arc::new(settings.environment([0; 32]));
    let mut reader = bots::Reader::new(environment.clone());
    let loaded = reader.read(&path);
    let Some(bot) = loaded.checked.bot else {
        let errors: Vec<_> = loaded.checked.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        let shown = render(&errors, &loaded.source, &path.display().to_string(), terminal.colour());
        terminal.error(&format!("the bot can't be played\n{shown}"))?;
        return Ok(Exit::Problems);
    };
    let dialogs = chosen(&path, &bot, arguments.dialog.as_deref())?;
    let stage = Stage { others: reader.called_by(&bot, &path), bot, environment };
    let theme = arguments.theme.map(|shade| if shade == Shade::Dark { Theme::Dark } else { Theme::Light });
    let painter = Painter {
        format: arguments.format,
        look: Look { theme, width: arguments.width },
        browser: (arguments.format != Format::Html).then(|| Chromium::find(terminal.environment)).transpose()?,
    };
    let mut exit = Exit::Well;
    for dialog in &dialogs {
        let (chat, failure) = stage.played(dialog, arguments.lines)?;
        if let Some(failure) = failure {
            let failed = terminal.paint(BAD, "FAILED");
            writeln!(terminal.errors, "{failed}  {}: {}", dialog.name, failure.message)?;
            exit = Exit::Problems;
        }
        match place(arguments, dialog)? {
            Some(file) => {
                painter.write(&chat, &file)?;
                terminal.line(file.display().to_string())?;
            }
            None => terminal.line(painter.text(&chat)?.trim_end())?,
        }
    }
    Ok(exit)
}

/// The dialogs of a bot: the one that is named, else all.
fn chosen(path: &Path, bot: &Bot, name: Option<&str>) -> anyhow::Result<Vec<Dialog>> {
    let tests = bots::tests_of(path);
    let text = source::read(&tests, bot.id.as_str()).map_err(|Unreadable { is_gone, diagnostic, .. }| match is_gone {
        true => anyhow::anyhow!("the bot has no dialogs: they would be in {}", tests.display()),
        false => anyhow::anyhow!("{}: {}", tests.display(), diagnostic.message),
    })?;
    let dialogs = Dialogs::read(&text).with_context(|| tests.display().to_string())?.dialogs;
    let Some(name) = name else { return Ok(dialogs) };
    let known: Vec<String> = dialogs.iter().map(|dialog| format!("  {}", dialog.name)).collect();
    let found: Vec<Dialog> = dialogs.into_iter().filter(|dialog| dialog.name == name).collect();
    if found.is_empty() {
        bail!("{} has no dialog {name:?}; it has\n{}", tests.display(), known.join("\n"));
    }
    Ok(found)
}

/// Where a dialog's picture goes; None: to the output.
fn place(arguments: &Arguments, dialog: &Dialog) -> anyhow::Result<Option<PathBuf>> {
    let extension = arguments.format.extension();
    match (&arguments.out, &arguments.dialog) {
        (Some(file), Some(_)) => Ok(Some(file.clone())),
        (Some(folder), None) => {
            fs::create_dir_all(folder).with_context(|| format!("can't make the folder {}", folder.display()))?;
            Ok(Some(folder.join(format!("{}.{extension}", slug(&dialog.name)))))
        }
        (None, Some(_)) if arguments.format != Format::Png => Ok(None),
        (None, Some(_)) => bail!("--out: a picture needs a file, such as --out chat.png"),
        (None, None) => bail!("--out: all dialogs need a folder, such as --out pictures; --dialog draws one"),
    }
}

/// A name as a file's name: letters and digits, the rest dashes.
fn slug(name: &str) -> String {
    let letters: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_lowercase()
}

/// A bot and all that it needs to play.
struct Stage {
    bot: Arc<Bot>,
    others: Vec<Arc<Bot>>,
    environment: Arc<Environment>,
}

impl Stage {
    /// The chat of a dialog, up to where it fails, and why it does; `most` lines of it.
    fn played(&self, dialog: &Dialog, most: Option<usize>) -> anyhow::Result<(Chat, Option<Failure>)> {
        let explain = |code| whatsapp::errors::new(code, "");
        let all = most.unwrap_or(usize::MAX).min(dialog.steps.len());
        let failure = test(&self.bot, &self.others, &self.environment, dialog, &explain).failure;
        let failure = failure.filter(|failure| failure.line < all || most.is_none());
        let shown = failure.as_ref().map_or(all, |failure| failure.line + 1);
        let dialog = Dialog { steps: dialog.steps.iter().take(shown).cloned().collect(), ..dialog.clone() };
        let played = play(&self.bot, &self.others, &self.environment, &dialog, &explain);
        let played = played.map_err(|failure| anyhow::anyhow!("dialog {:?}: {}", dialog.name, failure.message))?;
        let rehearsal = &played.rehearsal;
        let name = if self.bot.document.name.is_empty() { self.bot.id.as_str() } else { &self.bot.document.name };
        let story = rehearsal.story().map(|(at, fact)| Told { at, turn: None, fact });
        let clock = |at: steps::moment::Moment| at.zoned(&self.bot.zone).strftime("%H:%M").to_string();
        let chat = Chat::new(name).language(Language::of(&self.bot.document.language));
        let mut chat = story::chat(chat, &self.environment, story, rehearsal.now, clock);
        if let Some(failure) = &failure {
            chat.push(Bubble::note(format!("{}: {}", failure.line + 1, failure.message)));
        }
        Ok((chat, failure))
    }
}

/// Draws chats in one format.
struct Painter {
    format: Format,
    look: Look,
    /// For the formats that need one.
    browser: Option<Chromium>,
}

impl Painter {
    fn write(&self, chat: &Chat, file: &Path) -> anyhow::Result<()> {
        match &self.browser {
            Some(browser) if self.format == Format::Png => {
                let height = browser.height(chat, self.look)?;
                browser.png(&picture::page(chat, self.look), self.look, height, file)
            }
            _ => fs::write(file, self.text(chat)?).with_context(|| format!("can't write {}", file.display())),
        }
    }

    /// The formats that are text.
    fn text(&self, chat: &Chat) -> anyhow::Result<String> {
        Ok(match &self.browser {
            Some(browser) => picture::svg(chat, self.look, browser.height(chat, self.look)?),
            None => picture::page(chat, self.look),
        })
    }
}
