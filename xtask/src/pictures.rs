//! `cargo xtask pictures`: the pictures of the README and the guides, drawn from what the program does: chats of the bots that ship, and the studio.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    needs::{self, Need},
    shell::{Line, Shell, cargo},
};

/// Where the pictures of the docs are.
const IMAGES: &str = "docs/images";
/// The fonts that pictures are drawn with, on any machine.
const FONTS: &str = "xtask/fonts.conf";

/// Beside a browser and npm.
const FOR_PICTURES: &[Need] = &[
    Need {
        program: "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        packages: &["fonts-noto-color-emoji"],
        reason: "emoji would be boxes",
    },
    Need {
        program: "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
        packages: &["fonts-roboto-unhinted"],
        reason: "letters as phones have them",
    },
    Need { program: "pngquant", packages: &["pngquant"], reason: "makes pictures small" },
];

/// A chat: its file in `docs/images`, the bot, the dialog and how much of it, the theme.
const CHATS: [(&str, &str, &str, &str, &str); 3] = [
    ("lead_qualification", "lead_qualification", "lead quente em horário comercial vai para o vendedor", "7", "light"),
    ("appointment", "appointment", "reserva completa, recordatorio por plantilla y confirmación", "6", "dark"),
    ("product_carousel", "product_carousel", "from the carousel to an order", "4", "light"),
];

/// What is drawn.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where pictures of the studio go that are for looking at, and not for the docs; left out: `target/pictures`
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// False: one could not be drawn.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    needs::install(shell, needs::FOR_STUDIO)?;
    needs::install(shell, FOR_PICTURES)?;
    let out = arguments.out.clone().unwrap_or_else(|| shell.target().join("pictures"));
    for line in lines(shell, &shell.root.join(out).display().to_string()) {
        if !shell.passes(&line)? {
            return Ok(false);
        }
    }
    let pictures = pictures(&shell.root.join(IMAGES))?;
    // Few colours are enough for what is mostly letters.
    shell.passes(&Line::new("pngquant").args(["--speed", "1", "--nofs", "--force", "--ext", ".png", "64"]).args(pictures))
}

/// Chats, then the studio as the server of this source gives it.
fn lines(shell: &Shell, out: &str) -> Vec<Line> {
    let fonts = shell.root.join(FONTS).display().to_string();
    let salesbot = shell.target().join("debug/salesbot").display().to_string();
    let npm = |words: &str| Line::new("npm").args(["--prefix", "editor-preview/web"]).args(words.split(' '));
    let chats = CHATS.map(|(file, bot, dialog, lines, theme)| {
        Line::new(&salesbot)
            .args(["preview", "--format", "png", "--width", "360", "--theme", theme, "--lines", lines, "--dialog", dialog])
            .args([format!("--out={IMAGES}/{file}.png"), format!("bots/{bot}.json")])
            .env("FONTCONFIG_FILE", &fonts)
    });
    let studio = npm("run pictures").env("SALESBOT_BINARY", &salesbot).env("STUDIO_PICTURES", out).env("FONTCONFIG_FILE", &fonts);
    let build = [cargo("build --package salesbot"), npm("ci --no-audit --no-fund"), npm("run build")];
    build.into_iter().chain(chats).chain([studio]).collect()
}

/// All pictures of a folder and of those in it.
fn pictures(folder: &PathBuf) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(pictures(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "png") {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}
