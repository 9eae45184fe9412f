//! TLS with an authority of one's own, whatever stands behind the address. One server passes the whole suite that way; these show that
//! the connections that Sentinel and Cluster lead to trust it, too.

use servers::{redis::RedisServer, sentinel::TlsSentinel};

use super::{Opened, open, refusal};
use crate::suite::put;

#[tokio::test]
async fn a_cluster_is_trusted_by_the_certificate_that_is_named() {
    let cluster = RedisServer::start_cluster_with_tls();
    works_only_with_its_certificate(&cluster.tls_cluster_url()).await;
}

#[tokio::test]
async fn sentinels_and_their_master_are_trusted_by_the_certificate_that_is_named() {
    let sentinel = TlsSentinel::start();
    works_only_with_its_certificate(&sentinel.url()).await;
}

async fn works_only_with_its_certificate(url: &str) {
    let error = refusal(url.split("&ca=").next().unwrap()).await.to_string();
    assert!(error.contains("certificate"), "{error}");
    let Opened { store, .. } = &open(url).await;
    store.commit(put("ada", 0, "one")).await.unwrap();
    assert_eq!(store.load("ada").await.unwrap().unwrap().value, b"one");
}
