//! Media: upload, resolve, download, delete, and what fails.

use jiff::SignedDuration;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::mock::Mock;

use crate::api::{ANA, Answer, Api, code, wamid};
use crate::receiver::Receiver;

async fn upload(api: &Api<'_>, mime: &str, bytes: Vec<u8>) -> Answer {
    let file = Part::bytes(bytes).file_name("file").mime_str(mime).unwrap();
    let form = Form::new().text("messaging_product", "whatsapp").text("type", mime.to_owned()).part("file", file);
    let url = format!("{}/{}/media", api.mock.graph_url(), api.number());
    let answer = api.client.post(url).bearer_auth(&api.token).multipart(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn download(api: &Api<'_>, url: &str, token: &str) -> (u16, Vec<u8>) {
    let answer = api.client.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_file_goes_up_and_down_and_away() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let (status, uploaded) = upload(&api, "image/png", b"picture".to_vec()).await;
    assert_eq!(status, 200, "{uploaded}");
    let id = uploaded["id"].as_str().unwrap();
    let (_, found) = api.call("GET", id, None).await.unwrap();
    assert_eq!(found["mime_type"], "image/png");
    assert_eq!(found["file_size"], "7");
    assert_eq!(found["sha256"], "2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97");
    let url = found["url"].as_str().unwrap();
    assert_eq!(download(&api, url, &api.token).await, (200, b"picture".to_vec()));
    assert_eq!(download(&api, url, "wrong").await.0, 401);
    mock.clock().advance(SignedDuration::from_mins(5));
    assert_eq!(download(&api, url, &api.token).await.0, 404);
    assert_eq!(api.call("DELETE", id, None).await.unwrap(), (200, json!({"success": true})));
    assert_eq!(code(&api.call("GET", id, None).await.unwrap()), 33);
}

#[tokio::test]
async fn types_sizes_and_fields_are_checked() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    assert_eq!(code(&upload(&api, "image/gif", vec![0]).await), 100);
    assert_eq!(code(&upload(&api, "image/png", vec![0; 5 * 1024 * 1024 + 1]).await), 100);
    assert_eq!(upload(&api, "application/pdf", vec![0; 5 * 1024 * 1024 + 1]).await.0, 200);
    let url = format!("{}/{}/media", mock.graph_url(), api.number());
    let form = Form::new().text("messaging_product", "whatsapp");
    let answer = api.client.post(url).bearer_auth(&api.token).multipart(form).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], 100);
}

#[tokio::test]
async fn unknown_media_and_broken_links_fail_later() {
    let mock = Mock::builder().windows(false).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    wamid(&api.send(ANA, "image", json!({"id": "999"})).await);
    assert_eq!(receiver.statuses(1).await[0]["errors"][0]["code"], 131053);
    let known = mock.put_media("picture", "image/png");
    wamid(&api.send(ANA, "image", json!({"id": known})).await);
    assert_eq!(receiver.statuses(4).await[1]["status"], "sent");
    let link = "https://example.com/a.png";
    wamid(&api.send(ANA, "image", json!({"link": link})).await);
    assert_eq!(receiver.statuses(7).await[4]["status"], "sent");
    mock.break_link(link);
    wamid(&api.send(ANA, "image", json!({"link": link})).await);
    assert_eq!(receiver.statuses(8).await[7]["errors"][0]["code"], 131053);
    mock.clock().advance(SignedDuration::from_hours(31 * 24));
    wamid(&api.send(ANA, "image", json!({"id": known})).await);
    assert_eq!(receiver.statuses(9).await[8]["errors"][0]["code"], 131053, "uploads are kept 30 days");
}
