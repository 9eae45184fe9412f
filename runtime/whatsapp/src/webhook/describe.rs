//! A few words on an item, for logs and tables: what it is, never what a customer wrote.

use std::fmt::{Display, Formatter, Result};

use steps::event::EventKind;

use super::Item;

impl Display for Item {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let incoming = match self {
            Item::Event(incoming) => incoming,
            Item::Notice(notice) => {
                let event = notice.event.as_deref().map(|event| format!(" {event}")).unwrap_or_default();
                return write!(formatter, "notice {}{event}", notice.field);
            }
            Item::Quarantined(quarantined) => return write!(formatter, "quarantined {}", quarantined.reason),
        };
        match &incoming.event.kind {
            EventKind::Message(inbound) => {
                write!(formatter, "message {}", inbound.content.kind())?;
                let extras = [
                    (inbound.reply_to.is_some(), "reply"),
                    (inbound.forwarded, "forwarded"),
                    (inbound.referral.is_some(), "referral"),
                    (inbound.product.is_some(), "product"),
                    (inbound.group.is_some(), "group"),
                    (inbound.standby, "standby"),
                ];
                let extras: Vec<&str> = extras.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
                if extras.is_empty() { Ok(()) } else { write!(formatter, " ({})", extras.join(", ")) }
            }
            EventKind::Status(status) => {
                write!(formatter, "status {}", format!("{:?}", status.state).to_lowercase())?;
                status.error.as_ref().map_or(Ok(()), |error| write!(formatter, " {} {}", error.code, error.name))
            }
            EventKind::Echo { content, .. } => write!(formatter, "echo {}", content.kind()),
            EventKind::Identity(change) if change.old == change.new => write!(formatter, "identity confirmed"),
            EventKind::Identity(_) => write!(formatter, "identity changed"),
            EventKind::MarketingPreference { opted_in: true, .. } => write!(formatter, "marketing on"),
            EventKind::MarketingPreference { opted_in: false, .. } => write!(formatter, "marketing off"),
            // The other kinds are made by the server.
            _ => write!(formatter, "event"),
        }
    }
}
