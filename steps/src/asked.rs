//! What a call to a model was: what was asked, what came, what it took. It goes into the trace of the session, and into no log.
//!
//! Tokens are spent whatever becomes of the answer, so this comes with every call that reached a model, its result used or not.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::ids::{BotId, SessionId, StepId};

/// The most characters of a prompt that are kept, all its messages together; what is more is cut out of the middle.
pub const MAX_PROMPT: usize = 20_000;
/// The same for an answer.
pub const MAX_ANSWER: usize = 20_000;
/// The same for each passage.
pub const MAX_PASSAGE: usize = 2_000;

/// The name of the failure where a budget of tokens is used up: the team is told once a day, whatever the step's branch.
pub const AI_BUDGET: &str = "ai_budget";

/// A call that was made to a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// By whom. Whoever hands the answer over fills it in: whoever asks a model does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<Asker>,
    /// As the settings name it.
    pub model: CompactString,
    /// The messages as they went out, each with its role. Cut where they are longer than [`MAX_PROMPT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<AskedMessage>,
    /// What the model wrote, as it came; empty where nothing did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    #[serde(default, skip_serializing_if = "Tokens::is_none")]
    pub tokens: Tokens,
    /// How often the model was asked until it answered.
    #[serde(default)]
    pub tries: u32,
    /// How long it took, in milliseconds, from the first try on.
    #[serde(default)]
    pub took: i64,
    /// What was found in the bot's knowledge and given to the model, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Passage>,
    /// Why less was searched than the bot knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// None: the settings name no prices for this model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// Whose call it was. The session may have ended before the answer came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    pub session: SessionId,
    pub bot: BotId,
    pub step: StepId,
}

/// A message of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedMessage {
    /// `system`, `user`, `assistant`, `tool`.
    pub role: CompactString,
    pub text: String,
}

/// Tokens, as the model's server counted them; 0 where it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub prompt: u64,
    pub answer: u64,
}

/// A piece of the bot's knowledge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// As the bot names it.
    pub source: String,
    pub title: String,
    pub text: String,
    /// How well it fits what was asked: the higher the better, comparable within one call.
    pub score: f64,
}

/// Money, exactly: in millionths of the currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub millionths: u64,
    /// As the settings name it, `USD`: a label.
    pub currency: CompactString,
}

impl Asked {
    /// The same with its texts as long as is kept. What is left out is told where it stood.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let most = share(self.prompt.iter().map(|message| message.text.chars().count()).collect(), MAX_PROMPT);
        self.prompt.iter_mut().for_each(|message| cut(&mut message.text, most));
        cut(&mut self.answer, MAX_ANSWER);
        self.passages.iter_mut().for_each(|passage| cut(&mut passage.text, MAX_PASSAGE));
        self
    }
}

impl Tokens {
    pub fn is_none(&self) -> bool {
        self.total() == 0
    }

    pub fn total(&self) -> u64 {
        self.prompt.saturating_add(self.answer)
    }
}

/// As the decimal number that people write: `0.0125 USD`.
impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / MILLION, self.millionths % MILLION);
        let rest = format!("{rest:06}");
        // Cents are written, as money is; finer parts only where there are some.
        let rest = rest.trim_end_matches('0');
        write!(formatter, "{whole}.{rest:0<2} {}", self.currency)
    }
}

/// The millionths of one.
pub const MILLION: u64 = 1_000_000;

/// The most characters that each text may have, so that all have no more than `most` together: short ones stay whole.
fn share(mut lengths: Vec<usize>, most: usize) -> usize {
    lengths.sort_unstable();
    let (mut left, mut texts) = (most, lengths.len());
    for length in lengths {
        if length > left / texts {
            return left / texts;
        }
        left -= length;
        texts -= 1;
    }
    most
}

/// Cuts a text out of its middle: its beginning says what it is, its end what was wanted.
fn cut(text: &mut String, most: usize) {
    let length = text.chars().count();
    if length <= most {
        return;
    }
    let head: String = text.chars().take(most / 2).collect();
    let tail: String = text.chars().skip(length - (most - most / 2)).collect();
    *text = format!("{head}\n[… {} characters are left out here …]\n{tail}", length - most);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(texts: &[&str]) -> Asked {
        let prompt = texts.iter().map(|text| AskedMessage { role: "user".into(), text: (*text).to_owned() }).collect();
        Asked { prompt, ..Asked::default() }
    }

    #[test]
    fn a_long_prompt_is_cut_in_the_middle_and_short_messages_stay_whole() {
        let long = format!("begin{}end", "ã".repeat(3 * MAX_PROMPT));
        let kept = asked(&[&long, "Oi, quanto custa?", &long]).bounded();
        assert_eq!(kept.prompt[1].text, "Oi, quanto custa?");
        for place in [0, 2] {
            let text = &kept.prompt[place].text;
            assert!(
                text.starts_with("beginã") && text.ends_with("ãend") && text.contains("characters are left out here"),
                "{text}"
            );
        }
        let length: usize = kept.prompt.iter().map(|message| message.text.chars().count()).sum();
        assert!((MAX_PROMPT..MAX_PROMPT + 200).contains(&length), "{length}");
        let whole = asked(&["a", "b"]);
        assert_eq!(whole.clone().bounded(), whole);
    }

    #[test]
    fn an_answer_and_a_passage_are_cut_too() {
        let text = "x".repeat(MAX_ANSWER + 10);
        let passage = Passage { source: "faq".into(), title: "FAQ".into(), text: text.clone(), score: 0.5 };
        let kept = Asked { answer: text, passages: vec![passage], ..Asked::default() }.bounded();
        assert!(kept.answer.contains("[… 10 characters"), "{}", kept.answer.len());
        assert!(kept.passages[0].text.len() < MAX_PASSAGE + 100);
    }

    #[test]
    fn money_reads_as_people_write_it() {
        let cost = |millionths| Cost { millionths, currency: "USD".into() }.to_string();
        assert_eq!(cost(0), "0.00 USD");
        assert_eq!(cost(12_500), "0.0125 USD");
        assert_eq!(cost(1_500_000), "1.50 USD");
        assert_eq!(cost(1), "0.000001 USD");
        assert_eq!(cost(u64::MAX), "18446744073709.551615 USD");
    }
}
