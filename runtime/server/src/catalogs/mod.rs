//! Catalogues that lie in files beside the bots: read when they are first looked into, and again when their file has changed. What of a
//! catalogue fits a value is [`matching`]'s, for those of a CRM too.

mod matching;
mod reading;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use steps::{
    catalog::{Found, Nearness},
    knowledge::{Fault, Source},
};

pub use matching::best;

use crate::knowledge::{FileState, files};
use reading::Table;

/// A catalogue as the settings declare it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// What people read; empty: its name in the settings.
    #[serde(default)]
    pub name: String,
    /// In the folder of bots, by its path from there.
    pub file: String,
}

impl Declared {
    /// What can be seen to be wrong without reading anything.
    pub fn fault(&self) -> Option<Fault> {
        self.source().faults().into_iter().next()
    }

    fn source(&self) -> Source {
        Source { file: Some(self.file.clone()), ..Source::default() }
    }
}

/// A catalogue, for whoever designs bots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CatalogState {
    /// As bots name it.
    pub id: String,
    pub name: String,
    /// Where it is kept: `file`, `kommo`.
    pub kept: &'static str,
    /// How many items it has; null where it is kept elsewhere.
    pub items: Option<usize>,
    /// What could not be read of it.
    pub problems: Vec<String>,
}

/// All catalogues in files.
#[derive(Default)]
pub struct Catalogs {
    folder: PathBuf,
    declared: IndexMap<String, Declared>,
    read: Mutex<HashMap<String, Read>>,
}

/// A catalogue as it was read last.
#[derive(Clone)]
struct Read {
    /// None: there is no such file.
    file: Option<FileState>,
    table: Arc<Table>,
}

impl Catalogs {
    pub fn new(folder: PathBuf, declared: IndexMap<String, Declared>) -> Self {
        Catalogs { folder, declared, read: Mutex::default() }
    }

    pub fn has(&self, id: &str) -> bool {
        self.declared.contains_key(id)
    }

    /// What fits a value, the best first; with an empty value all items in their order. None: there is no such catalogue.
    ///
    /// # Errors
    /// In words for people: the catalogue can't be read, and never could.
    pub async fn find(
        self: &Arc<Self>,
        id: &str,
        by: &str,
        value: &str,
        nearness: Nearness,
    ) -> Option<Result<Vec<Found>, String>> {
        let declared = self.declared.get(id)?.clone();
        let (catalogs, id, by, value) = (self.clone(), id.to_owned(), by.to_owned(), value.to_owned());
        let search = move || {
            let table = catalogs.table(&id, &declared);
            if table.items.is_empty()
                && let Some(problem) = table.problems.first()
            {
                return Err(format!("catalogue `{id}`: {problem}"));
            }
            Ok(best(&table.items, &by, &value, nearness))
        };
        let found = tokio::task::spawn_blocking(search).await;
        Some(found.unwrap_or_else(|_| Err("the catalogue can't be read".to_owned())))
    }

    /// All of them, as they are now.
    pub async fn states(self: &Arc<Self>) -> Vec<CatalogState> {
        let catalogs = self.clone();
        let look = move || {
            let state = |(id, declared): (&String, &Declared)| {
                let table = catalogs.table(id, declared);
                let name = Some(&declared.name).filter(|name| !name.is_empty()).unwrap_or(id);
                let (items, problems) = (Some(table.items.len()), table.problems.clone());
                CatalogState { id: id.clone(), name: name.clone(), kept: "file", items, problems }
            };
            catalogs.declared.iter().map(state).collect()
        };
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }

    /// The table, read again where its file has changed. A file that can't be read any more leaves what was read before.
    fn table(&self, id: &str, declared: &Declared) -> Arc<Table> {
        let before = self.lock().get(id).cloned();
        let (file, table) = match files(&self.folder, &declared.source()) {
            Ok(files) => {
                let file = files.into_iter().next();
                if let Some(before) = before.as_ref().filter(|before| before.file == file) {
                    return before.table.clone();
                }
                let table = file.as_ref().map_or_else(Table::default, |file| reading::read(&file.path));
                (file, table)
            }
            Err(problem) => (None, Table { problems: vec![problem], ..Table::default() }),
        };
        let known = before.as_ref().map(|before| &before.table);
        // One that is not there is looked for at each search, and told once.
        if known.is_none_or(|known| known.problems != table.problems) {
            for problem in &table.problems {
                tracing::warn!(catalog = id, "catalogue {id}: {problem}");
            }
        }
        let items = match known {
            Some(known) if table.items.is_empty() && !table.problems.is_empty() => known.items.clone(),
            _ => table.items,
        };
        let table = Arc::new(Table { items, problems: table.problems });
        self.lock().insert(id.to_owned(), Read { file, table: table.clone() });
        table
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
