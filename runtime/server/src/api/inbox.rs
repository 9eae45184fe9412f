//! The lists that people of the business work from: conversations as an inbox shows them, and contacts.

use std::{num::NonZeroUsize, sync::Arc};

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use steps::{moment::Moment, who::Who};
use store::{
    ContactPlace, ContactQuery, ConversationPlace, ConversationQuery, ConversationSort, ConversationState, ListedContact,
    ListedConversation, OwnedBy, Profile,
};

use super::{input::Query, shapes};
use crate::{app::App, listing, problem::Problem};

/// Who is to act in a conversation: `idle`: nobody, for no bot runs and no person has it; `bot`: a bot; `waiting`: a person, for whose answer
/// the customer waits; `human`: a person, who has answered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Acting {
    Idle,
    Bot,
    Waiting,
    Human,
}

impl From<Acting> for ConversationState {
    fn from(acting: Acting) -> Self {
        match acting {
            Acting::Idle => Self::Idle,
            Acting::Bot => Self::Bot,
            Acting::Waiting => Self::Waiting,
            Acting::Human => Self::Human,
        }
    }
}

impl From<ConversationState> for Acting {
    fn from(state: ConversationState) -> Self {
        match state {
            ConversationState::Idle => Self::Idle,
            ConversationState::Bot => Self::Bot,
            ConversationState::Waiting => Self::Waiting,
            ConversationState::Human => Self::Human,
        }
    }
}

/// The order of conversations: `waiting`: who has waited longest first; `window`: whose window closes next first; `active`: what was said
/// last first. The first two leave out those that don't wait, or whose window is closed.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sort {
    Waiting,
    Window,
    Active,
}

/// Which conversations are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Conversations {
    /// Only those with this number of the business.
    number: Option<String>,
    /// Only those assigned to `user:ana` or `team:sales`, or to nobody: `none`.
    owner: Option<String>,
    #[param(inline)]
    state: Option<Acting>,
    /// `true`: only those whose customer waits for an answer.
    waiting: Option<bool>,
    /// Only those whose customer service window is open, and closes before this moment (ISO 8601).
    window_closes_before: Option<String>,
    /// `waiting` where only those are listed that wait, else `active`.
    #[param(inline)]
    sort: Option<Sort>,
    /// The value of `next` on the page before.
    after: Option<String>,
    /// 100 if left out, 1,000 at most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<NonZeroUsize>,
}

/// A part of the list of conversations.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ConversationPage {
    conversations: Vec<ConversationRow>,
    /// For `after`; none: this is the last page.
    next: Option<String>,
}

/// A conversation in a list. Its times are told to the minute.
#[derive(Serialize, utoipa::ToSchema)]
struct ConversationRow {
    contact: Listed,
    /// The number of the business.
    number: String,
    /// Whoever it is assigned to: `{"user": "ana"}` or `{"team": "sales"}`.
    #[schema(value_type = Option<Object>)]
    owner: Option<Who>,
    state: Acting,
    /// ISO 8601; the customer's oldest message that nobody has answered, or a bot's handoff after it.
    waiting_since: Option<String>,
    /// ISO 8601; when the customer service window closes or closed. None: it was never open, or Meta refused it.
    window_closes_at: Option<String>,
    /// ISO 8601; when something was last said, or a person took over.
    last_active: String,
}

/// Who a contact is, in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Listed {
    id: String,
    name: Option<String>,
    phone: Option<String>,
    user_id: Option<String>,
    username: Option<String>,
}

impl Listed {
    pub(super) fn new(id: String, profile: Profile) -> Self {
        let Profile { name, phone, user_id, username } = profile;
        Listed { id, name, phone, user_id, username }
    }
}

impl From<ListedConversation> for ConversationRow {
    fn from(listed: ListedConversation) -> Self {
        let ListedConversation { contact, profile, conversation } = listed;
        let time = |at: i64| Moment(at).to_string();
        ConversationRow {
            contact: Listed::new(contact, profile),
            number: conversation.number,
            owner: conversation.owner.as_deref().and_then(listing::who),
            state: conversation.state.into(),
            waiting_since: conversation.waiting_since.map(time),
            window_closes_at: conversation.window_closes.map(time),
            last_active: time(conversation.last_active),
        }
    }
}

/// Conversations, for an inbox: those of one colleague, those that nobody has, those that wait longest.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversation", params(Conversations),
    responses((status = 200, body = ConversationPage), (status = 422, body = Problem)))]
pub(super) async fn conversations(
    State(app): State<Arc<App>>,
    Query(asked): Query<Conversations>,
) -> Result<Json<ConversationPage>, Problem> {
    let query = asked.query(&app)?;
    let (sort, limit) = (query.sort, query.limit);
    let found = app.store.conversations(query).await?;
    let last = found.last().filter(|_| found.len() == limit);
    let next = last.and_then(|last| last.place(sort)).map(|place| format!("{}~{}~{}", place.key, place.contact, place.number));
    Ok(Json(ConversationPage { conversations: found.into_iter().map(Into::into).collect(), next }))
}

impl Conversations {
    fn query(self, app: &App) -> Result<ConversationQuery, Problem> {
        let number = self.number.map(|number| shapes::number(app, Some(&number))).transpose()?;
        let waiting = self.waiting == Some(true);
        let sort = match self.sort {
            Some(Sort::Waiting) => ConversationSort::Waiting,
            Some(Sort::Window) => ConversationSort::Window,
            Some(Sort::Active) => ConversationSort::Active,
            None if waiting => ConversationSort::Waiting,
            None => ConversationSort::Active,
        };
        let window_before =
            self.window_closes_before.as_deref().map(|before| moment(before, "window_closes_before")).transpose()?;
        let is_about_windows = sort == ConversationSort::Window || window_before.is_some();
        Ok(ConversationQuery {
            number: number.map(|number| number.to_string()),
            owner: owned_by(app, self.owner.as_deref())?,
            state: self.state.map(Into::into),
            waiting,
            window_from: is_about_windows.then(|| app.now().0),
            window_before: window_before.map(|before| before.0),
            sort,
            after: self.after.as_deref().map(conversation_place).transpose()?,
            limit: limit(self.limit),
        })
    }
}

/// Whose rows are asked for.
pub(super) fn owned_by(app: &App, owner: Option<&str>) -> Result<OwnedBy, Problem> {
    Ok(match owner {
        None => OwnedBy::Anyone,
        Some("none") => OwnedBy::Nobody,
        Some(owner) => {
            let detail = "an owner is written user:ana or team:sales; none stands for those of nobody";
            let who = listing::who(owner).ok_or_else(|| Problem::invalid("owner", detail))?;
            shapes::check_who(app, &who, "owner")?;
            OwnedBy::Owner(owner.to_owned())
        }
    })
}

/// `key`: where the text stands.
pub(super) fn moment(text: &str, key: &str) -> Result<Moment, Problem> {
    let detail = "a moment is expected, such as 2026-03-02T18:00:00Z";
    Moment::read(text, &TimeZone::UTC).ok_or_else(|| Problem::invalid(key, detail))
}

fn conversation_place(after: &str) -> Result<ConversationPlace, Problem> {
    let (key, rest) = place(after)?;
    let (contact, number) = rest.split_once('~').ok_or_else(no_place)?;
    Ok(ConversationPlace { key, contact: contact.to_owned(), number: number.to_owned() })
}

pub(super) fn place(after: &str) -> Result<(i64, &str), Problem> {
    let (key, rest) = after.split_once('~').ok_or_else(no_place)?;
    Ok((key.parse().map_err(|_| no_place())?, rest))
}

pub(super) fn no_place() -> Problem {
    Problem::invalid("after", "give the value of `next` on the page before, unchanged")
}

pub(super) fn limit(asked: Option<NonZeroUsize>) -> usize {
    asked.map_or(100, NonZeroUsize::get).min(1_000)
}

/// Which contacts are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Contacts {
    /// Parts of a name, a user name or a number, in any order, without regard to case and accents: `souza`, `ana 98765`.
    q: Option<String>,
    /// The value of `next` on the page before.
    after: Option<String>,
    /// 100 if left out, 1,000 at most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<NonZeroUsize>,
}

/// A part of the list of contacts.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ContactPage {
    contacts: Vec<ContactRow>,
    /// For `after`; none: this is the last page.
    next: Option<String>,
}

/// A contact in a list.
#[derive(Serialize, utoipa::ToSchema)]
struct ContactRow {
    #[serde(flatten)]
    contact: Listed,
    /// ISO 8601, to the hour; when anything last happened to it.
    last_active: String,
}

/// Contacts, those first that were active last; with `q` only those that are found by it.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Contacts),
    responses((status = 200, body = ContactPage), (status = 422, body = Problem)))]
pub(super) async fn contacts(State(app): State<Arc<App>>, Query(asked): Query<Contacts>) -> Result<Json<ContactPage>, Problem> {
    let after = asked.after.as_deref().map(place).transpose()?;
    let after = after.map(|(last_active, contact)| ContactPlace { last_active, contact: contact.to_owned() });
    let query = ContactQuery { search: asked.q, idle_since: None, after, limit: limit(asked.limit) };
    let limit = query.limit;
    let found = app.store.contacts(query).await?;
    let last = found.last().filter(|_| found.len() == limit).map(ListedContact::place);
    let next = last.map(|place| format!("{}~{}", place.last_active, place.contact));
    let row = |listed: ListedContact| ContactRow {
        contact: Listed::new(listed.contact, listed.profile),
        last_active: Moment(listed.last_active).to_string(),
    };
    Ok(Json(ContactPage { contacts: found.into_iter().map(row).collect(), next }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Server;

    const ANA: &str = "+5511987654321";
    const ZOE: &str = "+5511912345678";

    async fn say(server: &Server, from: &str, name: &str, text: &str) {
        let body = json!({ "from": from, "name": name, "text": text });
        assert_eq!(server.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        server.settle().await;
    }

    async fn names(server: &Server, query: &str) -> Vec<String> {
        let answer = server.get(&format!("/api/v1/conversations?{query}")).await;
        let rows = answer.json()["conversations"].take();
        let rows = rows.as_array().unwrap_or_else(|| panic!("{}", answer.text));
        rows.iter().map(|row| row["contact"]["name"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn an_inbox_shows_who_waits_and_whose_each_conversation_is() {
        let server = Server::sandbox().await;
        say(&server, ANA, "Ana", "Oi").await;
        say(&server, ZOE, "Zoë", "ask").await;
        assert_eq!(names(&server, "").await.len(), 2);
        assert_eq!(names(&server, "state=bot").await, ["Zoë"]);
        assert_eq!(names(&server, "waiting=true").await, [""; 0], "both have their answer");

        let path = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
        let handed = server.call("POST", &format!("{path}/handoff"), &json!({ "to": { "user": "rui" } })).await;
        assert_eq!(handed.status, 200);
        say(&server, ANA, "Ana", "Are you there?").await;
        assert_eq!(names(&server, "waiting=true").await, ["Ana"]);
        assert_eq!(names(&server, "owner=user:rui&state=waiting&number=sandbox").await, ["Ana"]);
        assert_eq!(names(&server, "owner=none").await, ["Zoë"]);
        let row = server.get("/api/v1/conversations?waiting=true").await.json()["conversations"][0].take();
        assert_eq!(
            (&row["owner"], &row["state"], &row["number"]),
            (&json!({"user": "rui"}), &json!("waiting"), &json!("sandbox"))
        );
        assert!(row["waiting_since"].is_string() && row["window_closes_at"].is_string());

        let answer = json!({ "text": "Yes", "by": "rui" });
        assert_eq!(server.call("POST", &format!("{path}/messages"), &answer).await.status, 202);
        server.settle().await;
        assert_eq!(names(&server, "waiting=true").await, [""; 0]);
        assert_eq!(names(&server, "state=human").await, ["Ana"]);
    }

    #[tokio::test]
    async fn lists_come_in_pages() {
        let server = Server::sandbox().await;
        for (from, name) in [(ANA, "Ana"), (ZOE, "Zoë"), ("+5511900000000", "Rui")] {
            say(&server, from, name, "Oi").await;
        }
        for list in ["conversations", "contacts"] {
            let (mut seen, mut after) = (0, String::new());
            for page in 1.. {
                let answer = server.get(&format!("/api/v1/{list}?limit=2{after}")).await.json();
                seen += answer[list].as_array().unwrap().len();
                let Some(next) = answer["next"].as_str() else { break };
                after = format!("&after={next}");
                assert!(page < 3, "{list} has no end");
            }
            assert_eq!(seen, 3, "{list}");
        }
    }

    #[tokio::test]
    async fn contacts_are_found() {
        let server = Server::sandbox().await;
        say(&server, ANA, "Ana Souza", "Oi").await;
        say(&server, ZOE, "Zoë Souza", "Oi").await;
        for (q, expected) in [("zoe", vec!["Zoë Souza"]), ("98765-4321", vec!["Ana Souza"]), ("nobody", vec![])] {
            let answer = server.get(&format!("/api/v1/contacts?q={q}")).await.json();
            let found: Vec<&str> = answer["contacts"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
            assert_eq!(found, expected, "{q}");
        }
        assert_eq!(server.get("/api/v1/contacts?q=souza").await.json()["contacts"].as_array().map(Vec::len), Some(2));
    }

    #[tokio::test]
    async fn what_is_asked_wrongly_is_named() {
        let server = Server::sandbox().await;
        for (query, key) in [
            ("conversations?owners=none", "owners"),
            ("conversations?owner=ana", "owner"),
            ("conversations?state=asleep", "state"),
            ("conversations?waiting=yes", "waiting"),
            ("conversations?sort=name", "sort"),
            ("conversations?window_closes_before=soon", "window_closes_before"),
            ("conversations?number=7", "number"),
            ("conversations?after=7", "after"),
            ("conversations?limit=0", "limit"),
            ("contacts?query=ana", "query"),
            ("contacts?after=x~y", "after"),
        ] {
            assert_eq!(server.get(&format!("/api/v1/{query}")).await.problem(), (422, key.to_owned()), "{query}");
        }
        assert_eq!(server.get("/api/v1/conversations?window_closes_before=2030-01-01T00:00:00Z&sort=window").await.status, 200);
        assert_eq!(server.get("/api/v1/contacts").await.json(), json!({ "contacts": [], "next": Value::Null }));
    }
}
