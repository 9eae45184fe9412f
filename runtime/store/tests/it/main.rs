//! What every store must do (`suite`), run on each of them.

mod suite;

fn in_memory() -> suite::Subject {
    suite::Subject {
        store: store::memory(),
        _folder: None,
    }
}

fn in_sqlite() -> suite::Subject {
    let folder = tempfile::tempdir().unwrap();
    suite::Subject {
        store: store::open(folder.path()).unwrap(),
        _folder: Some(folder),
    }
}

suite::every_store_passes!(memory, super::in_memory());
suite::every_store_passes!(sqlite, super::in_sqlite());
