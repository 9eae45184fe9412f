//! What an account of Kommo's has, by Kommo's own names: pipelines with their stages, users and their groups, custom fields, types of
//! tasks. Read as a whole, part by part; a part that can't be read stays as it was known.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    client::{ApiError, Ask, Client},
    names::Entity,
};

/// Things that one page has at most (Kommo, Custom fields and Users).
const PAGE: usize = 250;
/// Pages that are read: more than an account can have.
const PAGES: usize = 20;
/// Names that a thing had before which are remembered.
const MAX_FORMER: usize = 5;
/// The type of the stage in which leads wait to be accepted (Kommo, Stages).
const INCOMING: i64 = 1;

/// The account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Directory {
    /// The main one first, archived ones last.
    pub pipelines: Vec<Pipeline>,
    pub users: Vec<Thing>,
    pub groups: Vec<Thing>,
    pub task_types: Vec<Thing>,
    pub lead_fields: Vec<Field>,
    pub contact_fields: Vec<Field>,
    pub company_fields: Vec<Field>,
}

/// Whatever has an id and a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    pub id: u64,
    pub name: String,
    /// What it was called before, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    #[serde(flatten)]
    pub thing: Thing,
    /// In order; the stage of leads that wait to be accepted comes last.
    pub stages: Vec<Thing>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    #[serde(flatten)]
    pub thing: Thing,
    /// `text`, `numeric`, `select`, …
    pub kind: String,
    /// What Kommo itself knows the field by: `PHONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What a field of choices can hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Thing>,
}

impl Field {
    /// Whether it is a field like others: phone and e-mail have places of their own here.
    pub fn is_own(&self) -> bool {
        !matches!(self.code.as_deref(), Some("PHONE" | "EMAIL"))
    }
}

/// The parts in which the account is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Account,
    Pipelines,
    Users,
    Fields(&'static str),
}

impl Part {
    /// In words, for people.
    pub fn words(self) -> String {
        match self {
            Part::Account => "groups of users and types of tasks".to_owned(),
            Part::Pipelines => "pipelines".to_owned(),
            Part::Users => "users".to_owned(),
            Part::Fields(of) => format!("fields of {of}"),
        }
    }
}

/// Why a part was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The token's user may not.
    Forbidden,
    Error(ApiError),
}

impl Unread {
    pub fn reason(&self) -> String {
        match self {
            Unread::Forbidden => "the token's user may not read them (403): only administrators may".to_owned(),
            Unread::Error(ApiError::Later { reason, .. }) => reason.clone(),
            Unread::Error(ApiError::Refused(said) | ApiError::Gone(said)) => format!("Kommo refused to tell: {said}"),
        }
    }
}

/// What came of reading.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub directory: Directory,
    /// Parts that stay as they were.
    pub unread: Vec<(Part, Unread)>,
}

impl Reading {
    /// Whether nothing at all could be read.
    pub fn is_empty(&self) -> bool {
        self.unread.len() == PARTS
    }
}

/// How many parts there are.
const PARTS: usize = 6;

/// Reads the account. `known`: what was known before.
pub async fn read(client: &Client, known: &Directory) -> Reading {
    let mut reading = Reading { directory: known.clone(), unread: Vec::new() };
    let Reading { directory, unread } = &mut reading;
    let mut take = |part: Part, read: Result<(), Unread>| {
        if let Err(error) = read {
            unread.push((part, error));
        }
    };
    let account = ask(client, Ask::get("/api/v4/account").query("with", "users_groups,task_types")).await.map(|answer| {
        directory.groups = things(&answer["_embedded"]["users_groups"], &known.groups);
        directory.task_types = things(&answer["_embedded"]["task_types"], &known.task_types);
    });
    let is_away = matches!(&account, Err(Unread::Error(ApiError::Later { .. })));
    take(Part::Account, account);
    // A first answer that does not come is not waited for six times.
    if is_away {
        let away = unread[0].1.clone();
        let others = [Part::Pipelines, Part::Users, Part::Fields("leads"), Part::Fields("contacts"), Part::Fields("companies")];
        unread.extend(others.map(|part| (part, away.clone())));
        return reading;
    }
    let pipelines = ask(client, Ask::get("/api/v4/leads/pipelines")).await;
    take(Part::Pipelines, pipelines.map(|answer| directory.pipelines = self::pipelines(&answer, &known.pipelines)));
    let users = all(client, "/api/v4/users", "users").await;
    take(Part::Users, users.map(|users| directory.users = things(&users.into(), &known.users)));
    for (of, place, known) in [
        ("leads", &mut directory.lead_fields, &known.lead_fields),
        ("contacts", &mut directory.contact_fields, &known.contact_fields),
        ("companies", &mut directory.company_fields, &known.company_fields),
    ] {
        let fields = all(client, &format!("/api/v4/{of}/custom_fields"), "custom_fields").await;
        take(
            Part::Fields(of),
            fields.map(|fields| *place = fields.iter().filter_map(|field| self::field(field, known)).collect()),
        );
    }
    reading
}

async fn ask(client: &Client, ask: Ask<'_>) -> Result<Value, Unread> {
    match client.ask_if_allowed(ask).await {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Unread::Forbidden),
        Err(error) => Err(Unread::Error(error)),
    }
}

/// All pages of a list.
async fn all(client: &Client, path: &str, name: &str) -> Result<Vec<Value>, Unread> {
    let mut found = Vec::new();
    for page in 1..=PAGES {
        let page = Ask::get(path).query("limit", PAGE.to_string()).query("page", page.to_string());
        let answer = ask(client, page).await?;
        let things = answer["_embedded"][name].as_array().map_or(&[][..], Vec::as_slice);
        found.extend_from_slice(things);
        if things.len() < PAGE {
            break;
        }
    }
    Ok(found)
}

/// A thing with the names that it had before.
fn thing<'k>(json: &Value, mut known: impl Iterator<Item = &'k Thing>) -> Option<Thing> {
    let id = json["id"].as_u64()?;
    let name = json["name"].as_str()?.trim().to_owned();
    let before = known.find(|known| known.id == id);
    let mut former = before.map(|before| before.former.clone()).unwrap_or_default();
    former.retain(|former| *former != name);
    if let Some(before) = before.filter(|before| before.name != name) {
        former.insert(0, before.name.clone());
        former.truncate(MAX_FORMER);
    }
    Some(Thing { id, name, former })
}

fn things(json: &Value, known: &[Thing]) -> Vec<Thing> {
    json.as_array().into_iter().flatten().filter_map(|one| thing(one, known.iter())).collect()
}

fn field(json: &Value, known: &[Field]) -> Option<Field> {
    let before = json["id"].as_u64().and_then(|id| known.iter().find(|known| known.thing.id == id));
    let options = json["enums"].as_array().into_iter().flatten().filter_map(|option| {
        Some(Thing { id: option["id"].as_u64()?, name: option["value"].as_str()?.to_owned(), former: Vec::new() })
    });
    Some(Field {
        thing: thing(json, before.into_iter().map(|before| &before.thing))?,
        kind: json["type"].as_str().unwrap_or("text").to_owned(),
        code: json["code"].as_str().map(str::to_owned),
        options: options.collect(),
    })
}

fn pipelines(answer: &Value, known: &[Pipeline]) -> Vec<Pipeline> {
    let mut found: Vec<&Value> = answer["_embedded"]["pipelines"].as_array().into_iter().flatten().collect();
    let sort = |json: &Value| json["sort"].as_i64().unwrap_or_default();
    found.sort_by_key(|pipeline| (pipeline["is_archive"] == true, pipeline["is_main"] != true, sort(pipeline)));
    let pipeline = |json: &Value| {
        let before = known.iter().find(|known| json["id"] == known.thing.id);
        let mut stages: Vec<&Value> = json["_embedded"]["statuses"].as_array().into_iter().flatten().collect();
        stages.sort_by_key(|stage| (stage["type"] == INCOMING, sort(stage)));
        let known = before.map_or(&[][..], |before| before.stages.as_slice());
        Some(Pipeline {
            thing: thing(json, before.into_iter().map(|before| &before.thing))?,
            stages: stages.into_iter().filter_map(|stage| thing(stage, known.iter())).collect(),
        })
    };
    found.into_iter().filter_map(pipeline).collect()
}

impl Directory {
    pub fn is_empty(&self) -> bool {
        *self == Directory::default()
    }

    /// The ids that a lead or contact names and that are unknown, by what they are. What was never read is not asked for.
    pub fn unknown(&self, of: Entity, json: &Value) -> Vec<(&'static str, u64)> {
        let mut unknown = Vec::new();
        if of == Entity::Lead && !self.pipelines.is_empty() {
            let pipeline = self.pipelines.iter().find(|pipeline| json["pipeline_id"] == pipeline.thing.id);
            let has_stage = |pipeline: &Pipeline| pipeline.stages.iter().any(|stage| json["status_id"] == stage.id);
            if !pipeline.is_some_and(has_stage) {
                unknown.extend(json["status_id"].as_u64().map(|id| ("stage", id)));
            }
        }
        let user = json["responsible_user_id"].as_u64().filter(|id| *id != 0 && !self.users.is_empty());
        unknown.extend(user.filter(|id| !self.users.iter().any(|known| known.id == *id)).map(|id| ("user", id)));
        let known = self.fields(of);
        if !known.is_empty() {
            let fields = json["custom_fields_values"].as_array().into_iter().flatten();
            let fields = fields.filter_map(|field| field["field_id"].as_u64());
            unknown.extend(fields.filter(|id| !known.iter().any(|known| known.thing.id == *id)).map(|id| ("field", id)));
        }
        unknown
    }

    pub fn fields(&self, of: Entity) -> &[Field] {
        match of {
            Entity::Lead => &self.lead_fields,
            Entity::Contact => &self.contact_fields,
            Entity::Company => &self.company_fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_remembers_what_it_was_called() {
        let named = |name: &str, known: &[Thing]| things(&json!([{"id": 1, "name": name}]), known);
        let first = named("Quoted", &[]);
        let second = named("Offer", &first);
        assert_eq!((second[0].name.as_str(), &second[0].former[..]), ("Offer", &["Quoted".to_owned()][..]));
        assert_eq!(named("Offer", &second), second);
        let back = named("Quoted", &second);
        assert_eq!(back[0].former, ["Offer"], "its own name is no former one");
    }

    #[test]
    fn the_main_pipeline_comes_first_and_leads_that_wait_to_be_accepted_last() {
        let stage = |id: u64, sort: i64, kind: i64| json!({"id": id, "name": id.to_string(), "sort": sort, "type": kind});
        let statuses = json!({"statuses": [stage(1, 10, 1), stage(143, 11_000, 0), stage(3, 30, 0), stage(2, 20, 0)]});
        let answer = json!({"_embedded": {"pipelines": [
            {"id": 7, "name": "Old", "sort": 1, "is_archive": true},
            {"id": 8, "name": "Second", "sort": 2, "is_archive": false, "is_main": false},
            {"id": 9, "name": "Main", "sort": 3, "is_main": true, "_embedded": statuses},
        ]}});
        let found = pipelines(&answer, &[]);
        assert_eq!(found.iter().map(|found| found.thing.id).collect::<Vec<_>>(), [9, 8, 7]);
        assert_eq!(found[0].stages.iter().map(|stage| stage.id).collect::<Vec<_>>(), [2, 3, 143, 1]);
    }

    #[test]
    fn what_is_not_known_is_told() {
        let directory = Directory {
            pipelines: vec![Pipeline {
                thing: Thing { id: 31, ..Thing::default() },
                stages: vec![Thing { id: 1, ..Thing::default() }],
            }],
            lead_fields: vec![Field { thing: Thing { id: 5, ..Thing::default() }, ..Field::default() }],
            ..Directory::default()
        };
        let lead = |stage: u64, field: u64| json!({"pipeline_id": 31, "status_id": stage, "responsible_user_id": 7, "custom_fields_values": [{"field_id": field}]});
        assert_eq!(directory.unknown(Entity::Lead, &lead(1, 5)), [], "users were never read");
        assert_eq!(directory.unknown(Entity::Lead, &lead(2, 6)), [("stage", 2), ("field", 6)]);
        assert_eq!(Directory::default().unknown(Entity::Lead, &lead(2, 6)), []);
    }
}
