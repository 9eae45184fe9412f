//! The lists in memory: all rows, looked through one by one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::lists::{active_at, parts_of, words};
use crate::{
    ContactQuery, Conversation, ConversationQuery, ListChange, ListedContact, ListedConversation, ListedSession, ListedTask,
    Millis, Profile, Session, SessionCount, SessionQuery, Task, TaskQuery, Usage, UsageSum,
};

#[derive(Debug, Default)]
pub(super) struct Lists {
    profiles: BTreeMap<String, Listed>,
    /// By contact and number.
    conversations: BTreeMap<(String, String), Conversation>,
    /// By contact and id, each with the position of the fact that told of it.
    sessions: BTreeMap<(String, u32), (Session, u64)>,
    /// By contact and id.
    tasks: BTreeMap<(String, u32), Task>,
    /// By the position of the fact that told of it.
    usage: BTreeMap<u64, Usage>,
}

#[derive(Debug)]
struct Listed {
    profile: Profile,
    last_active: Millis,
}

impl Lists {
    /// `position`: of the fact that says it. `newest`: the time of the contact's newest fact.
    pub(super) fn apply(&mut self, contact: &str, position: u64, change: &ListChange, newest: Millis) {
        match change.clone() {
            ListChange::Profile(profile) => {
                let known = self.profiles.get(contact).map(|listed| listed.last_active);
                let last_active = known.unwrap_or_else(|| active_at(newest));
                self.profiles.insert(contact.to_owned(), Listed { profile, last_active });
            }
            ListChange::Conversation(conversation) => {
                self.conversations.insert((contact.to_owned(), conversation.number.clone()), conversation);
            }
            ListChange::Session(session) => {
                self.sessions.insert((contact.to_owned(), session.id), (session, position));
            }
            ListChange::Task(task) => {
                self.tasks.insert((contact.to_owned(), task.id), task);
            }
            ListChange::Usage(usage) => {
                self.usage.insert(position, usage);
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
        self.sessions.retain(|(of, _), _| of != contact);
        self.tasks.retain(|(of, _), _| of != contact);
    }

    pub(super) fn has(&self, contact: &str) -> bool {
        self.profiles.contains_key(contact)
    }

    pub(super) fn conversations_of(&self, contact: &str) -> u64 {
        self.conversations.keys().filter(|(of, _)| of == contact).count() as u64
    }

    pub(super) fn sessions_of(&self, contact: &str) -> u64 {
        self.sessions.keys().filter(|(of, _)| of == contact).count() as u64
    }

    pub(super) fn tasks_of(&self, contact: &str) -> u64 {
        self.tasks.keys().filter(|(of, _)| of == contact).count() as u64
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

    pub(super) fn sessions(&self, query: &SessionQuery) -> Vec<ListedSession> {
        let rows = self.sessions.iter().filter(|((contact, _), (session, _))| query.includes(contact, session));
        let mut rows: Vec<_> = rows
            .map(|((contact, _), (session, told))| ListedSession {
                contact: contact.clone(),
                profile: self.profiles.get(contact).map(|listed| listed.profile.clone()).unwrap_or_default(),
                session: session.clone(),
                told: *told,
            })
            .filter(|row| query.before.as_ref().is_none_or(|before| row.place() < *before))
            .collect();
        rows.sort_by_key(|row| Reverse(row.place()));
        rows.truncate(query.limit);
        rows
    }

    pub(super) fn tasks(&self, query: &TaskQuery) -> Vec<ListedTask> {
        let rows = self.tasks.iter().filter(|((contact, _), task)| query.includes(contact, task));
        let mut rows: Vec<_> = rows
            .map(|((contact, _), task)| ListedTask {
                contact: contact.clone(),
                profile: self.profiles.get(contact).map(|listed| listed.profile.clone()).unwrap_or_default(),
                task: task.clone(),
            })
            .filter(|row| query.after.as_ref().is_none_or(|after| row.place() > *after))
            .collect();
        rows.sort_by_key(ListedTask::place);
        rows.truncate(query.limit);
        rows
    }

    pub(super) fn session_counts(&self, since: Millis) -> Vec<SessionCount> {
        let mut counts = BTreeMap::<(&str, &str), SessionCount>::new();
        for (session, _) in self.sessions.values() {
            let Session { bot, version, started, ended, .. } = session;
            let count = counts.entry((bot, version)).or_insert_with(|| SessionCount {
                bot: bot.clone(),
                version: version.clone(),
                open: 0,
                since: 0,
            });
            count.open += u64::from(ended.is_none());
            count.since += u64::from(*started >= since);
        }
        counts.into_values().filter(|count| count.open + count.since > 0).collect()
    }

    pub(super) fn usage(&self, from: Millis, until: Millis) -> Vec<UsageSum> {
        let mut sums = BTreeMap::<(Millis, &str, &str, &str), UsageSum>::new();
        for usage in self.usage.values().filter(|usage| (from..until).contains(&usage.day())) {
            let Usage { bot, model, currency, .. } = usage;
            let sum = sums.entry((usage.day(), bot, model, currency)).or_insert_with(|| UsageSum {
                day: usage.day(),
                bot: bot.clone(),
                model: model.clone(),
                currency: currency.clone(),
                calls: 0,
                prompt_tokens: 0,
                answer_tokens: 0,
                cost: 0,
            });
            sum.calls += 1;
            sum.prompt_tokens = sum.prompt_tokens.saturating_add(usage.prompt_tokens);
            sum.answer_tokens = sum.answer_tokens.saturating_add(usage.answer_tokens);
            sum.cost = sum.cost.saturating_add(usage.cost);
        }
        sums.into_values().collect()
    }

    /// Removes up to `limit` sessions, and up to as many tasks, that ended before a moment.
    pub(super) fn trim_ended(&mut self, before: Millis, limit: usize) {
        let goes = |ended: Option<Millis>, removed: &mut usize| {
            let goes = *removed < limit && ended.is_some_and(|ended| ended < before);
            *removed += usize::from(goes);
            goes
        };
        let (mut sessions, mut tasks) = (0, 0);
        self.sessions.retain(|_, (session, _)| !goes(session.ended.as_ref().map(|ended| ended.at), &mut sessions));
        self.tasks.retain(|_, task| !goes(task.ended.as_ref().map(|ended| ended.at), &mut tasks));
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
