//! The caller of flow endpoints, against an endpoint written from the protocol's description.

use std::sync::Arc;

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::{AesGcm, Nonce};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::mock::{FlowAnswer, FlowClient, FlowEndpointError, Mock, payload};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::api::Api;

const SECRET: &str = "mock-app-secret";

fn keys() -> (OaepPrivateDecryptingKey, String) {
    let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
    let der: PublicKeyX509Der<'_> = private.public_key().as_der().unwrap();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
    (OaepPrivateDecryptingKey::new(private).unwrap(), pem)
}

async fn endpoint(key: OaepPrivateDecryptingKey) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/flow", listener.local_addr().unwrap());
    let router = Router::new().route("/flow", post(answer)).with_state(Arc::new(key));
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, server)
}

async fn answer(State(key): State<Arc<OaepPrivateDecryptingKey>>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    if headers[payload::SIGNATURE_HEADER] != payload::sign(SECRET, body.as_bytes()) {
        return (StatusCode::from_u16(432).unwrap(), String::new());
    }
    let call: Value = serde_json::from_str(&body).unwrap();
    let bytes = |name: &str| STANDARD.decode(call[name].as_str().unwrap()).unwrap();
    let mut aes_key = vec![0; key.min_output_size()];
    let Ok(aes_key) = key.decrypt(&OAEP_SHA256_MGF1SHA256, &bytes("encrypted_aes_key"), &mut aes_key, None) else {
        return (StatusCode::MISDIRECTED_REQUEST, String::new());
    };
    let cipher = AesGcm::<Aes128, U16>::new_from_slice(aes_key).unwrap();
    let nonce: [u8; 16] = bytes("initial_vector").try_into().unwrap();
    let request = cipher.decrypt(&Nonce::<U16>::from(nonce), bytes("encrypted_flow_data").as_slice()).unwrap();
    let request: Value = serde_json::from_slice(&request).unwrap();
    let reply = match request["action"].as_str().unwrap() {
        "ping" => json!({"data": {"status": "active"}}),
        "data_exchange" if request["data"].get("error").is_some() => json!({"data": {"acknowledged": true}}),
        _ if request["flow_token"] == "old" => {
            return (StatusCode::from_u16(427).unwrap(), json!({"error_msg": "too late"}).to_string());
        }
        _ => json!({"screen": "NEXT", "data": {"echo": request}}),
    };
    let inverted = nonce.map(|byte| !byte);
    let reply = cipher.encrypt(&Nonce::<U16>::from(inverted), reply.to_string().as_bytes()).unwrap();
    (StatusCode::OK, STANDARD.encode(reply))
}

#[tokio::test]
async fn every_call_of_the_protocol_is_understood() {
    let mock = Mock::start().await;
    let (private, public) = keys();
    let (url, _server) = endpoint(private).await;
    assert!(matches!(mock.flow_client(&url), Err(FlowEndpointError::NoKey(_))));
    let api = Api::of(&mock);
    let upload = format!("{}/{}/whatsapp_business_encryption", mock.graph_url(), api.number());
    let form = [("business_public_key", public.as_str())];
    let uploaded = api.client.post(upload).bearer_auth(&api.token).form(&form).send().await.unwrap();
    assert_eq!(uploaded.status(), 200);
    let flow = mock.flow_client(&url).unwrap();
    assert_eq!(flow.ping().await.unwrap(), FlowAnswer::Data(json!({"data": {"status": "active"}})));
    let FlowAnswer::Data(opened) = flow.open("t").await.unwrap() else { panic!("refused") };
    assert_eq!(opened["data"]["echo"], json!({"version": "3.0", "action": "INIT", "flow_token": "t"}));
    let FlowAnswer::Data(next) = flow.submit("t", "FIRST", json!({"a": "ñ"})).await.unwrap() else { panic!("refused") };
    assert_eq!((&next["data"]["echo"]["screen"], &next["data"]["echo"]["data"]["a"]), (&json!("FIRST"), &json!("ñ")));
    let FlowAnswer::Data(back) = flow.back("t", "FIRST").await.unwrap() else { panic!("refused") };
    assert_eq!(back["data"]["echo"]["action"], "BACK");
    let reported = flow.report_error("t", "FIRST", "invalid-screen").await.unwrap();
    assert_eq!(reported, FlowAnswer::Data(json!({"data": {"acknowledged": true}})));
    let late = flow.open("old").await.unwrap();
    assert!(matches!(late, FlowAnswer::Refused { status, .. } if status == 427), "{late:?}");
}

#[tokio::test]
async fn a_wrong_key_or_secret_is_refused_as_documented() {
    let (private, public) = keys();
    let (url, _server) = endpoint(private).await;
    let status = |answer: FlowAnswer| match answer {
        FlowAnswer::Refused { status, .. } => status.as_u16(),
        FlowAnswer::Data(data) => panic!("answered {data}"),
    };
    let stranger = FlowClient::new(&url, &keys().1, SECRET).unwrap();
    assert_eq!(status(stranger.ping().await.unwrap()), 421);
    let forger = FlowClient::new(&url, &public, "another secret").unwrap();
    assert_eq!(status(forger.ping().await.unwrap()), 432);
    assert!(matches!(FlowClient::new(&url, "no key", SECRET), Err(FlowEndpointError::BadKey)));
}
