//! Secrets in plans, sealed slowly and with a key.

use cutover_cli::Exit;

use super::json;
use crate::support::{Folder, Outcome};

const KEY: &str = "--seal-key seal.key";

fn secret(token: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\nstringData: {{token: {token}}}\n"
    )
}

/// A Secret that changes, two keys, and what is too short for one.
fn folder() -> Folder {
    let folder = Folder::hello();
    folder.put("hello/secret.yaml", &secret("hunter2"));
    folder.put("new/secret.yaml", &secret("hunter3"));
    folder.put("seal.key", "0123456789abcdef0123456789abcdef\n");
    folder.put("other.key", "fedcba9876543210fedcba9876543210\n");
    folder.put("short.key", "hunter2\n");
    folder
}

fn plan(folder: &Folder, flags: &str) -> Outcome {
    folder.run(&format!(
        "cutover plan rolling -f hello --to new {flags} -o plan.yaml"
    ))
}

fn expect(outcome: &Outcome, exit: Exit, says: &str) {
    let told = format!("{}{}", outcome.output, outcome.messages);
    assert!(told.contains(says), "{told}");
    assert!(!told.contains("hunter"), "{told}");
    assert_eq!(outcome.exit, exit, "{told}");
}

#[test]
fn a_plan_says_how_it_is_sealed() {
    let check = |flags: &str, algorithm: &str| {
        let folder = folder();
        expect(&plan(&folder, flags), Exit::Done, "");
        let text = folder.text("plan.yaml");
        let seal = format!("cutover.dev/sealed: {algorithm}:");
        assert!(text.contains(&seal) && !text.contains("hunter"), "{text}");
    };
    check("", "pbkdf2-sha256-600000");
    check(KEY, "hmac-sha256");
}

/// A failure means that a Secret which a plan only labels is named by what is made of its data, or
/// that a plan is refused where that data changes beside it.
#[test]
fn data_that_stays_is_not_in_the_plan() {
    let folder = folder();
    let labelled =
        |token: &str| secret(token).replace("{name: key}", "{name: key, labels: {a: b}}");
    folder.put("new/secret.yaml", &labelled("hunter2"));
    expect(&plan(&folder, ""), Exit::Done, "");
    let text = folder.text("plan.yaml");
    assert!(text.contains("cutover.dev/sealed: unchanged"), "{text}");
    assert!(!text.contains("pbkdf2"), "{text}");
    let diff = folder.done("cutover diff plan.yaml");
    assert!(!diff.contains("sealed"), "{diff}");
    folder.put("hello/secret.yaml", &secret("hunter4"));
    let written = folder.run("cutover write plan.yaml --step 1 -f hello");
    expect(&written, Exit::Done, "changed hello/secret.yaml");
    let text = folder.text("hello/secret.yaml");
    assert!(text.contains("hunter4") && text.contains("a: b"), "{text}");
}

#[test]
fn a_key_is_asked_for_where_data_is_compared() {
    let folder = folder();
    expect(&plan(&folder, KEY), Exit::Done, "");
    let check = |line: &str, says: &str| {
        let without = "Secret key: its data is sealed with a key\nhint: name the key that the plan was made with: --seal-key FILE";
        expect(&folder.run(line), Exit::Failed, without);
        let other = "Secret key: its data is sealed with another key than --seal-key names";
        let line = |key: &str| format!("{line} --seal-key {key}");
        expect(&folder.run(&line("other.key")), Exit::Failed, other);
        let short = "short.key: a key of 7 bytes is too short to seal with";
        expect(&folder.run(&line("short.key")), Exit::Failed, short);
        expect(&folder.run(&line("no.key")), Exit::Failed, "no.key: ");
        let outcome = folder.run(&line("seal.key"));
        let told = format!("{}{}", outcome.output, outcome.messages);
        assert!(told.contains(says), "{told}");
    };
    check(
        "cutover plan rolling -f hello --to new --verify plan.yaml",
        "plan.yaml: the plan is what this input gives",
    );
    check("cutover render plan.yaml --step 0 -f hello", "hunter2");
    check(
        "cutover write plan.yaml --step 1 -f hello",
        "Secret key: a plan does not hold a Secret's values",
    );
    folder.put("hello/secret.yaml", &secret("hunter3"));
    check(
        "cutover write plan.yaml --step 1 -f hello",
        "nothing to write",
    );
    folder.put("hello/secret.yaml", &secret("hunter4"));
    check(
        "cutover write plan.yaml --step 1 -f hello",
        "/data/cutover.dev~1sealed: it is not as in the plan",
    );
}

#[test]
fn what_compares_nothing_needs_no_key() {
    let folder = folder();
    expect(&plan(&folder, KEY), Exit::Done, "");
    for line in [
        "cutover show plan.yaml",
        "cutover diff plan.yaml",
        "cutover check plan.yaml",
        "cutover render plan.yaml --step 1",
    ] {
        expect(&folder.run(line), Exit::Done, "");
    }
}

/// A plan that was made without a key is the same plan for whoever has one, but for how it is sealed.
#[test]
fn a_key_more_does_no_harm() {
    let folder = folder();
    expect(&plan(&folder, ""), Exit::Done, "");
    let rendered = folder.done(&format!("cutover render plan.yaml --step 0 -f hello {KEY}"));
    assert!(rendered.contains("hunter2"), "{rendered}");
    let verified = folder.run(&format!(
        "cutover plan rolling -f hello --to new --verify plan.yaml {KEY}"
    ));
    expect(&verified, Exit::Different, "cutover.dev~1sealed");
}

/// A failure means that a forged plan is compared by a function that is quick to guess, or that
/// never ends.
#[test]
fn a_forged_seal_is_refused() {
    let folder = folder();
    expect(&plan(&folder, KEY), Exit::Done, "");
    let text = folder.done("cutover show plan.yaml -o json");
    let check = |seal: &str, says: &str| {
        let mut plan = json(&text);
        let from = plan["spec"]["from"].as_array_mut().unwrap();
        let secret = from.iter_mut().find(|object| object["kind"] == "Secret");
        secret.unwrap()["data"]["cutover.dev/sealed"] = seal.into();
        // The digest is told first where it does not fit, so it is made to.
        let mut rest = plan.clone();
        rest.as_object_mut().unwrap().remove("digest");
        let digest = cutover::manifest::Digest::of(&rest).unwrap();
        plan["digest"] = digest.to_string().into();
        folder.put("forged.json", &plan.to_string());
        let place = "forged.json: plan: spec.from: Secret key: ";
        let outcome = folder.run("cutover show forged.json");
        expect(&outcome, Exit::Failed, &format!("{place}{says}"));
    };
    let (salt, digest) = ("0".repeat(32), "0".repeat(32));
    let unknown = "the seal of its data is of an algorithm that this version does not know";
    check(&format!("pbkdf2-sha256-1:{salt}:{digest}"), unknown);
    check(
        &format!("pbkdf2-sha256-1000000000000:{salt}:{digest}"),
        unknown,
    );
    check(&format!("md5:{salt}:{digest}"), unknown);
    let malformed = "the seal of its data is malformed";
    check("9565dcb099d8ab7e", malformed);
    check("pbkdf2-sha256-600000:0:0", malformed);
    let strange = "the seal of its data was made for another Secret";
    check(&format!("pbkdf2-sha256-600000:{salt}:{digest}"), strange);
}
