//! Rules of the Rust files.

use super::{File, Problem};

/// A file shorter than this may say all by its name.
const SELF_EVIDENT: usize = 40;
/// A file that is longer usually holds two ideas.
const LONGEST: usize = 500;

/// Calls that ask a clock or chance.
const CLOCKS: [&str; 7] = ["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now", "Utc::now", "thread_rng", "rand::"];

/// Modules begin with what they are for, what they own, what they leave to others.
pub(super) fn modules_begin_with_a_paragraph(files: &[File], problems: &mut Vec<Problem>) {
    // A module's `tests.rs` says all by its name.
    let sources = files.iter().filter(|file| file.is_rust() && file.path.contains("src/") && !file.path.ends_with("/tests.rs"));
    for file in sources.filter(|file| file.text.lines().count() > SELF_EVIDENT) {
        if !file.text.trim_start().starts_with("//!") {
            problems.push(file.problem(Some(1), "does not say what it is for: begin with a paragraph after `//!`"));
        }
    }
}

/// Of the program: a file of tests is a list of stories, and as long as there are stories.
pub(super) fn files_are_short(files: &[File], problems: &mut Vec<Problem>) {
    for file in files.iter().filter(|file| file.is_rust() && file.path.contains("src/")) {
        let lines = file.text.lines().count();
        if lines > LONGEST {
            problems.push(file.problem(None, format!("{lines} lines; more than {LONGEST} usually hold two ideas: part them")));
        }
    }
}

/// Nothing is left for later, and nothing for debugging.
pub(super) fn nothing_is_left_to_do(files: &[File], problems: &mut Vec<Problem>) {
    // In two parts, so that this file does not break its own rule.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("dbg", "!("), concat!("#[ig", "nore")];
    for file in files.iter().filter(|file| file.is_rust()) {
        for (number, line) in file.lines() {
            if let Some(mark) = marks.iter().find(|mark| has_word(line, mark)) {
                problems.push(file.problem(Some(number), format!("`{mark}`: do it now, or write an issue")));
            }
        }
    }
}

/// The clock and chance come in as arguments.
pub(super) fn pure_packages_ask_no_clock(files: &[File], problems: &mut Vec<Problem>) {
    for file in files.iter().filter(|file| file.is_pure_source()) {
        for (number, line) in file.lines().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if let Some(call) = CLOCKS.iter().find(|call| has_word(line, call)) {
                problems.push(
                    file.problem(Some(number), format!("`{call}` in a pure package: take the moment or the seed as an argument")),
                );
            }
        }
    }
}

/// Whether a line has a word that does not go on to the left.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(place, _)| !line[..place].ends_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn a_long_file_says_what_it_is_for() {
        let long = "fn nothing() {}\n".repeat(SELF_EVIDENT + 1);
        let said = format!("//! Nothing.\n{long}");
        let files = [
            ("steps/src/a.rs", long.as_str()),
            ("steps/src/b.rs", &said),
            ("steps/src/c.rs", "fn c() {}"),
            ("steps/tests/d.rs", &long),
        ];
        assert_eq!(findings(modules_begin_with_a_paragraph, &files).len(), 1);
    }

    #[test]
    fn a_file_has_an_end() {
        let longest = "\n".repeat(LONGEST);
        let longer = longest.clone() + "\n";
        let fine = [("src/a.rs", longest.as_str()), ("src/b.md", &"\n".repeat(900)), ("tests/stories.rs", &longer)];
        assert_eq!(findings(files_are_short, &fine), []);
        assert_eq!(findings(files_are_short, &[("src/a.rs", longer.as_str())]).len(), 1);
    }

    #[test]
    fn marks_are_found() {
        let text = format!("// {}: more\nlet todo = 1; {}x);\nfn dbg() {{}}", concat!("TO", "DO"), concat!("dbg", "!("));
        let found = findings(nothing_is_left_to_do, &[("a.rs", &text), ("a.md", &text)]);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [Some(1), Some(2)]);
    }

    #[test]
    fn pure_packages_are_given_the_time() {
        let text = "let now = Timestamp::now();\n// Instant::now is elsewhere\nlet operand::x = 1;\n";
        let files =
            [("steps/src/a.rs", text), ("runtime/server/src/a.rs", text), ("runtime/interpreter/benches/dialog/a.rs", text)];
        assert_eq!(findings(pure_packages_ask_no_clock, &files).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [Some(1)]);
    }
}
