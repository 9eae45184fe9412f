//! Rules of the house that other tools don't know: `cargo xtask tidy`. Each is a function over the project's files.

mod manifests;
mod sources;
mod words;

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::shell::Shell;

/// The packages that list no runtime, no client, no clock.
const PURE: [&str; 3] = ["steps", "runtime/interpreter", "runtime/whatsapp"];

/// A file of the project.
struct File {
    /// From the root, with `/`.
    path: String,
    text: String,
}

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    path: String,
    /// From 1; None: the whole file.
    line: Option<usize>,
    message: String,
}

type Rule = fn(&[File], &mut Vec<Problem>);

/// Every rule.
const RULES: &[Rule] = &[
    manifests::members_inherit,
    manifests::pure_packages_do_nothing,
    sources::modules_begin_with_a_paragraph,
    sources::files_are_short,
    sources::nothing_is_left_to_do,
    sources::pure_packages_ask_no_clock,
    words::no_place_of_one_machine,
];

/// Folders that are not the project's own text.
const SKIPPED: [&str; 8] = [".git", "target", "node_modules", "dist", "data", "corpus", "artifacts", "coverage"];

/// True: all rules hold.
pub fn run(shell: &Shell) -> Result<bool> {
    let mut files = Vec::new();
    gather(&shell.root, "", &mut files)?;
    files.sort_by(|one: &File, other| one.path.cmp(&other.path));
    let mut problems = Vec::new();
    RULES.iter().for_each(|rule| rule(&files, &mut problems));
    for Problem { path, line, message } in &problems {
        match line {
            Some(line) => println!("{path}:{line}: {message}"),
            None => println!("{path}: {message}"),
        }
    }
    println!("{} files looked at, {} to mend", files.len(), problems.len());
    Ok(problems.is_empty())
}

/// All files that are text.
fn gather(root: &Path, folder: &str, files: &mut Vec<File>) -> Result<()> {
    let listed = root.join(folder);
    for entry in fs::read_dir(&listed).with_context(|| format!("listing {}", listed.display()))? {
        let entry = entry.with_context(|| format!("listing {}", listed.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().with_context(|| path.clone())?;
        if kind.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                gather(root, &path, files)?;
            }
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).with_context(|| path.clone())?;
            files.extend(String::from_utf8(bytes).ok().map(|text| File { path, text }));
        }
    }
    Ok(())
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its lines, numbered from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    fn problem(&self, line: Option<usize>, message: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line, message: message.into() }
    }

    /// Whether it is source of a pure package (and not of its benches, which measure time).
    fn is_pure_source(&self) -> bool {
        self.is_rust() && PURE.iter().any(|package| self.path.strip_prefix(package).is_some_and(|rest| rest.starts_with("/src/")))
    }
}

/// A rule's findings, for its tests.
#[cfg(test)]
fn findings(rule: Rule, files: &[(&str, &str)]) -> Vec<(Option<usize>, String)> {
    let files: Vec<File> = files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    let mut problems = Vec::new();
    rule(&files, &mut problems);
    problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}
