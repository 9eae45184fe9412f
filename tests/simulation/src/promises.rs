//! What must hold at the end of a run, whatever went wrong in it: the promises of the server.

use std::collections::{BTreeMap, BTreeSet};

use salesbot::process::DEAD;
use steps::{
    contact::{Contact, Work},
    ids::ContactId,
    moment::{Moment, SECOND},
};
use store::{Direction, MemoryStore, Store};

use crate::{
    bots::{ENDS, SURVEY_WORD},
    ledger::{Claim, Names, Records, Taken, Written},
    webhook,
    world::World,
};

/// How long a send that was cut off has to wait for a status before it goes out again.
const SETTLE: i64 = interpreter::outbox::SETTLE;
/// More rows than a run has.
const ALL: usize = 1_000_000;

/// A promise that was not kept.
#[derive(Clone, Debug)]
pub struct Broken {
    pub promise: &'static str,
    /// Whose conversation it is, where it is one's.
    pub customer: Option<usize>,
    pub what: String,
}

/// What the store holds in the end.
struct Found {
    contacts: Vec<Contact>,
    /// What came in and went out, in the order of its commits: position, direction, id, text.
    rows: Vec<Row>,
    dead: Vec<String>,
    /// By customer who wrote under both names at once: the contacts that each of the two leads to.
    named: BTreeMap<usize, [Option<ContactId>; 2]>,
}

struct Row {
    position: u64,
    direction: Direction,
    id: String,
    text: String,
}

/// Every promise that was not kept.
pub async fn check(world: &World, store: &MemoryStore) -> Vec<Broken> {
    let found = match find(world, store).await {
        Ok(found) => found,
        Err(error) => return vec![Broken { promise: "the store can be read", customer: None, what: error.to_string() }],
    };
    let records = world.ledger.lock();
    let mut broken = Vec::new();
    one_turn_each(&records, &found, &mut broken);
    in_order(&records, &found, &mut broken);
    sent_while_claimed(world, &records, &mut broken);
    sent_twice_only_where_ambiguous(&records, &mut broken);
    surveys_end_once(&records, &found, &mut broken);
    two_names_lead_to_one_contact(&found, &mut broken);
    nothing_is_left(&found, &mut broken);
    broken
}

async fn find(world: &World, store: &MemoryStore) -> Result<Found, store::StoreError> {
    let (mut contacts, mut rows) = (Vec::new(), Vec::new());
    for key in store.list_contacts(None, ALL).await? {
        if let Some(stored) = store.load(&key).await? {
            contacts.extend(Contact::read(&stored.value).ok());
        }
        for message in store.messages_of(&key, None, ALL).await? {
            let body: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
            let text = body["text"].as_str().unwrap_or_default().to_owned();
            rows.push(Row { position: message.position, direction: message.direction, id: message.id, text });
        }
    }
    rows.sort_by_key(|row| row.position);
    let dead = store.list_records(DEAD, None, world.now().0, ALL).await?;
    let dead = dead.into_iter().map(|record| String::from_utf8_lossy(&record.stored.value).into_owned()).collect();
    let both = |written: &&Written| written.names == Names::Both && written.accepted.is_some();
    let customers: BTreeSet<usize> = world.ledger.lock().messages.values().filter(both).map(|written| written.customer).collect();
    let mut named = BTreeMap::new();
    for customer in customers {
        let phone = store.alias(&format!("phone:+{}", webhook::phone(customer))).await?;
        let user_id = store.alias(&format!("user:{}", webhook::user_id(customer))).await?;
        named
            .insert(customer, [phone, user_id].map(|holder| holder.map(|holder| merged_into(&contacts, ContactId::new(holder)))));
    }
    Ok(Found { contacts, rows, dead, named })
}

/// The contact that a contact was merged into in the end.
fn merged_into(contacts: &[Contact], mut id: ContactId) -> ContactId {
    while let Some(into) = contacts.iter().find(|contact| contact.id == id).and_then(|contact| contact.merged_into.clone()) {
        id = into;
    }
    id
}

/// Every accepted message had its turn, none had two, and each answer was given once and went out.
fn one_turn_each(records: &Records, found: &Found, broken: &mut Vec<Broken>) {
    for (id, written) in &records.messages {
        let customer = Some(written.customer);
        let turns = found.rows.iter().filter(|row| row.direction == Direction::In && row.id == *id).count();
        if turns > 1 || (turns == 0 && written.accepted.is_some()) {
            let what = format!(
                "{id} ({:?}) was accepted at {:?} and stands in the transcript {turns} times",
                written.text, written.accepted
            );
            broken.push(Broken { promise: "an accepted message has one turn", customer, what });
        }
        let (Some(expected), 1..) = (&written.expects, turns) else { continue };
        if !records.taken.iter().any(|taken| taken.text == *expected) {
            let what = format!("{expected:?} never went out");
            broken.push(Broken { promise: "an accepted message is answered", customer, what });
        }
    }
    let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
    for row in found.rows.iter().filter(|row| row.direction == Direction::Out) {
        *answers.entry(&row.text).or_default() += 1;
    }
    for (text, times) in answers.into_iter().filter(|(_, times)| *times > 1) {
        let what = format!("{text:?} was queued {times} times");
        broken.push(Broken { promise: "no turn runs twice", customer: customer_of(text), what });
    }
}

/// What a customer writes under one name is accepted and answered in that order.
fn in_order(records: &Records, found: &Found, broken: &mut Vec<Broken>) {
    let position: BTreeMap<&str, u64> =
        found.rows.iter().filter(|row| row.direction == Direction::In).map(|row| (row.id.as_str(), row.position)).collect();
    let answered = |written: &Written| -> Option<Moment> {
        let expected = written.expects.as_ref()?;
        records.taken.iter().find(|taken| taken.text == *expected).map(|taken| taken.at)
    };
    let mut by_name: BTreeMap<(usize, Names), Vec<(u64, &Written)>> = BTreeMap::new();
    for (id, written) in &records.messages {
        if let Some(position) = position.get(id.as_str()) {
            by_name.entry((written.customer, written.names)).or_default().push((*position, written));
        }
    }
    for ((customer, _), mut messages) in by_name {
        messages.sort_by_key(|(position, _)| *position);
        for pair in messages.windows(2) {
            let [(_, first), (_, second)] = pair else { continue };
            let customer = Some(customer);
            if second.accepted.is_some_and(|accepted| accepted < first.sent) {
                let what = format!("{:?} was accepted before {:?} was sent, and ran after it", second.text, first.text);
                broken.push(Broken { promise: "messages run in the order of acceptance", customer, what });
            }
            if let (Some(one), Some(other)) = (answered(first), answered(second))
                && one > other
            {
                let what = format!("{:?} was answered before {:?}", second.text, first.text);
                broken.push(Broken { promise: "messages are answered in the order of acceptance", customer, what });
            }
        }
    }
}

/// A send goes out again only where nobody could know what became of it, and only after a while.
fn sent_twice_only_where_ambiguous(records: &Records, broken: &mut Vec<Broken>) {
    for (first, again) in doubled(records) {
        let customer = customer_of(&again.text);
        let mut break_it = |why: String| {
            let what = format!("{:?} went out as {} and again as {}: {why}", again.text, first.wamid, again.wamid);
            broken.push(Broken { promise: "a send goes out twice only where it was ambiguous", customer, what });
        };
        let Some(Claim { at: claimed, .. }) = records.claim_of(again) else {
            break_it("the second was not claimed".to_owned());
            continue;
        };
        // A status names the entry of the contact that it went out from; one that comes after a merge, of a send whose id nobody knows,
        // finds that entry under another number.
        let was_merged = first.contact != again.contact;
        if let Some(told) = first.told.filter(|told| told <= claimed && !was_merged) {
            break_it(format!("a status had told of the first at {}, the second was claimed at {}", told.0, claimed.0));
        }
        let had_trouble = first.by.had_trouble(first.at.plus(-30 * SECOND), again.at);
        if first.answered.is_some() && !had_trouble {
            break_it("the server had the answer to the first".to_owned());
        }
        if claimed.since(first.at) < SETTLE && !had_trouble {
            break_it(format!("only {} ms after the first", claimed.since(first.at)));
        }
    }
}

/// What is sent is sent under a claim, and before it runs out: afterwards another server may send it.
fn sent_while_claimed(world: &World, records: &Records, broken: &mut Vec<Broken>) {
    let skew = i64::try_from(world.plan.skew).unwrap_or_default();
    for taken in records.taken.iter().filter(|taken| !taken.was_asleep) {
        let what = match records.claim_of(taken) {
            None => "without a claim".to_owned(),
            Some(claim) if taken.at > claim.until.plus(skew) => {
                format!("{} ms after the claim's end", taken.at.since(claim.until))
            }
            Some(_) => continue,
        };
        let what = format!("{:?} went out as {} {what}", taken.text, taken.wamid);
        broken.push(Broken { promise: "a send goes out within its claim", customer: customer_of(&taken.text), what });
    }
}

/// Sends that went out twice: each with the one before it.
pub fn doubled(records: &Records) -> Vec<(&Taken, &Taken)> {
    let mut latest: BTreeMap<&str, &Taken> = BTreeMap::new();
    let mut doubled = Vec::new();
    for taken in &records.taken {
        doubled.extend(latest.insert(&taken.text, taken).map(|first| (first, taken)));
    }
    doubled
}

/// A survey ends in one way, and whoever does not answer is told so: a timer that is late fires all the same.
fn surveys_end_once(records: &Records, found: &Found, broken: &mut Vec<Broken>) {
    for written in records.messages.values().filter(|written| written.text.starts_with(SURVEY_WORD)) {
        let ends: BTreeSet<String> = ENDS.iter().map(|end| format!("{end} [{}]", written.text)).collect();
        let queued = found.rows.iter().filter(|row| row.direction == Direction::Out && ends.contains(&row.text)).count();
        let taken = records.taken.iter().filter(|taken| ends.contains(&taken.text)).map(|taken| &taken.text);
        let taken = taken.collect::<BTreeSet<_>>().len();
        if (queued, taken) != (1, 1) && written.accepted.is_some() {
            let what = format!("the survey of {:?} ended {queued} times, and told so {taken} times", written.text);
            broken.push(Broken { promise: "a survey ends once", customer: Some(written.customer), what });
        }
    }
}

/// Two contacts that turned out to be one person have become one.
fn two_names_lead_to_one_contact(found: &Found, broken: &mut Vec<Broken>) {
    for (customer, [phone, user_id]) in found.named.iter().filter(|(_, [phone, user_id])| phone != user_id) {
        let what = format!("the phone number leads to {phone:?}, the user id to {user_id:?}");
        broken.push(Broken { promise: "two names of a person lead to one contact", customer: Some(*customer), what });
    }
}

/// When all is well again, nothing waits that should have gone out, and nothing was set aside.
fn nothing_is_left(found: &Found, broken: &mut Vec<Broken>) {
    for contact in &found.contacts {
        for pending in contact.pending.iter().filter(|pending| !matches!(pending.work, Work::Timer(_))) {
            let what = format!("contact {} still has {pending:?}", contact.id);
            broken.push(Broken { promise: "nothing is left over", customer: None, what });
        }
    }
    for dead in &found.dead {
        broken.push(Broken { promise: "the dead list is empty", customer: None, what: dead.clone() });
    }
}

/// The customer whose words a text holds: `12x3` is the third message of customer 12.
fn customer_of(text: &str) -> Option<usize> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter_map(|word| word.split_once('x')?.0.parse().ok()).next()
}
