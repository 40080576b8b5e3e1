use cutover_manifest::Manifest;
use cutover_patch::Patch;
use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::server::{Say, Server};

fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "hello", "namespace": "shop", "managedFields": [{ "manager": "kubectl" }] },
        "spec": { "replicas": 3, "unknown": { "field": 1.5 } },
    })
}

fn hello() -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", Some("shop"), "hello")
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({ "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message })
}

async fn asked(request: Request, say: Say) -> (Answer, crate::server::Asked) {
    let server = Server::start(vec![say]).await;
    let answer = server.cluster().ask(request).await;
    let mut asked = server.asked();
    assert_eq!(asked.len(), 1, "a request is sent once: {asked:?}");
    (answer, asked.remove(0))
}

async fn fault(say: Say) -> Fault {
    asked(Request::Get(hello()), say).await.0.unwrap_err()
}

#[tokio::test]
async fn an_object_comes_back_with_all_its_fields() {
    let (answer, asked) = asked(Request::Get(hello()), Say::Json(200, deployment())).await;
    assert_eq!(
        answer,
        Ok(Reply::Object(Some(Manifest::new(deployment()).unwrap())))
    );
    assert_eq!(
        asked.line,
        "GET /apis/apps/v1/namespaces/shop/deployments/hello"
    );
}

#[tokio::test]
async fn an_object_that_is_not_there_is_none() {
    let gone = Say::Json(
        404,
        status(404, "NotFound", "deployments.apps \"hello\" not found"),
    );
    assert_eq!(
        asked(Request::Get(hello()), gone).await.0,
        Ok(Reply::Object(None))
    );
    let elsewhere = fault(Say::Raw(
        "HTTP/1.1 404 X\r\ncontent-length: 4\r\n\r\nnone".into(),
    ))
    .await;
    assert_eq!(
        (elsewhere.code, &*elsewhere.message),
        (404, "none"),
        "another server than Kubernetes'"
    );
}

#[tokio::test]
async fn a_namespace_that_is_not_said_is_the_context_s_and_a_cluster_wide_kind_has_none() {
    let service = ObjectRef::new("v1", "Service", None, "hello");
    let (_, near) = asked(
        Request::Get(service),
        Say::Json(404, status(404, "NotFound", "")),
    )
    .await;
    assert_eq!(near.line, "GET /api/v1/namespaces/prod/services/hello");
    let role = ObjectRef::new(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        None,
        "system:a/b",
    );
    let (_, wide) = asked(
        Request::Get(role),
        Say::Json(404, status(404, "NotFound", "")),
    )
    .await;
    assert_eq!(
        wide.line,
        "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%2Fb"
    );
}

#[tokio::test]
async fn items_of_a_list_get_their_kind_and_pods_lose_their_writers() {
    let scope = Scope {
        api_version: "v1".into(),
        kind: "Pod".into(),
        namespace: Some("shop".into()),
        name: Some("hello-1".into()),
    };
    let list = json!({
        "kind": "PodList", "metadata": { "resourceVersion": "7" },
        "items": [{ "metadata": { "name": "hello-1", "managedFields": [{}] } }],
    });
    let (answer, asked) = asked(Request::List(scope), Say::Json(200, list)).await;
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "hello-1" } });
    assert_eq!(
        answer,
        Ok(Reply::Objects(vec![Manifest::new(pod).unwrap()]))
    );
    let line = "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dhello-1";
    assert_eq!(
        asked.line, line,
        "a consistent read names no resourceVersion"
    );
}

/// A failure means that all ConfigMaps of a cluster are read to find a few.
#[tokio::test]
async fn a_list_by_labels_is_the_server_s_to_make() {
    let scope = Scope {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: None,
        name: None,
    };
    let list = json!({ "kind": "ConfigMapList", "items": [] });
    let server = Server::start(vec![Say::Json(200, list)]).await;
    let found = server.cluster().list_labelled(&scope, "app=hello").await;
    assert_eq!(found, Ok(Vec::new()));
    assert_eq!(
        server.asked()[0].line,
        "GET /api/v1/configmaps?labelSelector=app%3Dhello"
    );
}

#[tokio::test]
async fn a_patch_says_who_writes_and_that_it_is_strict() {
    let ops: Patch =
        serde_json::from_value(json!([{ "op": "replace", "path": "/spec/replicas", "value": 4 }]))
            .unwrap();
    let write = Write::Patch {
        object: hello(),
        ops: ops.clone(),
    };
    let (_, asked) = asked(
        Request::Write {
            write,
            dry_run: false,
        },
        Say::Json(200, deployment()),
    )
    .await;
    let line = "PATCH /apis/apps/v1/namespaces/shop/deployments/hello?fieldManager=cutover&fieldValidation=Strict";
    assert_eq!(asked.line, line);
    let has = |wanted: &str| asked.headers.iter().any(|header| header == wanted);
    assert!(
        has("content-type: application/json-patch+json"),
        "{:?}",
        asked.headers
    );
    assert!(
        has(concat!("user-agent: cutover/", env!("CARGO_PKG_VERSION"))),
        "{:?}",
        asked.headers
    );
    assert_eq!(
        serde_json::from_str::<Value>(&asked.body).unwrap(),
        json!(ops)
    );
}

#[tokio::test]
async fn a_new_object_is_posted_and_a_rehearsal_is_one() {
    let manifest = Manifest::new(deployment()).unwrap();
    let write = Write::Create(manifest.clone());
    let (answer, asked) = asked(
        Request::Write {
            write,
            dry_run: true,
        },
        Say::Json(201, deployment()),
    )
    .await;
    assert_eq!(answer, Ok(Reply::Object(Some(manifest))));
    let line = "POST /apis/apps/v1/namespaces/shop/deployments?fieldManager=cutover&fieldValidation=Strict&dryRun=All";
    assert_eq!(asked.line, line);
    assert_eq!(
        serde_json::from_str::<Value>(&asked.body).unwrap(),
        deployment()
    );
}

/// The server reads a delete's options from its body alone where there is one: a `dryRun` in the
/// query would delete.
#[tokio::test]
async fn a_delete_means_one_object_in_the_background_and_its_rehearsal_deletes_nothing() {
    for dry_run in [false, true] {
        let version = dry_run.then(|| "7".into());
        let write = Write::Delete {
            object: hello(),
            uid: "u-1".into(),
            version,
        };
        let success = json!({ "kind": "Status", "status": "Success" });
        let (answer, asked) =
            asked(Request::Write { write, dry_run }, Say::Json(200, success)).await;
        assert_eq!(answer, Ok(Reply::Object(None)));
        assert_eq!(
            asked.line,
            "DELETE /apis/apps/v1/namespaces/shop/deployments/hello"
        );
        let options: Value = serde_json::from_str(&asked.body).unwrap();
        let version = if dry_run { json!("7") } else { Value::Null };
        assert_eq!(
            options["preconditions"],
            json!({ "uid": "u-1", "resourceVersion": version })
        );
        assert_eq!(options["propagationPolicy"], "Background");
        assert_eq!(
            options["dryRun"],
            if dry_run { json!(["All"]) } else { json!([]) }
        );
    }
}

#[tokio::test]
async fn a_right_is_asked_for_with_its_subresource_and_its_name() {
    for (resource, allowed) in [("deployments", true), ("deployments/scale", false)] {
        let right = Right {
            group: "apps".into(),
            resource: resource.into(),
            verb: "patch".into(),
            namespace: Some("shop".into()),
            name: Some("hello".into()),
        };
        let review = Say::Json(201, json!({ "status": { "allowed": allowed } }));
        let (answer, asked) = asked(Request::Review(right), review).await;
        assert_eq!(answer, Ok(Reply::Allowed(allowed)));
        assert_eq!(
            asked.line,
            "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        );
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let attributes = json!({
            "group": "apps", "resource": resource, "subresource": subresource, "verb": "patch",
            "namespace": "shop", "name": "hello",
        });
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["spec"]["resourceAttributes"], attributes);
    }
}

#[tokio::test]
async fn texts_are_escaped_as_go_does() {
    let ops = json!([{ "op": "test", "path": "/data/run", "value": "a < b && c > d\u{2028}" }]);
    let write = Write::Patch {
        object: hello(),
        ops: serde_json::from_value(ops.clone()).unwrap(),
    };
    let (_, asked) = asked(
        Request::Write {
            write,
            dry_run: false,
        },
        Say::Json(200, json!({})),
    )
    .await;
    assert!(
        asked
            .body
            .contains(r"a \u003c b \u0026\u0026 c \u003e d\u2028"),
        "{}",
        asked.body
    );
    assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), ops);
}

#[tokio::test]
async fn a_crowded_server_answers_in_plain_text_and_says_when_to_come_back() {
    let text = "Too many requests, please try again later.\n";
    let raw = format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 7\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    let expected = Fault {
        code: 429,
        message: text.trim().into(),
        retry_after: Some(7),
        ..Fault::default()
    };
    assert_eq!(fault(Say::Raw(raw)).await, expected);
}

#[tokio::test]
async fn a_bare_422_names_nothing() {
    let message = "the server rejected our request due to an error in our request";
    let expected = Fault {
        code: 422,
        reason: "Invalid".into(),
        message: message.into(),
        ..Fault::default()
    };
    assert_eq!(
        fault(Say::Json(422, status(422, "Invalid", message))).await,
        expected
    );
}

#[tokio::test]
async fn causes_come_with_their_fields() {
    let mut invalid = status(422, "Invalid", "Deployment is invalid");
    let cause = json!({ "reason": "FieldValueInvalid", "field": "spec.selector", "message": "field is immutable" });
    invalid["details"] = json!({ "causes": [cause], "retryAfterSeconds": 2 });
    let fault = fault(Say::Json(422, invalid)).await;
    assert_eq!(
        fault.causes,
        [("spec.selector".to_owned(), "field is immutable".to_owned())]
    );
    assert_eq!(fault.retry_after, Some(2));
}

#[tokio::test]
async fn a_conflict_is_passed_on() {
    let fault = fault(Say::Json(
        409,
        status(409, "Conflict", "the object has been modified"),
    ))
    .await;
    assert_eq!((fault.code, &*fault.reason), (409, "Conflict"));
}

#[tokio::test]
async fn where_no_answer_comes_the_write_may_have_happened() {
    let closed = fault(Say::Raw(String::new())).await;
    assert_eq!(closed.code, 0, "{closed:?}");
    let cut = Say::Raw("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"kind\": ".into());
    assert_eq!(fault(cut).await.code, 0);
    let garbage = Say::Raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{]".into());
    assert_eq!(fault(garbage).await.code, 0);
    let nobody = Cluster::new(kube::Config::new("http://127.0.0.1:1".parse().unwrap())).unwrap();
    let refused = nobody.ask(Request::Get(hello())).await.unwrap_err();
    assert_eq!(refused.code, 0);
    assert!(
        refused.message.to_lowercase().contains("refused"),
        "{}",
        refused.message
    );
}

#[tokio::test]
async fn a_kind_of_a_custom_resource_is_asked_for_once() {
    let resources = json!({ "kind": "APIResourceList", "resources": [
        { "name": "widgets/status", "kind": "Widget", "namespaced": true },
        { "name": "widgets", "kind": "Widget", "namespaced": true },
    ]});
    let gone = || Say::Json(404, status(404, "NotFound", ""));
    let server = Server::start(vec![Say::Json(200, resources), gone(), gone()]).await;
    let cluster = server.cluster();
    for _ in 0..2 {
        let widget = ObjectRef::new("example.com/v1", "Widget", None, "one");
        assert_eq!(
            cluster.ask(Request::Get(widget)).await,
            Ok(Reply::Object(None))
        );
    }
    let path = "GET /apis/example.com/v1/namespaces/prod/widgets/one";
    assert_eq!(server.lines(), ["GET /apis/example.com/v1", path, path]);
}

#[tokio::test]
async fn a_kind_that_the_cluster_does_not_know_is_a_fault() {
    let none = Say::Raw("HTTP/1.1 404 X\r\ncontent-length: 19\r\n\r\n404 page not found\n".into());
    let server = Server::start(vec![none]).await;
    let widget = ObjectRef::new("example.com/v1", "Widget", None, "one");
    let fault = server
        .cluster()
        .ask(Request::Get(widget))
        .await
        .unwrap_err();
    assert_eq!(fault.code, 404);
    assert_eq!(
        fault.message,
        "the cluster knows no kind Widget in example.com/v1"
    );
}

#[tokio::test]
async fn the_server_tells_who_this_is() {
    let review = json!({ "status": { "userInfo": { "username": "jane" } } });
    let server = Server::start(vec![Say::Json(201, review)]).await;
    assert_eq!(server.cluster().user().await, Ok("jane".to_owned()));
}

#[tokio::test]
async fn a_gate_asks_another_system() {
    let server = Server::start(vec![Say::Json(503, json!({ "ready": false }))]).await;
    let request = cutover_run::HttpRequest {
        method: "POST".into(),
        url: format!("{}/api/v1/query?a=b%20c", server.address()),
        body: Some("{}".into()),
        timeout_seconds: 5,
    };
    let answer = server.cluster().ask(Request::Http(request)).await;
    assert_eq!(
        answer,
        Ok(Reply::Http {
            status: 503,
            body: "{\"ready\":false}".into()
        })
    );
    let asked = server.asked().remove(0);
    assert_eq!(
        (&*asked.line, &*asked.body),
        ("POST /api/v1/query?a=b%20c", "{}")
    );
    assert!(
        asked
            .headers
            .iter()
            .all(|header| !header.to_lowercase().starts_with("authorization"))
    );
}

/// A failure means that another system fills the runner's memory.
#[tokio::test]
async fn a_gate_reads_no_answer_without_an_end() {
    let check = async |length: usize, expect: Result<u16, &str>| {
        let body = json!("a".repeat(length));
        let server = Server::start(vec![Say::Json(200, body)]).await;
        let request = cutover_run::HttpRequest {
            method: "GET".into(),
            url: server.address().to_owned(),
            body: None,
            timeout_seconds: 5,
        };
        let answer = server.cluster().ask(Request::Http(request)).await;
        let found = match &answer {
            Ok(Reply::Http { status, .. }) => Ok(*status),
            Ok(other) => panic!("{other:?}"),
            Err(fault) => Err(&*fault.message),
        };
        assert_eq!(found, expect);
    };
    check(1_048_574, Ok(200)).await;
    let long = "the answer is longer than 1048576 bytes";
    check(1_048_575, Err(long)).await;
}

/// A write whose deadline has passed does not reach the server; the run hears that it was not made.
#[tokio::test]
async fn what_is_late_is_not_sent() {
    let now = steady();
    let check = async |deadline: Option<Steady>, sent: bool| {
        let server = Server::start(vec![Say::Json(200, deployment())]).await;
        let write = Write::Create(Manifest::new(deployment()).unwrap());
        let request = Request::Write {
            write,
            dry_run: false,
        };
        let answer = server.cluster().ask_before(request, deadline).await;
        assert_eq!(server.asked().len(), usize::from(sent), "{deadline:?}");
        assert_eq!(answer.err(), (!sent).then(Fault::late), "{deadline:?}");
    };
    check(None, true).await;
    check(Some(later(now, 60)), true).await;
    check(Some(now), false).await;
    check(Some(later(now, -20)), false).await;
}

fn later(moment: Steady, seconds: i64) -> Steady {
    moment.saturating_add(SignedDuration::from_secs(seconds))
}
