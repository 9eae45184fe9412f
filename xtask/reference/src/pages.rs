//! The list of all generated pages.

use std::path::Path;

use anyhow::{Context, Result};
use steps::reference::{Page, reference};

use crate::{metrics_page, settings_page, webhooks_page};

/// Every page, with its path under `docs/`. The table of what webhooks become is left out where no samples are at hand.
pub fn all(root: &Path) -> Result<Vec<Page>> {
    let mut pages = reference();
    pages.push(page("reference/bot.schema.json", &(serde_json::to_string_pretty(steps::schema::document_schema())? + "\n")));
    let openapi = salesbot::api::openapi().to_pretty_json().context("writing the API's description")?;
    pages.push(page("reference/openapi.json", &(openapi + "\n")));
    pages.push(page("reference/settings.md", &settings_page::text()));
    pages.push(page("reference/metrics.md", &metrics_page::text()));
    pages.push(page("reference/errors-whatsapp.md", &errors_whatsapp()));
    match webhooks_page::text(root)? {
        Some(text) => pages.push(page(webhooks_page::PATH, &text)),
        None => println!("docs/{} stays as it is: the samples that it is made from are not here", webhooks_page::PATH),
    }
    pages.push(contents(&pages));
    Ok(pages)
}

/// Whether a file that no page was made for stays: the one whose source may be absent.
pub fn may_stay(path: &Path) -> bool {
    path.ends_with(webhooks_page::PATH)
}

fn page(path: &str, text: &str) -> Page {
    Page { path: path.to_owned(), text: text.to_owned() }
}

fn errors_whatsapp() -> String {
    let mut text = String::from(
        "# Errors of WhatsApp\n\nWhat the Cloud API's codes mean, and what the runtime does. *retry* sends again later what WhatsApp refuses at \
         once; what it took on and reports as failed later takes the step's `failed`, for it is not sent twice. *template* sends the step's template, *drop* and *fix* take the step's `failed`, *stop* pauses the number and tells the team, *fallback* takes `failed` because another \
         step could do. The name is what `error.name` reads.\n\n| code | name | reaction | what happened | what to do |\n| --- | --- | --- | --- | --- |\n",
    );
    for (codes, explanation) in whatsapp::errors::all() {
        let (first, last) = (codes.start(), codes.end());
        let codes = if first == last { first.to_string() } else { format!("{first}–{last}") };
        let reaction = serde_json::to_value(explanation.reaction).ok();
        let reaction = reaction.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
        let cells = [&codes, explanation.name, reaction, explanation.happened, explanation.remedy];
        text += &format!("| {} |\n", cells.map(cell).join(" | "));
    }
    text
}

/// The table of contents.
fn contents(pages: &[Page]) -> Page {
    let mut text = String::from("# Reference\n\nMade from the code by `cargo xtask docs`; not written by hand.\n\n");
    let in_folder = pages.iter().filter_map(|page| Some((page.path.strip_prefix("reference/")?, page)));
    for (path, page) in in_folder.filter(|(path, _)| !path.contains('/')) {
        let title = page.text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or(match path {
            "bot.schema.json" => "JSON Schema of a bot, for editors",
            "openapi.json" => "The HTTP API, as OpenAPI describes it",
            _ => path,
        });
        text += &format!("- [{title}]({path})\n");
    }
    page("reference/README.md", &text)
}

/// Text within one cell of a table.
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
