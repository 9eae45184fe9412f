//! A file becomes a catalogue: a table (`.csv`) with a column `name`, or a list (`.json`) of objects with the key `name`. `id` and `price`
//! are known, all else is a field.

use std::{collections::HashSet, fs, path::Path};

use serde_json::{Map, Value};
use steps::{catalog::Found, expression::fold};

/// The largest file. Our own.
const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// The most items of a catalogue. Our own: all of them are looked through at each search.
const MAX_ITEMS: usize = 50_000;
/// The most problems that are told of a file: whoever mends it sees those that come behind.
const MAX_PROBLEMS: usize = 20;
/// What parts cells. Spreadsheets write the semicolon where the comma parts decimals.
const DELIMITERS: [u8; 3] = *b",;\t";

/// A catalogue as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub items: Vec<Found>,
    /// In words for people, with the row.
    pub problems: Vec<String>,
}

impl Table {
    fn problem(problem: String) -> Self {
        Table { items: Vec::new(), problems: vec![problem] }
    }
}

pub fn read(path: &Path) -> Table {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let wrong = |reason: String| Table::problem(format!("{name}: {reason}"));
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_BYTES => {
            return wrong(format!("it has more than {} MiB: leave out what nobody looks for", MAX_BYTES / 1024 / 1024));
        }
        Ok(_) => {}
        Err(error) => return wrong(format!("it can't be read: {error}")),
    }
    let text = match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => return wrong("it is no text in UTF-8: save it so".to_owned()),
        },
        Err(error) => return wrong(format!("it can't be read: {error}")),
    };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let rows = match ending.as_str() {
        "csv" => of_csv(&text),
        "json" => of_json(&text),
        _ => Err("its ending says no form of a catalogue: .csv and .json do".to_owned()),
    };
    match rows {
        Ok(rows) => table(&name, rows),
        Err(reason) => wrong(reason),
    }
}

/// The rows of a table, with their numbers as an editor counts lines.
type Rows = Vec<(usize, Map<String, Value>)>;

fn of_csv(text: &str) -> Result<Rows, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map_err(|error| error.to_string())?.iter().map(key).collect();
    if !names.iter().any(|name| name == "name") {
        return Err(format!("it has no column `name`; its columns are `{}`", names.join("`, `")));
    }
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or_default());
        let cells = names.iter().zip(record.iter()).filter(|(name, cell)| !name.is_empty() && !cell.trim().is_empty());
        rows.push((line, cells.map(|(name, cell)| (name.clone(), cell.trim().into())).collect()));
    }
    Ok(rows)
}

fn of_json(text: &str) -> Result<Rows, String> {
    let items: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|error| format!("a list of objects is expected, each with `name`: {error}"))?;
    let keyed = |item: Map<String, Value>| item.into_iter().map(|(name, value)| (key(&name), value)).collect();
    Ok((1..).zip(items.into_iter().map(keyed)).collect())
}

/// A column's name as expressions read it: `Preço (R$)` is `preco_r`.
fn key(name: &str) -> String {
    let letters: String = fold(name).chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    letters.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// The one that the first line has most of, but for what is quoted.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let unquoted: String = head.split('"').step_by(2).collect();
    let count = |delimiter: &u8| unquoted.bytes().filter(|byte| byte == delimiter).count();
    // Of those that are there equally often, the first one.
    DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

fn table(file: &str, rows: Rows) -> Table {
    let (mut items, mut problems, mut known) = (Vec::new(), Vec::new(), HashSet::new());
    let is_too_long = rows.len() > MAX_ITEMS;
    for (row, mut cells) in rows.into_iter().take(MAX_ITEMS) {
        let mut tell = |problem: String| {
            if problems.len() < MAX_PROBLEMS {
                problems.push(format!("{file}: row {row}: {problem}"));
            }
        };
        let name = text(cells.shift_remove("name"));
        if name.is_empty() {
            tell("it has no `name`, and is left out".to_owned());
            continue;
        }
        let id = Some(text(cells.shift_remove("id"))).filter(|id| !id.is_empty()).unwrap_or_else(|| name.clone());
        if !known.insert(id.clone()) {
            tell(format!("the id {id:?} is there already: of the two the first one counts"));
            continue;
        }
        let price = cells.shift_remove("price").filter(|price| !price.is_null());
        let number = price.as_ref().and_then(number);
        if let (Some(price), None) = (&price, number) {
            tell(format!("the price {:?} is no number such as 12.50", text(Some(price.clone()))));
        }
        items.push(Found { id: id.into(), name, price: number, fields: cells, is_self: None });
    }
    if is_too_long {
        problems.push(format!("{file}: it has more than {MAX_ITEMS} items: the rest is not found"));
    }
    Table { items, problems }
}

fn text(value: Option<Value>) -> String {
    value.map(|value| steps::expression::plain_text(&value).trim().to_owned()).unwrap_or_default()
}

/// `12.5`, `"12.50"`, `"12,50"`.
fn number(value: &Value) -> Option<f64> {
    let written = || {
        let text = value.as_str()?.trim();
        text.parse().ok().or_else(|| text.replacen(',', ".", 1).parse().ok().filter(|_| !text.contains('.')))
    };
    value.as_f64().or_else(written).filter(|number: &f64| number.is_finite())
}
