use serde_json::json;

use super::*;
use crate::server::{End, Say, Server};

/// What a watch tells, shortly.
async fn told(says: Vec<Say>, count: usize) -> (Vec<String>, Vec<String>) {
    let server = Server::start(says).await;
    let scope = Scope {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: Some("shop".into()),
        name: None,
    };
    let events = server
        .cluster()
        .watch(scope)
        .take(count)
        .map(|event| in_short(&event));
    let events = timeout(Duration::from_secs(20), events.collect())
        .await
        .expect("the watch tells it all");
    (events, server.lines())
}

fn in_short(event: &Event) -> String {
    let name = |manifest: &Manifest| manifest.object().to_string();
    match event {
        Event::Listed(_, objects) => {
            format!(
                "all: {}",
                objects.iter().map(name).collect::<Vec<_>>().join(", ")
            )
        }
        Event::Changed(_, manifest) => format!("changed: {}", name(manifest)),
        Event::Gone(_, manifest) => format!("gone: {}", name(manifest)),
        Event::Unwatched(_, fault) => format!("unwatched: {}", fault.code),
        other => format!("{other:?}"),
    }
}

fn list(version: &str, names: &[&str]) -> Say {
    let items: Vec<Value> = names
        .iter()
        .map(|name| json!({ "metadata": { "name": name } }))
        .collect();
    Say::Json(
        200,
        json!({ "metadata": { "resourceVersion": version }, "items": items }),
    )
}

fn line(kind: &str, name: &str, version: &str) -> String {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": name, "namespace": "shop", "resourceVersion": version },
    });
    json!({ "type": kind, "object": object }).to_string()
}

fn expired() -> String {
    let status = json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version" });
    json!({ "type": "ERROR", "object": status }).to_string()
}

fn follow(version: &str) -> String {
    format!(
        "GET /apis/apps/v1/namespaces/shop/deployments?watch=true&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds=300"
    )
}

const LIST: &str = "GET /apis/apps/v1/namespaces/shop/deployments";

#[tokio::test]
async fn a_list_comes_first_and_then_every_change() {
    let lines = vec![
        line("ADDED", "b", "6"),
        line("MODIFIED", "b", "7"),
        line("DELETED", "a", "8"),
    ];
    let (told, asked) = told(vec![list("5", &["a"]), Say::Lines(lines, End::Open)], 4).await;
    assert_eq!(
        told,
        [
            "all: Deployment a",
            "changed: Deployment shop/b",
            "changed: Deployment shop/b",
            "gone: Deployment shop/a"
        ]
    );
    assert_eq!(asked, [LIST, &follow("5")]);
}

#[tokio::test]
async fn a_watch_that_ends_goes_on_from_its_last_bookmark() {
    let first = Say::Lines(
        vec![line("ADDED", "b", "6"), line("BOOKMARK", "", "9")],
        End::Closed,
    );
    let then = Say::Lines(vec![line("ADDED", "c", "10")], End::Open);
    let (told, asked) = told(vec![list("5", &[]), first, then], 3).await;
    assert_eq!(
        told,
        [
            "all: ",
            "changed: Deployment shop/b",
            "changed: Deployment shop/c"
        ]
    );
    assert_eq!(asked, [LIST, &follow("5"), &follow("9")]);
}

#[tokio::test]
async fn a_stream_that_is_cut_in_an_object_tells_that_object_later() {
    let first = Say::Lines(
        vec![line("ADDED", "b", "6"), line("ADDED", "c", "7")],
        End::Cut,
    );
    let then = Say::Lines(vec![line("ADDED", "c", "7")], End::Open);
    let (told, asked) = told(vec![list("5", &[]), first, then], 3).await;
    assert_eq!(
        told,
        [
            "all: ",
            "changed: Deployment shop/b",
            "changed: Deployment shop/c"
        ]
    );
    assert_eq!(asked, [LIST, &follow("5"), &follow("6")]);
}

#[tokio::test]
async fn a_watch_that_is_too_old_begins_anew() {
    let old = Say::Lines(vec![expired()], End::Closed);
    let gone = Say::Json(
        410,
        json!({ "kind": "Status", "code": 410, "reason": "Expired" }),
    );
    let says = vec![
        list("5", &[]),
        old,
        list("20", &["a"]),
        gone,
        list("30", &["b"]),
    ];
    let (told, asked) = told(says, 3).await;
    assert_eq!(told, ["all: ", "all: Deployment a", "all: Deployment b"]);
    assert_eq!(asked, [LIST, &follow("5"), LIST, &follow("20"), LIST]);
}

#[tokio::test]
async fn a_server_that_goes_away_is_asked_until_it_is_back() {
    let busy = Say::Raw("HTTP/1.1 429 X\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n".into());
    let away = || Say::Raw(String::new());
    let then = Say::Lines(vec![line("ADDED", "b", "6")], End::Open);
    let (told, asked) = told(vec![away(), list("5", &[]), away(), busy, then], 2).await;
    assert_eq!(told, ["all: ", "changed: Deployment shop/b"]);
    assert_eq!(
        asked,
        [LIST, LIST, &follow("5"), &follow("5"), &follow("5")]
    );
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_and_tried_again() {
    let no = || {
        Say::Json(
            403,
            json!({ "kind": "Status", "code": 403, "reason": "Forbidden" }),
        )
    };
    let (told, asked) = told(vec![no(), no(), no(), list("5", &[])], 2).await;
    assert_eq!(told, ["unwatched: 403", "all: "]);
    assert_eq!(asked, [LIST; 4]);
}
