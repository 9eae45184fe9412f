//! A browser without a window, where a picture needs one: Chromium, as it is found on the machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use editor_preview::{html, picture::Look, view::Chat};
use tempfile::TempDir;

/// The names that it goes by. First the one that never has a window: it starts sooner.
const NAMES: [&str; 5] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// How long it may take for one picture.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often it is looked whether it is done.
const LOOK: Duration = Duration::from_millis(20);
/// A window narrower than this is not opened; a page in it has a width of its own.
const WINDOW: u32 = 1_000;
/// Pixels of the picture for one of the page, so that it is sharp on screens of today.
const SCALE: u32 = 2;
/// The tallest picture that it makes, in pixels of the page.
const MAX_HEIGHT: u32 = 8_000;

pub(super) struct Chromium {
    program: PathBuf,
    /// Its profile, and the pages that it looks at.
    folder: TempDir,
}

impl Chromium {
    /// The one that the variable `CHROMIUM` names, else the first on the path.
    pub(super) fn find(environment: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let program = match environment("CHROMIUM").filter(|program| !program.is_empty()) {
            Some(program) => PathBuf::from(program),
            None => on_path(&environment("PATH").unwrap_or_default()).ok_or_else(|| {
                anyhow!(
                    "there is no browser that could draw the picture: install Chromium (Debian and Ubuntu: apt install chromium) or name one in the \
                     variable CHROMIUM; `--format html` needs none"
                )
            })?,
        };
        Ok(Chromium { program, folder: tempfile::tempdir().context("can't make a folder for the browser")? })
    }

    /// How tall a chat is drawn, in pixels.
    pub(super) fn height(&self, chat: &Chat, look: Look) -> anyhow::Result<u32> {
        // The one page with a script, which never leaves this machine: a browser tells sizes to scripts alone.
        let page = format!(
            "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<style>{}\n#box {{ width: {}px; }}</style>\n</head>\n\
             <body class=\"sb-page\"><div id=\"box\">{}</div>\n<script>document.documentElement.dataset.height = \
             Math.ceil(document.getElementById(\"box\").getBoundingClientRect().height)</script></body>\n</html>\n",
            html::STYLE,
            look.width,
            html::chat(chat)
        );
        let shown = self.look_at(&page, &["--dump-dom", "--hide-scrollbars", &format!("--window-size={WINDOW},{WINDOW}")])?;
        let document = String::from_utf8_lossy(&shown.stdout);
        let height = document.split_once("data-height=\"").and_then(|(_, after)| after.split('"').next()?.parse().ok());
        let height: u32 = height.ok_or_else(|| anyhow!("{} did not tell how tall the picture is", self.program.display()))?;
        if height > MAX_HEIGHT {
            bail!(
                "the picture would be {height} pixels tall, and {MAX_HEIGHT} are drawn at most: choose a shorter dialog, or `--format html`"
            );
        }
        Ok(height)
    }

    /// A chat as PNG, into a file.
    pub(super) fn png(&self, page: &str, look: Look, height: u32, to: &Path) -> anyhow::Result<()> {
        let picture = self.folder.path().join("picture.png");
        let size = format!("--window-size={},{height}", look.width);
        let scale = format!("--force-device-scale-factor={SCALE}");
        self.look_at(page, &[&format!("--screenshot={}", picture.display()), &size, &scale, "--hide-scrollbars"])?;
        fs::copy(&picture, to).with_context(|| format!("can't write {}", to.display()))?;
        Ok(())
    }

    fn look_at(&self, page: &str, arguments: &[&str]) -> anyhow::Result<Output> {
        let file = self.folder.path().join("page.html");
        fs::write(&file, page).context("can't write the page for the browser")?;
        let output = self.run(&file, arguments, &[])?;
        // In a container it is often root, for whom it has no sandbox; the page is ours and loads nothing.
        let output = if String::from_utf8_lossy(&output.stderr).contains("--no-sandbox") && !output.status.success() {
            self.run(&file, arguments, &["--no-sandbox"])?
        } else {
            output
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{} could not draw the picture: {}", self.program.display(), said.lines().last().unwrap_or("it says nothing"));
        }
        Ok(output)
    }

    fn run(&self, file: &Path, arguments: &[&str], more: &[&str]) -> anyhow::Result<Output> {
        let profile = format!("--user-data-dir={}", self.folder.path().join("profile").display());
        let (output, errors) = (self.folder.path().join("stdout"), self.folder.path().join("stderr"));
        let create = |path: &Path| fs::File::create(path).context("can't make a file for the browser");
        let mut child = Command::new(&self.program)
            .args(["--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions", &profile])
            .args(arguments)
            .args(more)
            .arg(format!("file://{}", file.display()))
            .stdin(Stdio::null())
            .stdout(create(&output)?)
            .stderr(create(&errors)?)
            .spawn()
            .with_context(|| format!("can't start {}", self.program.display()))?;
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if begun.elapsed() > DEADLINE {
                child.kill()?;
                child.wait()?;
                bail!("{} took more than {} seconds for the picture", self.program.display(), DEADLINE.as_secs());
            }
            thread::sleep(LOOK);
        };
        Ok(Output { status, stdout: fs::read(output)?, stderr: fs::read(errors)? })
    }
}

fn on_path(path: &str) -> Option<PathBuf> {
    NAMES.iter().find_map(|name| std::env::split_paths(path).map(|folder| folder.join(name)).find(|program| program.is_file()))
}
