//! A look into the CRM where a customer's message begins something: what it has of the customer is learned before the bot's first step.
//! It is no news: it starts nothing, and tells no trigger of a change.

use steps::{
    contact::{Lead, TriggerRecord},
    crm::{CrmNews, CrmWanted},
    turn::Need,
};

use crate::{machine::Machine, start::Start};

impl Machine<'_> {
    /// The same, if the customer's message is what starts the session.
    pub fn look_at_crm_for(&mut self, start: &Start) -> Result<(), Need> {
        let trigger = TriggerRecord { on: start.on.as_str().into(), data: serde_json::Value::Null };
        if trigger.by_customer() { self.look_at_crm() } else { Ok(()) }
    }

    /// Learns what the CRM has of a customer whom it never told of here. Of one that it did, its webhooks tell.
    pub fn look_at_crm(&mut self) -> Result<(), Need> {
        if !self.turn.environment().crm || std::mem::replace(&mut self.looked_at_crm, true) {
            return Ok(());
        }
        let supplied = self.turn.supplied;
        let contact = self.turn.contact();
        let Some(found) = supplied.crm.as_deref() else {
            return Err(Need::Crm(Box::new(CrmWanted {
                contact: contact.id.clone(),
                crm: contact.crm.clone(),
                lead: contact.lead().and_then(Lead::crm_id).map(Into::into),
                phone: contact.phone().map(str::to_owned),
            })));
        };
        let Some(theirs) = found.contact.as_ref().filter(|_| contact.crm.is_none()) else { return Ok(()) };
        // A lead that is not there yet may be the one that the CRM has: whoever writes it looks for it.
        let has_unmade = contact.leads.iter().any(|lead| lead.crm_id().is_none());
        let waiting = self.unwritten();
        self.learn_contact(theirs, &waiting);
        if let Some(lead) = found.lead.as_ref().filter(|_| !has_unmade) {
            self.learn_lead(lead, &CrmNews::default(), &waiting);
        }
        self.remember_for_crm();
        Ok(())
    }
}
