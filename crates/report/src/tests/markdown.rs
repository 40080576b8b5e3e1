use insta::assert_snapshot;
use serde_json::json;

use super::example::{canary, deployment, plan};
use crate::{markdown, markdown_within};

fn page(plan: &cutover::Checked) -> String {
    markdown(plan)
        .unwrap()
        .replace(&plan.digest.to_string(), "sha256:0123")
}

#[test]
fn a_canary() {
    assert_snapshot!(page(&canary()), @r#"
# Plan hello: canary, 8 steps

Strategy canary for Deployment hello (3 pods, behind Service hello). It waits for a person twice. In the end, changed: Deployment hello; there only on the way: Deployment hello-canary.

|  | phase | what changes | hello | canary | new version | then wait for |
| --: | --- | --- | :-: | :-: | :-: | --- |
| 0 |  | as it is | 3 | – | 0 % |  |
| 1 | canary-25 | create Deployment hello-canary | 3 | 1 | 25 % | hello-canary 1 available · a person |
| 2 | canary-50 | scale Deployment hello 3 → 2 | 2 | 1 | 33 % | hello 2 available |
| 3 | canary-50 | scale Deployment hello-canary 1 → 2 | 2 | 2 | 50 % | hello-canary 2 available · a person |
| 4 | promote | scale Deployment hello-canary 2 → 1 | 2 | 1 | 33 % | hello-canary 1 available |
| 5 | promote | image of Deployment hello 1.0.0 → 2.0.0 | 2 | 1 | 33 → 100 % | hello 2 available (one pod at a time) |
| 6 | cleanup | scale Deployment hello 2 → 3 | 3 | 1 | 100 % | hello 3 available |
| 7 | cleanup | scale Deployment hello-canary 1 → 0 | 3 | 0 | 100 % | hello-canary pods gone |
| 8 | cleanup | delete Deployment hello-canary | 3 | – | 100 % |  |

- canary-25: asked 25 %, achieved 1/4 (25 %), error 0
- canary-50: asked 50 %, achieved 1/2 (50 %), error 0

While pods that are available stay so: never fewer than 3 available, never more than 4 at once. Shares are of new connections. Undo is ready from every step.

Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.

## Steps

<details><summary>1 · canary-25 · create Deployment hello-canary with 1 pod</summary>

```diff
@@ create Deployment hello-canary, a copy of Deployment hello, but: @@
- spec.replicas: 3
+ spec.replicas: 1
+ spec.selector.matchLabels["cutover.dev/track"]: canary
+ spec.template.metadata.labels["cutover.dev/track"]: canary
- spec.template.spec.containers[name=hello].image: registry.example/hello:1.0.0
+ spec.template.spec.containers[name=hello].image: registry.example/hello:2.0.0
```

</details>

<details><summary>2 · canary-50 · scale Deployment hello 3 → 2</summary>

```diff
@@ patch Deployment hello @@
- spec.replicas: 3
+ spec.replicas: 2
```

</details>

<details><summary>3 · canary-50 · scale Deployment hello-canary 1 → 2</summary>

```diff
@@ patch Deployment hello-canary @@
- spec.replicas: 1
+ spec.replicas: 2
```

</details>

<details><summary>4 · promote · scale Deployment hello-canary 2 → 1</summary>

```diff
@@ patch Deployment hello-canary @@
- spec.replicas: 2
+ spec.replicas: 1
```

</details>

<details><summary>5 · promote · image of Deployment hello 1.0.0 → 2.0.0</summary>

```diff
@@ patch Deployment hello @@
- spec.template.spec.containers[name=hello].image: registry.example/hello:1.0.0
+ spec.template.spec.containers[name=hello].image: registry.example/hello:2.0.0
```

</details>

<details><summary>6 · cleanup · scale Deployment hello 2 → 3</summary>

```diff
@@ patch Deployment hello @@
- spec.replicas: 2
+ spec.replicas: 3
```

</details>

<details><summary>7 · cleanup · scale Deployment hello-canary 1 → 0</summary>

```diff
@@ patch Deployment hello-canary @@
- spec.replicas: 1
+ spec.replicas: 0
```

</details>

<details><summary>8 · cleanup · delete Deployment hello-canary</summary>

```diff
@@ delete Deployment hello-canary @@
- apiVersion: apps/v1
- kind: Deployment
- metadata:
-   name: hello-canary
- spec:
-   replicas: 0
-   selector:
-     matchLabels:
-       app: hello
-       cutover.dev/track: canary
-   strategy:
-     rollingUpdate:
-       maxSurge: 1
-       maxUnavailable: 0
-     type: RollingUpdate
-   template:
-     metadata:
-       labels:
-         app: hello
-         cutover.dev/track: canary
-     spec:
-       containers:
-       - image: registry.example/hello:2.0.0
-         lifecycle:
-           preStop:
-             sleep:
-               seconds: 5
-         name: hello
-         readinessProbe:
-           httpGet:
-             path: /
-             port: 8080
```

</details>

## Ways back

| from | way back | joins |
| --: | --- | --: |
| 1 | scale Deployment hello-canary 1 → 0 · delete Deployment hello-canary | 0 |
| 2, 4 | scale Deployment hello 2 → 3 | 1 |
| 3 | scale Deployment hello-canary 2 → 1 | 2 |
| 5 | image of Deployment hello 2.0.0 → 1.0.0 | 4 |
| 6 | scale Deployment hello 3 → 2 | 5 |
| 7 | image of Deployment hello 2.0.0 → 1.0.0 · delete Deployment hello-canary | 0 |
| 8 | image of Deployment hello 2.0.0 → 1.0.0 | 0 |

Digest:

`sha256:0123`
"#);
}

#[test]
fn an_empty_plan() {
    let all = [deployment("hello", 3, "1")];
    assert_snapshot!(page(&plan(json!({"rolling": {}}), &all, &all)), @r#"
# Plan rolling: rolling, nothing to do

Digest:

`sha256:0123`
"#);
}

#[test]
fn nothing_in_a_manifest_becomes_markup() {
    let map = |value: &str| {
        [
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": value}}),
        ]
    };
    let page = page(&plan(
        json!({"rolling": {}}),
        &map("b"),
        &map("c\n```\n</details><b>\n````x"),
    ));
    assert!(page.contains("`````diff\n"), "{page}");
    let image = |tag: &str| [deployment("hello", 1, tag)];
    let page = markdown(&plan(
        json!({"rolling": {}}),
        &image("<img>|[x](y)"),
        &image("1"),
    ))
    .unwrap();
    assert!(page.contains(r"&lt;img>\|\[x](y)"), "{page}");
}

/// Neither told to a person nor linked to an issue, and nothing stands there that nobody sees.
#[test]
fn nothing_in_a_manifest_calls_a_person() {
    let check = |tag: &str, shown: &str| {
        let image = |tag: &str| [deployment("hello", 1, tag)];
        let plan = plan(json!({"rolling": {}}), &image(tag), &image("1"));
        let page = markdown(&plan).unwrap();
        let outside: String = page.split("```").step_by(2).collect();
        assert!(outside.contains(shown), "{tag}\n{outside}");
        assert!(!outside.contains(tag), "{tag}\n{outside}");
    };
    check("GH-12", "GH-<!-- -->12");
    check(
        "https://forge.example/a/b/issues/3",
        "https:<!-- -->//forge.example/a/b/issues/3",
    );
    check("@admin", "@<!-- -->admin");
    check("#12", "#<!-- -->12");
    check("me/it#12", "me/it#<!-- -->12");
    check("1\u{200b}.0", "1\\\\u{200b}.0");
    check("1\u{feff}", "\\\\u{feff}");
    check("\u{202e}1", "\\\\u{202e}1");
}

/// A comment on GitHub has a limit, and what it lacks is told.
#[test]
fn what_is_too_long_is_left_out_and_told() {
    let plan = canary();
    let whole = markdown(&plan).unwrap();
    assert_eq!(markdown_within(&plan, 65_536).unwrap(), whole);
    for most in [2000, 2500, 3000] {
        let text = markdown_within(&plan, most).unwrap();
        assert!(text.chars().count() <= most, "{most}: {text}");
        assert!(text.contains("**Left out**"), "{most}: {text}");
        assert!(text.contains(&plan.digest.to_string()), "{most}: {text}");
    }
}
