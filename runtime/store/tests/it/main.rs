//! What every store must do (`suite`), run on each of them.

mod suite;

fn in_memory() -> suite::Subject {
    suite::Subject {
        store: store::memory(),
        _folder: None,
    }
}

suite::every_store_passes!(memory, super::in_memory());
