//! Brings documents of older formats to the present one, one function a version. A function that was released is never edited: the next
//! one repairs.

use serde_json::Value;

use crate::bot::FORMAT;

/// From the format at its place in the list, counted from 1, to the next: entry 0 makes format 2 of format 1.
type Migration = fn(Value) -> Value;

const MIGRATIONS: &[Migration] = &[];

/// Why a document has no present form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    #[error(
        "this document has format {found}, and this program knows formats up to {known}; update the program, or write the bot for format {known}"
    )]
    Newer { found: u64, known: u32 },
    #[error("`format` is no version; write {known}, or leave it out")]
    NoVersion { known: u32 },
}

/// The document in the present format; None where it has it already. Where `format` is missing it is 1.
///
/// # Errors
/// A newer format, or one that is no positive whole number.
pub fn migrate(document: Value) -> Result<Option<Value>, MigrationError> {
    migrate_by(document, MIGRATIONS, FORMAT)
}

fn migrate_by(document: Value, migrations: &[Migration], known: u32) -> Result<Option<Value>, MigrationError> {
    let found = match document.get("format") {
        None | Some(Value::Null) => 1,
        Some(format) => format.as_u64().filter(|format| *format > 0).ok_or(MigrationError::NoVersion { known })?,
    };
    if found > u64::from(known) {
        return Err(MigrationError::Newer { found, known });
    }
    if found == u64::from(known) {
        return Ok(None);
    }
    let passed = usize::try_from(found - 1).unwrap_or(usize::MAX);
    let mut document = migrations.iter().skip(passed).fold(document, |document, migration| migration(document));
    if let Some(map) = document.as_object_mut() {
        map.insert("format".into(), known.into());
    }
    Ok(Some(document))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rename_begin(mut document: Value) -> Value {
        if let Some(map) = document.as_object_mut()
            && let Some(start) = map.remove("begin")
        {
            map.insert("start".into(), start);
        }
        document
    }

    fn name_it(mut document: Value) -> Value {
        document["name"] = "migrated".into();
        document
    }

    #[test]
    fn an_older_document_takes_every_step_to_the_present() {
        let migrated = migrate_by(json!({"begin": "a"}), &[rename_begin, name_it], 3);
        assert_eq!(migrated, Ok(Some(json!({"start": "a", "name": "migrated", "format": 3}))));
        let migrated = migrate_by(json!({"format": 2, "begin": "a"}), &[rename_begin, name_it], 3);
        assert_eq!(migrated, Ok(Some(json!({"format": 3, "begin": "a", "name": "migrated"}))));
    }

    #[test]
    fn the_present_format_is_left_alone_and_a_newer_one_refused() {
        assert_eq!(migrate(json!({"start": "a"})), Ok(None));
        assert_eq!(migrate(json!({"format": FORMAT})), Ok(None));
        let error = migrate(json!({"format": 7})).unwrap_err().to_string();
        assert!(error.contains("format 7") && error.contains(&format!("up to {FORMAT}")), "{error}");
        assert!(migrate(json!({"format": "one"})).is_err() && migrate(json!({"format": 0})).is_err());
    }

    #[test]
    fn there_is_a_migration_for_every_format_before_this_one() {
        assert_eq!(MIGRATIONS.len() + 1, FORMAT as usize);
    }
}
