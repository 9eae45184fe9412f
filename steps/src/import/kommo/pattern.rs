//! PHP's regular expressions as ours. Most are the same; what looks around or back has no equal, because ours are linear in time.

use crate::pattern::Pattern;

/// A PHP pattern with its delimiters and flags, such as `/on ?site/iu`, as a pattern of ours: with its flags in front, for ours take upper and
/// lower case alike unless they say otherwise.
///
/// # Errors
/// What it holds that has no equal here, for people.
pub(super) fn translate(php: &str) -> Result<String, String> {
    if php.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let (body, flags) = taken_apart(php.trim());
    let mut ours = String::new();
    let mut is_sensitive = true;
    for flag in flags.chars() {
        match flag {
            'i' => is_sensitive = false,
            // Unicode is always on; `D`, `S` and `X` change nothing that a chat would show.
            'u' | 'D' | 'S' | 'X' => {}
            'm' | 's' | 'x' | 'U' => ours.push(flag),
            other => return Err(format!("the flag `{other}` has no equal here")),
        }
    }
    let on = if is_sensitive { ours.clone() } else { format!("i{ours}") };
    let prefix = match (on.is_empty(), is_sensitive) {
        (true, _) => "(?-i)".to_owned(),
        (false, true) => format!("(?{on}-i)"),
        (false, false) => format!("(?{on})"),
    };
    let body = body_of(body).map_err(|what| format!("it holds {what}, which has no equal here"))?;
    let pattern = format!("{prefix}{body}");
    Pattern::new(&pattern).map(|_| pattern)
}

/// The pattern between its delimiters, and the flags behind them. Without delimiters all of it is the pattern.
fn taken_apart(php: &str) -> (&str, &str) {
    let Some(open) = php.chars().next().filter(|first| first.is_ascii_punctuation() && *first != '\\') else { return (php, "i") };
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let behind = &php[open.len_utf8()..];
    match behind.rfind(close) {
        Some(end) if behind[end + 1..].chars().all(|flag| flag.is_ascii_alphabetic()) => (&behind[..end], &behind[end + 1..]),
        _ => (php, "i"),
    }
}

/// A line break of any kind, as PHP's `\\R` means it.
const LINE_BREAK: &str = "(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])";

/// The body of a pattern in our spelling, where both mean the same.
///
/// # Errors
/// The first thing in it that has no equal.
fn body_of(body: &str) -> Result<String, &'static str> {
    let mut ours = String::new();
    let mut rest = body;
    let mut in_class = false;
    while let Some(letter) = rest.chars().next() {
        let behind = &rest[letter.len_utf8()..];
        let length = match letter {
            '\\' => escaped(behind, in_class, &mut ours)?,
            '[' if in_class && behind.starts_with(':') => {
                // A class with a name: `[:alpha:]`.
                let end = behind.find(":]").map_or(behind.len(), |end| end + 2);
                ours.push_str(&rest[..=end]);
                end
            }
            // Ours know classes inside of classes, and how they meet; PHP's take the signs as they are.
            '[' if in_class => {
                ours.push_str("\\[");
                0
            }
            '&' if in_class => {
                ours.push_str("\\&");
                0
            }
            '[' => {
                in_class = true;
                // A bracket that comes first closes nothing.
                let first = if behind.starts_with("^]") { 2 } else { usize::from(behind.starts_with(']')) };
                ours.push('[');
                ours.push_str(&behind[..first].replace(']', "\\]"));
                first
            }
            ']' => {
                in_class = false;
                ours.push(']');
                0
            }
            '(' if !in_class => group(behind)?.unwrap_or_else(|| {
                ours.push('(');
                0
            }),
            '+' if !in_class && is_repetition(&ours) => return Err("a possessive repetition"),
            other => {
                ours.push(other);
                0
            }
        };
        rest = &behind[length..];
    }
    Ok(ours)
}

/// Whether a pattern ends with a repetition, so that a `+` behind it would make that possessive.
fn is_repetition(ours: &str) -> bool {
    let before = |sign: char| ours.strip_suffix(sign).is_some_and(|before| !before.ends_with('\\'));
    let counted =
        || before('}') && ours.rsplit_once('{').is_some_and(|(_, count)| count.starts_with(|first: char| first.is_ascii_digit()));
    before('+') || before('*') || before('?') || counted()
}

/// What stands behind a backslash; gives how much of it was read.
fn escaped(behind: &str, in_class: bool, ours: &mut String) -> Result<usize, &'static str> {
    let Some(letter) = behind.chars().next() else {
        ours.push('\\');
        return Ok(0);
    };
    match letter {
        '1'..='9' | 'k' | 'g' if !in_class => return Err("a backreference"),
        'K' => return Err("`\\K`"),
        'G' | 'X' | 'C' => return Err("a sign of PHP's own"),
        'Q' => {
            let text = &behind[1..];
            let end = text.find("\\E");
            let literal = &text[..end.unwrap_or(text.len())];
            ours.push_str(&regex::escape(literal));
            return Ok(1 + literal.len() + if end.is_some() { 2 } else { 0 });
        }
        'E' => {}
        'R' if !in_class => ours.push_str(LINE_BREAK),
        'h' if in_class => ours.push_str(" \\t"),
        'h' => ours.push_str("[ \\t]"),
        'Z' if !in_class => ours.push_str("\\n?\\z"),
        // The escape of the delimiter.
        '/' => ours.push('/'),
        other => {
            ours.push('\\');
            ours.push(other);
        }
    }
    Ok(letter.len_utf8())
}

/// What a parenthesis opens: how long it is if it is a comment, which says nothing.
fn group(behind: &str) -> Result<Option<usize>, &'static str> {
    if behind.starts_with('*') {
        return Err("a verb");
    }
    let Some(kind) = behind.strip_prefix('?') else { return Ok(None) };
    let mut letters = kind.chars();
    match (letters.next(), letters.next()) {
        (Some('='), _) | (Some('!'), _) => Err("a lookahead"),
        (Some('<'), Some('=' | '!')) => Err("a lookbehind"),
        (Some('>'), _) => Err("an atomic group"),
        (Some('|'), _) => Err("a branch reset"),
        (Some('R' | '0'..='9' | '&'), _) | (Some('P'), Some('>')) | (Some('+' | '-'), Some('0'..='9')) => Err("a recursion"),
        (Some('P'), Some('=')) => Err("a backreference"),
        (Some('('), _) => Err("a condition of its own"),
        (Some('#'), _) => Ok(Some(kind.find(')').map_or(behind.len(), |end| end + 2))),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_in_front() {
        assert_eq!(translate("/on ?site/iu").unwrap(), "(?i)on ?site");
        assert_eq!(translate("/Price/u").unwrap(), "(?-i)Price");
        assert_eq!(translate("#a/b#is").unwrap(), "(?is)a/b");
        assert_eq!(translate("/a\\/b/").unwrap(), "(?-i)a/b");
        assert_eq!(translate("plain words").unwrap(), "(?i)plain words");
    }

    #[test]
    fn what_has_no_equal_is_named() {
        for (php, what) in [
            ("/(?=a)b/", "a lookahead"),
            ("/(?<!a)b/", "a lookbehind"),
            ("/(a)\\1/", "a backreference"),
            ("/(?>a+)b/", "an atomic group"),
            ("/a++b/", "a possessive repetition"),
            ("/a{2,3}+b/", "a possessive repetition"),
            ("/\\((?R)\\)/", "a recursion"),
            ("/(?&name)/", "a recursion"),
            ("/(?(1)a|b)/", "a condition"),
            ("/(*FAIL)/", "a verb"),
            ("/a\\Kb/", "`\\K`"),
            ("/a/e", "the flag `e`"),
            ("/(/", "regular expression"),
        ] {
            let error = translate(php).unwrap_err();
            assert!(error.contains(what), "{php}: {error}");
        }
        assert!(translate("/\\\\1/").is_ok());
    }

    #[test]
    fn php_and_ours_match_the_same() {
        for (php, yes, no) in [
            ("/a\\Rb/", "a\r\nb", "a b"),
            ("/\\h+x/", "\t x", "\nx"),
            ("/[[]x]/", "[x]", "x]"),
            ("/[]x]y/", "]y", "[y"),
            ("/[^]x]y/", "ay", "]y"),
            ("/[a&&b]/", "&", "c"),
            ("/[[:digit:]]+x/", "42x", "dx"),
            ("/\\Qa.b\\E+/", "a.bb", "axb"),
            ("/a(?#all of it)b/", "ab", "a"),
            ("/\\+\\+/", "c++", "c+"),
            ("/[+*]+x/", "+*x", "ax"),
            ("/x\\Z/", "x\n", "x\ny"),
            ("/a # b\n c/x", "ac", "a b"),
            ("/^a.b$/s", "a\nb", "ab"),
        ] {
            let pattern = translate(php).unwrap_or_else(|error| panic!("{php}: {error}"));
            let compiled = Pattern::new(&pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert!(compiled.is_match(yes), "{php} ({pattern}) takes {yes:?}");
            assert!(!compiled.is_match(no), "{php} ({pattern}) does not take {no:?}");
        }
    }
}
