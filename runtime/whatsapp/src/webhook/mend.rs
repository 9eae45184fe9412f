//! Bodies that hold half a character: a name or text that was cut within an emoji.
//!
//! JSON's own rules refuse the whole body for it, and with it up to a thousand messages of other customers. After the signature was
//! verified over the bytes as they came, such halves are replaced.

/// What a half is written as: the replacement character, U+FFFD.
const REPLACEMENT: &[u8; 4] = b"FFFD";

/// The body with every half of a character replaced; None where there is none to replace.
pub(super) fn mend(body: &[u8]) -> Option<Vec<u8>> {
    let utf8 = String::from_utf8_lossy(body);
    let changed = matches!(utf8, std::borrow::Cow::Owned(_));
    let mut mended = utf8.into_owned().into_bytes();
    let mut replaced = false;
    let mut at = 0;
    while at + 1 < mended.len() {
        at += match (mended[at], escaped(&mended, at), escaped(&mended, at + 6)) {
            (b'\\', Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (b'\\', Some(0xd800..0xe000), _) => {
                mended[at + 2..at + 6].copy_from_slice(REPLACEMENT);
                replaced = true;
                6
            }
            (b'\\', ..) => 2,
            _ => 1,
        };
    }
    (changed || replaced).then_some(mended)
}

/// The number of an escape `\u1234` that begins here.
fn escaped(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(body: &str) -> Option<String> {
        mend(body.as_bytes()).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn halves_are_replaced() {
        assert_eq!(mended(r#""a\ud83d""#).as_deref(), Some(r#""a\uFFFD""#));
        assert_eq!(mended(r#""\uDC4D\ud83d\ud83d\udc4d""#).as_deref(), Some(r#""\uFFFD\uFFFD\ud83d\udc4d""#));
    }

    #[test]
    fn whole_characters_stay() {
        for whole in ["", "\\", r#""\ud83d\udc4d ção \\ud83d \" \u00e7""#, r#""\u00""#] {
            assert_eq!(mended(whole), None, "{whole}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced() {
        assert_eq!(mend(b"\"a\xf0\x9f\"").as_deref(), Some("\"a\u{fffd}\"".as_bytes()));
    }
}
