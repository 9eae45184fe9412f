//! Recorded answers, put into the text of a file of dialogs: all else in it stays as it is written.

use std::ops::Range;

use interpreter::dialog::Recorded;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::file::spaced;

/// The lines of each dialog, as they are written.
#[derive(Deserialize)]
struct Texts<'s> {
    #[serde(borrow)]
    dialogs: Vec<DialogText<'s>>,
}

#[derive(Deserialize)]
struct DialogText<'s> {
    #[serde(borrow)]
    steps: Vec<&'s RawValue>,
}

/// A file's text with answers that were recorded, by the places of their dialogs.
///
/// # Errors
/// The text holds no such dialog, or no such line.
pub fn written(source: &str, recorded: &[(usize, &[Recorded])]) -> Result<String, String> {
    let texts: Texts<'_> = serde_json::from_str(source).map_err(|error| format!("it holds no dialogs: {error}"))?;
    let mut changes = Vec::new();
    for (dialog, recorded) in recorded {
        let lines = texts.dialogs.get(*dialog).ok_or("a dialog is missing")?;
        let places: Vec<Range<usize>> = lines.steps.iter().map(|line| place(source, line.get())).collect();
        for answer in *recorded {
            changes.push(change(source, &places, answer).ok_or("a line is missing")?);
        }
    }
    // By their places; of those at one place, in the order of the answers.
    changes.sort_by_key(|(place, _)| (place.start, place.end));
    let mut text = String::with_capacity(source.len());
    let mut done = 0;
    for (place, line) in changes {
        text.push_str(&source[done..place.start]);
        text.push_str(&line);
        done = place.end;
    }
    text.push_str(&source[done..]);
    Ok(text)
}

/// Where a part of a text is in it.
fn place(source: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - source.as_ptr().addr();
    start..start + part.len()
}

/// What is written in place of what.
fn change(source: &str, places: &[Range<usize>], answer: &Recorded) -> Option<(Range<usize>, String)> {
    let line = spaced(&json!({"reply": answer.reply}));
    if answer.replaces {
        return Some((places.get(answer.line)?.clone(), line));
    }
    // Behind the line before it, as far from that as lines are from each other there.
    let before = places.get(answer.line.checked_sub(1)?)?;
    let next = places.get(answer.line).unwrap_or(before);
    let head = &source[..next.start];
    let space = &head[head.trim_end().len()..];
    Some((before.end..before.end, format!(",{space}{line}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn answer(line: usize, replaces: bool, text: &str) -> Recorded {
        Recorded { line, replaces, reply: Map::from_iter([("text".to_owned(), Value::from(text))]) }
    }

    const SOURCE: &str = "{ \"dialogs\":[\n  {\"steps\": [\n\t{ \"customer\" : \"oi\" },\n\t{\"bot\": {\"text\":1.50}} ],\r\n   \"name\": \"ã\"},\n  {\"name\": \"b\", \"steps\": [{\"customer\": \"oi\"}, {\"reply\": {\"text\": \"old\"}}, {\"bot\": \"x\"}]}]}\n";

    #[test]
    fn answers_stand_at_their_places_and_nothing_else_changes() {
        let recorded = [answer(1, false, "a"), answer(1, false, "b"), answer(2, false, "end")];
        let again = [answer(1, true, "new"), answer(2, false, "more")];
        let text = written(SOURCE, &[(0, &recorded), (1, &again)]).unwrap();
        let expected = SOURCE
            .replace("\"oi\" },\n", "\"oi\" },\n\t{\"reply\": {\"text\": \"a\"}},\n\t{\"reply\": {\"text\": \"b\"}},\n")
            .replace("1.50}}", "1.50}},\n\t{\"reply\": {\"text\": \"end\"}}")
            .replace("{\"reply\": {\"text\": \"old\"}}", "{\"reply\": {\"text\": \"new\"}}, {\"reply\": {\"text\": \"more\"}}");
        assert_eq!(text, expected);
        assert_eq!(written(SOURCE, &[(0, &[])]).unwrap(), SOURCE);
    }

    #[test]
    fn what_is_not_there_is_no_place() {
        for (dialog, answer) in
            [(2, answer(1, false, "a")), (0, answer(9, true, "a")), (0, answer(9, false, "a")), (0, answer(0, false, "a"))]
        {
            assert!(written(SOURCE, &[(dialog, &[answer])]).unwrap_err().ends_with("is missing"));
        }
        assert!(written("{", &[]).unwrap_err().starts_with("it holds no dialogs"));
    }
}
