//! Recordings as text, by a model that listens (`POST /audio/transcriptions`).

use axum::body::Bytes;
use steps::event::CallResult;

use tokio::sync::Semaphore;

use super::{
    Models,
    client::{Recording, Refusal, Server},
};
use crate::settings::OpenAi;

/// A model that listens.
pub(super) struct Listener {
    /// What its server calls it.
    id: String,
    server: Server,
    /// Recordings at a time.
    permits: Semaphore,
}

impl Models {
    /// What was said in a recording. `language`: what is spoken, where that is known.
    pub async fn transcribe(&self, bytes: Bytes, mime_type: &str, language: Option<&str>) -> CallResult {
        let heard = match &self.speech {
            Some(model) => model.listen(&recording(bytes, mime_type, language)).await,
            None => Err(Refusal::malformed("no model listens: the settings name none by `openai.transcription_model`")),
        };
        match heard {
            Ok(text) => CallResult::Text { text: Some(text) },
            Err(Refusal { name, text, .. }) => CallResult::Failed { name: name.to_owned(), text },
        }
    }
}

impl Listener {
    /// None: the settings name none.
    pub fn new(settings: &OpenAi) -> Result<Option<Self>, reqwest::Error> {
        let OpenAi { transcription_model, base_url, api_key, at_once, .. } = settings;
        if transcription_model.is_empty() {
            return Ok(None);
        }
        let server = Server::new(base_url, api_key)?;
        Ok(Some(Listener { id: transcription_model.clone(), server, permits: Semaphore::new(*at_once) }))
    }

    async fn listen(&self, recording: &Recording) -> Result<String, Refusal> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.map_err(|_| Refusal::no_model())?;
        self.server.transcribe(&self.id, recording).await
    }
}

/// Servers tell the format by the file's name, and know languages by their two letters (ISO 639-1).
fn recording(bytes: Bytes, mime_type: &str, language: Option<&str>) -> Recording {
    let mime_type = mime_type.split(';').next().unwrap_or_default().trim();
    let filename = match mime_type {
        "audio/aac" => "recording.aac",
        "audio/amr" => "recording.amr",
        "audio/mp4" => "recording.m4a",
        "audio/mpeg" => "recording.mp3",
        _ => "recording.ogg",
    };
    let language = language.and_then(|tag| tag.split(['-', '_']).next()).filter(|language| language.len() == 2);
    Recording { bytes, filename, language: language.map(str::to_ascii_lowercase) }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{
        Json, Router,
        http::{HeaderMap, StatusCode, header},
        response::{IntoResponse, Response},
        routing::post,
    };
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{
        models::Counting,
        settings::{Flags, Settings},
    };

    /// What a server that gives these answers, one after the other, makes of a recording; and the forms that it was sent.
    async fn heard(answers: &[(u16, Value)]) -> (CallResult, Vec<String>) {
        let left: Arc<Mutex<Vec<(u16, Value)>>> = Arc::new(Mutex::new(answers.iter().rev().cloned().collect()));
        let forms = Arc::<Mutex<Vec<String>>>::default();
        let keep = forms.clone();
        let answer = move |headers: HeaderMap, body: Bytes| {
            assert_eq!(headers[header::AUTHORIZATION], "Bearer sk-1");
            keep.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
            let (status, said) = left.lock().unwrap().pop().unwrap();
            let answer: Response =
                (StatusCode::from_u16(status).unwrap(), [(header::RETRY_AFTER, "0")], Json(said)).into_response();
            std::future::ready(answer)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/v1/audio/transcriptions", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings =
            format!("[openai]\nbase_url = \"http://{address}/v1\"\napi_key = \"sk-1\"\ntranscription_model = \"ears\"");
        let settings = Settings::read(&settings, "salesbot.toml", |_| None, &Flags::default()).unwrap();
        let counting = Counting { store: store::memory(), clock: Arc::new(|| crate::testing::NOW) };
        let models = Models::new(&settings.openai, &counting).unwrap();
        assert!(models.is_empty(), "what listens answers no AI step");
        let result = models.transcribe(Bytes::from_static(b"OggS-recording"), "audio/ogg; codecs=opus", Some("pt-BR")).await;
        let forms = forms.lock().unwrap().clone();
        (result, forms)
    }

    #[tokio::test]
    async fn a_busy_server_is_given_the_whole_recording_again() {
        let (result, forms) = heard(&[(503, json!({})), (429, json!({})), (200, json!({"text": "oi"}))]).await;
        assert_eq!(result, CallResult::Text { text: Some("oi".into()) });
        assert_eq!(forms.len(), 3);
        for form in forms {
            for part in ["OggS-recording", "filename=\"recording.ogg\"", "\r\n\r\nears\r\n", "\r\n\r\npt\r\n", "\r\n\r\njson\r\n"]
            {
                assert!(form.contains(part), "{part}: {form}");
            }
        }
    }

    #[tokio::test]
    async fn an_answer_without_a_text_is_none() {
        for (status, said, expected) in [
            (200, json!({}), "ai_malformed"),
            (200, json!({"text": null}), "ai_malformed"),
            (400, json!({"error": {"message": "no audio"}}), "ai_refused"),
        ] {
            let (result, forms) = heard(&[(status, said)]).await;
            let CallResult::Failed { name, .. } = result else { panic!("an answer: {result:?}") };
            assert_eq!((name.as_str(), forms.len()), (expected, 1));
        }
    }

    #[test]
    fn a_recording_is_named_by_what_it_is() {
        let named = |mime_type| recording(Bytes::new(), mime_type, None).filename;
        assert_eq!(named("audio/ogg; codecs=opus"), "recording.ogg");
        assert_eq!(named("audio/mpeg"), "recording.mp3");
        assert_eq!(named(""), "recording.ogg");
    }

    #[test]
    fn a_language_is_told_by_two_letters() {
        let told = |tag| recording(Bytes::new(), "", tag).language;
        assert_eq!(told(Some("pt_BR")).as_deref(), Some("pt"));
        assert_eq!(told(Some("EN")).as_deref(), Some("en"));
        assert_eq!(told(Some("fil-PH")), None);
        assert_eq!(told(None), None);
    }
}
