//! The text of a file: its encoding, what stands twice in it, and texts that were read in the wrong encoding before.

use std::{cell::RefCell, collections::HashSet, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    Refused,
    report::{Code, Finding, Report},
};

/// The text of a file's bytes: UTF-8, or UTF-16 with its mark, as Windows' editors save it.
///
/// # Errors
/// It is neither.
pub fn text(bytes: &[u8]) -> Result<String, Refused> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| Refused::new("the file is cut off, or no text: its UTF-16 has a broken character"))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] if rest.len().is_multiple_of(2) => return wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] if rest.len().is_multiple_of(2) => return wide(rest, u16::from_be_bytes),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(Refused::new("the file is cut off: its UTF-16 ends within a character"));
        }
        _ => {}
    }
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if zeros > 0 {
        let looks = if zeros * 4 >= bytes.len() { "it looks like UTF-16" } else { "it holds bytes of value 0" };
        return Err(Refused::new(format!("the file is no UTF-8 text: {looks}: save it as UTF-8, or export it again")));
    }
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        // A file that goes on as UTF-8 was cut or damaged at this place alone.
        let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t');
        let looks =
            if bytes.iter().any(is_control) { "it looks like no text at all" } else { "it looks like Latin-1 (Windows-1252)" };
        Refused::new(format!("the file is no UTF-8 text (byte {place}): {looks}: save it as UTF-8, or export it again"))
    })
}

/// A file's text as JSON.
///
/// # Errors
/// It is none, with what it looks like.
pub(super) fn parsed(source: &str, what: &str) -> Result<Value, Refused> {
    if source.trim().is_empty() {
        return Err(Refused::new(format!("{what} is empty: expected a bot of Kommo's, which is JSON")));
    }
    serde_json::from_str(source).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let begins = |start: &str| source.trim_start().starts_with(start);
        let hint = match () {
            () if error.is_eof() => "; it seems to be cut off: export it again",
            () if begins("<") => "; it looks like a web page: save what \"View source\" shows, or the exported file",
            () if begins("//") || begins("/*") || begins("#") => "; it begins with a comment, which JSON has not: take it out",
            () => "",
        };
        Refused { message: format!("{what} is no JSON: {said}{hint}"), line: error.line(), column: error.column() }
    })
}

/// Keys that stand twice in one object of a text of JSON. Whoever reads it takes the last of them.
pub(super) fn repeated_keys(source: &str) -> Vec<String> {
    thread_local! {
        static FOUND: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }
    struct Walked;
    impl<'de> Deserialize<'de> for Walked {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Walk)
        }
    }
    struct Walk;
    impl<'de> Visitor<'de> for Walk {
        type Value = Walked;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("JSON")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_str<E>(self, _: &str) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_unit<E>(self) -> Result<Walked, E> {
            Ok(Walked)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Walked, A::Error> {
            while items.next_element::<Walked>()?.is_some() {}
            Ok(Walked)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Walked, A::Error> {
            let mut seen = HashSet::new();
            while let Some((key, _)) = entries.next_entry::<String, Walked>()? {
                if !seen.insert(key.clone()) {
                    FOUND.with_borrow_mut(|found| found.push(key));
                }
            }
            Ok(Walked)
        }
    }
    FOUND.with_borrow_mut(Vec::clear);
    // It was read before: what is no JSON was refused.
    let _ = serde_json::from_str::<Walked>(source);
    FOUND.take()
}

/// Looks for texts that were UTF-8 and read as Latin-1, and mends them if that was asked for.
pub(super) fn mend(value: &mut Value, bot: &str, repair: bool, report: &mut Report) {
    let mut broken = Vec::new();
    each_text(value, &mut |text| {
        if let Some(mended) = mended(text) {
            broken.push((text.clone(), mended.clone()));
            if repair {
                *text = mended;
            }
        }
    });
    if let Some((wrong, right)) = broken.first() {
        let (number, wrong, right) = (broken.len(), around(wrong), around(right));
        let message = match repair {
            true => format!("texts that were mended: {number}; \"{wrong}\" is \"{right}\" now"),
            false => format!(
                "texts that look as if they had been read in the wrong encoding: {number}; import again with `--repair`: \"{wrong}\" for \"{right}\""
            ),
        };
        report.findings.push(Finding { code: Code::Encoding, bot: bot.to_owned(), place: String::new(), step: None, message });
    }
}

/// The first words of a text that hold more than plain letters.
fn around(text: &str) -> String {
    const WORDS: usize = 3;
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.iter().position(|word| !word.is_ascii()).unwrap_or(0);
    let some = words[first.min(words.len())..].iter().take(WORDS).copied().collect::<Vec<_>>().join(" ");
    super::placeholder::shown(&some.replace(char::is_control, "·"))
}

fn each_text(value: &mut Value, act: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, act)),
        Value::Object(map) => map.values_mut().for_each(|inner| each_text(inner, act)),
        _ => {}
    }
}

/// The text as it was before its bytes were read as Latin-1; None: they were not. Where only a part of it was, that part is mended.
fn mended(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'â', 'ð', 'Ð', 'Ñ']) {
        return None;
    }
    let all = text.chars().map(latin_byte).collect::<Option<Vec<u8>>>();
    let whole = all.and_then(|bytes| String::from_utf8(bytes).ok());
    whole.or_else(|| Some(mended_parts(text))).filter(|mended| mended != text)
}

/// A text whose letters that are UTF-8 read as Latin-1 are mended, each by itself.
fn mended_parts(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        // What begins a letter of two, three or four bytes. Others are letters of their own more often.
        let length = match letter {
            'Ã' | 'Â' => 2,
            'â' => 3,
            'ð' => 4,
            _ => 1,
        };
        let bytes = letters
            .get(at..at + length)
            .and_then(|part| part.iter().map(|letter| latin_byte(*letter)).collect::<Option<Vec<u8>>>());
        let mended = bytes.filter(|bytes| bytes.len() > 1).and_then(|bytes| String::from_utf8(bytes).ok());
        match mended {
            Some(mended) => {
                out.push_str(&mended);
                at += length;
            }
            None => {
                out.push(*letter);
                at += 1;
            }
        }
    }
    out
}

/// The byte that is this letter in Windows-1252, which is what is meant by Latin-1.
fn latin_byte(letter: char) -> Option<u8> {
    const UPPER: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    if let Ok(byte) = u8::try_from(u32::from(letter)) {
        return Some(byte);
    }
    UPPER.chars().position(|known| known == letter).and_then(|place| u8::try_from(0x80 + place).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_encoding_is_named() {
        for (bytes, said) in [
            ("[{}]".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(), "looks like UTF-16"),
            (b"{\"a\": \"pre\xe7o\"}".to_vec(), "looks like Latin-1"),
            (vec![0xff, 0xd8, 0x01, 0x02, 0xe0], "no text at all"),
        ] {
            let refused = text(&bytes).unwrap_err().to_string();
            assert!(refused.contains(said) && refused.contains("save it as UTF-8"), "{refused}");
        }
    }

    #[test]
    fn keys_that_stand_twice_are_found() {
        assert_eq!(repeated_keys(r#"{"0": {"a": [1, {"b": null, "b": 2.5}]}, "1": true, "0": "x"}"#), ["b", "0"]);
        assert_eq!(repeated_keys(r#"[{"a": -1}, {"a": 2}]"#), [""; 0]);
    }

    #[test]
    fn what_is_broken_in_a_text_is_mended_alone() {
        assert_eq!(mended("ç quebrado â‚¬ 5").as_deref(), Some("ç quebrado € 5"));
        assert_eq!(mended("PreÃ§o").as_deref(), Some("Preço"));
        assert_eq!(mended("tri â\u{80}\u{93} 👍").as_deref(), Some("tri – 👍"));
        for fine in ["Olá, você", "São Paulo", "NÃO", "âncora", "ÑANDÚ", "l'É»"] {
            assert_eq!(mended(fine), None, "{fine}");
        }
        assert_eq!(around("Olá vitÃ³ria â\u{80}\u{93} triagem e mais"), "Olá vitÃ³ria â··");
    }
}
