//! The read models made again from the journal, some contacts at a time.

use tokio_postgres::{Error, Transaction};

use super::connection::number;
use super::rows::ReadModels;
use super::{lists, signed};
use crate::Rebuilt;
use crate::sql::unpack_changes;

/// Facts read at once.
const PAGE: i64 = 5_000;

/// Makes the rows of the contacts after the given one again. Messages of which the journal does not tell any
/// more stay as they are.
pub(super) async fn rebuild(transaction: &Transaction<'_>, after: Option<&str>, limit: usize) -> Result<Rebuilt, Error> {
    // Whoever appends waits meanwhile, so that no fact comes between.
    transaction.execute("SELECT FROM salesbot.ledger FOR UPDATE", &[]).await?;
    let select = "SELECT contact FROM salesbot.contacts WHERE contact > $1 ORDER BY contact LIMIT $2";
    let rows = transaction.query(select, &[&after.unwrap_or(""), &signed(limit)]).await?;
    let contacts: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;

    let delete = "
        DELETE FROM salesbot.messages USING salesbot.journal
        WHERE messages.contact = ANY ($1::TEXT[]) AND journal.position = messages.position AND journal.change IS NOT NULL";
    transaction.execute(delete, &[&contacts]).await?;
    let page = "
        SELECT position, contact, at, body, change FROM salesbot.journal
        WHERE contact = ANY ($1::TEXT[]) AND position > $2 AND change IS NOT NULL ORDER BY position LIMIT $3";
    let mut after = 0_i64;
    loop {
        let facts = transaction.query(page, &[&contacts, &after, &PAGE]).await?;
        let mut read_models = ReadModels::default();
        for fact in &facts {
            after = fact.try_get(0)?;
            let (contact, at, body): (&str, i64, &str) = (fact.try_get(1)?, fact.try_get(2)?, fact.try_get(3)?);
            match unpack_changes(fact.try_get(4)?, body) {
                Ok((message, changes)) => read_models.add(contact, after, at, message.as_ref(), &changes),
                Err(reason) => tracing::error!(position = after, "the change at journal position {after} is left out: {reason}"),
            }
        }
        read_models.write(transaction).await?;
        if facts.len() < PAGE as usize {
            break;
        }
    }
    lists::set_active(transaction, &contacts).await?;
    Ok(Rebuilt {
        contacts: contacts.len() as u64,
        messages: count(transaction, "messages", &contacts).await?,
        conversations: count(transaction, "conversations", &contacts).await?,
        sessions: count(transaction, "sessions", &contacts).await?,
        tasks: count(transaction, "tasks", &contacts).await?,
        last: contacts.into_iter().next_back(),
    })
}

async fn count(transaction: &Transaction<'_>, table: &str, contacts: &[String]) -> Result<u64, Error> {
    let count = format!("SELECT count(*) FROM salesbot.{table} WHERE contact = ANY ($1::TEXT[])");
    number(&transaction.query_one(&count, &[&contacts]).await?, 0)
}
