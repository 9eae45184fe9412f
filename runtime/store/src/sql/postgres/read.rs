//! What is read.

use tokio_postgres::{Client, Error, Row};

use super::connection::number;
use super::signed;
use crate::sql::Known;
use crate::{Direction, JournalRow, Message};

pub(super) async fn journal_of(
    client: &Client,
    contact: &str,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<JournalRow>, Error> {
    let select = "
        SELECT position, contact, at, kind, body FROM salesbot.journal
        WHERE contact = $1 AND position < $2 ORDER BY position DESC LIMIT $3";
    let rows = client.query(select, &[&contact, &below(before), &signed(limit)]).await?;
    rows.iter().map(fact).collect()
}

pub(super) async fn journal_since(client: &Client, position: u64, limit: usize) -> Result<Vec<JournalRow>, Error> {
    let select = "
        SELECT position, contact, at, kind, body FROM salesbot.journal
        WHERE position > $1 ORDER BY position LIMIT $2";
    let rows = client.query(select, &[&signed(position), &signed(limit)]).await?;
    rows.iter().map(fact).collect()
}

fn fact(row: &Row) -> Result<JournalRow, Error> {
    Ok(JournalRow {
        position: number(row, 0)?,
        contact: row.try_get(1)?,
        at: row.try_get(2)?,
        kind: row.try_get(3)?,
        body: row.try_get(4)?,
    })
}

pub(super) async fn messages_of(
    client: &Client,
    contact: &str,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Message>, Error> {
    let select = "
        SELECT position, at, id, direction, body, wamid, status FROM salesbot.messages
        WHERE contact = $1 AND position < $2 ORDER BY position DESC LIMIT $3";
    let rows = client.query(select, &[&contact, &below(before), &signed(limit)]).await?;
    rows.iter().map(message).collect()
}

fn message(row: &Row) -> Result<Message, Error> {
    let direction: &str = row.try_get(3)?;
    Ok(Message {
        position: number(row, 0)?,
        at: row.try_get(1)?,
        id: row.try_get(2)?,
        // The table holds no third.
        direction: if direction == "in" { Direction::In } else { Direction::Out },
        body: row.try_get(4)?,
        wamid: row.try_get(5)?,
        status: row.try_get(6)?,
    })
}

pub(super) async fn list_contacts(client: &Client, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
    // No key is empty, so every key comes after the empty one.
    let select = "SELECT contact FROM salesbot.contacts WHERE contact > $1 ORDER BY contact LIMIT $2";
    let rows = client.query(select, &[&after.unwrap_or(""), &signed(limit)]).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

pub(super) async fn count_contacts(client: &Client) -> Result<u64, Error> {
    number(&client.query_one("SELECT contacts FROM salesbot.ledger", &[]).await?, 0)
}

pub(super) async fn known(client: &Client, contact: &str) -> Result<Known, Error> {
    let hints = client.query("SELECT alias FROM salesbot.alias_hints WHERE contact = $1 ORDER BY alias", &[&contact]).await?;
    let aliases = hints.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let journal = "
        SELECT EXISTS (SELECT FROM salesbot.journal WHERE contact = $1)
            OR EXISTS (SELECT FROM salesbot.contacts WHERE contact = $1)";
    let journal = client.query_one(journal, &[&contact]).await?.try_get(0)?;
    Ok(Known { aliases, journal })
}

fn below(before: Option<u64>) -> i64 {
    signed(before.unwrap_or(u64::MAX))
}
