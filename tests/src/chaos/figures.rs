//! What went wrong, counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Display};
use std::ops::AddAssign;

/// What is left of one conversation: how many turns stand, and all that was said in it, in order, each as the number of the turn and of
/// the message that it answers.
#[derive(Debug, Default, Clone)]
pub(super) struct Conversation {
    pub(super) turns: usize,
    pub(super) said: Vec<(usize, usize)>,
    /// Answers that are still to go out.
    pub(super) unsent: usize,
}

impl Conversation {
    /// Each turn that stands is answered, and nothing more goes out.
    pub(super) fn is_at_rest(&self) -> bool {
        let is_answered = |turn: usize| self.said.iter().any(|(said, _)| *said == turn);
        self.unsent == 0 && (1..=self.turns).all(is_answered)
    }
}

/// What became of messages that were all answered with 200. All but `messages` is zero where nothing went wrong.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    pub messages: usize,
    /// Messages that no turn stands for.
    pub lost: usize,
    /// Turns that stand for a message that another turn stands for.
    pub doubled_turns: usize,
    /// Turns that come before one of an earlier message.
    pub out_of_order: usize,
    /// Turns that stand, and whose answer never went out.
    pub unsaid: usize,
    /// Answers that went out more than once.
    pub doubled_sends: usize,
    /// Answers that went out of turns that no longer stand.
    pub taken_back: usize,
}

impl Figures {
    /// Counts a conversation of so many messages.
    pub(super) fn of(conversation: &Conversation, messages: usize) -> Self {
        // Where a turn was taken back, the one that stands answers a later message, even if an answer under way came out behind its own.
        let mut answered_by_turn: BTreeMap<usize, usize> = BTreeMap::new();
        let mut times: HashMap<(usize, usize), usize> = HashMap::new();
        for (turn, message) in &conversation.said {
            *times.entry((*turn, *message)).or_default() += 1;
            answered_by_turn.entry(*turn).and_modify(|latest| *latest = (*latest).max(*message)).or_insert(*message);
        }
        let mut figures = Self { messages, ..Self::default() };
        let (mut answered, mut latest, mut first_said) = (BTreeSet::new(), 0, 0);
        for turn in 1..=conversation.turns {
            let Some(message) = answered_by_turn.get(&turn).copied() else {
                figures.unsaid += 1;
                continue;
            };
            figures.doubled_turns += usize::from(!answered.insert(message));
            let place = conversation.said.iter().position(|said| *said == (turn, message)).unwrap_or_default();
            figures.out_of_order += usize::from(message < latest || place < first_said);
            (latest, first_said) = (message, place);
        }
        figures.lost = messages.saturating_sub(answered.len() + figures.unsaid);
        figures.doubled_sends = times.values().filter(|times| **times > 1).count();
        let stands = |turn: &usize, message: &usize| *turn <= conversation.turns && answered_by_turn.get(turn) == Some(message);
        figures.taken_back = times.keys().filter(|(turn, message)| !stands(turn, message)).count();
        figures
    }

    /// Nothing was lost, no turn ran twice, all in order, all answered. Sends may have gone out twice.
    pub fn is_whole(&self) -> bool {
        let Self { lost, doubled_turns, out_of_order, unsaid, taken_back, .. } = *self;
        lost + doubled_turns + out_of_order + unsaid + taken_back == 0
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.lost += other.lost;
        self.doubled_turns += other.doubled_turns;
        self.out_of_order += other.out_of_order;
        self.unsaid += other.unsaid;
        self.doubled_sends += other.doubled_sends;
        self.taken_back += other.taken_back;
    }
}

impl Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} messages accepted, {} lost, {} out of order, {} turns doubled, {} unanswered, {} sends doubled, {} taken back",
            self.messages, self.lost, self.out_of_order, self.doubled_turns, self.unsaid, self.doubled_sends, self.taken_back
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(turns: usize, said: &[(usize, usize)]) -> Figures {
        Figures { messages: 0, ..Figures::of(&Conversation { turns, said: said.to_vec(), unsent: 0 }, 4) }
    }

    #[test]
    fn what_goes_wrong_is_counted() {
        let none = Figures::default();
        for (what, turns, said, expected) in [
            ("nothing", 4, vec![(1, 1), (2, 2), (3, 3), (4, 4)], none),
            ("an answer went out twice", 4, vec![(1, 1), (2, 2), (2, 2), (3, 3), (4, 4)], Figures { doubled_sends: 1, ..none }),
            ("a message has no turn", 3, vec![(1, 1), (2, 3), (3, 4)], Figures { lost: 1, ..none }),
            ("a turn was taken back", 3, vec![(1, 1), (2, 2), (2, 3), (3, 4)], Figures { lost: 1, taken_back: 1, ..none }),
            (
                "the last turns were taken back",
                2,
                vec![(1, 1), (2, 2), (3, 3), (4, 4)],
                Figures { lost: 2, taken_back: 2, ..none },
            ),
            (
                "a turn was taken back and ran again",
                4,
                vec![(1, 1), (2, 2), (2, 2), (3, 3), (4, 4)],
                Figures { doubled_sends: 1, ..none },
            ),
            ("a message has two turns", 5, vec![(1, 1), (2, 2), (3, 2), (4, 3), (5, 4)], Figures { doubled_turns: 1, ..none }),
            ("a turn came too early", 4, vec![(1, 1), (2, 3), (3, 2), (4, 4)], Figures { out_of_order: 1, ..none }),
            ("an answer came too early", 4, vec![(1, 1), (3, 3), (2, 2), (4, 4)], Figures { out_of_order: 1, ..none }),
            (
                "an answer of a turn that was taken back came late",
                3,
                vec![(1, 1), (2, 3), (3, 4), (3, 2)],
                Figures { lost: 1, taken_back: 1, ..none },
            ),
            ("an answer never went out", 4, vec![(1, 1), (2, 2), (4, 4)], Figures { unsaid: 1, ..none }),
            ("nothing was ever said", 0, vec![], Figures { lost: 4, ..none }),
        ] {
            let found = figures(turns, &said);
            assert_eq!(found, expected, "{what}");
            assert_eq!(found.is_whole(), expected == none || what.ends_with("twice") || what.ends_with("again"), "{what}");
        }
    }
}
