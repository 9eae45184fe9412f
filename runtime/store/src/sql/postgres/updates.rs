//! News of messages, gathered so that many are one statement.
//!
//! One statement must not change a message twice, and news must be applied in order. So they are
//! gathered in rounds: what a later fact says of the same message of the same contact goes into a
//! later round. Nearly always there is one.

use std::collections::HashMap;

/// The news of one round, column by column, as PostgreSQL takes them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) contacts: Vec<String>,
    /// The positions of the facts: what news reach is older.
    pub(super) positions: Vec<i64>,
    pub(super) ids: Vec<String>,
    pub(super) wamids: Vec<Option<String>>,
    pub(super) statuses: Vec<Option<String>>,
    pub(super) bodies: Vec<Option<String>>,
}

#[derive(Debug, Default)]
pub(super) struct Updates {
    rounds: Vec<Round>,
    /// How many rounds have news of this message.
    seen: HashMap<(String, String), usize>,
}

impl Updates {
    pub(super) fn push(&mut self, contact: &str, position: i64, id: String, [wamid, status, body]: [Option<String>; 3]) {
        let seen = self.seen.entry((contact.to_owned(), id.clone())).or_default();
        if *seen == self.rounds.len() {
            self.rounds.push(Round::default());
        }
        let round = &mut self.rounds[*seen];
        *seen += 1;
        round.contacts.push(contact.to_owned());
        round.positions.push(position);
        round.ids.push(id);
        round.wamids.push(wamid);
        round.statuses.push(status);
        round.bodies.push(body);
    }

    pub(super) fn rounds(&self) -> &[Round] {
        &self.rounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_of_one_message_stand_in_order_in_rounds_of_their_own() {
        let mut updates = Updates::default();
        for (position, (contact, id)) in (1..).zip([("ada", "m1"), ("ada", "m2"), ("bob", "m1"), ("ada", "m1"), ("ada", "m1")]) {
            updates.push(contact, position, id.into(), [None, Some(format!("s{position}")), None]);
        }
        let positions: Vec<_> = updates.rounds().iter().map(|round| round.positions.clone()).collect();
        assert_eq!(positions, [vec![1, 2, 3], vec![4], vec![5]]);
    }
}
