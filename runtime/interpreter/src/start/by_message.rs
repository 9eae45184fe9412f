//! Which bots want a customer's message, in what order, and which of them starts.

use super::*;

/// A trigger that a message fits.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// How strongly it wants the message; the least wins, ties go by bot id.
    rank: u8,
    bot: Arc<Bot>,
    index: usize,
    /// It may take the message although a bot waits for one.
    pub interrupts: bool,
    /// It waits for a form that no session waits for.
    pub takes_forms: bool,
}

impl Machine<'_> {
    /// Every trigger that a message fits, the strongest first.
    pub fn candidates(&self, inbound: &Inbound, first_of_conversation: bool) -> Vec<Candidate> {
        let text = inbound.content.text().unwrap_or_default();
        let folded = LazyCell::new(Box::new(|| fold(text)) as Box<dyn FnOnce() -> String>);
        let said = Said { inbound, text, folded, begins: first_of_conversation };
        let mut candidates: Vec<Candidate> = Vec::new();
        for bot in self.bots.live_bots() {
            candidates.extend(bot.document.triggers.iter().enumerate().filter_map(|(index, trigger)| {
                let (rank, interrupts) = rank(&trigger.on, &bot.keywords[index], &said)?;
                let takes_forms = matches!(trigger.on, On::FlowSubmitted {});
                Some(Candidate { rank, bot: bot.clone(), index, interrupts, takes_forms })
            }));
        }
        // Sorting is stable, and the bots came by id.
        candidates.sort_by_key(|candidate| candidate.rank);
        candidates
    }

    /// Starts the first of these candidates whose conditions hold. Those that were tried are no candidates any more; if one starts, the
    /// others are outranked.
    pub fn start_first(
        &mut self,
        candidates: &mut Vec<Candidate>,
        inbound: &Inbound,
        may: impl Fn(&Candidate) -> bool,
    ) -> Result<bool, Need> {
        let (tried, rest): (Vec<_>, Vec<_>) = std::mem::take(candidates).into_iter().partition(may);
        *candidates = rest;
        let data = message_data(inbound);
        let mut tried = tried.into_iter();
        while let Some(Candidate { bot, index, interrupts, .. }) = tried.next() {
            // Two quick messages, or one that comes while the bot waits for its time, are no reason to begin twice.
            if !interrupts && self.runs_by_message(&bot.id) {
                self.refuse(&bot.id, "running");
                continue;
            }
            let changes = self.turn.changes.len();
            if self.start_if_allowed(&bot, index, &data)? {
                self.started_by_message = Some((bot.id.clone(), changes));
                candidates.extend(tried);
                self.outrank(candidates, std::slice::from_ref(&bot.id));
                self.took(inbound, Some(&bot));
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Says of each bot that wanted a message why it does not start: another one took it.
    pub fn outrank(&mut self, candidates: &[Candidate], winners: &[BotId]) {
        self.refuse_all(candidates, winners, "outranked");
    }

    /// Says of each bot that wanted a message, but of those `except`, why it does not start.
    pub fn refuse_all(&mut self, candidates: &[Candidate], except: &[BotId], reason: &str) {
        let wanting: BTreeSet<&BotId> = candidates.iter().map(|candidate| &candidate.bot.id).collect();
        for bot in wanting.into_iter().filter(|bot| !except.contains(bot)) {
            self.refuse(bot, reason);
        }
    }

    /// Whether a session of this bot that a message started runs here.
    fn runs_by_message(&self, bot: &BotId) -> bool {
        let here = self.turn.contact().sessions.iter().filter(|session| session.number == self.turn.state.number);
        let of_bot = |session: &Session| session.frames.first().is_some_and(|frame| frame.bot == *bot);
        here.filter(|session| session.trigger.by_customer()).any(of_bot)
    }
}

/// A message as triggers compare it.
struct Said<'a> {
    inbound: &'a Inbound,
    text: &'a str,
    /// Folded when the first keyword asks for it.
    folded: LazyCell<String, Box<dyn FnOnce() -> String + 'a>>,
    /// It begins a conversation.
    begins: bool,
}

/// How strongly a trigger wants a message, the least most; and whether it interrupts a bot that waits for one.
fn rank(on: &On, keywords: &[String], said: &Said<'_>) -> Option<(u8, bool)> {
    match on {
        On::Message { matching, pattern, any, interrupt, .. } => {
            let exact = *matching == Some(KeywordMatch::Exact);
            let is_said = |keyword: &String| {
                let folded = said.folded.as_str();
                !folded.is_empty()
                    && if exact {
                        same_but_for_spaces(keyword, folded)
                    } else {
                        steps::step::shared::holds_words(folded, keyword)
                    }
            };
            let by_keyword = keywords.iter().any(is_said);
            if by_keyword || pattern.as_ref().is_some_and(|pattern| !said.text.is_empty() && pattern.is_match(said.text)) {
                // A tap is an answer to a question, whatever its title says.
                return Some((1, *interrupt && !matches!(said.inbound.content, Content::Tap { .. })));
            }
            any.then_some((3, false))
        }
        On::Ad { source_ids } => {
            // A page's post opens a free entry point too, and is no ad.
            let is_ad = |referral: &&Referral| referral.source_type.as_deref().is_none_or(|kind| kind == "ad");
            let referral = said.inbound.referral.as_ref().filter(is_ad)?;
            let named = |source: &String| source_ids.contains(source);
            (source_ids.is_empty() || referral.source_id.as_ref().is_some_and(named)).then_some((0, false))
        }
        On::FlowSubmitted {} => matches!(said.inbound.content, Content::Form { .. }).then_some((0, false)),
        On::Conversation {} => said.begins.then_some((2, false)),
        _ => None,
    }
}

/// What `trigger.data` keeps of a message, beyond what `message` says while it is the last one.
fn message_data(inbound: &Inbound) -> Value {
    match (&inbound.referral, &inbound.content) {
        (Some(referral), _) => json!({"referral": referral}),
        (None, Content::Tap { title, .. }) => json!({"title": title}),
        (None, Content::Form { answers, .. }) => json!({"answers": answers}),
        _ => Value::Null,
    }
}
