//! `http`: asks or tells another system.

use compact_str::CompactString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Behaviour,
    shared::{Branch, Save, call},
};
use crate::{
    contact::{Call, HttpBody, HttpCall},
    data::Data,
    event::CallResult,
    expression::{Duration, Locals, Text, plain_text},
    ids::StepId,
    secrets::{SECRET_MARKS, masked, percent_encoded, percent_encoded_but},
    turn::{Failure, Next, Stop, Turn},
};

/// Asks another system over HTTP, or tells it something.
///
/// The bot waits for the reply, 10 seconds where `deadline` says nothing, 2 minutes at most. In `save` and `branches` the reply is `reply.status`, `reply.json` and
/// `reply.text`. Branches are looked at first; then a status of 200 to 299 goes to `next`, and any other to `failed`, as does no reply. `secrets.NAME` is read here
/// only, and shown nowhere.
///
/// ```json
/// {"type": "http", "method": "POST", "url": "https://crm.example.com/orders", "headers": {"Accept": "application/json"}, "json": {"email": "{{ contact.email }}"}, "save": {"vars.order": "reply.json.id"}, "branches": [{"when": "reply.status == 409", "goto": "known"}], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Http {
    /// The method of the request. Left out: `GET`; `POST` where there is a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// HTTPS or HTTP. A value in its path or query is encoded as it has to be; one that is the whole address or its host stays as it is. Addresses
    /// inside the server's own network are refused.
    pub url: Text,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Text>,
    /// What is put behind the `?` of the address, encoded as it has to be. A list gives the key several times; a missing value leaves it out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub query: IndexMap<String, Data>,
    /// The body, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Data>,
    /// The body, as a web form sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<IndexMap<String, Data>>,
    /// The body, as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// How long the bot waits for the whole reply. Left out: `10s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Where the reply is kept, when its status is 200 to 299 or a branch takes it: a path for `reply.json` (else `reply.text`), or expressions by path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// Branches by what the reply is, before its status counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
    /// `false`: a call that was cut off is not made again, and fails. Left out: it is repeated, with the same `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<bool>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
        }
    }
}

impl Http {
    fn fill(&self, turn: &Turn<'_>) -> Result<HttpCall, Stop> {
        let body = self.body(turn)?;
        let default = if body.is_none() { Method::Get } else { Method::Post };
        let headers = self.headers.iter().map(|(name, value)| Ok((name.clone(), header(name, turn.own_text(value)?)?)));
        Ok(HttpCall {
            method: CompactString::const_new(self.method.unwrap_or(default).name()),
            url: self.address(turn)?,
            headers: headers.collect::<Result<_, Stop>>()?,
            body,
            deadline: call::deadline(self.deadline, call::HTTP_DEADLINE),
            repeat: self.repeat.unwrap_or(true),
        })
    }

    fn address(&self, turn: &Turn<'_>) -> Result<String, Stop> {
        let url = self.url.render_with(&turn.facts_view(), Locals::none(), part_of_address);
        let mut url = url.map_err(Stop::from)?.trim().to_owned();
        // The whole beginning may be a secret; then the executor looks at it.
        let has_scheme = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) || url.starts_with(SECRET_MARKS.0);
        if !has_scheme || url.chars().any(|character| character.is_whitespace() || character.is_control()) {
            let shown: String = masked(&url).chars().take(80).collect();
            return Err(Failure::new(
                "bad_url",
                format!("`url` has to begin with https:// or http:// and hold no spaces; this is {shown:?}"),
            )
            .into());
        }
        let fragment = url.find('#').map(|start| url.split_off(start)).unwrap_or_default();
        for (key, value) in pairs(turn, &self.query)? {
            let joint = match url.find('?') {
                None => "?",
                Some(_) if url.ends_with(['?', '&']) => "",
                Some(_) => "&",
            };
            url = format!("{url}{joint}{}={}", percent_encoded(&key), percent_encoded(&value));
        }
        url.push_str(&fragment);
        Ok(url)
    }

    fn body(&self, turn: &Turn<'_>) -> Result<HttpBody, Stop> {
        Ok(match (&self.json, &self.form, &self.text) {
            (Some(json), None, None) => HttpBody::Json(turn.data(json)?),
            (None, Some(form), None) => HttpBody::Form(pairs(turn, form)?),
            (None, None, Some(text)) => HttpBody::Text(turn.own_text(text)?),
            (None, None, None) => HttpBody::None,
            _ => return Err(Failure::new("conversion", "a call has one body: `json`, `form` or `text`").into()),
        })
    }

    fn keep(&self, turn: &mut Turn<'_>, reply: &Value, locals: &Locals) -> Result<(), Stop> {
        let Some(save) = &self.save else { return Ok(()) };
        let body = if reply["json"].is_null() { &reply["text"] } else { &reply["json"] };
        save.keep(turn, body, locals)
    }
}

/// A value as it stands in a web address behind what is there already. The whole address, or its host, stays as it is; a part of the path
/// or query is encoded; what stands in a key's place may be several keys with their values.
fn part_of_address(before: &str, value: &str) -> String {
    let behind_scheme = before.split_once("://").map(|(_, rest)| rest);
    // The address may begin with a secret, or with a base that is a value too.
    let rest = behind_scheme.or_else(|| before.starts_with(SECRET_MARKS.0).then_some(before)).unwrap_or_default();
    if !rest.contains(['/', '?', '#']) {
        return value.to_owned();
    }
    if rest.ends_with(['?', '&']) { percent_encoded_but(value, "=&+%") } else { percent_encoded(value) }
}

/// Keys with their values as text: a list several times, a missing value not at all.
fn pairs(turn: &Turn<'_>, data: &IndexMap<String, Data>) -> Result<Vec<(String, String)>, Stop> {
    let mut pairs = Vec::new();
    for (key, data) in data {
        match turn.data(data)? {
            Value::Null => {}
            Value::Array(values) => pairs.extend(values.iter().map(|value| (key.clone(), plain_text(value)))),
            value => pairs.push((key.clone(), plain_text(&value))),
        }
    }
    Ok(pairs)
}

/// A header's value: a line break in a customer's words would begin another header.
fn header(name: &str, value: String) -> Result<String, Stop> {
    if value.chars().any(char::is_control) {
        return Err(Failure::new("conversion", format!("the header {name:?} holds a line break or control character")).into());
    }
    Ok(value)
}

impl Behaviour for Http {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        turn.state_mut().secrets_readable = true;
        let call = self.fill(turn);
        turn.state_mut().secrets_readable = false;
        Ok(Next::Call(Box::new(Call::Http(call?))))
    }

    fn resume(&self, turn: &mut Turn<'_>, _: &Call, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Http { status, json, text } = result else { return Err(call::failed(result)) };
        let reply = json!({"status": status, "json": json, "text": text});
        let locals = Locals::default().with("reply", &reply);
        let good = (200..300).contains(status);
        if good {
            // Before the branches, which may read what was kept.
            self.keep(turn, &reply, &locals)?;
        }
        if let Some(branch) = Branch::first(&self.branches, turn, &locals)? {
            if !good {
                self.keep(turn, &reply, &locals)?;
            }
            return Ok(Next::Go(Some(branch.goto.clone())));
        }
        if !good {
            let text = format!("the other system answered with status {status}");
            return Err(Failure { code: Some(i64::from(*status)), ..Failure::new("http_status", text) }.into());
        }
        turn.branch(self.next.as_ref(), format!("status {status}"));
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::{
        event::Content,
        secrets::{reveal, reveal_json, reveal_url},
        testing::{Scene, bot_of, contact},
    };

    #[test]
    fn only_what_the_bot_names_becomes_a_secret() {
        let step = json!({
            "type": "http", "url": "https://api.example.com/?key={{ secrets.KEY }}&said={{ message.text }}",
            "headers": {"X-Key": "{{ secrets.KEY }}", "X-Said": "{{ vars.said }}"},
            "json": {"key": "{{ secrets.KEY }}", "said": "{{ answer }}", "raw": "{{ vars.map }}"},
        });
        let mut scene = Scene::new(bot_of(step, &Map::new()).unwrap(), contact());
        let stolen = "\u{e000}KEY\u{e001}";
        scene.answer(Content::Text { text: stolen.into() }).unwrap_err();
        let frame = scene.frame_mut().unwrap();
        frame.answer = Some(stolen.into());
        frame.vars = Map::from_iter([("said".into(), stolen.into()), ("map".into(), json!({stolen: [stolen]}))]);
        let Ok(Next::Call(call)) = scene.run() else { panic!("no call") };
        let Call::Http(call) = *call else { panic!("another call") };
        let lookup = |name: &str| (name == "KEY").then(|| "s3cr3t/".to_owned());
        assert_eq!(reveal_url(&call.url, lookup).unwrap(), "https://api.example.com/?key=s3cr3t%2F&said=KEY");
        let headers: Vec<_> = call.headers.iter().map(|(_, value)| reveal(value, lookup).unwrap()).collect();
        assert_eq!(headers, ["s3cr3t/", "KEY"]);
        let HttpBody::Json(body) = &call.body else { panic!("no JSON") };
        assert_eq!(reveal_json(body, &lookup).unwrap(), json!({"key": "s3cr3t/", "said": "KEY", "raw": {"KEY": ["KEY"]}}));
        assert!(!scene.state.secrets_readable);
    }

    #[test]
    fn a_call_that_can_not_be_made_leaves_no_secret_readable() {
        let step = json!({"type": "http", "url": "no address"});
        let mut scene = Scene::new(bot_of(step, &Map::new()).unwrap(), contact());
        scene.run().unwrap_err();
        assert!(!scene.state.secrets_readable);
    }
}
