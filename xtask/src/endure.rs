//! `cargo xtask endure`: runs that are too long for every change. What they do and promise stands in the program `endure` of `tests/`.

use std::env;

use anyhow::{Result, bail};

use crate::{
    needs,
    shell::{Shell, cargo},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Run servers as they are shipped, not as they are tested
    #[arg(long)]
    release: bool,
    /// What is handed on: `--kills DEATHS`, `--freeze`, `--soak MINUTES --rate MESSAGES`; all three if none is named
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// True: every promise was kept.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    needs::install(shell, needs::FOR_TESTS)?;
    let release = arguments.release.then_some("--release");
    if !shell.passes(&cargo("build --package salesbot --package tests --bins").args(release))? {
        bail!("what it runs does not compile");
    }
    let folder = shell.target().join(if arguments.release { "release" } else { "debug" });
    let salesbot = folder.join(format!("salesbot{}", env::consts::EXE_SUFFIX)).display().to_string();
    let endure = cargo("run --quiet --package tests --bin endure").args(release).args(["--"]).args(arguments.arguments.clone());
    shell.passes(&endure.env("SALESBOT_BINARY", salesbot))
}
