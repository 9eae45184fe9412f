//! Kommo: leads, contacts, notes and tasks over its API v4; its webhooks and the requests of its bots come in at the edge.
//!
//! `client.rs` asks, at the account's pace; `directory.rs` is what the account has, `names.rs` our names for it, `keeping.rs` keeps them up to
//! date; `shape.rs` reads and writes Kommo's JSON; `write.rs` makes a write of it, `find.rs` looks for what bots want. `form.rs` and
//! `webhook.rs` take what Kommo sends, `inbox.rs` makes events of it; `widget.rs` is for its bots.

mod batch;
mod client;
pub mod directory;
mod find;
mod form;
mod inbox;
pub mod inspect;
mod jwt;
mod keeping;
mod kinds;
pub mod listing;
mod looking;
pub mod names;
mod reading;
mod shape;
mod slug;
#[cfg(test)]
mod tests;
mod token;
mod webhook;
mod widget;
mod write;

use std::sync::Arc;

use steps::crm::{CrmWanted, WriteOrder};
use store::Store;
use tokio::sync::Notify;

use super::{Crm, Finding, Listing, Looking, Wanted, Writing};
use crate::{
    app::{App, Clock},
    catalogs::Catalogs,
    settings::{self, kommo::Kommo as Settings},
};

pub use inbox::work;
pub use keeping::{recall, work as keep_names};
pub use webhook::router;

/// An account of Kommo's.
pub struct Kommo {
    client: client::Client,
    known: keeping::Known,
    kinds: kinds::Kinds,
    leads: batch::Batch,
    contacts: batch::Batch,
    companies: batch::Batch,
    catalogs: Arc<Catalogs>,
    settings: Settings,
    looks: looking::Looks,
    /// Something came into the inbox.
    arrived: Notify,
}

impl Kommo {
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(
        all: &settings::Settings,
        catalogs: Arc<Catalogs>,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let settings = &all.kommo;
        Ok(Kommo {
            client: client::Client::new(settings, store, clock)?,
            known: keeping::Known::new(all),
            kinds: kinds::Kinds::default(),
            leads: batch::Batch::default(),
            contacts: batch::Batch::default(),
            companies: batch::Batch::default(),
            catalogs,
            settings: settings.clone(),
            looks: looking::Looks::default(),
            arrived: Notify::new(),
        })
    }
}

impl Crm for Kommo {
    fn is_connected(&self) -> bool {
        true
    }

    fn write<'a>(&'a self, order: &'a WriteOrder) -> Writing<'a> {
        Box::pin(write::write(self, order))
    }

    fn find<'a>(&'a self, wanted: &'a Wanted<'a>) -> Finding<'a> {
        Box::pin(find::find(self, wanted))
    }

    fn catalogs(&self) -> Listing<'_> {
        Box::pin(find::catalogs(self))
    }

    fn look<'a>(&'a self, app: &'a Arc<App>, wanted: &'a CrmWanted) -> Looking<'a> {
        Box::pin(looking::look(app, self, wanted))
    }

    fn kommo(&self) -> Option<&Kommo> {
        Some(self)
    }
}

impl Kommo {
    /// What the fields of an entity hold: asked for once an hour.
    async fn kinds(&self, of: names::Entity) -> Result<Arc<shape::Kinds>, client::ApiError> {
        self.kinds.of(&self.client, of).await
    }
}
