//! The lists in memory: all rows, looked through one by one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::lists::{active_at, parts_of, words};
use crate::{ContactQuery, Conversation, ConversationQuery, ListChange, ListedContact, ListedConversation, Millis, Profile};

#[derive(Debug, Default)]
pub(super) struct Lists {
    profiles: BTreeMap<String, Listed>,
    /// By contact and number.
    conversations: BTreeMap<(String, String), Conversation>,
}

#[derive(Debug)]
struct Listed {
    profile: Profile,
    last_active: Millis,
}

impl Lists {
    /// `newest`: the time of the contact's newest fact.
    pub(super) fn apply(&mut self, contact: &str, change: &ListChange, newest: Millis) {
        match change.clone() {
            ListChange::Profile(profile) => {
                let known = self.profiles.get(contact).map(|listed| listed.last_active);
                let last_active = known.unwrap_or_else(|| active_at(newest));
                self.profiles.insert(contact.to_owned(), Listed { profile, last_active });
            }
            ListChange::Conversation(conversation) => {
                self.conversations.insert((contact.to_owned(), conversation.number.clone()), conversation);
            }
            ListChange::Unlisted => self.remove(contact),
        }
    }

    pub(super) fn touch(&mut self, contact: &str, at: Millis) {
        if let Some(listed) = self.profiles.get_mut(contact) {
            listed.last_active = listed.last_active.max(active_at(at));
        }
    }

    pub(super) fn remove(&mut self, contact: &str) {
        self.profiles.remove(contact);
        self.conversations.retain(|(of, _), _| of != contact);
    }

    pub(super) fn has(&self, contact: &str) -> bool {
        self.profiles.contains_key(contact)
    }

    pub(super) fn conversations_of(&self, contact: &str) -> u64 {
        self.conversations.keys().filter(|(of, _)| of == contact).count() as u64
    }

    pub(super) fn conversations(&self, query: &ConversationQuery) -> Vec<ListedConversation> {
        let rows = self.conversations.iter().filter(|(_, conversation)| query.includes(conversation));
        let rows = rows.map(|((contact, _), conversation)| ListedConversation {
            contact: contact.clone(),
            profile: self.profiles.get(contact).map(|listed| listed.profile.clone()).unwrap_or_default(),
            conversation: conversation.clone(),
        });
        let mut placed: Vec<_> = rows.filter_map(|row| Some((row.place(query.sort)?, row))).collect();
        if query.sort.is_descending() {
            placed.sort_by_key(|(place, _)| Reverse(place.clone()));
            placed.retain(|(place, _)| query.after.as_ref().is_none_or(|after| place < after));
        } else {
            placed.sort_by_key(|(place, _)| place.clone());
            placed.retain(|(place, _)| query.after.as_ref().is_none_or(|after| place > after));
        }
        placed.into_iter().take(query.limit).map(|(_, row)| row).collect()
    }

    pub(super) fn contacts(&self, query: &ContactQuery) -> Vec<ListedContact> {
        let wanted = query.search.as_deref().map(words).unwrap_or_default();
        let rows = self.profiles.iter().map(|(contact, listed)| ListedContact {
            contact: contact.clone(),
            profile: listed.profile.clone(),
            last_active: listed.last_active,
        });
        let mut rows: Vec<_> = rows
            .filter(|row| query.idle_since.is_none_or(|since| row.last_active < since))
            .filter(|row| query.after.as_ref().is_none_or(|after| row.place() < *after))
            .filter(|row| {
                let parts = parts_of(&row.profile);
                wanted.iter().all(|word| parts.iter().any(|part| part.starts_with(word.as_str())))
            })
            .collect();
        rows.sort_by_key(|row| Reverse(row.place()));
        rows.truncate(query.limit);
        rows
    }
}
