//! The values of Secrets that a plan writes: it has seals of them only.

use cutover_cli::Exit;

use crate::support::Folder;

const COPY: &str = "hello/secret-key-b8b5d723b898.yaml";

/// A Deployment whose pods read a Secret, as it runs and as it is wanted, and the plan of a canary.
fn planned(flags: &str) -> Folder {
    let folder = Folder::empty();
    for (end, version) in [("hello", "1"), ("new", "2")] {
        folder.put(&format!("{end}/hello.yaml"), &deployment(version));
        folder.put(&format!("{end}/key.yaml"), &secret(version));
    }
    let plan = "cutover plan canary --steps 50 -f hello --to new -o plan.yaml";
    folder.done(&format!("{plan} {flags}"));
    folder
}

fn deployment(version: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: hello}}\nspec:\n  replicas: 2\n  \
         selector: {{matchLabels: {{app: hello}}}}\n  template:\n    metadata: {{labels: {{app: hello}}}}\n    \
         spec: {{containers: [{{name: hello, image: 'hello:{version}', envFrom: [{{secretRef: {{name: key}}}}]}}]}}\n"
    )
}

fn secret(version: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\nstringData: {{token: token-{version}}}\n"
    )
}

fn write(folder: &Folder, step: usize, flags: &str) -> Exit {
    let line = format!("cutover write plan.yaml --step {step} -f hello {flags}");
    folder.run(&line).exit
}

/// A failure means that a step of a plan with Secrets cannot be committed, or holds other values.
#[test]
fn copies_and_changes_of_secrets_are_written_from_the_files_that_have_the_values() {
    let folder = planned("");
    assert_eq!(write(&folder, 1, ""), Exit::Failed);
    assert_eq!(write(&folder, 1, "--secrets-from hello"), Exit::Failed);
    assert_eq!(write(&folder, 1, "--secrets-from new"), Exit::Done);
    assert!(folder.text(COPY).contains("token: token-2"));
    assert_eq!(folder.text("hello/key.yaml"), secret("1"));
    assert_eq!(write(&folder, 3, "--secrets-from new"), Exit::Done);
    assert_eq!(folder.text("hello/key.yaml"), secret("2"));
    assert_eq!(write(&folder, 7, ""), Exit::Done);
    // Another object of the files has the copy's values.
    assert_eq!(write(&folder, 6, ""), Exit::Done);
    assert!(folder.text(COPY).contains("token: token-2"));
    assert_eq!(write(&folder, 0, ""), Exit::Failed);
    folder.put("old/key.yaml", &secret("1"));
    assert_eq!(write(&folder, 0, "--secrets-from old"), Exit::Done);
    assert_eq!(folder.text("hello/key.yaml"), secret("1"));
}

#[test]
fn versions_of_secrets_are_written_and_rendered_too() {
    let folder = planned("--configuration version");
    assert_eq!(write(&folder, 1, "--secrets-from new"), Exit::Done);
    assert!(folder.text(COPY).contains("token: token-2"));
    let render = |flags: &str| folder.run(&format!("cutover render plan.yaml --step 1 {flags}"));
    let missing = render("");
    assert!(!missing.output.contains("token-"), "{}", missing.output);
    assert!(
        missing
            .messages
            .contains("Secret key-b8b5d723b898: a plan does not hold")
    );
    for flags in ["--secrets-from new", "-f hello"] {
        let rendered = render(flags);
        assert!(rendered.output.contains("token: token-2"), "{flags}");
        assert!(!rendered.messages.contains("does not hold"), "{flags}");
    }
}

/// A failure means that files count which nobody has named, or that a file which has nothing to do
/// with the plan's Secrets stops it.
#[test]
fn the_files_of_values_are_read_as_kubectl_reads_them() {
    let folder = planned("");
    let other = "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\ndata: {a: '', a: ''}\n";
    folder.put("values/other.yaml", other);
    folder.put("values/below/key.yaml", &secret("2"));
    assert_eq!(write(&folder, 1, "--secrets-from values"), Exit::Failed);
    folder.put("values/key.yaml", &secret("2"));
    assert_eq!(write(&folder, 1, "--secrets-from values"), Exit::Done);
    let twice = format!("{}metadata: {{name: key}}\n", secret("2"));
    folder.put("values/key.yaml", &twice);
    let outcome = folder.run("cutover write plan.yaml --step 2 -f hello --secrets-from values");
    assert_eq!(outcome.exit, Exit::Failed);
    assert!(
        outcome.messages.contains("values/key.yaml:5"),
        "{}",
        outcome.messages
    );
}
