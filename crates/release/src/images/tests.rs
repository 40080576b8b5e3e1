use super::*;

#[test]
fn a_name_is_changed_as_kustomize_has_it() {
    let check = |change: &str, image: &str, expect: Option<&str>| {
        let change: ImageOverride = change.parse().unwrap();
        assert_eq!(change.of(image).as_deref(), expect, "{change:?} {image}");
    };
    check("app:2", "app", Some("app:2"));
    check("app:2", "app:1", Some("app:2"));
    check("app:2", "app:1@sha256:0a", Some("app:2"));
    check("app@sha256:0b", "app:1@sha256:0a", Some("app@sha256:0b"));
    check("app:2@sha256:0b", "app:1", Some("app:2@sha256:0b"));
    check(
        "app=r.example:5000/web",
        "app:1@sha256:0a",
        Some("r.example:5000/web:1@sha256:0a"),
    );
    check(
        "app=r.example/web:2",
        "app@sha256:0a",
        Some("r.example/web:2"),
    );
    check(
        "r.example:5000/app:2",
        "r.example:5000/app:1",
        Some("r.example:5000/app:2"),
    );
    check("app:2", "app:{STABLE}", Some("app:2"));
    // No part of a name.
    check("app:2", "team/app:1", None);
    check("app:2", "app-server:1", None);
    check("r.example/app:2", "r.example:5000/app:1", None);
    check("localhost=r.example/app", "localhost:5000/app", None);
    check("app:2", "app/web:1", None);
    check("app:2", "app@sha512:0a", None);
    check("app:2", "app:1 ", None);
}

#[test]
fn what_says_no_image_is_refused() {
    for text in [
        "",
        "app",
        "=app:2",
        "app=",
        "app=app:",
        "app:1=app:2",
        "app@sha256:0a=app",
        "a b:2",
        "app=a b",
        "app=web=1",
    ] {
        assert!(text.parse::<ImageOverride>().is_err(), "{text:?}");
    }
}

fn object(kind: &str, name: &str, template: &str, image: &str) -> Manifest {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name},
        "spec": {"template": {}, "jobTemplate": {"spec": {"template": {}}}},
    });
    *value.pointer_mut(template).unwrap() = json!({"spec": {
        "initContainers": [{"name": "migrate", "image": image}],
        "containers": [{"name": "main", "image": image}, {"name": "log", "image": "log:1"}],
    }});
    Manifest::new(value).unwrap()
}

/// The images of each object, after a change.
fn check(objects: Vec<Manifest>, change: &str, workloads: &[&str], expect: &[&str]) {
    let workloads: Vec<WorkloadName> = workloads.iter().map(|name| name.parse().unwrap()).collect();
    let bundle = Bundle::from_iter(objects);
    let lines: Vec<String> = match override_image(&bundle, &change.parse().unwrap(), &workloads) {
        Err(refusals) => vec![refusals.to_string()],
        Ok(changed) => {
            let line = |object: &Manifest| {
                let images: Vec<&str> = images(object).collect();
                format!("{}: {}", object.object(), images.join(" "))
            };
            changed.iter().map(line).collect()
        }
    };
    assert_eq!(lines, expect, "{change}");
}

#[test]
fn every_container_of_the_name_gets_it() {
    let all = || {
        let mut made = object("ReplicaSet", "web-1", "/spec/template", "app:0");
        made = made.set(
            "/metadata/ownerReferences",
            json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "1", "controller": true}]),
        ).unwrap();
        vec![
            object("Deployment", "web", "/spec/template", "app:1"),
            object("Deployment", "worker", "/spec/template", "app:1"),
            object(
                "CronJob",
                "nightly",
                "/spec/jobTemplate/spec/template",
                "app:1",
            ),
            made,
        ]
    };
    check(
        all(),
        "app:2",
        &[],
        &[
            "CronJob nightly: app:2 app:2 log:1",
            "Deployment web: app:2 app:2 log:1",
            "Deployment worker: app:2 app:2 log:1",
            "ReplicaSet web-1: app:0 app:0 log:1",
        ],
    );
    check(
        all(),
        "app:2",
        &["web"],
        &[
            "CronJob nightly: app:1 app:1 log:1",
            "Deployment web: app:2 app:2 log:1",
            "Deployment worker: app:1 app:1 log:1",
            "ReplicaSet web-1: app:0 app:0 log:1",
        ],
    );
    check(
        all(),
        "app:1",
        &[],
        &[
            "CronJob nightly: app:1 app:1 log:1",
            "Deployment web: app:1 app:1 log:1",
            "Deployment worker: app:1 app:1 log:1",
            "ReplicaSet web-1: app:0 app:0 log:1",
        ],
    );
    check(
        all(),
        "hallo:2",
        &[],
        &["image hallo: no container has it\nhint: there are app:1, log:1"],
    );
}

#[test]
fn the_list_of_images_is_bounded() {
    let many = |at| {
        object(
            "Deployment",
            &format!("web-{at}"),
            "/spec/template",
            &format!("app-{at}:1"),
        )
    };
    check(
        (0..7).map(many).collect(),
        "app:2",
        &[],
        &[
            "image app: no container has it\nhint: there are app-0:1, app-1:1, app-2:1, app-3:1, app-4:1 and 3 more",
        ],
    );
}
