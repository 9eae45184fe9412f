//! `split`: conversations are dealt out, in turn or by chance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    ids::StepId,
    turn::{Failure, Next, Stop, Turn},
};

/// The most options of one split.
pub const MAX_OPTIONS: usize = 100;

/// The most weight of one option: percents are fine enough, and a whole round stays small.
pub const MAX_WEIGHT: u32 = 100;

/// Deals conversations out over several paths: in turn, or by chance.
///
/// `round_robin` goes through the options in order, with one counter for all conversations. A `weight` of 2 makes an option come twice as often
/// as one of 1; with 0 it never comes. At most 100 options.
///
/// ```json
/// {"type": "split", "by": "random", "options": [{"goto": "short_offer", "weight": 70}, {"goto": "long_offer", "weight": 30}]}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Split {
    /// In turn or by chance. Left out: `round_robin`.
    #[serde(default)]
    pub by: By,
    #[schemars(length(min = 1, max = MAX_OPTIONS))]
    pub options: Vec<SplitOption>,
    /// Where options without `goto` lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// One after the other; one counter a step, shared by all conversations.
    #[default]
    RoundRobin,
    /// By chance.
    Random,
}

/// One of the paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitOption {
    /// Where it leads. Left out: the step's `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goto: Option<StepId>,
    /// How often it is taken, beside the others. Left out: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = MAX_WEIGHT))]
    pub weight: u32,
    /// Its name on the canvas and in the trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

fn one() -> u32 {
    1
}

impl Split {
    /// Weights without their common divisor: 70 and 30 are 7 and 3.
    fn weights(&self) -> Vec<u32> {
        let weights: Vec<u32> = self.options.iter().take(MAX_OPTIONS).map(|option| option.weight.min(MAX_WEIGHT)).collect();
        let divisor = weights.iter().fold(0, |divisor, weight| greatest_common_divisor(divisor, *weight)).max(1);
        weights.into_iter().map(|weight| weight / divisor).collect()
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The option at a place of the round: each comes as often as it weighs, spread evenly, so that 2 to 1 is first, second, first.
fn in_round(weights: &[u32], place: u64) -> usize {
    // The times at which each option is due in a round of length 1: (2 n + 1) / 2 w.
    let mut due: Vec<(u64, u64, usize)> = Vec::new();
    for (index, weight) in weights.iter().enumerate() {
        due.extend((0..*weight).map(|time| (u64::from(2 * time + 1), u64::from(*weight), index)));
    }
    due.sort_by(|(a, a_weight, a_index), (b, b_weight, b_index)| (a * b_weight, a_index).cmp(&(b * a_weight, b_index)));
    let place = usize::try_from(place % due.len().max(1) as u64).unwrap_or_default();
    due.get(place).map_or(0, |(_, _, index)| *index)
}

/// The option that a draw from all weights hits.
fn drawn(weights: &[u32], mut draw: u64) -> usize {
    for (index, weight) in weights.iter().enumerate() {
        let weight = u64::from(*weight);
        if draw < weight {
            return index;
        }
        draw -= weight;
    }
    0
}

impl Behaviour for Split {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let weights = self.weights();
        let all: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        if all == 0 {
            return Err(Failure::new("empty", "`split` has no option with a weight").into());
        }
        let (index, why) = match self.by {
            By::RoundRobin => (in_round(&weights, turn.counter(&turn.counter_name())?), "its turn"),
            By::Random => (drawn(&weights, turn.chance(all)), "by chance"),
        };
        let option = &self.options[index];
        let to = option.goto.as_ref().or(self.next.as_ref());
        let name = option.label.clone().unwrap_or_else(|| format!("option {}", index + 1));
        turn.branch(to, format!("{name}: {why}"));
        Ok(Next::Go(to.cloned()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref().or(self.options.first().and_then(|option| option.goto.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(weights: &[u32]) -> Vec<usize> {
        let length: u32 = weights.iter().sum();
        (0..u64::from(length)).map(|place| in_round(weights, place)).collect()
    }

    #[test]
    fn a_round_is_spread_evenly_and_keeps_the_weights() {
        assert_eq!(round(&[1, 1, 1]), [0, 1, 2]);
        assert_eq!(round(&[2, 1]), [0, 1, 0]);
        assert_eq!(round(&[0, 2, 1]), [1, 2, 1]);
        let long = round(&[7, 3]);
        assert_eq!(long.iter().filter(|index| **index == 0).count(), 7);
        assert!(!long.windows(4).any(|window| window == [0, 0, 0, 0]), "{long:?}");
        assert_eq!(in_round(&[1, 1], u64::MAX), 1);
    }

    #[test]
    fn chance_hits_each_option_as_often_as_it_weighs() {
        let hits: Vec<usize> = (0..4).map(|draw| drawn(&[1, 0, 3], draw)).collect();
        assert_eq!(hits, [0, 2, 2, 2]);
    }

    #[test]
    fn weights_lose_their_common_divisor() {
        let split: Split = serde_json::from_str(r#"{"options": [{"weight": 70}, {"weight": 30}, {"weight": 0}]}"#).unwrap();
        assert_eq!(split.weights(), [7, 3, 0]);
    }
}
