//! Writes the generated pages under `docs/`, or checks that they are what the code says. `cargo xtask docs` runs it.
//!
//! Each page comes from a pure function beside the code that it describes; here they are only gathered in [`pages::all`] and written.

mod metrics_page;
mod pages;
mod settings_page;
mod webhooks_page;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Parser;

/// Writes the generated pages.
#[derive(Parser)]
struct Arguments {
    /// Change nothing; fail where a page is not what the code says
    #[arg(long)]
    check: bool,
}

/// Folders in which every file is generated: what is there and is no page is removed.
const GENERATED: [&str; 3] = ["reference", "reference/steps", "errors"];

fn main() -> Result<ExitCode> {
    let Arguments { check } = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().with_context(|| format!("finding {}", root.display()))?;
    let pages = pages::all(&root)?;
    let docs = root.join("docs");

    let mut wrong = Vec::new();
    for page in pages.iter().filter(|page| fs::read_to_string(docs.join(&page.path)).ok().as_deref() != Some(&page.text)) {
        wrong.push(format!("docs/{} is not what the code says", page.path));
        if !check {
            let path = docs.join(&page.path);
            fs::create_dir_all(path.parent().unwrap_or(&docs))
                .with_context(|| format!("making the folder of {}", path.display()))?;
            fs::write(&path, &page.text).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    let known: BTreeSet<PathBuf> = pages.iter().map(|page| docs.join(&page.path)).collect();
    for path in files(&docs)?.into_iter().filter(|path| !known.contains(path) && !pages::may_stay(path)) {
        wrong.push(format!("{} belongs to nothing any more", path.strip_prefix(&root).unwrap_or(&path).display()));
        if !check {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }

    if !check {
        println!("{} pages, {} of them changed", pages.len(), wrong.len());
        return Ok(ExitCode::SUCCESS);
    }
    if wrong.is_empty() {
        println!("{} pages are what the code says", pages.len());
        return Ok(ExitCode::SUCCESS);
    }
    for line in &wrong {
        println!("{line}");
    }
    println!("run: cargo xtask docs");
    Ok(ExitCode::FAILURE)
}

/// The files that lie in the generated folders.
fn files(docs: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in GENERATED.map(|folder| docs.join(folder)) {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
            let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
            files.extend(path.is_file().then_some(path));
        }
    }
    files.sort();
    Ok(files)
}
