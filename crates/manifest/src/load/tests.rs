use crate::{ObjectRef, bundle, load, read};

/// What comes of a file: the objects with their places, then the errors or warnings, hints left
/// out.
fn check(text: &str, expect: &[&str]) {
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let lines: Vec<String> = match bundle(vec![read("a.yaml", text.as_bytes()).unwrap()]) {
        Err(errors) => errors
            .iter()
            .map(|error| first(error.to_string()))
            .collect(),
        Ok(loaded) => {
            let object = |(object, source): (&_, &crate::Source)| {
                format!(
                    "{object} {} {}{}",
                    source.place, source.document, source.pointer
                )
            };
            let objects = loaded.sources.iter().map(object);
            objects
                .chain(
                    loaded
                        .warnings
                        .iter()
                        .map(|warning| first(warning.to_string())),
                )
                .collect()
        }
    };
    assert_eq!(lines, expect, "{text}");
}

#[test]
fn objects_are_found_with_their_places() {
    check("", &[]);
    check("# nothing\n---\n---\n", &[]);
    check(
        "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n---\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        &["Service a a.yaml:6:1 2", "Service b a.yaml:1:1 0"],
    );
    check(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a, namespace: prod}}\n",
        &["Service prod/a a.yaml:4:3 0/items/0"],
    );
    check("apiVersion: v1\nkind: List\nitems: []\n", &[]);
}

#[test]
fn what_cannot_be_used_is_an_error_with_its_place() {
    check("- 1\n", &["a.yaml:1:1: a manifest must be a map"]);
    check(
        "kind: Service\nmetadata: {name: a}\n",
        &["a.yaml:1:1: `apiVersion` is missing or is no text"],
    );
    check(
        "apiVersion: v1\nmetadata: {name: a}\n",
        &["a.yaml:1:1: `kind` is missing or is no text"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n",
        &["a.yaml:1:1: `metadata.name` is missing or is no text"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n",
        &["a.yaml:1:1: Pod has `generateName: a-` and no name"],
    );
    check(
        "apiVersion: v1\nkind: ../../.github/workflows/ci\nmetadata: {name: a}\n",
        &[
            "a.yaml:1:1: `kind` is \"../../.github/workflows/ci\": a kind is letters, digits and `-`, 63 at most, and starts with a letter",
        ],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a/../../b}\n",
        &["a.yaml:1:1: `metadata.name` is \"a/../../b\": it may not contain '/'"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ..}\n",
        &["a.yaml:1:1: `metadata.namespace` is \"..\": it may not be `..`"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\u202eb\"}\n",
        &["a.yaml:1:1: `metadata.name` is \"a\\u{202e}b\": it may not contain '\\u{202e}'"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nkind: Job\nmetadata: {name: a}\n",
        &["a.yaml:3:1: the key `kind` is already defined in line 2"],
    );
    let hpa = |version| {
        format!(
            "apiVersion: autoscaling/{version}\nkind: HorizontalPodAutoscaler\nmetadata: {{name: a}}\n"
        )
    };
    check(
        &format!("{}---\n{}", hpa("v1"), hpa("v2")),
        &["a.yaml:5:1: HorizontalPodAutoscaler a is already defined in a.yaml:1:1"],
    );
    check(
        "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\n",
        &[
            "a.yaml:1:1: Deployment a: Kubernetes serves no `extensions/v1beta1` of this kind since 1.16",
            "a.yaml:5:1: `metadata.name` is missing or is no text",
        ],
    );
}

#[test]
fn what_may_not_be_meant_is_a_warning() {
    check(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {debug: on}\n",
        &[
            "ConfigMap a a.yaml:1:1 0",
            "a.yaml:4:15: ConfigMap a: `on` is true for kubectl and \"on\" for kustomize",
        ],
    );
    check(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {debug: on}\n",
        &[
            "Secret a a.yaml:1:1 0",
            "a.yaml:4:21: Secret a: kubectl and kustomize read this scalar differently",
        ],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {helm.sh/hook: test}}\n",
        &[
            "a.yaml:1:1: Pod a: set aside, since Helm makes and removes it itself (`helm.sh/hook: test`)",
        ],
    );
}

/// What is said of keys that stand twice, where one object changes: its errors, or else the
/// warnings about others.
#[track_caller]
fn check_duplicates(text: &str, changing: &str, expect: &[&str]) {
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let changes = |object: &ObjectRef| object.to_string() == changing;
    let judged = load(vec![read("a.yaml", text.as_bytes()).unwrap()])
        .and_then(|loaded| loaded.judge_duplicates(changes));
    let lines: Vec<String> = match judged {
        Ok(warnings) => warnings
            .iter()
            .map(|warning| format!("warning: {}", first(warning.to_string())))
            .collect(),
        Err(errors) => errors
            .iter()
            .map(|error| first(error.to_string()))
            .collect(),
    };
    assert_eq!(lines, expect, "{text}");
}

#[test]
fn a_key_twice_is_an_error_where_its_object_changes() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - {port: 1, port: 2}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, name: c}\n";
    check_duplicates(
        text,
        "none",
        &[
            "warning: a.yaml:6:15: Service a: the key `port` is already defined in line 6",
            "warning: a.yaml:10:21: Service c: the key `name` is already defined in line 10",
        ],
    );
    check_duplicates(
        text,
        "Service a",
        &["a.yaml:6:15: the key `port` is already defined in line 6"],
    );
    check_duplicates(
        text,
        "Service c",
        &["a.yaml:10:21: the key `name` is already defined in line 10"],
    );
}

/// A key's name is told, and no value of a Secret.
#[test]
fn a_key_twice_in_a_secret_shows_no_value() {
    check_duplicates(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  token: one\n  token: two\n",
        "none",
        &["warning: a.yaml:6:3: Secret a: the key `token` is already defined in line 5"],
    );
}

/// The list around objects is none of them: which of two `items` is meant nobody can tell.
#[test]
fn a_key_twice_in_a_list_is_one_of_its_item_or_an_error() {
    let item = |name: &str, more: &str| {
        format!("- apiVersion: v1\n  kind: Service\n  metadata: {{name: {name}}}\n{more}")
    };
    let twice = "  spec: {a~/b: {c: 1, c: 2}}\n";
    let list = |head: &str, items: &str, tail: &str| {
        format!("{head}apiVersion: v1\nkind: List\nitems:\n{items}{tail}")
    };
    let items: String = (0..11)
        .map(|at| item(&format!("s{at}"), ""))
        .chain([item("last", twice)])
        .collect();
    let last = "a.yaml:40:23: the key `c` is already defined in line 40";
    check_duplicates(&list("", &items, ""), "Service last", &[last]);
    let warning = "warning: a.yaml:40:23: Service last: the key `c` is already defined in line 40";
    check_duplicates(&list("", &items, ""), "Service s1", &[warning]);

    let before = "apiVersion: v1\nkind: Service\nmetadata: {name: before}\n---\n";
    check_duplicates(
        &list(&format!("{before}kind: List\n"), &item("a", ""), ""),
        "none",
        &["a.yaml:7:1: the key `kind` is already defined in line 5"],
    );
    check_duplicates(
        &list(
            before,
            &item("a", ""),
            &format!("items:\n{}", item("b", "")),
        ),
        "none",
        &["a.yaml:11:1: the key `items` is already defined in line 7"],
    );
}
