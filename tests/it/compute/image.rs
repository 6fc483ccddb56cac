//! What the tests of images share: importing as the operator does it, uploading as a program does it.

use compute_driver::conformance::bootable::qcow2_disk;
use data_encoding::BASE64;
use reqwest::Method;
use serde_json::{Value, json};

use super::publisher::Publisher;
use crate::world::{Answer, Browser, World};

/// A disk of one GiB that boots.
pub fn disk() -> Vec<u8> {
    qcow2_disk(1 << 30)
}

/// Asks for an import and gives the image once nothing more happens by itself.
pub async fn imported(owner: &Browser, publisher: &Publisher, into: Value) -> Value {
    let mut form = json!({ "url": publisher.url, "sha256": publisher.sha256() });
    form.as_object_mut().unwrap().extend(into.as_object().unwrap().clone());
    let asked = owner.post("/v1/operator/images", &form).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    settled(owner, &format!("/v1/operator/images/{}", asked.text_at("/id"))).await
}

/// What is at `path` once it is ready or has failed.
pub async fn settled(who: &Browser, path: &str) -> Value {
    who.until(path, |image| matches!(image["state"].as_str(), Some("ready" | "failed" | "deleted"))).await
}

/// Begins an upload; the answer's `Location` takes the bytes.
pub async fn begin(who: &Browser, base: &str, bytes: usize, words: &[(&str, &str)]) -> Answer {
    let words: Vec<_> = words.iter().map(|(word, value)| format!("{word} {}", BASE64.encode(value.as_bytes()))).collect();
    let request = who.request(Method::POST, base).header("Tus-Resumable", "1.0.0").header("Upload-Length", bytes);
    who.send(request.header("Upload-Metadata", words.join(","))).await
}

/// Where an upload's bytes go.
pub fn location(begun: &Answer) -> String {
    assert_eq!(begun.status, 201, "{begun:?}");
    begun.headers["location"].to_str().unwrap().to_owned()
}

/// Sends a piece.
pub async fn piece(who: &Browser, address: &str, offset: usize, bytes: &[u8]) -> Answer {
    let request = who.request(Method::PATCH, address).header("Tus-Resumable", "1.0.0").header("Upload-Offset", offset);
    who.send(request.header("Content-Type", "application/offset+octet-stream").body(bytes.to_vec())).await
}

/// How much is there, as the server says.
pub async fn offset(who: &Browser, address: &str) -> Option<usize> {
    let answer = who.send(who.request(Method::HEAD, address).header("Tus-Resumable", "1.0.0")).await;
    answer.headers.get("upload-offset")?.to_str().ok()?.parse().ok()
}

/// Uploads a disk of a customer's own and gives the image once nothing more happens by itself.
pub async fn uploaded(who: &Browser, name: &str, disk: &[u8]) -> Value {
    let begun = begin(who, "/v1/image-uploads", disk.len(), &[("name", name)]).await;
    let sent = piece(who, &location(&begun), 0, disk).await;
    assert_eq!((sent.status, sent.headers["upload-offset"].to_str().unwrap()), (204, disk.len().to_string().as_str()));
    settled(who, &format!("/v1/images/{}", begun.text_at("/id"))).await
}

/// An order of the smallest machine, made of what `from` says in place of the first template.
pub async fn order(world: &World, who: &Browser, hostname: &str, from: Value) -> Value {
    let mut order = world.smallest_order(who, hostname, "test_succeeds").await;
    order.as_object_mut().unwrap().remove("template_id");
    order.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    order
}

/// Orders it and waits until the machine runs; gives its id.
pub async fn machine(world: &World, who: &Browser, hostname: &str, from: Value) -> String {
    let answer = who.post("/v1/orders", &order(world, who, hostname, from).await).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let operation = who.operation(answer.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    answer.text_at("/instance_id").to_owned()
}

/// Files in the folder of images.
pub fn kept(world: &World) -> usize {
    let folders = std::fs::read_dir(world.config.data_dir.join("library")).into_iter().flatten().flatten();
    folders.map(|folder| std::fs::read_dir(folder.path()).map_or(0, Iterator::count)).sum()
}
