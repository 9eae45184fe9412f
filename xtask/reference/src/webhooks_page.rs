//! The page that shows which of Meta's payloads becomes which event. It is made from a folder of real payloads, which lies beside the
//! repository where there is one; elsewhere the committed page stays as it is.

use std::{fs, path::Path};

use anyhow::{Context, Result};

pub const PATH: &str = "reference/webhooks.md";
/// Where the payloads lie, from the root of the repository.
const SAMPLES: &str = "../shared/samples/webhooks";

/// The page, or None without payloads.
pub fn text(root: &Path) -> Result<Option<String>> {
    let folder = root.join(SAMPLES);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(None) };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        // After the payload's name stands where it was seen.
        let name = stem.split("__").next().unwrap_or(stem).to_owned();
        if path.extension().is_some_and(|extension| extension == "json") && name != "index" {
            let body = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            files.push((name, body));
        }
    }
    files.sort();
    // Payloads of one name that become the same are one row.
    let table = whatsapp::docs::table(&files);
    let mut rows: Vec<&str> = table.lines().collect();
    rows.dedup();
    Ok(Some(format!("# Webhooks\n\nWhat the runtime makes of the payloads that Meta sends.\n\n{}\n", rows.join("\n"))))
}
