//! What models were used for.

use std::sync::Arc;

use store::{Commit, JournalEntry, ListChange, Millis, Store, Usage, UsageSum};

use super::{committed, put};

const DAY: Millis = 86_400_000;

fn usage(at: Millis, bot: &str, model: &str, tokens: u64) -> Usage {
    Usage {
        at,
        bot: bot.into(),
        model: model.into(),
        prompt_tokens: tokens,
        answer_tokens: 1,
        cost: tokens * 3,
        currency: "USD".into(),
    }
}

async fn tell(store: &Arc<dyn Store>, contact: &str, calls: Vec<Usage>) {
    let version = store.load(contact).await.unwrap().map_or(0, |stored| stored.version);
    let fact = |usage: Usage| JournalEntry::fact(usage.at, "asked", "{}").with_lists(vec![ListChange::Usage(usage)]);
    committed(store, Commit { journal: calls.into_iter().map(fact).collect(), ..put(contact, version, "x") }).await;
}

async fn some_calls(store: &Arc<dyn Store>) {
    tell(store, "ada", vec![usage(5, "shop", "small", 10), usage(DAY - 1, "shop", "small", 20)]).await;
    tell(store, "bob", vec![usage(7, "shop", "small", 30), usage(8, "shop", "large", 40)]).await;
    let free = Usage { cost: 0, currency: String::new(), ..usage(DAY, "clinic", "small", 50) };
    tell(store, "ada", vec![free]).await;
}

async fn sums(store: &Arc<dyn Store>, from: Millis, until: Millis) -> Vec<(Millis, String, String, String, [u64; 4])> {
    let sums = store.usage(from, until).await.unwrap();
    let row =
        |sum: UsageSum| (sum.day, sum.bot, sum.model, sum.currency, [sum.calls, sum.prompt_tokens, sum.answer_tokens, sum.cost]);
    sums.into_iter().map(row).collect()
}

fn row(day: Millis, names: [&str; 3], sums: [u64; 4]) -> (Millis, String, String, String, [u64; 4]) {
    let [bot, model, currency] = names.map(str::to_owned);
    (day, bot, model, currency, sums)
}

fn of_the_first_day() -> Vec<(Millis, String, String, String, [u64; 4])> {
    vec![row(0, ["shop", "large", "USD"], [1, 40, 1, 120]), row(0, ["shop", "small", "USD"], [3, 60, 3, 180])]
}

pub(crate) async fn calls_are_summed_by_day_bot_model_and_currency(store: &Arc<dyn Store>) {
    assert_eq!(sums(store, i64::MIN, i64::MAX).await, []);
    some_calls(store).await;
    assert_eq!(sums(store, 0, DAY).await, of_the_first_day());
    let second = row(DAY, ["clinic", "small", ""], [1, 50, 1, 0]);
    assert_eq!(sums(store, 1, 2 * DAY).await, std::slice::from_ref(&second), "a day is asked for by its beginning");
    assert_eq!(sums(store, i64::MIN, i64::MAX).await, [of_the_first_day(), vec![second]].concat());
}

pub(crate) async fn usage_stays_when_a_contact_is_erased(store: &Arc<dyn Store>) {
    some_calls(store).await;
    assert!(store.erase("ada").await.unwrap());
    assert_eq!(sums(store, 0, DAY).await, of_the_first_day());
    store.trim_journal(i64::MAX, 100).await.unwrap();
    assert_eq!(sums(store, 0, DAY).await, of_the_first_day());
}

pub(crate) async fn making_usage_again_changes_nothing(store: &Arc<dyn Store>) {
    some_calls(store).await;
    assert!(store.erase("bob").await.unwrap());
    let before = sums(store, i64::MIN, i64::MAX).await;
    store.rebuild(None, 100).await.unwrap();
    assert_eq!(sums(store, i64::MIN, i64::MAX).await, before);
}
