//! Which items fit a value. Pure.

use steps::{
    catalog::{Found, Nearness},
    expression::{fold, plain_text, same_but_for_spaces},
    step::shared::holds_words,
};

/// The most items that a search brings. Our own: a person reads no more.
pub const MOST: usize = 50;

/// Items that fit a value, the best first, else in their order; with an empty value all of them. At most [`MOST`].
pub fn best(items: &[Found], by: &str, value: &str, nearness: Nearness) -> Vec<Found> {
    let wanted = fold(value);
    if wanted.is_empty() {
        return items.iter().take(MOST).cloned().collect();
    }
    let mut fitting: Vec<(u8, &Found)> =
        items.iter().filter_map(|item| Some((rank(item, by, &wanted, nearness)?, item))).collect();
    fitting.sort_by_key(|(rank, _)| *rank);
    fitting.into_iter().take(MOST).map(|(_, item)| item.clone()).collect()
}

/// How well an item fits a folded value: 0 the same, 1 the same but for spaces, 2 all words of the value stand in its name.
fn rank(item: &Found, by: &str, wanted: &str, nearness: Nearness) -> Option<u8> {
    let there = match by {
        "name" => fold(&item.name),
        "id" => fold(&item.id),
        field => fold(&plain_text(item.fields.get(field)?)),
    };
    if there == wanted {
        return Some(0);
    }
    if same_but_for_spaces(&there, wanted) {
        return Some(1);
    }
    let mut words = wanted.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let is_near = nearness == Nearness::Words && by == "name" && words.peek().is_some();
    (is_near && words.all(|word| holds_words(&there, word))).then_some(2)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn item(id: &str, name: &str, sku: &str) -> Found {
        let fields = Map::from_iter([("sku".to_owned(), json!(sku))]);
        Found { id: id.into(), name: name.into(), fields, ..Found::default() }
    }

    fn ids(by: &str, value: &str, nearness: Nearness) -> Vec<String> {
        let items = [
            item("1", "Pão de queijo grande", "A-1"),
            item("2", "Pão de queijo", "A-2"),
            item("3", "Iced tea", "B 1"),
            item("4", "ICEDTEA", ""),
        ];
        best(&items, by, value, nearness).into_iter().map(|found| found.id.into()).collect()
    }

    #[test]
    fn the_same_name_comes_first_then_one_that_has_all_words() {
        assert_eq!(ids("name", " pao de QUEIJO! ", Nearness::Words), ["2", "1"]);
        assert_eq!(ids("name", "pao de queijo", Nearness::Exact), ["2"]);
        assert_eq!(ids("name", "grande, queijo", Nearness::Words), ["1"]);
        assert_eq!(ids("name", "icedtea", Nearness::Exact), ["4", "3"]);
        assert_eq!(ids("name", "quei", Nearness::Words), [""; 0], "a part of a word is no word");
        assert_eq!(ids("name", "cheese", Nearness::Words), [""; 0]);
    }

    #[test]
    fn what_is_no_name_has_to_be_the_same() {
        assert_eq!(ids("sku", "a-2", Nearness::Words), ["2"]);
        assert_eq!(ids("sku", "1", Nearness::Words), [""; 0]);
        assert_eq!(ids("id", "3", Nearness::Words), ["3"]);
        assert_eq!(ids("colour", "red", Nearness::Words), [""; 0]);
    }

    #[test]
    fn without_a_value_all_are_there() {
        assert_eq!(ids("name", " ", Nearness::Words), ["1", "2", "3", "4"]);
    }
}
