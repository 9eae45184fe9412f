//! CSV: each row is a passage, with the names of its columns beside the values.

use super::Unreadable;
use crate::splitting::{Outline, Part};

/// What parts cells. Spreadsheets write the semicolon where the comma parts decimals.
const DELIMITERS: [u8; 3] = *b",;\t";

pub(super) fn read(text: &str) -> Result<Vec<Part>, Unreadable> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let wrong = |row: usize| move |error: csv::Error| Unreadable::Table { row, reason: error.to_string() };
    let names = reader.headers().map_err(wrong(1))?.clone();
    let mut parts = Vec::new();
    for (row, record) in (2..).zip(reader.records()) {
        let record = record.map_err(wrong(row))?;
        let cells = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let lines: Vec<String> = cells
            .map(|(column, cell)| match names.get(column).map(str::trim).filter(|name| !name.is_empty()) {
                Some(name) => format!("{name}: {}", cell.trim()),
                None => cell.trim().to_owned(),
            })
            .collect();
        let mut outline = Outline::default();
        outline.paragraph(&lines.join("\n"));
        parts.extend(outline.finish());
    }
    Ok(parts)
}

/// The one that the first line has most of, but for what is quoted.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let unquoted: String = head.split('"').step_by(2).collect();
    let count = |delimiter: &u8| unquoted.bytes().filter(|byte| byte == delimiter).count();
    // Of those that are there equally often, the first one.
    DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_beside_the_names_of_their_columns() {
        let texts = |text: &str| read(text).unwrap().into_iter().map(|part| part.text).collect::<Vec<_>>();
        assert_eq!(
            texts("Produto;Preço;Nota\nCaneta azul;R$ 3,50;\n\"Caderno; A4\";R$ 12;capa dura;nova\n"),
            ["Produto: Caneta azul\nPreço: R$ 3,50", "Produto: Caderno; A4\nPreço: R$ 12\nNota: capa dura\nnova"]
        );
        assert_eq!(texts("a,b\n1,2\n"), ["a: 1\nb: 2"]);
        assert_eq!(texts("a\n"), [""; 0]);
    }
}
