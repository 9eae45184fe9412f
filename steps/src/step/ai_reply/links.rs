//! Links in a model's answer: those to hosts that the step does not name are taken out.
//!
//! What counts as a link is what WhatsApp makes one of, and rather more: an address with its scheme, a host with or without a path, an e-mail
//! address. What only looks like a host, as two sentences without a space between them, gets the space.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A host that answers may link to, such as `loja.example`; its subdomains too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Host(#[schemars(extend("x-kind" = "host"))] String);

/// An address with a scheme, else a host, with what may stand before and behind it. Signs that nobody sees may stand
/// in a host, and make it no other one for WhatsApp.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    let label = r"[\p{L}\p{N}\p{M}\p{Cf}_-]+";
    let host = format!(r"{label}(?:[.\u3002\uff0e\uff61]{label})+");
    let rest = r#"[^\s<>"“”«»—–()\[\]{}|`]"#;
    let source = format!(
        r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<address>(?:\[[0-9A-Fa-f:.]*\])?{rest}*)|(?P<before>[\w.+\-]+@)?(?P<host>{host})(?P<behind>(?::\d+)?(?:[/?#\\]{rest}*)?)"
    );
    Regex::new(&source).expect("a constant pattern, compiled by the tests")
});

/// Where an address begins.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z][A-Za-z0-9+.\-]*://").expect("a constant pattern, compiled by the tests"));

/// Brackets that nothing is left in.
static EMPTY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[ \t]?(?:\(\s*\)|\[\s*\]|<\s*>)").expect("a constant pattern, compiled by the tests"));

/// The words of a link in Markdown whose address is gone.
static WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[(?P<words>[^\[\]\n]+)\]\(\s*\)").expect("a constant pattern, compiled by the tests"));

/// What may stand behind a link and is no part of it.
const CLOSING: &[char] = &['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '*', '_', '~', '…', '’'];

impl Host {
    /// Whether it is written as a host is: names with dots between them, and nothing around.
    pub fn is_valid(text: &str) -> bool {
        let label = |label: &str| !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-');
        text.contains('.') && text.split('.').all(label)
    }

    /// Whether `host` is this one or lies below it. Any letter that is unusual in a host makes it another one.
    fn holds(&self, host: &str) -> bool {
        let (own, host) = (self.0.to_lowercase(), host.to_lowercase());
        let below =
            host.strip_suffix(&own).and_then(|before| if before.is_empty() { Some(before) } else { before.strip_suffix('.') });
        below.is_some_and(|names| names.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
    }
}

/// Whether a text holds a link.
pub(super) fn is_in(text: &str) -> bool {
    LINK.is_match(text)
}

/// The text without links to other hosts than these, and the hosts that were taken out.
pub(super) fn without_others(text: &str, hosts: &[Host]) -> (String, Vec<String>) {
    let (mut text, mut taken) = (text.to_owned(), Vec::new());
    // What stood around a link may have become one.
    while let Some(next) = once(&text, hosts, &mut taken) {
        text = next;
    }
    (text, taken)
}

/// None: there is nothing to take out.
fn once(text: &str, hosts: &[Host], taken: &mut Vec<String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut from, mut at) = (0, 0);
    while let Some(link) = next_link(text, at) {
        at = link.place.end;
        if hosts.iter().any(|known| link.is_web && known.holds(link.host)) {
            at = behind(text, &link);
            continue;
        }
        out.push_str(&text[from..link.place.start]);
        from = link.place.end;
        if link.is_bare && is_prose(link.host) {
            out.push_str(&link.host.replace('.', ". "));
            continue;
        }
        let host: String = link.host.chars().take(60).collect();
        if !taken.contains(&host) {
            taken.push(host);
        }
        close_gap(&mut out, &text[from..]);
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(EMPTY.replace_all(&WORDS.replace_all(&out, "$words"), "").trim().to_owned())
}

struct Link<'t> {
    place: Range<usize>,
    host: &'t str,
    host_end: usize,
    /// A page, as far as its form tells: no other scheme.
    is_web: bool,
    /// The host, and nothing before or behind it.
    is_bare: bool,
}

fn next_link(text: &str, mut at: usize) -> Option<Link<'_>> {
    loop {
        let found = LINK.captures_at(text, at)?;
        let whole = found.get(0)?;
        let place = whole.start()..whole.start() + whole.as_str().trim_end_matches(CLOSING).len();
        if let (Some(scheme), Some(address)) = (found.name("scheme"), found.name("address")) {
            let is_web = matches!(&*scheme.as_str().to_ascii_lowercase(), "http" | "https");
            let authority = authority(address.as_str().trim_end_matches(CLOSING));
            let host_end = address.start() + authority.len();
            return Some(Link { place, host: without_port(authority), host_end, is_web, is_bare: false });
        }
        let host = found.name("host")?;
        // It may end in what begins an address.
        let address = SCHEME.find_at(text, host.start()).map(|next| next.start()).filter(|start| *start > whole.start());
        at = address.unwrap_or(host.end()).min(host.end());
        if is_name(host.as_str()) {
            let is_bare = found.name("before").is_none() && place.end == host.end();
            return Some(Link { place, host: host.as_str(), host_end: host.end(), is_web: true, is_bare });
        }
    }
}

/// Signs in an address behind which another one may begin. A star is bold type to WhatsApp.
const PARTING: [char; 3] = [':', '@', '*'];

/// Where to look for the next link behind one that stays: what it hands on may be an address of its own.
fn behind(text: &str, link: &Link<'_>) -> usize {
    let path = &text[..link.place.end];
    if text[..link.place.start].ends_with('.') && !text[link.place.clone()].contains("://") {
        // Whoever takes it for no address looks for one in what is behind its host.
        return link.host_end;
    }
    let look_in = match path[link.host_end..].find('?') {
        Some(query) if is_plain(text, link, link.host_end + query) => &path[..link.host_end + query],
        _ => path,
    };
    match (SCHEME.find_at(path, link.host_end), look_in[link.host_end..].find(PARTING)) {
        (Some(inner), _) => inner.start(),
        (None, Some(sign)) => link.host_end + sign + 1,
        (None, None) => link.place.end,
    }
}

/// Whether a link is one to everybody, to its end: it stands apart, names its scheme, and has only the signs of addresses in its query.
fn is_plain(text: &str, link: &Link<'_>, query: usize) -> bool {
    let before = text[..link.place.start].chars().next_back();
    let is_apart = before.is_none_or(|letter| letter.is_whitespace() || matches!(letter, '(' | '*'));
    let has_scheme = text[link.place.start..link.host_end].contains("://");
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?@!$&+,;=%".contains(&byte);
    let behind = text[link.place.end..].chars().next();
    let ends = behind.is_none_or(|letter| letter.is_whitespace() || CLOSING.contains(&letter));
    is_apart && has_scheme && ends && text[query..link.place.end].bytes().all(is_sign)
}

/// Takes away what led to a link that is gone, or parts what it stood between.
fn close_gap(before: &mut String, after: &str) {
    let next = after.chars().next();
    if next.is_none_or(|next| next.is_whitespace() || CLOSING.contains(&next)) {
        let kept = before.trim_end_matches([' ', '\t']).trim_end_matches(':').len();
        before.truncate(kept);
    } else if before.chars().next_back().is_some_and(|last| !last.is_whitespace()) {
        before.push(' ');
    }
}

/// Whose address it is. Somebody who is named before an `@` makes it no other host than the whole says.
fn authority(address: &str) -> &str {
    address.split(['/', '\\', '?', '#']).next().unwrap_or(address)
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn labels(host: &str) -> Vec<String> {
    let visible = |label: &str| label.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect();
    host.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).map(visible).collect()
}

/// Whether names with dots between them are a host, or begin with one: one behind the first begins with letters, or they are an address of four
/// numbers, or `www` leads them.
fn is_name(host: &str) -> bool {
    let labels = labels(host);
    let is_number = |label: &String| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let is_top = |label: &String| label.chars().take_while(|letter| letter.is_alphabetic()).count() >= 2;
    is_www(&labels) || labels.iter().skip(1).any(is_top) || labels.len() == 4 && labels.iter().all(is_number)
}

/// Whether it is rather the end of a sentence and the beginning of the next (`sim.Temos`), or an abbreviation (`p.ex`).
fn is_prose(host: &str) -> bool {
    let labels = labels(host);
    let begins_sentence = labels.last().is_some_and(|last| {
        let mut letters = last.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
    });
    begins_sentence && !is_www(&labels) || labels.iter().all(|label| label.chars().count() <= 2)
}

fn is_www(labels: &[String]) -> bool {
    labels.first().is_some_and(|first| first.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use linkify::{LinkFinder, LinkKind};
    use proptest::prelude::*;

    use super::*;

    fn hosts() -> Vec<Host> {
        vec![Host("loja.example".into()), Host("Wa.me".into())]
    }

    #[test]
    fn links_to_other_hosts_go_and_the_sentence_stays() {
        for (answer, expected, taken) in [
            ("Veja https://loja.example/menu?x=1.", "Veja https://loja.example/menu?x=1.", ""),
            ("Veja https://evil.example/x.", "Veja.", "evil.example"),
            ("Veja o menu: https://evil.example/x", "Veja o menu", "evil.example"),
            ("Acesse evil.example/x agora", "Acesse agora", "evil.example"),
            ("Acesse www.evil.example, por favor", "Acesse, por favor", "www.evil.example"),
            ("Acesse Evil.COM já", "Acesse já", "Evil.COM"),
            ("O menu (https://evil.example) mudou", "O menu mudou", "evil.example"),
            ("[menu](https://evil.example/x) novo", "menu novo", "evil.example"),
            ("*https://www.loja.example* e LOJA.example", "*https://www.loja.example* e LOJA.example", ""),
            ("https://loja.example.evil.example", "", "loja.example.evil.example"),
            ("https://naoloja.example", "", "naoloja.example"),
            ("https://loja.example@evil.example/", "", "loja.example@evil.example"),
            ("https://evil.example\\@loja.example", "", "evil.example"),
            ("https://loja.example:8080/x", "https://loja.example:8080/x", ""),
            ("ftp://loja.example/x", "", "loja.example"),
            ("https://l\u{43e}ja.example", "", "l\u{43e}ja.example"),
            ("ev\u{200b}il.example", "", "ev\u{200b}il.example"),
            ("evil。example", "", "evil。example"),
            ("http://[::1]/ e http://3232235777", "e", "[::1],3232235777"),
            ("evil.example-x e evil.example.5", "e", "evil.example-x,evil.example.5"),
            ("192.0.2.7/x", "", "192.0.2.7"),
            ("Escreva a ana@evil.example ou ana@loja.example", "Escreva a ou ana@loja.example", "evil.example"),
            ("Fale em wa.me/5511", "Fale em wa.me/5511", ""),
            ("Sim.Temos, p.ex. chá. R$ 1.500,00, às 10.30 h", "Sim. Temos, p. ex. chá. R$ 1.500,00, às 10.30 h", ""),
            ("um\nhttps://evil.example\ndois", "um\n\ndois", "evil.example"),
            ("https://loja.example/?u=https://evil.example/x", "https://loja.example/?u=", "evil.example"),
            ("https://loja.example/a?email=a@b.com&x=1 já", "https://loja.example/a?email=a@b.com&x=1 já", ""),
            ("[menu](https://loja.example/a?email=a@b.com)", "[menu](https://loja.example/a?email=a@b.com)", ""),
            ("https://loja.example/a@b.com", "https://loja.example/a@", "b.com"),
            ("https://loja.example/?u=*evil.example", "https://loja.example/?u=*", "evil.example"),
            ("Veja https://evil.example/a?email=a@loja.example&x=1 já", "Veja já", "evil.example"),
            ("evil.exhttps://a.examplexample", "", "a.examplexample"),
            (".wa.me/1*evil.example", ".wa.me/1*", "evil.example"),
            (".wa.me/1?u=evil.example", ".wa.me/1?u=", "evil.example"),
            ("Fim. wa.me/1?u=a.html", "Fim. wa.me/1?u=a.html", ""),
        ] {
            let (left, hosts) = without_others(answer, &hosts());
            assert_eq!((left.as_str(), hosts.join(",").as_str()), (expected, taken), "{answer}");
        }
    }

    #[test]
    fn a_host_is_names_with_dots() {
        for (text, expected) in [
            ("loja.example", true),
            ("a-b.loja.com.br", true),
            ("https://loja.example", false),
            ("loja.example/x", false),
            ("loja", false),
            ("*.loja.example", false),
            ("", false),
        ] {
            assert_eq!(Host::is_valid(text), expected, "{text}");
        }
    }

    /// What is left of a text, and the hosts that somebody else's finder sees in it and the list does not name.
    fn left_of(text: &str) -> (String, Vec<String>) {
        let (left, _) = without_others(text, &hosts());
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        let others = finder.links(&left).filter_map(|link| {
            let address = link.as_str().split_once("://").map_or(link.as_str(), |(_, address)| address);
            let host = match link.kind() {
                LinkKind::Email => address.rsplit('@').next().unwrap_or_default(),
                _ => authority(address).split(':').next().unwrap_or_default(),
            };
            let is_link = host.trim_end_matches('.').contains('.') || link.as_str().contains("://");
            (is_link && !hosts().iter().any(|known| known.holds(host))).then(|| host.to_owned())
        });
        let others = others.collect();
        (left, others)
    }

    proptest! {
        /// What somebody else's finder takes for a link is one of ours.
        #[test]
        fn no_other_host_is_found_afterwards(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "https://", "http://", "www.", "evil.example", "loja.example", "evil", "Evil.Com", ".", "/x", "@", ":", " ", "\n", "(", ")",
                    "[menu](", "*", "ola", "Sim.", "\u{200b}", "ção", "wa.me/1", "e.co", ":8080", "?u=", ",", "xn--e1awd7f.com", "1.2.3.4", "-",
                ]),
                0..12,
            )
        ) {
            let (left, others) = left_of(&pieces.concat());
            prop_assert!(others.is_empty(), "{left:?} links to {others:?}");
            prop_assert_eq!(without_others(&left, &hosts()).1, Vec::<String>::new());
        }

        /// What stands in a query is no way to link elsewhere.
        #[test]
        fn no_other_host_is_found_behind_a_query(
            before in prop::sample::select(vec!["", "ola ", "Sim.", "wa.me/1 ", "*", "("]),
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "https://", "www.", "evil.example", "loja.example", "evil", ".", "/x", "@", ":", "*", "ola", "\u{200b}", "ção", "?u=",
                    "&", ",", "1.2.3.4", "~",
                ]),
                0..10,
            )
        ) {
            let (left, others) = left_of(&format!("{before}https://loja.example/a?u={}", pieces.concat()));
            prop_assert!(others.is_empty(), "{left:?} links to {others:?}");
            prop_assert_eq!(without_others(&left, &hosts()).1, Vec::<String>::new());
        }
    }
}
