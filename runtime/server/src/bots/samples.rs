//! The bots that ship with the program: to read, to rehearse, and to begin a bot from.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;
use serde_json::Value;

#[derive(RustEmbed)]
#[folder = "../../bots"]
struct Shipped;

/// A bot that ships.
pub struct Sample {
    pub id: String,
    pub document: Value,
    /// Its dialog tests.
    pub dialogs: Value,
}

impl Sample {
    pub fn text(&self, key: &str) -> String {
        self.document[key].as_str().unwrap_or_default().to_owned()
    }

    /// What it does, by language of the reader.
    pub fn description(&self) -> BTreeMap<String, String> {
        let texts = self.document["meta"]["description"].as_object().into_iter().flatten();
        texts.filter_map(|(language, text)| Some((language.clone(), text.as_str()?.to_owned()))).collect()
    }

    pub fn steps(&self) -> usize {
        self.document["steps"].as_object().map_or(0, serde_json::Map::len)
    }
}

/// All of them, by id.
pub fn all() -> Vec<Sample> {
    let mut ids: Vec<String> = Shipped::iter().filter_map(|path| id_of(&path).map(str::to_owned)).collect();
    ids.sort();
    ids.iter().filter_map(|id| find(id)).collect()
}

/// One by its id.
pub fn find(id: &str) -> Option<Sample> {
    id_of(&format!("{id}.json"))?;
    let document = read(&format!("{id}.json"))?;
    let dialogs = read(&format!("{id}.test.json")).map_or_else(|| Value::Array(Vec::new()), |tests| tests["dialogs"].clone());
    Some(Sample { id: id.to_owned(), document, dialogs })
}

fn id_of(path: &str) -> Option<&str> {
    path.strip_suffix(".json").filter(|stem| !stem.contains(['.', '/', '\\']))
}

fn read(path: &str) -> Option<Value> {
    serde_json::from_slice(&Shipped::get(path)?.data).ok()
}

#[cfg(test)]
mod tests {
    use steps::environment::Environment;

    use super::*;

    #[test]
    fn every_bot_that_ships_says_what_it_does_and_can_be_published() {
        let all = all();
        assert_eq!(all.len(), 8);
        for sample in all {
            let description = sample.description();
            for language in ["en", "es", "pt"] {
                let text = description.get(language).map(String::as_str).unwrap_or_default();
                assert!(text.ends_with('.') && text.len() > 40, "{} {language}: {text:?}", sample.id);
            }
            assert!(sample.steps() > 5 && sample.dialogs.as_array().is_some_and(|dialogs| !dialogs.is_empty()), "{}", sample.id);
            let checked = super::super::check(&sample.id, &sample.document.to_string(), &Environment::default());
            assert!(checked.bot.is_some(), "{}: {:#}", sample.id, checked.diagnostics);
        }
    }

    #[test]
    fn what_does_not_ship_is_not_found() {
        for id in ["nobody", "faq.test", "../Cargo", "", "."] {
            assert!(find(id).is_none(), "{id}");
        }
    }
}
