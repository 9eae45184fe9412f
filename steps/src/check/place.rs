//! Where something stands in a document: `steps.welcome.buttons[0].title`.

use std::fmt;

/// One key on the way down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key<'t> {
    Name(&'t str),
    Index(usize),
}

/// The keys from the document down to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place<'t>(Vec<Key<'t>>);

impl<'t> Place<'t> {
    pub(crate) fn of(keys: impl IntoIterator<Item = Key<'t>>) -> Self {
        Place(keys.into_iter().collect())
    }

    pub(crate) fn keys(&self) -> &[Key<'t>] {
        &self.0
    }

    pub(crate) fn push(&mut self, key: Key<'t>) {
        self.0.push(key);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn child(&self, key: Key<'t>) -> Self {
        let mut place = self.clone();
        place.push(key);
        place
    }

    pub(crate) fn name(&self, name: &'t str) -> Self {
        self.child(Key::Name(name))
    }

    /// The name it ends with, past indexes: `buttons` of `steps.a.buttons[0]`.
    pub(crate) fn last_name(&self) -> &'t str {
        let names = self.0.iter().rev().filter_map(|key| match key {
            Key::Name(name) => Some(*name),
            Key::Index(_) => None,
        });
        names.into_iter().next().unwrap_or_default()
    }

    /// The keys inside the step, where it lies in one.
    pub(crate) fn in_step(&self) -> &[Key<'t>] {
        match &self.0[..] {
            [Key::Name("steps"), Key::Name(_), inside @ ..] => inside,
            _ => &[],
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            match key {
                Key::Index(index) => write!(formatter, "[{index}]")?,
                // A key with dots of its own (a path in `save`, a key of `translations`) stays one piece.
                Key::Name(name) if name.contains(['.', '[', '"']) => write!(formatter, "[{name:?}]")?,
                Key::Name(name) if at == 0 => formatter.write_str(name)?,
                Key::Name(name) => write!(formatter, ".{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_paths() {
        let place =
            Place::of([Key::Name("steps"), Key::Name("welcome"), Key::Name("buttons"), Key::Index(0), Key::Name("title")]);
        assert_eq!(place.to_string(), "steps.welcome.buttons[0].title");
        assert_eq!(Place::of([Key::Name("set"), Key::Name("vars.a")]).to_string(), "set[\"vars.a\"]");
        assert_eq!(place.last_name(), "title");
        assert_eq!(place.in_step().len(), 3);
    }
}
