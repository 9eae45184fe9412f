//! A text taken apart into what is sent as it stands and the expressions between `{{ }}`.

use super::error::CompileError;

/// One piece of a text; all of them in order are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Literal(&'a str),
    /// What stands between `{{` and `}}`, with its spaces; `start` is its first byte in the text.
    Expression {
        source: &'a str,
        start: usize,
    },
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// Takes a text apart. An expression ends at the `}}` outside strings and braces.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, CompileError> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(OPEN) {
        let open = at + found;
        let start = open + OPEN.len();
        let end = expression_end(text, start).ok_or_else(|| {
            CompileError::new(
                "This `{{` has no `}}`. An expression stands between both, as in `{{ contact.name }}`.",
                open,
                OPEN.len(),
            )
        })?;
        if found > 0 {
            pieces.push(Piece::Literal(&text[at..open]));
        }
        pieces.push(Piece::Expression { source: &text[start..end], start });
        at = end + CLOSE.len();
    }
    if at < text.len() {
        pieces.push(Piece::Literal(&text[at..]));
    }
    Ok(pieces)
}

/// Where the expression that begins at `start` ends: at the first `}}` that is in no string and closes no brace.
fn expression_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    // What is open: braces, and strings in backquotes whose `${ }` hold expressions again.
    let mut open: Vec<Open> = Vec::new();
    let mut at = start;
    while at < bytes.len() {
        if open.last() == Some(&Open::Backquote) {
            match bytes[at] {
                b'`' if bytes.get(at + 1) == Some(&b'`') => at += 1,
                b'`' => {
                    open.pop();
                }
                b'$' if bytes.get(at + 1) == Some(&b'{') => {
                    open.push(Open::Brace);
                    at += 1;
                }
                _ => {}
            }
        } else {
            match bytes[at] {
                b'"' => at = string_end(bytes, at)?,
                b'\'' => at = letter_end(text, at),
                b'`' => open.push(Open::Backquote),
                b'{' => open.push(Open::Brace),
                b'}' if open.last() == Some(&Open::Brace) => {
                    open.pop();
                }
                b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
                _ => {}
            }
        }
        at += 1;
    }
    None
}

#[derive(PartialEq)]
enum Open {
    Brace,
    Backquote,
}

/// The closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The closing quote of a letter such as `'}'` or `'\n'`; `at` itself for a lone apostrophe.
fn letter_end(text: &str, at: usize) -> usize {
    let mut letters = text[at + 1..].char_indices();
    let escaped = match letters.next() {
        Some((_, '\\')) => letters.next().is_some(),
        Some(_) => true,
        None => false,
    };
    match letters.next() {
        Some((offset, '\'')) if escaped => at + 1 + offset,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expressions(text: &str) -> Vec<&str> {
        pieces(text)
            .unwrap()
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Expression { source, .. } => Some(source),
                Piece::Literal(_) => None,
            })
            .collect()
    }

    #[test]
    fn braces_and_strings_do_not_end_an_expression() {
        assert_eq!(expressions("a {{ x }} b {{y}}"), [" x ", "y"]);
        assert_eq!(expressions(r#"{{ "}}" }}"#), [r#" "}}" "#]);
        assert_eq!(expressions(r#"{{ "\"}}" }}"#), [r#" "\"}}" "#]);
        assert_eq!(expressions("{{ #{a: #{b: 1}} }}"), [" #{a: #{b: 1}} "]);
        assert_eq!(expressions("{{#{a: 1}}}"), ["#{a: 1}"]);
        assert_eq!(expressions("{{ `${ #{a: 1}.a }}}` }}"), [" `${ #{a: 1}.a }}}` "]);
        assert_eq!(expressions("{{ '}' }}"), [" '}' "]);
        assert_eq!(expressions("it's {{ x }}, isn't it"), [" x "]);
        assert_eq!(expressions("no } } braces {"), Vec::<&str>::new());
    }

    #[test]
    fn an_open_expression_is_pointed_at() {
        let error = pieces("Olá {{ contact.name }").unwrap_err();
        assert_eq!((error.offset, error.len), (5, 2));
        assert!(pieces(r#"{{ "}}"#).is_err());
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in r#"([a-zé \\"'`{}$#]|\{\{|\}\})*"#) {
            if let Ok(pieces) = pieces(&text) {
                let again: String = pieces.iter().map(|piece| match piece {
                    Piece::Literal(text) => (*text).to_owned(),
                    Piece::Expression { source, start } => {
                        assert_eq!(&text[*start..*start + source.len()], *source);
                        format!("{{{{{source}}}}}")
                    }
                }).collect();
                prop_assert_eq!(again, text);
            }
        }
    }
}
