//! Secrets that cannot be read or used: nothing says what they hold.

use cutover_cli::Exit;

use super::IMAGE;
use crate::support::Folder;

/// A Secret with some lines, and what is said of it.
fn check(lines: &str, says: &str) {
    let folder = Folder::hello();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\n";
    folder.put("hello/secret.yaml", &format!("{secret}{lines}"));
    let outcome = folder.run(&format!(
        "cutover plan rolling -R -f hello {IMAGE} -o plan.yaml"
    ));
    assert!(
        outcome.messages.contains(says),
        "{lines}\n{}",
        outcome.messages
    );
    let plan = match outcome.exit {
        Exit::Done => folder.text("plan.yaml"),
        _ => String::new(),
    };
    for told in [&outcome.output, &outcome.messages, &plan] {
        assert!(!told.contains("hunter2"), "{lines}\n{told}");
    }
}

#[test]
fn a_misspelt_field_is_refused_without_its_value() {
    let unknown = |field: &str| format!("hello/secret.yaml:1:1: Secret key: `{field}` is no field");
    check("stringdata: {token: hunter2}\n", &unknown("stringdata"));
    check("Data: {token: hunter2}\n", &unknown("Data"));
    check("spec: {token: hunter2}\n", &unknown("spec"));
    check("string-data:\n  token: hunter2\n", &unknown("string-data"));
}

#[test]
fn what_cannot_be_read_is_not_repeated() {
    check(
        "data: {token: *hunter2}\n",
        "hello/secret.yaml:5:15: no anchor",
    );
    check("data: {token: !!int hunter2}\n", "this text is not `!!int`");
    check(
        "data: {token: !!float hunter2}\n",
        "this text is not `!!float`",
    );
    check(
        "data: {token: !!binary hunter2!}\n",
        "this text is not `!!binary`",
    );
    check(
        "data: &hunter2 {token: *hunter2}\n",
        "holds the alias itself",
    );
    check("data: {token: @hunter2}\n", "hello/secret.yaml:5:");
    check("data: {token: \"hunter2\n", "hello/secret.yaml:");
    check("data: {token: 'hunter2\\q}\n", "hello/secret.yaml:");
    check("data: {token: \"hunter2\\q\"}\n", "hello/secret.yaml:");
    check("data: {token: %hunter2}\n", "hello/secret.yaml:5:");
}

#[test]
fn a_value_that_is_no_text_is_not_repeated() {
    check("data: hunter2\n", "");
    check("data: [hunter2]\n", "");
    check("data: {token: [hunter2]}\n", "");
    check("immutable: hunter2\n", "");
}
