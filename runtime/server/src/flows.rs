//! Forms (Flow JSON) that lie beside the bots: `flows/NAME.json` in their folder, NAME being what a bot's `flow` step names. They are read
//! when they are asked for, and only for looking at: Meta has the forms that customers see.

use std::{fs, path::Path};

use editor_preview::flow::{Flow, NoFlow};
use serde_json::Value;

/// The folder, inside of that of the bots.
const FOLDER: &str = "flows";
/// The largest file that is read (`whatsapp-cloud-api` §17).
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// The forms that are there, by their names in order, each with what is wrong with it if it can't be drawn.
pub fn all(bots: &Path) -> Vec<(String, Result<Flow, NoFlow>)> {
    let entries = fs::read_dir(bots.join(FOLDER)).into_iter().flatten();
    let name = |path: &Path| (path.extension()? == "json").then(|| Some(path.file_stem()?.to_str()?.to_owned())).flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| name(&entry.ok()?.path())).collect();
    names.sort();
    names.into_iter().filter_map(|name| Some((name.clone(), find(bots, &name)?))).collect()
}

/// The form with this name; None: there is no such file.
pub fn find(bots: &Path, name: &str) -> Option<Result<Flow, NoFlow>> {
    // A name is no way out of the folder.
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', ':']) {
        return None;
    }
    let path = bots.join(FOLDER).join(format!("{name}.json"));
    let file = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    if file.len() > MAX_BYTES {
        return Some(Err(NoFlow(format!("its file is larger than the {MAX_BYTES} bytes that WhatsApp takes"))));
    }
    let read = || {
        let text = fs::read(&path).map_err(|error| NoFlow(format!("its file can't be read: {error}")))?;
        let document: Value = serde_json::from_slice(&text).map_err(|error| NoFlow(format!("its file is no JSON: {error}")))?;
        Flow::read(&document)
    };
    Some(read())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_ship_are_found_and_can_be_drawn() {
        let bots = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bots"));
        let found = all(bots);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["datos_paciente"]);
        assert!(found.iter().all(|(_, flow)| flow.is_ok()));
    }

    #[test]
    fn a_name_leads_out_of_no_folder() {
        let bots = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bots"));
        for name in ["../appointment", "..", "", "flows/../../appointment", "C:x"] {
            assert!(find(bots, name).is_none(), "{name}");
        }
    }
}
