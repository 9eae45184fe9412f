//! Tells that something in a folder has changed.

use std::{path::Path, time::Duration};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Quiet time after a change: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How often the folder is looked at even if nothing tells of a change: some file systems don't.
const LOOK: Duration = Duration::from_secs(30);

/// The changes of a folder, as long as it lives.
pub struct Changes {
    told: mpsc::Receiver<()>,
    /// None: the system tells of no changes.
    watcher: Option<RecommendedWatcher>,
}

impl Changes {
    pub fn of(folder: &Path, mode: RecursiveMode) -> Self {
        let (tell, told) = mpsc::channel(1);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !tells_of_change(event.kind)) {
                return;
            }
            // A full channel says that a look is due already.
            let _ = tell.try_send(());
        })
        .and_then(|mut watcher| watcher.watch(folder, mode).map(|()| watcher));
        let watcher = watcher.inspect_err(|error| {
            tracing::info!(%error, "the folder of bots is looked at every {} seconds: {error}", LOOK.as_secs());
        });
        Changes { told, watcher: watcher.ok() }
    }

    /// Resolves when the folder should be looked at.
    pub async fn next(&mut self) {
        tokio::select! {
            Some(()) = self.told.recv(), if self.watcher.is_some() => tokio::time::sleep(QUIET).await,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Reading a file is an event too. A look that reads files must not call for the next one.
fn tells_of_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_files_calls_for_no_further_look() {
        use notify::event::{AccessKind, AccessMode, CreateKind, DataChange, ModifyKind, RemoveKind};
        let read = [AccessKind::Any, AccessKind::Read, AccessKind::Open(AccessMode::Read), AccessKind::Close(AccessMode::Write)];
        assert!(!read.into_iter().any(|kind| tells_of_change(EventKind::Access(kind))));
        let changed = [EventKind::Any, EventKind::Create(CreateKind::File), EventKind::Modify(ModifyKind::Data(DataChange::Any))];
        assert!(changed.into_iter().all(tells_of_change) && tells_of_change(EventKind::Remove(RemoveKind::File)));
    }
}
