//! The promises of the `Store` trait as tests, written once for all stores.

pub(crate) mod aliases;
pub(crate) mod announcements;
pub(crate) mod contacts;
pub(crate) mod due;
pub(crate) mod journal;
pub(crate) mod leases;
pub(crate) mod lists;
pub(crate) mod records;
pub(crate) mod sessions;
pub(crate) mod tasks;
pub(crate) mod usage;

use std::any::Any;
use std::sync::Arc;

use store::{Commit, Direction, JournalEntry, MessageChange, Millis, NewMessage, Outcome, PutRecord, Store};

/// A fresh, empty store, and what must live as long as it.
pub(crate) struct Subject {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) _keeps: Box<dyn Any + Send>,
}

/// Makes a module of tests, one for each promise, on stores made by the given expression.
macro_rules! every_store_passes {
    ($name:ident, $subject:expr) => {
        $crate::suite::every_store_passes! { $name, $subject,
            contacts: [
                a_missing_contact_is_none,
                a_commit_is_read_back,
                a_value_may_be_any_bytes,
                versions_grow_and_never_return,
                a_commit_at_another_version_conflicts_and_changes_nothing,
                a_conflict_on_a_missing_contact_has_no_current_value,
                many_tasks_increment_one_contact_to_the_exact_sum,
                contacts_are_listed_and_counted,
                erasing_leaves_nothing,
                what_was_written_since_is_not_erased,
                limits_are_errors_that_change_nothing,
                a_store_answers_a_ping,
            ];
            due: [
                the_due_index_follows_each_commit,
                due_contacts_come_oldest_first,
                due_contacts_keep_to_their_lane_and_limit,
            ];
            journal: [
                the_journal_keeps_its_order,
                the_journal_of_everybody_can_be_followed,
                a_deleted_contact_keeps_its_journal,
                a_transcript_holds_messages_and_their_news,
                news_reaches_only_the_latest_messages,
            ];
            lists: [
                conversations_are_listed_by_who_is_to_act,
                conversations_come_in_order_and_in_pages,
                contacts_are_found_by_parts_of_name_and_number,
                contacts_come_by_when_they_were_active,
                who_is_not_listed_is_told,
                rows_go_with_their_contact,
                making_the_read_models_again_changes_nothing,
                old_facts_go_and_what_is_read_from_them_stays,
            ];
            sessions: [
                a_session_is_listed_from_its_start_to_its_end,
                sessions_are_found_by_what_they_are,
                sessions_come_in_pages,
                sessions_are_counted_by_bot_and_version,
                sessions_go_with_their_contact,
                making_sessions_again_changes_nothing,
                sessions_that_are_too_old_go_with_their_facts,
            ];
            tasks: [
                a_task_is_listed_until_it_ends_and_then_as_ended,
                tasks_are_found_by_what_they_are,
                tasks_come_in_pages,
                tasks_go_with_their_contact,
                making_tasks_again_changes_nothing,
                tasks_that_ended_too_long_ago_go_with_their_facts,
            ];
            usage: [
                calls_are_summed_by_day_bot_model_and_currency,
                usage_stays_when_a_contact_is_erased,
                making_usage_again_changes_nothing,
            ];
            aliases: [
                an_alias_goes_to_whoever_is_first,
                an_alias_moves_only_from_the_one_named,
                of_many_claims_to_an_alias_one_wins,
            ];
            records: [
                records_are_compared_and_set,
                records_expire,
                records_are_listed_by_kind,
                trimming_keeps_the_latest_keys,
                counters_add_up,
            ];
            leases: [
                a_budget_lends_a_few_tokens_and_tells_when_there_are_more,
                tokens_of_the_next_moments_can_be_taken_ahead,
                what_was_used_without_asking_counts_for_a_while,
                all_servers_slow_down_when_one_says_so,
                of_many_who_ask_each_token_goes_to_one,
            ];
            announcements: [
                who_listens_hears_what_is_announced,
            ];
        }
    };
    ($name:ident, $subject:expr, $($topic:ident: [$($promise:ident,)+];)+) => {
        mod $name {
            $(mod $topic {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $promise() {
                        let subject = $subject;
                        $crate::suite::$topic::$promise(&subject.store).await;
                    }
                )+
            })+
        }
    };
}
pub(crate) use every_store_passes;

/// A commit of a text value, without due time and journal.
pub(crate) fn put(key: &str, expected_version: u64, value: &str) -> Commit {
    let value = Some(value.as_bytes().to_vec());
    Commit { key: key.into(), expected_version, value, due: None, journal: Vec::new() }
}

/// The version that a commit which must not conflict gave.
pub(crate) async fn committed(store: &Arc<dyn Store>, commit: Commit) -> u64 {
    let what = format!("{commit:?}");
    match store.commit(commit).await.unwrap() {
        Outcome::Committed { version } => version,
        Outcome::Conflict { current } => panic!("{what} conflicts with {current:?}"),
    }
}

pub(crate) fn fact(number: i64) -> JournalEntry {
    JournalEntry::fact(number, "counted", format!("{{\"number\":{number}}}"))
}

pub(crate) fn message(id: &str) -> MessageChange {
    MessageChange::New(NewMessage {
        id: id.into(),
        direction: Direction::Out,
        body: "{\"text\":\"hi\"}".into(),
        wamid: None,
        status: None,
    })
}

pub(crate) fn record(key: &str, expected_version: u64, value: &str) -> PutRecord {
    let value = Some(value.as_bytes().to_vec());
    PutRecord { kind: "setting".into(), key: key.into(), expected_version, value, expires: None, now: 0 }
}

pub(crate) async fn due_keys(store: &Arc<dyn Store>, lane: u16, until: Millis) -> Vec<String> {
    store.due(lane, until, usize::MAX).await.unwrap().into_iter().map(|due| due.key).collect()
}
