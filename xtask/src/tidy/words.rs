//! Rules of every text.

use super::{File, Problem};

/// The project speaks of itself alone: a path of somebody's machine means nothing to the next reader.
pub(super) fn no_place_of_one_machine(files: &[File], problems: &mut Vec<Problem>) {
    // In two parts, so that this file does not break its own rule.
    let places = [concat!("/ro", "ot"), concat!("/ho", "me"), concat!("/Us", "ers"), concat!("/t", "mp"), concat!("/wo", "rk")];
    for file in files.iter().filter(|file| file.path != "Cargo.lock") {
        for (number, line) in file.lines() {
            if let Some(place) = places.iter().find(|place| has_path(line, place)) {
                problems.push(
                    file.problem(
                        Some(number),
                        format!("`{place}` is a place on one machine: name it from the repository's root"),
                    ),
                );
            }
        }
    }
}

/// Whether a line has an absolute path that begins with this folder.
fn has_path(line: &str, folder: &str) -> bool {
    let before = |letter: char| letter.is_alphanumeric() || "./_-~}:".contains(letter);
    let after = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    line.match_indices(folder).any(|(place, _)| {
        let rest = &line[place + folder.len()..];
        !line[..place].ends_with(before) && !rest.starts_with(after)
    })
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn paths_of_a_machine_are_found() {
        let (place, own) = (concat!("/ho", "me"), concat!("/t", "mp"));
        let text = format!("see {place}/ana/notes\ncat bots{own}/x\n({own})\nhttps://host{place}/page\n{place}land\n");
        let lines: Vec<_> = findings(no_place_of_one_machine, &[("a.md", &text)]).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [Some(1), Some(3)]);
    }
}
