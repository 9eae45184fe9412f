//! What a person should know who takes a conversation over: the bot's own text, or a model's note, which comes after the handoff.

use steps::{
    contact::{Call, SummaryCall},
    event::CallResult,
    fact::Fact,
    ids::EntryId,
    language,
    trace::Traced,
};

use crate::machine::Machine;

/// What stands where a model wrote no note, by language; the first where none is the person's.
const LAST_MESSAGE: &[(&str, &str)] =
    &[("en", "The customer wrote last:"), ("es", "El cliente escribió por último:"), ("pt", "O cliente escreveu por último:")];

impl Machine<'_> {
    /// Whether this call brings the summary of a handoff that still holds.
    pub fn is_summary(&self, entry: EntryId) -> bool {
        let mut people = self.turn.contact().conversations.values().filter_map(|conversation| conversation.human.as_ref());
        people.any(|human| human.summary == Some(entry))
    }

    /// A model's summary of a handoff came: whoever has the conversation can read it. Where it failed, what the customer wrote last stands
    /// for it.
    pub fn summed_up(&mut self, entry: EntryId, call: &Call, result: &CallResult) {
        let failed = match result {
            CallResult::Text { text: Some(text) } if !text.trim().is_empty() => {
                return self.note(entry, Some(text.trim().to_owned()));
            }
            CallResult::Failed { text, .. } => text.as_str(),
            _ => "the model wrote none",
        };
        let text = format!("the handoff has no summary: {failed}");
        self.turn.trace.push(None, Traced::Ignored { reason: text.clone() });
        self.turn.alert("handoff_summary", text);
        self.note(entry, last_message(call));
    }

    fn note(&mut self, entry: EntryId, text: Option<String>) {
        for conversation in self.turn.contact_mut().conversations.values_mut() {
            if let Some(human) = conversation.human.as_mut().filter(|human| human.summary == Some(entry)) {
                human.summary = None;
                human.note.clone_from(&text);
            }
        }
        self.turn.facts.extend(text.map(|text| Fact::HandoffSummary { text }));
    }
}

/// None: the customer has written no text.
fn last_message(call: &Call) -> Option<String> {
    let Call::Summary(SummaryCall { language: of, text, .. }) = call else { return None };
    let known = language::chain(of).find_map(|tag| LAST_MESSAGE.iter().find(|(known, _)| language::same(known, tag)));
    let (_, words) = known.unwrap_or(&LAST_MESSAGE[0]);
    (!text.is_empty()).then(|| format!("{words} “{text}”"))
}
