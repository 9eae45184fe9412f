//! The HTTP API, under `/api/v1`: one file a subject, each handler described where it stands; `/api/openapi.json` follows from that.

mod account;
mod bots;
mod catalogs;
mod connection;
mod contacts;
mod conversation;
mod dead;
mod dialogs;
mod events;
mod flows;
mod idempotency;
mod imports;
mod inbox;
mod input;
mod knowledge;
mod lists;
mod media;
mod notes;
mod previews;
mod run;
mod samples;
mod sandbox;
mod sessions;
mod shapes;
mod sign_in;
mod strict;
mod tasks;
#[cfg(test)]
mod tests;
mod usage;

use std::sync::Arc;

use axum::{Json, Router, extract::DefaultBodyLimit, middleware, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use input::normal_phone;

use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Salesbot",
        description = "Bots, contacts and conversations of one account. Errors are `application/problem+json`; an unknown key in a body is an error. \
                       Without a token the API answers to this machine alone."
    ),
    modifiers(&Token),
    security(("token" = []))
)]
struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        openapi.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(bots::list))
        .routes(routes!(bots::show))
        .routes(routes!(bots::save_draft, bots::discard_draft))
        .routes(routes!(bots::publish))
        .routes(routes!(bots::versions))
        .routes(routes!(bots::version))
        .routes(routes!(knowledge::search))
        .routes(routes!(samples::list))
        .routes(routes!(samples::show))
        .routes(routes!(imports::import_kommo))
        .routes(routes!(account::show))
        .routes(routes!(catalogs::list))
        .routes(routes!(catalogs::search))
        .routes(routes!(connection::show))
        .routes(routes!(dialogs::list, dialogs::run))
        .routes(routes!(dialogs::keep, dialogs::remove))
        .routes(routes!(previews::preview))
        .routes(routes!(previews::model::ask))
        .routes(routes!(flows::list))
        .routes(routes!(flows::preview))
        .routes(routes!(run::run))
        .routes(routes!(run::stop))
        .routes(routes!(run::stage))
        .routes(routes!(inbox::contacts))
        .routes(routes!(inbox::conversations))
        .routes(routes!(contacts::show, contacts::change, contacts::erase))
        .routes(routes!(contacts::sessions))
        .routes(routes!(contacts::traces))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(conversation::messages, conversation::write))
        .routes(routes!(conversation::hand_off))
        .routes(routes!(conversation::release))
        .routes(routes!(conversation::subscribe))
        .routes(routes!(notes::list, notes::add))
        .routes(routes!(tasks::list))
        .routes(routes!(tasks::add))
        .routes(routes!(tasks::complete))
        .routes(routes!(sandbox::say))
        .routes(routes!(dead::list))
        .routes(routes!(dead::retry))
        .routes(routes!(dead::remove))
        .routes(routes!(lists::alerts))
        .routes(routes!(lists::templates))
        .routes(routes!(usage::show))
        .routes(routes!(media::show))
        .routes(routes!(events::listen))
}

/// What can be called without a token.
fn open() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(sign_in::show, sign_in::sign_in)).routes(routes!(sign_in::sign_out))
}

/// The API as OpenAPI describes it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().merge(open()).into_openapi()
}

/// What is called before there is a token: signing in.
pub fn open_router() -> Router<Arc<App>> {
    input_rules(open().split_for_parts().0)
}

pub fn router() -> Router<Arc<App>> {
    let (router, _) = described().split_for_parts();
    let openapi = Arc::new(openapi());
    let router = router
        .route("/api/openapi.json", get(move || async move { Json(openapi.as_ref().clone()) }))
        // For editors: what a bot may hold.
        .route("/api/bot.schema.json", get(|| async { Json(steps::schema::document_schema()) }));
    input_rules(router)
}

fn input_rules(router: Router<Arc<App>>) -> Router<Arc<App>> {
    // Bodies have a limit of their own, with an answer of its own.
    router.layer(middleware::from_fn(input::only_json)).layer(DefaultBodyLimit::disable())
}
