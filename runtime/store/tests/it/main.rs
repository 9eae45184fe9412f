//! What every store must do (`suite`), run on each of them; and what only the embedded store can
//! promise: that it comes back after a restart, a crash or an upgrade.

mod kill;
mod model;
mod sqlite;
mod suite;

fn in_memory() -> suite::Subject {
    suite::Subject { store: store::memory(), _folder: None }
}

fn in_sqlite() -> suite::Subject {
    let folder = tempfile::tempdir().unwrap();
    suite::Subject { store: store::open(folder.path()).unwrap(), _folder: Some(folder) }
}

suite::every_store_passes!(on_memory, crate::in_memory());
suite::every_store_passes!(on_sqlite, crate::in_sqlite());
