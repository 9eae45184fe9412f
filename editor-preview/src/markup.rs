//! WhatsApp's text markup: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, ```` ```mono``` ````, `> quote`, `- item`, `1. item`, and web
//! addresses.
//!
//! Reads a text into blocks and pieces of a line; painting them is the caller's. Any text has a reading: a marker that opens nothing
//! stays a character. Rules as the phone applies them (WhatsApp Help Center, How to format your messages): markers hug their text, may
//! nest except in code, and reach no farther than their line. Takes time in proportion to the text.

use std::ops::Range;

use serde::Serialize;

/// A part of the text that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Lines with the breaks between them. An empty line is a line without pieces.
    Lines(Vec<Line>),
    Quote(Vec<Line>),
    Bullets(Vec<Line>),
    /// `start` is the first item's number as written.
    Numbers {
        start: u32,
        items: Vec<Line>,
    },
}

pub type Line = Vec<Inline>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    Text(String),
    Bold(Vec<Inline>),
    Italic(Vec<Inline>),
    Strike(Vec<Inline>),
    /// Between single backticks.
    Code(String),
    /// Between three backticks; may hold line breaks.
    Mono(String),
    /// A web address that begins with `http://` or `https://`.
    Link(String),
}

/// Reads a text. Equal neighbours (quote lines, items) are one block.
pub fn parse(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n");
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines(&text) {
        let (prefix, rest) = prefix(line);
        let pieces = inline(rest);
        match (prefix, blocks.last_mut()) {
            (Prefix::None, Some(Block::Lines(lines)))
            | (Prefix::Quote, Some(Block::Quote(lines)))
            | (Prefix::Bullet, Some(Block::Bullets(lines)))
            | (Prefix::Number(_), Some(Block::Numbers { items: lines, .. })) => lines.push(pieces),
            (Prefix::None, _) => blocks.push(Block::Lines(vec![pieces])),
            (Prefix::Quote, _) => blocks.push(Block::Quote(vec![pieces])),
            (Prefix::Bullet, _) => blocks.push(Block::Bullets(vec![pieces])),
            (Prefix::Number(start), _) => blocks.push(Block::Numbers { start, items: vec![pieces] }),
        }
    }
    blocks
}

/// What a line begins with.
#[derive(Clone, Copy)]
enum Prefix {
    None,
    Quote,
    Bullet,
    Number(u32),
}

/// The most digits that number an item.
const MAX_NUMBER_DIGITS: usize = 3;

const FENCE: &str = "```";

/// Splits at line breaks, but not inside of ```` ``` ````.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut fences = text.match_indices(FENCE).map(|(at, _)| at).collect::<Vec<_>>().into_iter();
    let mut next_pair = || fences.next().zip(fences.next());
    let mut pair = next_pair();
    for (at, _) in text.match_indices('\n') {
        while pair.is_some_and(|(_, closing)| closing < at) {
            pair = next_pair();
        }
        if pair.is_none_or(|(opening, _)| at < opening) {
            lines.push(&text[start..at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}

fn prefix(line: &str) -> (Prefix, &str) {
    let filled = |rest: &&str| !rest.trim().is_empty();
    if let Some(rest) = line.strip_prefix("> ").filter(filled) {
        return (Prefix::Quote, rest);
    }
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).filter(filled) {
        return (Prefix::Bullet, rest);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=MAX_NUMBER_DIGITS).contains(&digits)
        && let Some(rest) = line[digits..].strip_prefix(". ").filter(filled)
        && let Ok(number) = line[..digits].parse()
    {
        return (Prefix::Number(number), rest);
    }
    (Prefix::None, line)
}

fn inline(line: &str) -> Line {
    let reader = Reader { line, atoms: atoms(line) };
    reader.read(0..line.len(), &[])
}

/// A stretch that holds no markers: code or a web address.
struct Atom {
    range: Range<usize>,
    piece: Inline,
}

/// Finds code and addresses, from left to right; what stands in one is not looked at again.
fn atoms(line: &str) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut at = 0;
    // Set once there is no further closing marker, so that no rest of the line is searched twice.
    let (mut fences_end, mut backticks_end) = (false, false);
    while let Some(offset) = line[at..].find(['`', 'h']) {
        let start = at + offset;
        let rest = &line[start..];
        let atom = if rest.starts_with(FENCE) && !fences_end {
            let found = code(rest, FENCE);
            fences_end = found.is_none();
            found
                .filter(|inner| !inner.trim().is_empty())
                .map(|inner| (inner.len() + 2 * FENCE.len(), Inline::Mono(inner.to_owned())))
        } else if rest.starts_with('`') && !rest.starts_with("``") && !backticks_end {
            let found = code(rest, "`");
            backticks_end = found.is_none();
            found.filter(|inner| !inner.trim().is_empty()).map(|inner| (inner.len() + 2, Inline::Code(inner.to_owned())))
        } else {
            let begins_word = !line[..start].ends_with(char::is_alphanumeric);
            let address = if begins_word { address(rest) } else { None };
            address.map(|address| (address.len(), Inline::Link(address.to_owned())))
        };
        at = match atom {
            Some((length, piece)) => {
                atoms.push(Atom { range: start..start + length, piece });
                start + length
            }
            // All the backticks at once: a run that opens nothing is no opener in its middle either.
            None => start + rest.bytes().take_while(|byte| *byte == b'`').count().max(1),
        };
    }
    atoms
}

/// What stands between `marker` at the start and its next occurrence.
fn code<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let inner = &text[marker.len()..];
    Some(&inner[..inner.find(marker)?])
}

/// The web address that the text begins with. Closing punctuation belongs to the sentence.
fn address(text: &str) -> Option<&str> {
    let after_scheme = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    if !after_scheme.starts_with(char::is_alphanumeric) {
        return None;
    }
    let ends = |character: char| character.is_whitespace() || character.is_control() || "<>\"`".contains(character);
    let end = text.find(ends).unwrap_or(text.len());
    Some(text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '*', '_', '~']))
}

/// The markers of emphasis.
const MARKERS: [char; 3] = ['*', '_', '~'];

struct Reader<'a> {
    line: &'a str,
    atoms: Vec<Atom>,
}

impl Reader<'_> {
    /// Reads a stretch of the line. `open` are the markers around it: none nests in itself, so the depth is at most three.
    fn read(&self, range: Range<usize>, open: &[char]) -> Vec<Inline> {
        let mut pieces = Vec::new();
        // Markers for which the rest of the stretch has no end; they aren't searched again.
        let mut spent: Vec<char> = open.to_vec();
        let mut plain_from = range.start;
        let mut at = range.start;
        while let Some(character) = self.line[at..range.end].chars().next() {
            if let Some(atom) = self.atom_at(at) {
                push_text(&mut pieces, &self.line[plain_from..at]);
                pieces.push(atom.piece.clone());
                at = atom.range.end;
                plain_from = at;
                continue;
            }
            let next = at + character.len_utf8();
            if MARKERS.contains(&character) && !spent.contains(&character) && self.opens(at, &range) {
                match self.closer(character, next..range.end) {
                    Some(closer) => {
                        push_text(&mut pieces, &self.line[plain_from..at]);
                        let inner = self.read(next..closer, &[open, &[character]].concat());
                        pieces.push(match character {
                            '*' => Inline::Bold(inner),
                            '_' => Inline::Italic(inner),
                            _ => Inline::Strike(inner),
                        });
                        at = closer + character.len_utf8();
                        plain_from = at;
                        continue;
                    }
                    None => spent.push(character),
                }
            }
            at = next;
        }
        push_text(&mut pieces, &self.line[plain_from..range.end]);
        pieces
    }

    fn atom_at(&self, at: usize) -> Option<&Atom> {
        let index = self.atoms.binary_search_by_key(&at, |atom| atom.range.start).ok()?;
        self.atoms.get(index)
    }

    /// An opening marker stands at the start or after what is no letter or digit, and before what is neither a space nor its like.
    fn opens(&self, at: usize, range: &Range<usize>) -> bool {
        let free_before = !self.line[range.start..at].ends_with(char::is_alphanumeric);
        let mut characters = self.line[at..range.end].chars();
        let marker = characters.next();
        let hugs = characters.next().is_some_and(|next| !next.is_whitespace() && Some(next) != marker);
        free_before && hugs
    }

    /// The marker that closes: after what is no space, before what is no letter or digit, with something between.
    fn closer(&self, marker: char, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        let mut previous = None;
        while let Some(character) = self.line[at..range.end].chars().next() {
            if let Some(atom) = self.atom_at(at) {
                at = atom.range.end;
                previous = Some('`');
                continue;
            }
            let next = at + character.len_utf8();
            let hugs = previous.is_some_and(|previous: char| !previous.is_whitespace() && previous != marker);
            if character == marker && hugs && !self.line[next..range.end].starts_with(char::is_alphanumeric) {
                return Some(at);
            }
            previous = Some(character);
            at = next;
        }
        None
    }
}

fn push_text(pieces: &mut Vec<Inline>, text: &str) {
    if !text.is_empty() {
        pieces.push(Inline::Text(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A short way to write down what is expected: `b(…)`, `i(…)`, `s(…)`, `code(…)`, `mono(…)`, `link(…)`.
    fn line(pieces: &[Inline]) -> String {
        let each = |piece: &Inline| match piece {
            Inline::Text(text) => text.clone(),
            Inline::Bold(inner) => format!("b({})", line(inner)),
            Inline::Italic(inner) => format!("i({})", line(inner)),
            Inline::Strike(inner) => format!("s({})", line(inner)),
            Inline::Code(text) => format!("code({text})"),
            Inline::Mono(text) => format!("mono({text})"),
            Inline::Link(text) => format!("link({text})"),
        };
        pieces.iter().map(each).collect()
    }

    fn block(block: &Block) -> String {
        let join = |lines: &[Line]| lines.iter().map(|each| line(each)).collect::<Vec<_>>().join("|");
        match block {
            Block::Lines(lines) => format!("p:{}", join(lines)),
            Block::Quote(lines) => format!("q:{}", join(lines)),
            Block::Bullets(items) => format!("ul:{}", join(items)),
            Block::Numbers { start, items } => format!("ol{start}:{}", join(items)),
        }
    }

    #[test]
    fn markup_within_a_line() {
        let table = [
            ("Olá", "Olá"),
            ("*a* _b_ ~c~ ```d``` `e`", "b(a) i(b) s(c) mono(d) code(e)"),
            ("*bold _both_*", "b(bold i(both))"),
            ("_*~x~*_", "i(b(s(x)))"),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("a*b*c", "a*b*c"),
            ("*not closed", "*not closed"),
            ("* a*", "* a*"),
            ("*a *", "*a *"),
            ("**", "**"),
            ("**a**", "*b(a)*"),
            ("snake_case_name", "snake_case_name"),
            ("(*a*)", "(b(a))"),
            ("*a*, *b*!", "b(a), b(b)!"),
            ("`*a*`", "code(*a*)"),
            ("*a `b*` c*", "b(a code(b*) c)"),
            ("``` ```", "``` ```"),
            ("``` ``` ```a```", "``` ``` mono(a)"),
            ("``a``", "``a``"),
            ("*ação*", "b(ação)"),
            ("é*a*", "é*a*"),
            ("veja https://loja.example/_a_?b=*c*.", "veja link(https://loja.example/_a_?b=*c)*."),
            ("*https://loja.example*", "b(link(https://loja.example))"),
            ("xhttps://loja.example", "xhttps://loja.example"),
            ("https://", "https://"),
            ("javascript:alert(1)", "javascript:alert(1)"),
        ];
        for (text, expected) in table {
            assert_eq!(line(&inline(text)), expected, "{text}");
        }
    }

    #[test]
    fn markup_of_lines() {
        let table: [(&str, &[&str]); 9] = [
            ("", &["p:"]),
            ("a\n\nb", &["p:a||b"]),
            ("> a\n> *b*\nc", &["q:a|b(b)", "p:c"]),
            ("- a\n* b", &["ul:a|b"]),
            ("3. a\n4. b", &["ol3:a|b"]),
            ("1.a\n1234. b\n- ", &["p:1.a|1234. b|- "]),
            ("```a\n*b*```\nc", &["p:mono(a\n*b*)|c"]),
            ("*a\nb*", &["p:*a|b*"]),
            ("a\r\nb", &["p:a|b"]),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).iter().map(block).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_of_markers_takes_little_time() {
        for unit in ["*a ", "_*~", "`", "```", "*_~a~_* ", "> ", "https://a"] {
            let text = unit.repeat(65_536 / unit.len());
            assert!(!parse(&text).is_empty());
        }
    }

    /// The characters that a piece shows.
    fn shown(pieces: &[Inline], into: &mut String) {
        for piece in pieces {
            match piece {
                Inline::Text(text) | Inline::Code(text) | Inline::Mono(text) | Inline::Link(text) => into.push_str(text),
                Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => shown(inner, into),
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_but_markers_is_lost(text in "([*_~`> \\-1.\n]|https://|[a-zé😀]|\\PC){0,60}") {
            let letters = |text: &str| text.chars().filter(|character| !" *_~`>-1.\n".contains(*character)).collect::<String>();
            let mut all = String::new();
            for block in parse(&text) {
                let (Block::Lines(lines) | Block::Quote(lines) | Block::Bullets(lines) | Block::Numbers { items: lines, .. }) = block;
                lines.iter().for_each(|line| shown(line, &mut all));
            }
            // An ordered list draws its numbers itself; of those only digits and dots go.
            let digits = |text: &str| letters(text).chars().filter(|character| !character.is_ascii_digit()).collect::<String>();
            prop_assert_eq!(digits(&all), digits(&text));
        }
    }
}
