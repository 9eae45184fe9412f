//! E-mail and web addresses.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of this module; each is compiled by a test.
fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern, compiled by the tests")
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    // Letters of the scripts that put spaces between words: in the others an address could not be told from the words around it (RFC 6531).
    pattern(&format!(
        r"(?i){local}+(?:\.{local}+)*@(?:{letter}(?:[{letters}-]*{letter})?\.)+(?:xn--[a-z0-9-]+|[\p{{Latin}}\p{{Greek}}\p{{Cyrillic}}]{{2,}})",
        local = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{M}0-9!#$%&'*+/=?^_`{|}~-]",
        letter = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{M}0-9]",
        letters = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{M}0-9",
    ))
});

/// Longer than any address can be: 254 characters (RFC 5321, the length of a path without its brackets).
const EMAIL_LENGTH: usize = 254;

/// The first e-mail address in a text.
pub fn email(text: &str) -> Option<String> {
    EMAIL
        .find_iter(text)
        // Quotes and WhatsApp's marks for bold and italics stand before an address more often than in it.
        .map(|found| found.as_str().trim_start_matches(['\'', '`', '*', '_', '~', '/', '{', '|', '=', '-']))
        .find(|address| !address.starts_with('@') && address.len() <= EMAIL_LENGTH)
        .map(str::to_owned)
}

static URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)(?:https?://[^\s<>"']+"#,
        r#"|\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"#,
        r#"(?:com|net|org|info|biz|edu|gov|io|ai|co|me|app|dev|shop|store|online|site|tech|br|pt|es|mx|ar|cl|pe|uy|py|bo|ec|ve|cr|pa|do|gt|us|uk|de|fr|it|in)"#,
        r#"\b(?::[0-9]{1,5})?(?:[/?#][^\s<>"']*)?)"#
    ))
});

/// The first web address in a text; one without `http` gets `https://`. The domain of an e-mail address is none.
pub fn url(text: &str) -> Option<String> {
    URL.find_iter(text)
        .filter(|found| {
            let before = text[..found.start()].chars().next_back();
            let after = text[found.end()..].chars().next();
            !matches!(before, Some('@' | '.')) && after != Some('@')
        })
        .map(|found| found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '_', '~']))
        .find(|address| !address.ends_with("://") && !address.ends_with('/') || address.matches('/').count() != 2)
        .map(|address| {
            let scheme = address.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")) && address.contains("://");
            if scheme { address.to_owned() } else { format!("https://{address}") }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for (text, found) in [
            ("it's ana@x.com, thanks", Some("ana@x.com")),
            ("Meu e-mail é Ana.Souza+vip@empresa.com.br.", Some("Ana.Souza+vip@empresa.com.br")),
            ("<ana@x.com>", Some("ana@x.com")),
            ("*ana@x.com*", Some("ana@x.com")),
            ("mailto:ana@x.com", Some("ana@x.com")),
            ("josé@exemplo.com.br", Some("josé@exemplo.com.br")),
            ("ana@exämple.de", Some("ana@exämple.de")),
            ("анна@почта.рф", Some("анна@почта.рф")),
            ("メールはana@x.comです", Some("ana@x.com")),
            ("ana@x.xn--p1ai", Some("ana@x.xn--p1ai")),
            ("ana@-x.com", None),
            ("ana@x", None),
            ("ana @x.com", None),
            ("@x.com", None),
            ("", None),
        ] {
            assert_eq!(email(text).as_deref(), found, "{text}");
        }
    }

    #[test]
    fn urls() {
        for (text, found) in [
            ("veja https://x.com/a?b=1.", Some("https://x.com/a?b=1")),
            ("www.loja.com.br", Some("https://www.loja.com.br")),
            ("loja.com/p#1!", Some("https://loja.com/p#1")),
            ("meu site: Empresa.io", Some("https://Empresa.io")),
            ("ana@x.com", None),
            ("ok.tudo bem", None),
            ("https://", None),
        ] {
            assert_eq!(url(text).as_deref(), found, "{text}");
        }
    }
}
