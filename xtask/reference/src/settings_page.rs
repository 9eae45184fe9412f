//! The page of the settings: the file of defaults is its own manual, so it is shown whole.

use salesbot::settings::{DEFAULTS, VARIABLES};

pub fn text() -> String {
    let mut text = String::from(
        "# Settings\n\nA flag comes before its environment variable, that before `salesbot.toml`, and that before the default. An empty variable counts as \
         not set.\n\n## Environment variables\n\n| variable | setting |\n| --- | --- |\n",
    );
    for (variable, setting) in VARIABLES {
        text += &format!("| `{variable}` | `{setting}` |\n");
    }
    text + "\n## All settings, with their defaults\n\n```toml\n" + DEFAULTS.trim_end() + "\n```\n"
}
