//! The process of a server: started, killed and stopped by its id.

use std::fs::File;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

/// A running program. Killed when dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts `program` in `folder`, with these variables alone; what it logs is appended to `log`.
    pub(super) fn start(program: &Path, folder: &Path, variables: &[(String, String)], log: &Path) -> std::io::Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(program);
        command.arg("serve").current_dir(folder).env_clear().envs(variables.iter().cloned());
        // Where a crash writes a backtrace, it is worth having.
        command.env("RUST_BACKTRACE", "1");
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        command.spawn().map(Self)
    }

    /// Its id, while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Whether it has ended, and how.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be asked for its status")
    }

    /// The memory that it holds, as Linux tells.
    pub(super) fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()?)).ok()?;
        let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))?;
        kibibytes.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    }

    /// Ends it at once, as a crash of the machine would (SIGKILL).
    pub(super) async fn kill(&mut self) {
        self.0.kill().await.expect("a child can be killed");
    }

    /// Asks it to stop (SIGTERM).
    pub(super) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal, as `kill` names it.
    pub(super) fn signal(&self, signal: &str) {
        let Some(id) = self.id() else { return };
        let told = std::process::Command::new("kill").args([format!("-{signal}"), id.to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "process {id} can be sent a signal");
    }

    /// Waits until it has ended by itself; `None` if it hasn't by then.
    pub(super) async fn wait(&mut self, deadline: Duration) -> Option<ExitStatus> {
        let status = tokio::time::timeout(deadline, self.0.wait()).await.ok()?;
        Some(status.expect("a child can be waited for"))
    }
}
