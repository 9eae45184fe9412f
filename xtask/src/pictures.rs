//! `cargo xtask pictures`: chats for the README and the guides, drawn from dialogs of the bots that ship.

use anyhow::Result;

use crate::shell::{Shell, cargo};

/// A picture: its file in `docs/images`, the bot, the dialog and how much of it, the theme.
const PICTURES: [(&str, &str, &str, &str, &str); 3] = [
    ("lead_qualification", "lead_qualification", "lead quente em horário comercial vai para o vendedor", "7", "light"),
    ("appointment", "appointment", "reserva completa, recordatorio por plantilla y confirmación", "8", "dark"),
    ("product_carousel", "product_carousel", "from the carousel to an order", "8", "light"),
];

/// False: one could not be drawn.
pub fn run(shell: &Shell) -> Result<bool> {
    for (file, bot, dialog, lines, theme) in PICTURES {
        let line = cargo("run --quiet --package salesbot -- preview --format png --width 360")
            .args(["--theme", theme, "--lines", lines, "--dialog", dialog, "--out", &format!("docs/images/{file}.png")])
            .args([format!("bots/{bot}.json")]);
        if !shell.passes(&line)? {
            return Ok(false);
        }
    }
    Ok(true)
}
