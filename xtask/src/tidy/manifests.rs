//! Rules of the `Cargo.toml` files.

use super::{File, PURE, Problem};

/// What a pure package may not list: runtimes, clients, clocks, chance.
const DOING: [&str; 14] = [
    "tokio",
    "tokio-util",
    "futures",
    "futures-util",
    "async-trait",
    "async-openai",
    "reqwest",
    "hyper",
    "axum",
    "redis",
    "rusqlite",
    "rand",
    "chrono",
    "time",
];

/// Each member takes lints and package facts from the workspace, and no version of its own.
pub(super) fn members_inherit(files: &[File], problems: &mut Vec<Problem>) {
    for file in members(files) {
        if !section(file, "lints").any(|(_, line)| line == "workspace = true") {
            problems.push(file.problem(None, "takes no lints from the workspace: add `[lints]` with `workspace = true`"));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            let inherited = format!("{key}.workspace = true");
            if !section(file, "package").any(|(_, line)| line == inherited) {
                problems.push(file.problem(None, format!("`[package]` lacks `{inherited}`")));
            }
        }
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (number, line) in
                section(file, table).filter(|(_, line)| !line.contains("workspace = true") && line.contains('='))
            {
                problems.push(file.problem(
                    Some(number),
                    format!("`{line}` names a version or path of its own: it belongs into the workspace's dependencies"),
                ));
            }
        }
    }
}

/// The core does no I/O, and its manifest shows it.
pub(super) fn pure_packages_do_nothing(files: &[File], problems: &mut Vec<Problem>) {
    let pure = |file: &&File| PURE.iter().any(|package| file.path == format!("{package}/Cargo.toml"));
    for file in files.iter().filter(pure) {
        for (number, line) in section(file, "dependencies") {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if DOING.contains(&name) {
                problems.push(file.problem(Some(number), format!("this package is pure: it can't list `{name}`")));
            }
        }
    }
}

fn members(files: &[File]) -> impl Iterator<Item = &File> {
    let manifests = files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.filter(|file| !file.path.starts_with("fuzz/"))
}

/// The lines of a section, numbered, without comments.
fn section<'a>(file: &'a File, name: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let heading = format!("[{name}]");
    let lines = file.lines().map(|(number, line)| (number, line.trim()));
    let inside = lines.skip_while(move |(_, line)| *line != heading).skip(1).take_while(|(_, line)| !line.starts_with('['));
    inside.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    const GOOD: &str = "[package]\nname = \"steps\"\nversion.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
                        license.workspace = true\npublish.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\nserde.workspace = true\n";

    #[test]
    fn a_member_inherits() {
        assert_eq!(
            findings(members_inherit, &[("steps/Cargo.toml", GOOD), ("Cargo.toml", "[workspace]"), ("fuzz/Cargo.toml", "")]),
            []
        );
        let own = GOOD.replace("serde.workspace = true", "# why\nserde = \"1\"").replace("[lints]", "[other]");
        let found = findings(members_inherit, &[("steps/Cargo.toml", &own)]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1].0, Some(14));
    }

    #[test]
    fn a_pure_package_lists_no_runtime() {
        let impure = GOOD.to_owned()
            + "tokio.workspace = true\ntime = { workspace = true }\n\n[dev-dependencies]\ntokio.workspace = true\n";
        let found = findings(pure_packages_do_nothing, &[("steps/Cargo.toml", &impure), ("runtime/server/Cargo.toml", &impure)]);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [Some(14), Some(15)]);
    }
}
