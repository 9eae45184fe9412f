//! What the tests need beside Rust, and how it is installed on Debian.

use std::{env, path::Path};

use anyhow::{Result, bail};

use crate::shell::{Line, Shell};

/// A program, where it comes from, and why. In its place may stand a file, by its whole path.
pub struct Need {
    pub program: &'static str,
    pub packages: &'static [&'static str],
    pub reason: &'static str,
}

/// Everything that the tests of the Rust packages need and a bare Debian may lack.
pub const FOR_TESTS: &[Need] = &[
    Need { program: "cc", packages: &["gcc", "libc6-dev"], reason: "links Rust programs; compiles SQLite and the cryptography" },
    Need { program: "redis-server", packages: &["redis-server"], reason: "the store for many servers is tested on a real one" },
    Need { program: "redis-sentinel", packages: &["redis-sentinel"], reason: "the same, through a failover" },
    Need { program: "redis-cli", packages: &["redis-tools"], reason: "makes a Cluster of Redis servers" },
    Need {
        program: "pg_ctlcluster",
        packages: &["postgresql"],
        reason: "the journal of many servers is tested on a real PostgreSQL",
    },
];

/// What the studio's tests need beside.
pub const FOR_STUDIO: &[Need] = &[
    Need { program: "npm", packages: &["npm"], reason: "builds the studio, with Node" },
    Need {
        program: "chromium-headless-shell",
        packages: &["chromium-headless-shell"],
        reason: "the studio is tested in a browser; without a window it takes half the time",
    },
];

/// Installs what is missing. As root by apt-get itself, else through sudo.
///
/// # Errors
/// Something is missing and can't be installed: without apt-get, rights or a network.
pub fn install(shell: &Shell, needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_there(need.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("`{}` is missing ({}); it is in Debian's {}", need.program, need.reason, need.packages.join(", "));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let by_hand = format!("install by hand: apt-get install {}", packages.join(" "));
    if !is_there("apt-get") {
        bail!("there is no apt-get here; {by_hand}");
    }
    let is_root = shell.output(&Line::new("id").args(["-u"])).is_some_and(|id| id.trim() == "0");
    let apt = |words: &[&str]| {
        let line = if is_root { Line::new("apt-get") } else { Line::new("sudo").args(["apt-get"]) };
        // Tests start servers of their own: in this runlevel Debian starts none when it installs one.
        line.args(words.iter().copied()).env("RUNLEVEL", "1").env("DEBIAN_FRONTEND", "noninteractive")
    };
    let update = apt(&["update"]);
    let install = apt(&["install", "--yes", "--no-install-recommends"]).args(packages);
    if !shell.passes(&update)? || !shell.passes(&install)? {
        bail!("apt-get could not install that: is there a network, and may you install? Else {by_hand}");
    }
    match missing.iter().find(|need| !is_there(need.program)) {
        Some(need) => bail!("`{}` is still not there after its packages were installed; {by_hand}", need.program),
        None => Ok(()),
    }
}

/// Whether a program is in one of the folders of `PATH`. A whole path says itself where it is.
pub fn is_there(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| Path::new(&folder).join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        assert!(is_there("cargo"));
        assert!(!is_there("no-program-has-this-name"));
        assert!(install(&Shell::at_root(), &[Need { program: "cargo", packages: &["cargo"], reason: "runs this" }]).is_ok());
    }
}
