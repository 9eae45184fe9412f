//! Aliases: each in the slot of its own name, and known to its contact by a hint in SQL.
//!
//! The hint is noted before the alias is given, so that whatever a contact holds can be found when it
//! is erased. A hint without its alias is harmless: an alias is taken away only from whom it names.

use super::contacts::{self, Scripts as ContactScripts};
use super::keys;
use super::link::Link;
use super::script::Script;
use crate::StoreError;
use crate::sql::Note;

/// KEYS: bucket. ARGV: alias, contact, whom it replaces (empty: nobody). Gives the holder.
const CLAIM: &str = r"
local holder = redis.call('HGET', KEYS[1], ARGV[1])
if holder and holder ~= ARGV[3] then return holder end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
";

/// KEYS: bucket. ARGV: alias, contact. Takes the alias away from the contact, if that holds it.
const RELEASE: &str = r"
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
";

pub(super) struct Scripts {
    claim: Script,
    release: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        let script = |code: &str| Script::new(code.trim_start().to_owned());
        Self { claim: script(CLAIM), release: script(RELEASE) }
    }
}

pub(super) async fn holder(link: &Link, alias: &str) -> Result<Option<String>, StoreError> {
    link.command(redis::cmd("HGET").arg(keys::alias(alias)).arg(alias)).await
}

/// Gives an alias to a contact if nobody holds it, or if `replaces` does; tells who holds it now.
pub(super) async fn claim(
    link: &Link,
    (scripts, notes): (&Scripts, &ContactScripts),
    alias: &str,
    contact: &str,
    replaces: Option<&str>,
) -> Result<String, StoreError> {
    match holder(link, alias).await? {
        Some(holder) if holder == contact || replaces != Some(&holder) => return Ok(holder),
        _ => {}
    }
    let hint = Note::Alias { contact: contact.to_owned(), alias: alias.to_owned() };
    contacts::note(link, notes, &hint).await?;
    let args = [alias, contact, replaces.unwrap_or("")].map(str::as_bytes);
    link.script(&scripts.claim, &[keys::alias(alias).as_bytes()], &args).await
}

/// Takes an alias away from a contact; true if that held it.
pub(super) async fn release(link: &Link, scripts: &Scripts, alias: &str, contact: &str) -> Result<bool, StoreError> {
    let args = [alias, contact].map(str::as_bytes);
    link.script(&scripts.release, &[keys::alias(alias).as_bytes()], &args).await
}
