//! Names for bots, made of Kommo's: `Orçamento enviado` is `orcamento_enviado`. Pure.

use std::collections::HashMap;

use steps::{expression::fold, ids::check_id};

use super::directory::Thing;

/// The longest name that is made of another one. There is room behind it for an id.
const LENGTH: usize = 32;
/// Stands before what can't be the name of a field, which expressions read as a part of a path.
pub const FIELD: &str = "field";

/// A name of letters, digits and `_` that begins with a letter. None: the text has no letter or digit that names have.
pub fn slug(text: &str, word: &str) -> Option<String> {
    let folded = fold(text);
    let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = String::new();
    for word in words {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(word);
    }
    name.truncate(LENGTH);
    let name = name.trim_end_matches('_');
    match name.chars().next()? {
        first if first.is_ascii_digit() => Some(format!("{word}_{name}")),
        _ if word == FIELD && check_id(name).is_err() => Some(format!("{word}_{name}")),
        _ => Some(name.to_owned()),
    }
}

/// Names and ids of things of one kind, both ways.
#[derive(Clone, Debug, Default)]
pub struct Both {
    /// By each name that leads to an id: the one in use, Kommo's own beside it, and former ones.
    pub ids: HashMap<String, u64>,
    /// The names in use.
    pub names: HashMap<u64, String>,
    /// Names that Kommo does not use any more.
    pub former: Vec<(String, u64)>,
}

impl Both {
    /// `pinned`: the names that the settings give. `known`: names that ids have in every account. `word`: stands before a name that begins
    /// with a digit.
    pub fn of<'a>(
        pinned: impl Iterator<Item = (&'a str, u64)>,
        things: impl Iterator<Item = &'a Thing>,
        known: impl Fn(u64) -> Option<&'static str>,
        word: &str,
    ) -> Self {
        let mut both = Both::default();
        for (name, id) in pinned {
            both.ids.insert(name.to_owned(), id);
            both.names.insert(id, name.to_owned());
        }
        // Of two that would have the same name the older one has it: a new one does not take it away.
        let mut things: Vec<&Thing> = things.collect();
        things.sort_unstable_by_key(|thing| thing.id);
        for thing in &things {
            let own = slug(&thing.name, word).filter(|own| !is_like_an_id(own));
            let wanted = known(thing.id).map(str::to_owned).or_else(|| own.clone());
            if !both.names.contains_key(&thing.id)
                && let Some(name) = wanted.and_then(|wanted| both.free(&wanted, thing.id))
            {
                both.ids.insert(name.clone(), thing.id);
                both.names.insert(thing.id, name);
            }
        }
        for thing in &things {
            for (place, name) in std::iter::once(&thing.name).chain(&thing.former).enumerate() {
                let Some(name) = slug(name, word).filter(|name| !both.ids.contains_key(name) && !is_like_an_id(name)) else {
                    continue;
                };
                if place > 0 {
                    both.former.push((name.clone(), thing.id));
                }
                both.ids.insert(name, thing.id);
            }
        }
        both
    }

    /// This name, or the same with the id behind it, if it is free.
    fn free(&self, wanted: &str, id: u64) -> Option<String> {
        [wanted.to_owned(), format!("{wanted}_{id}")].into_iter().find(|name| !self.ids.contains_key(name))
    }
}

/// Whether a name reads as the id of a field: `cf_5501`.
fn is_like_an_id(name: &str) -> bool {
    name.strip_prefix("cf_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use steps::ids::MAX_ID_LENGTH;

    use super::*;

    fn thing(id: u64, name: &str, former: &[&str]) -> Thing {
        Thing { id, name: name.to_owned(), former: former.iter().map(|former| (*former).to_owned()).collect() }
    }

    fn both(pinned: &[(&str, u64)], things: &[Thing]) -> Both {
        Both::of(pinned.iter().copied(), things.iter(), |id| (id == 142).then_some("won"), "stage")
    }

    #[test]
    fn names_are_plain() {
        for (text, name) in [
            ("Orçamento enviado", Some("orcamento_enviado")),
            ("  1st contact! ", Some("stage_1st_contact")),
            ("Closed - won", Some("closed_won")),
            ("👍 Ñandú / sí", Some("nandu_si")),
            ("Отправлено", None),
            ("—", None),
        ] {
            assert_eq!(slug(text, "stage").as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_field_has_no_reserved_word_as_its_name() {
        assert_eq!(
            (slug("Switch", FIELD).as_deref(), slug("Switch", "stage").as_deref()),
            (Some("field_switch"), Some("switch"))
        );
    }

    #[test]
    fn what_is_pinned_wins_and_the_older_one_has_the_name() {
        let things = [thing(9, "New", &[]), thing(3, "new!", &[]), thing(4, "Quoted", &[]), thing(142, "Logrado", &[])];
        let both = both(&[("offer", 4)], &things);
        let name = |id: u64| both.names[&id].as_str();
        assert_eq!((name(3), name(9), name(4), name(142)), ("new", "new_9", "offer", "won"));
        assert_eq!((both.ids["quoted"], both.ids["logrado"]), (4, 142), "Kommo's own name leads there, too");
        assert!(both.former.is_empty());
    }

    #[test]
    fn a_pinned_name_is_not_taken_by_another_thing() {
        let both = both(&[("new", 9)], &[thing(3, "New", &[]), thing(9, "Neu", &[])]);
        assert_eq!((both.names[&3].as_str(), both.ids["new"]), ("new_3", 9));
    }

    #[test]
    fn a_former_name_leads_on_until_another_thing_has_it() {
        let renamed = both(&[], &[thing(3, "Offer", &["Quoted"])]);
        assert_eq!((renamed.ids["quoted"], &renamed.former[..]), (3, &[("quoted".to_owned(), 3)][..]));
        let taken = both(&[], &[thing(3, "Offer", &["Quoted"]), thing(7, "Quoted", &[])]);
        assert_eq!((taken.ids["quoted"], taken.former.len()), (7, 0));
    }

    #[test]
    fn a_name_that_reads_as_an_id_is_none() {
        let both = both(&[], &[thing(3, "CF 5501", &[])]);
        assert!(both.names.is_empty() && both.ids.is_empty());
    }

    proptest! {
        #[test]
        fn every_name_is_an_id_of_bots_and_leads_back(names in proptest::collection::vec(".{0,60}", 0..12)) {
            let things: Vec<Thing> = (1..).zip(&names).map(|(id, name)| thing(id, name, &[])).collect();
            let both = Both::of([].into_iter(), things.iter(), |_| None, FIELD);
            for (id, name) in &both.names {
                prop_assert_eq!(both.ids[name], *id);
                prop_assert!(check_id(name).is_ok() && name.len() <= MAX_ID_LENGTH, "{}", name);
            }
        }
    }
}
