//! Aliases: who is first, and who may move them.

use std::collections::BTreeSet;
use std::sync::Arc;

use store::Store;

pub(crate) async fn an_alias_goes_to_whoever_is_first(store: &Arc<dyn Store>) {
    assert_eq!(store.set_alias("+491511", "ada", None).await.unwrap(), "ada");
    assert_eq!(store.set_alias("+491511", "bob", None).await.unwrap(), "ada");
    assert_eq!(store.set_alias("+491511", "ada", None).await.unwrap(), "ada");
    assert_eq!(store.alias("+491511").await.unwrap().as_deref(), Some("ada"));
}

pub(crate) async fn an_alias_moves_only_from_the_one_named(store: &Arc<dyn Store>) {
    store.set_alias("+491511", "ada", None).await.unwrap();
    assert_eq!(store.set_alias("+491511", "cyd", Some("bob")).await.unwrap(), "ada");
    assert_eq!(store.set_alias("+491511", "bob", Some("ada")).await.unwrap(), "bob");
    assert_eq!(store.alias("+491511").await.unwrap().as_deref(), Some("bob"));
    assert_eq!(store.set_alias("+491522", "bob", Some("ada")).await.unwrap(), "bob", "free for all");
}

pub(crate) async fn of_many_claims_to_an_alias_one_wins(store: &Arc<dyn Store>) {
    let claims: Vec<_> = (0..32)
        .map(|number| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.set_alias("+491511", &format!("contact-{number}"), None).await.unwrap() })
        })
        .collect();
    let mut holders = BTreeSet::new();
    for claim in claims {
        holders.insert(claim.await.unwrap());
    }
    assert_eq!(holders.into_iter().collect::<Vec<_>>(), [store.alias("+491511").await.unwrap().unwrap()]);
}
