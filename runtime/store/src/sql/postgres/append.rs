//! What is written: entries of the lanes' buffers, in one transaction with how far each lane is drained.

use std::collections::HashSet;

use tokio_postgres::{Error, Transaction};

use super::connection::number;
use super::rows::Rows;
use super::{lists, signed, text};
use crate::Millis;
use crate::sql::{LaneBatch, Note, by_time};

pub(super) async fn positions(transaction: &Transaction<'_>) -> Result<Vec<u64>, Error> {
    let rows = transaction.query("SELECT position FROM salesbot.lanes ORDER BY lane", &[]).await?;
    rows.iter().map(|row| number(row, 0)).collect()
}

/// Applies the batches whose lane is where they say; tells where each lane stands.
pub(super) async fn append(transaction: &Transaction<'_>, batches: &[LaneBatch]) -> Result<Vec<u64>, Error> {
    // First of all: whoever else appends waits here until our positions can be read.
    let ledger = transaction.query_one("SELECT sequence FROM salesbot.ledger FOR UPDATE", &[]).await?;
    let applied = step(transaction, batches).await?;

    let mut appending = Appending { sequence: ledger.try_get(0)?, contacts: 0, rows: Rows::default() };
    let batches_applied = batches.iter().filter(|batch| applied.contains(&lane(batch)));
    for note in by_time(batches_applied.flat_map(|batch| batch.notes.iter().map(|(position, note)| (*position, note)))) {
        if let Note::Erased { contact } = note {
            // What came before goes with it, what comes after does not.
            appending.flush(transaction).await?;
            appending.erase(transaction, contact).await?;
        } else {
            appending.rows.add(note, &mut appending.sequence);
        }
    }
    appending.flush(transaction).await?;
    let ledger = "UPDATE salesbot.ledger SET sequence = $1, contacts = contacts + $2";
    transaction.execute(ledger, &[&appending.sequence, &appending.contacts]).await?;

    if applied.len() == batches.len() {
        return Ok(batches.iter().map(|batch| batch.upto).collect());
    }
    let stands = positions(transaction).await?;
    Ok(batches.iter().map(|batch| stands.get(usize::from(batch.lane)).copied().unwrap_or(0)).collect())
}

/// Moves the lanes on that are where their batches say, and tells which they are.
async fn step(transaction: &Transaction<'_>, batches: &[LaneBatch]) -> Result<HashSet<i32>, Error> {
    let lanes: Vec<i32> = batches.iter().map(lane).collect();
    let after: Vec<i64> = batches.iter().map(|batch| signed(batch.after)).collect();
    let upto: Vec<i64> = batches.iter().map(|batch| signed(batch.upto)).collect();
    let step = "
        UPDATE salesbot.lanes SET position = step.upto
        FROM unnest($1::INT[], $2::BIGINT[], $3::BIGINT[]) AS step (lane, after, upto)
        WHERE lanes.lane = step.lane AND lanes.position = step.after RETURNING lanes.lane";
    let moved = transaction.query(step, &[&lanes, &after, &upto]).await?;
    moved.iter().map(|row| row.try_get(0)).collect()
}

fn lane(batch: &LaneBatch) -> i32 {
    batch.lane.into()
}

struct Appending {
    sequence: i64,
    /// How many more contacts exist than before.
    contacts: i64,
    rows: Rows,
}

impl Appending {
    async fn flush(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.rows);
        self.contacts += rows.write(transaction).await?;
        Ok(())
    }

    async fn erase(&mut self, transaction: &Transaction<'_>, contact: &str) -> Result<(), Error> {
        let contact = text(contact);
        lists::remove(transaction, &[contact.clone().into_owned()]).await?;
        transaction.execute("DELETE FROM salesbot.messages WHERE contact = $1", &[&contact]).await?;
        transaction.execute("DELETE FROM salesbot.journal WHERE contact = $1", &[&contact]).await?;
        let gone = transaction.execute("DELETE FROM salesbot.contacts WHERE contact = $1", &[&contact]).await?;
        self.contacts -= signed(gone);
        Ok(())
    }
}

pub(super) async fn forget_aliases(transaction: &Transaction<'_>, contact: &str, aliases: &[String]) -> Result<(), Error> {
    let delete = "DELETE FROM salesbot.alias_hints WHERE contact = $1 AND alias = ANY ($2::TEXT[])";
    let aliases: Vec<_> = aliases.iter().map(|alias| text(alias)).collect();
    transaction.execute(delete, &[&text(contact), &aliases]).await.map(drop)
}

/// The smallest write there is, for a ping.
pub(super) async fn touch(transaction: &Transaction<'_>) -> Result<(), Error> {
    transaction.execute("UPDATE salesbot.ledger SET sequence = sequence", &[]).await.map(drop)
}

/// Removes up to `limit` of the oldest facts as far as they are from before a moment; tells how many.
pub(super) async fn trim(transaction: &Transaction<'_>, before: Millis, limit: usize) -> Result<u64, Error> {
    let trim = "
        DELETE FROM salesbot.journal
        WHERE at < $1 AND position IN (SELECT position FROM salesbot.journal ORDER BY position LIMIT $2)";
    let removed = transaction.execute(trim, &[&before, &signed(limit)]).await?;
    lists::trim_ended(transaction, before, limit).await?;
    Ok(removed)
}
