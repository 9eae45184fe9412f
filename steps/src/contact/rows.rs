//! A list that few turns look into, stored as one text with a row for each element: reading and writing it costs no more than copying
//! it, until somebody looks inside.

use std::{fmt, marker::PhantomData, sync::OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Between two rows. No row holds it.
const END: char = ';';

/// An element that is stored as a row of words.
pub trait Row: Clone {
    /// Appends the row, without [`END`].
    fn write(&self, text: &mut String);

    /// Reads a row; None where somebody changed it by hand into what is none. It then counts as forgotten.
    fn read(row: &str) -> Option<Self>;
}

/// Rows, oldest first.
#[derive(Clone)]
pub struct Rows<T> {
    /// As stored; None once the list was changed.
    text: Option<String>,
    /// Read at the first look.
    list: OnceLock<Vec<T>>,
}

impl<T: Row> Rows<T> {
    fn list(&self) -> &Vec<T> {
        self.list.get_or_init(|| rows_of(self.text.as_deref().unwrap_or_default()).filter_map(T::read).collect())
    }

    /// The elements, to be changed.
    pub fn list_mut(&mut self) -> &mut Vec<T> {
        self.list();
        self.text = None;
        self.list.get_mut().expect("it was read in the line before the last")
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.list().iter()
    }

    pub fn len(&self) -> usize {
        match (&self.text, self.list.get()) {
            (Some(text), None) => rows_of(text).count(),
            (_, list) => list.map_or(0, Vec::len),
        }
    }

    /// Appends, and forgets the oldest beyond so many; gives back those that were forgotten.
    pub fn push(&mut self, row: &T, most: usize) -> Vec<T> {
        let mut forgotten = Vec::new();
        while self.len() >= most.max(1) {
            forgotten.extend(self.forget_first());
        }
        match (&mut self.text, self.list.get_mut()) {
            (Some(text), None) => append(text, row),
            (_, Some(list)) => {
                self.text = None;
                list.push(row.clone());
            }
            (None, None) => {
                let mut text = String::new();
                append(&mut text, row);
                self.text = Some(text);
            }
        }
        forgotten
    }

    /// The oldest.
    pub fn first(&self) -> Option<T> {
        match (&self.text, self.list.get()) {
            (Some(text), None) => rows_of(text).find_map(T::read),
            (_, list) => list.and_then(|list| list.first().cloned()),
        }
    }

    /// The newest.
    pub fn last(&self) -> Option<T> {
        match (&self.text, self.list.get()) {
            (Some(text), None) => text.rsplit(END).find_map(T::read),
            (_, list) => list.and_then(|list| list.last().cloned()),
        }
    }

    /// Forgets the oldest.
    pub fn forget_first(&mut self) -> Option<T> {
        if let (Some(text), None) = (&mut self.text, self.list.get()) {
            let end = text.find(END).map_or(text.len(), |end| end + END.len_utf8());
            let first = rows_of(&text[..end]).next().and_then(T::read);
            text.drain(..end);
            return first;
        }
        let list = self.list_mut();
        (!list.is_empty()).then(|| list.remove(0))
    }

    /// Whether a row begins with these words, without reading the rows.
    pub fn any_begins_with(&self, words: &str) -> bool {
        match &self.text {
            Some(text) => rows_of(text).any(|row| row.starts_with(words)),
            None => self.iter().any(|row| {
                let mut text = String::new();
                row.write(&mut text);
                text.starts_with(words)
            }),
        }
    }
}

fn rows_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(END).filter(|row| !row.is_empty())
}

fn append(text: &mut String, row: &impl Row) {
    if !text.is_empty() {
        text.push(END);
    }
    row.write(text);
}

impl<T> Rows<T> {
    pub fn is_empty(&self) -> bool {
        match &self.text {
            Some(text) => text.is_empty(),
            None => self.list.get().is_none_or(Vec::is_empty),
        }
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Rows { text: None, list: OnceLock::new() }
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(list: Vec<T>) -> Self {
        Rows { text: None, list: OnceLock::from(list) }
    }
}

impl<'a, T: Row> IntoIterator for &'a Rows<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Row + PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list()
    }
}

impl<T: Row + fmt::Debug> fmt::Debug for Rows<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Row> Serialize for Rows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = &self.text {
            return serializer.serialize_str(text);
        }
        let mut text = String::new();
        self.iter().for_each(|row| append(&mut text, row));
        serializer.serialize_str(&text)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading(PhantomData))
    }
}

/// Reads rows as they are written now, and the lists of contact format 1.
struct Reading<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Reading<T> {
    type Value = Rows<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("rows in a text, or a list")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rows<T>, E> {
        Ok(Rows { text: Some(text.to_owned()), list: OnceLock::new() })
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut rows: A) -> Result<Rows<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(row) = rows.next_element()? {
            list.push(row);
        }
        Ok(Rows::from(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Number(u32);

    impl Row for Number {
        fn write(&self, text: &mut String) {
            text.push_str(&self.0.to_string());
        }

        fn read(row: &str) -> Option<Self> {
            row.parse().ok().map(Number)
        }
    }

    fn stored(json: &str) -> Rows<Number> {
        serde_json::from_str(json).unwrap()
    }

    fn written(rows: &Rows<Number>) -> String {
        serde_json::to_string(rows).unwrap()
    }

    #[test]
    fn rows_are_kept_as_they_are_until_they_change() {
        for json in [r#""""#, r#""1""#, r#""1;2;3""#] {
            assert_eq!(written(&stored(json)), json);
        }
        let mut rows = stored(r#""1;2;3""#);
        rows.list_mut()[1] = Number(7);
        assert_eq!(written(&rows), r#""1;7;3""#);
        assert_eq!((rows.len(), rows.first()), (3, Some(Number(1))));
    }

    /// The same whether the rows were looked at before or not.
    #[test]
    fn the_newest_stay() {
        for look in [false, true] {
            for (json, after) in
                [(r#""""#, r#""9""#), (r#""1""#, r#""1;9""#), (r#""1;2""#, r#""2;9""#), (r#""1;2;3""#, r#""3;9""#)]
            {
                let mut rows = stored(json);
                if look {
                    rows.iter().count();
                }
                rows.push(&Number(9), 2);
                assert_eq!(written(&rows), after, "{json}, looked at: {look}");
                assert!(rows.any_begins_with("9") && !rows.any_begins_with("1;"));
            }
        }
        assert_eq!(Rows::default().push(&Number(1), 0), []);
    }

    #[test]
    fn what_is_no_row_is_forgotten() {
        let mut rows = stored(r#""1;two;3;""#);
        assert_eq!(rows.iter().count(), 2);
        assert_eq!((rows.forget_first(), rows.len()), (Some(Number(1)), 1));
        assert_eq!(stored("[1,2]"), stored(r#""1;2""#), "lists of format 1");
        assert!(serde_json::from_str::<Rows<Number>>("7").is_err());
    }
}
