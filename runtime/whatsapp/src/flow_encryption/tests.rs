use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::Pkcs8V1Der,
    rsa::{KeySize, OaepPublicEncryptingKey, PublicEncryptingKey},
};

use super::*;

static PRIVATE: LazyLock<PrivateDecryptingKey> = LazyLock::new(|| PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap());
static KEY: LazyLock<FlowKey> = LazyLock::new(|| FlowKey::new(PRIVATE.clone()).unwrap());

const AES_KEY: [u8; 16] = *b"sixteen bytes ok";
const VECTOR: [u8; 16] = [7; 16];

fn pkcs8_der() -> Vec<u8> {
    let der: Pkcs8V1Der = PRIVATE.as_der().unwrap();
    der.as_ref().to_vec()
}

/// A request as WhatsApp sends it, for the public key in PEM.
fn sealed(public: &str, request: &Value) -> Value {
    let der: String = public.lines().filter(|line| !line.starts_with('-')).collect();
    let key = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&STANDARD.decode(der).unwrap()).unwrap()).unwrap();
    let mut room = vec![0; key.ciphertext_size()];
    let encrypted_key = key.encrypt(&OAEP_SHA256_MGF1SHA256, &AES_KEY, &mut room, None).unwrap();
    let cipher = Cipher::new_from_slice(&AES_KEY).unwrap();
    let data = cipher.encrypt(&VECTOR.into(), request.to_string().as_bytes()).unwrap();
    json!({ "encrypted_flow_data": STANDARD.encode(data), "encrypted_aes_key": STANDARD.encode(encrypted_key), "initial_vector": STANDARD.encode(VECTOR) })
}

fn open(body: &Value) -> Result<Exchange, FlowError> {
    KEY.open(body.to_string().as_bytes())
}

fn request(request: Value) -> FlowRequest {
    open(&sealed(KEY.public_pem(), &request)).unwrap().request
}

#[test]
fn a_request_is_opened_and_its_answer_sealed() {
    let body = sealed(
        KEY.public_pem(),
        &json!({"action": "data_exchange", "flow_token": "t1", "screen": "DAY", "version": "3.0", "data": {"day": "2026-11-23"}}),
    );
    let exchange = open(&body).unwrap();
    assert_eq!(exchange.request.action, FlowAction::DataExchange);
    assert_eq!((exchange.request.token.as_deref(), exchange.request.screen.as_deref()), (Some("t1"), Some("DAY")));
    assert_eq!(exchange.request.data["day"], "2026-11-23");
    let answer = screen("TIME", &Map::from_iter([("times".to_owned(), json!(["8:00"]))]));
    // WhatsApp opens it with the same key and every bit of the vector turned over.
    let cipher = Cipher::new_from_slice(&AES_KEY).unwrap();
    let sealed = STANDARD.decode(exchange.seal(&answer)).unwrap();
    let plain = cipher.decrypt(&[!7_u8; 16].into(), sealed.as_slice()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap(), answer);
}

#[test]
fn actions_are_told_apart() {
    assert_eq!(request(json!({"action": "ping", "version": "3.0"})).action, FlowAction::Ping);
    assert_eq!(request(json!({"action": "INIT", "flow_token": "t1"})).action, FlowAction::Init);
    assert_eq!(request(json!({"action": "BACK", "screen": "DAY"})).action, FlowAction::Back);
    assert_eq!(request(json!({"action": "dance"})).action, FlowAction::Other("dance".into()));
    let error =
        request(json!({"action": "data_exchange", "data": {"error": "INVALID_SCREEN", "error_message": "No such screen"}}));
    assert_eq!(error.action, FlowAction::Error("INVALID_SCREEN".into()));
}

#[test]
fn another_key_is_told_by_its_status() {
    let other = FlowKey::new(PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap()).unwrap();
    let error = open(&sealed(other.public_pem(), &json!({"action": "ping"}))).err().unwrap();
    assert_eq!((error.status(), error.body()), (421, None));
}

#[test]
fn a_changed_request_is_not_opened() {
    let mut body = sealed(KEY.public_pem(), &json!({"action": "ping"}));
    let mut data = STANDARD.decode(body["encrypted_flow_data"].as_str().unwrap()).unwrap();
    data[0] ^= 1;
    body["encrypted_flow_data"] = STANDARD.encode(&data).into();
    assert_eq!(open(&body).err(), Some(FlowError::Key));
}

#[test]
fn what_is_no_request_is_refused() {
    let good = sealed(KEY.public_pem(), &json!({"action": "ping"}));
    assert_eq!(KEY.open(b"").err().unwrap().status(), 400);
    for key in ["encrypted_flow_data", "encrypted_aes_key", "initial_vector"] {
        for bad in [json!(null), json!("%"), json!(7)] {
            let mut body = good.clone();
            body[key] = bad;
            assert_eq!(open(&body).err(), Some(FlowError::Form), "{key}");
        }
    }
    let mut short = good.clone();
    short["initial_vector"] = STANDARD.encode([7; 12]).into();
    assert_eq!(open(&short).err(), Some(FlowError::Form));
}

#[test]
fn a_form_that_is_no_longer_valid_says_so() {
    let error = FlowError::Token("O horário já passou.".into());
    assert_eq!((error.status(), error.body()), (427, Some(json!({"error_msg": "O horário já passou."}))));
    assert_eq!(FlowError::Signature.status(), 432);
}

#[test]
fn keys_are_read_in_both_forms() {
    let der = pkcs8_der();
    // The PKCS#1 key is what PKCS#8 wraps in 26 bytes, for a key of this size.
    for pem in [
        pem::write("PRIVATE KEY", &der),
        pem::write("RSA PRIVATE KEY", &der[26..]),
        pem::write("PRIVATE KEY", &der).replace('\n', "\\n"),
    ] {
        assert_eq!(FlowKey::from_pem(&pem).unwrap().public_pem(), KEY.public_pem());
    }
}

#[test]
fn other_keys_are_refused_with_a_cure() {
    let protected = pem::write("ENCRYPTED PRIVATE KEY", b"secret");
    assert_eq!(FlowKey::from_pem(&protected).err(), Some(KeyError::Encrypted));
    assert!(KeyError::Encrypted.to_string().contains("openssl"));
    assert_eq!(FlowKey::from_pem("").err(), Some(KeyError::NoKey));
    assert_eq!(FlowKey::from_pem(KEY.public_pem()).err(), Some(KeyError::NoKey));
    for der in [&b"no key"[..], &[0; 300]] {
        assert_eq!(FlowKey::from_pem(&pem::write("PRIVATE KEY", der)).err(), Some(KeyError::NoRsa));
        assert_eq!(FlowKey::from_pem(&pem::write("RSA PRIVATE KEY", der)).err(), Some(KeyError::NoRsa));
    }
}

#[test]
fn a_key_never_shows_in_logs() {
    assert_eq!(format!("{:?}", *KEY), "FlowKey { .. }");
}

#[test]
fn the_last_answer_names_the_form() {
    let answer = finished("t1", Map::from_iter([("day".to_owned(), json!("2026-11-23"))]));
    assert_eq!(answer["data"]["extension_message_response"]["params"], json!({"day": "2026-11-23", "flow_token": "t1"}));
    assert_eq!(
        (pong()["data"]["status"].as_str(), acknowledged()["data"]["acknowledged"].as_bool()),
        (Some("active"), Some(true))
    );
}
