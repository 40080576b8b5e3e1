//! `cutover write`: the steps of a plan as edits of the files.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use cutover_cli::Exit;

use super::{IMAGE, planned};
use crate::support::Folder;

const HELLO: &str = "hello/deployments/hello.yaml";
const CANARY: &str = "hello/deployments/deployment-hello-canary.yaml";

#[test]
fn each_step_is_one_small_edit() {
    let folder = planned();
    let start = folder.text(HELLO);
    let write = |step: usize| {
        folder.done(&format!(
            "cutover write plan.yaml --step {step} -R -f hello"
        ))
    };
    assert_eq!(write(1), format!("created {CANARY}\n"));
    assert_eq!(write(2), format!("changed {HELLO}\n"));
    assert_eq!(
        folder.text(HELLO),
        start.replace("replicas: 3 ", "replicas: 2 ")
    );
    assert_eq!(write(3), format!("changed {CANARY}\n"));
    assert_eq!(write(4), format!("changed {CANARY}\n"));
    assert_eq!(write(5), format!("changed {HELLO}\n"));
    assert_eq!(write(6), format!("changed {HELLO}\n"));
    assert_eq!(write(7), format!("changed {CANARY}\n"));
    assert_eq!(write(8), format!("removed {CANARY}\n"));
    assert_eq!(
        folder.text(HELLO),
        start.replace("hello:1.0.0", "hello:2.0.0")
    );
    assert_eq!(write(8), "");
}

/// A step may be left out, and the way back is written in the same way.
#[test]
fn files_go_from_any_state_to_any_other() {
    let start = planned().files();
    for first in [0, 1, 3, 5, 8] {
        for second in [0, 2, 4, 7] {
            let folder = planned();
            for step in [first, second, 0] {
                folder.done(&format!(
                    "cutover write plan.yaml --step {step} -R -f hello"
                ));
                let read = folder.done("cutover render plan.yaml --step 0 -R -f hello");
                assert!(step != 0 || read == folder.done("cutover read -R -f hello"));
            }
            assert_eq!(folder.files(), start, "{first} {second}");
        }
    }
}

#[test]
fn written_files_read_as_the_rendered_state() {
    let folder = planned();
    for step in 1..=8 {
        let rendered = folder.done(&format!("cutover render plan.yaml --step {step} -o json"));
        folder.done(&format!(
            "cutover write plan.yaml --step {step} -R -f hello"
        ));
        let again = folder.done(&format!(
            "cutover render plan.yaml --step {step} -R -f hello -o json"
        ));
        let read = folder.done("cutover read -R -f hello -o json");
        let sorted = |text: &str| {
            let mut items = super::json(text)["items"].as_array().unwrap().clone();
            items.sort_by_key(ToString::to_string);
            items
        };
        assert_eq!(sorted(&again), sorted(&read), "step {step}");
        assert!(
            sorted(&rendered)
                .iter()
                .all(|object| sorted(&read).contains(object)),
            "step {step}"
        );
    }
}

/// A file that is named itself is what is read the next time, so a new object goes to its end.
#[test]
fn a_named_file_gets_new_documents_at_its_end() {
    let folder = Folder::hello();
    let start = ["deployments/hello.yaml", "services/hello.yaml"]
        .map(|name| folder.text(&format!("hello/{name}")))
        .join("---\n");
    folder.put("all.yaml", &start);
    folder.done(&format!(
        "cutover plan canary -f all.yaml {IMAGE} --steps 25,50 -o plan.yaml"
    ));
    assert_eq!(
        folder.done("cutover write plan.yaml --step 1 -f all.yaml"),
        "changed all.yaml\n"
    );
    assert!(
        folder
            .text("all.yaml")
            .starts_with(&format!("{start}---\napiVersion: apps/v1\n"))
    );
    folder.done("cutover write plan.yaml --step 8 -f all.yaml");
    assert_eq!(
        folder.text("all.yaml"),
        start.replace("hello:1.0.0", "hello:2.0.0")
    );
}

#[test]
fn lists_and_json_are_edited_too() {
    let folder = Folder::hello();
    let list = folder.done("cutover read -R -f hello -o json");
    folder.put("all.json", &list);
    folder.done(&format!(
        "cutover plan canary -f all.json {IMAGE} --steps 25,50 -o plan.yaml"
    ));
    for step in [1, 2, 5, 8, 0] {
        folder.done(&format!(
            "cutover write plan.yaml --step {step} -f all.json"
        ));
    }
    assert_eq!(folder.text("all.json"), list);
}

#[test]
fn a_number_of_pods_that_was_given_is_in_the_files_on_the_way_alone() {
    let folder = Folder::hello();
    folder.change(HELLO, "  replicas: 3            # one a zone\n", "");
    let start = folder.text(HELLO);
    folder.done(&format!(
        "cutover plan canary -R -f hello {IMAGE} --steps 25,50 --replicas 3 -o plan.yaml"
    ));
    let written = |step: usize| {
        let outcome = folder.run(&format!(
            "cutover write plan.yaml --step {step} -R -f hello"
        ));
        let text = folder.text(HELLO);
        let line = text.lines().find(|line| line.contains("replicas: "));
        let warns = outcome.messages.contains("`replicas` is taken out");
        (line.map(|line| line.trim().to_owned()), warns)
    };
    let line = |number: u32| Some(format!("replicas: {number}"));
    assert_eq!(written(1), (line(3), false));
    assert_eq!(written(2), (line(2), false));
    assert_eq!(written(7), (line(3), false));
    assert_eq!(written(8), (None, true));
    assert_eq!(written(8), (None, false));
    assert_eq!(written(1), (line(3), false));
    assert_eq!(written(0), (None, true));
    assert_eq!(folder.text(HELLO), start);
}

/// What a file says of a number that an autoscaler owns was true when somebody wrote it.
#[test]
fn a_number_of_pods_that_an_autoscaler_owns_is_no_matter_of_the_files() {
    let folder = Folder::hello();
    folder.put("hello/scaler.yaml", "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: hello}\nspec: {minReplicas: 2, maxReplicas: 9, metrics: [], scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: hello}}\n");
    folder.done(&format!(
        "cutover plan canary -R -f hello {IMAGE} --steps 25 --autoscaler hold --replicas 8 -o plan.yaml"
    ));
    let outcome = folder.run("cutover write plan.yaml --step 0 -R -f hello");
    assert!(
        outcome.messages.contains("note: nothing to write"),
        "{}",
        outcome.messages
    );
    folder.done("cutover write plan.yaml --step 1 -R -f hello");
    assert!(folder.text(HELLO).contains("replicas: 8"));
}

#[test]
fn what_goes_is_taken_out_of_its_file() {
    let folder = Folder::hello();
    let job = "# once a night\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: night}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n";
    folder.put("hello/jobs.yaml", &format!("{job}---\n{map}"));
    folder.put(
        "new/all.yaml",
        &folder.done("cutover read -f hello/services -f hello/deployments"),
    );
    folder.put("new/map.yaml", map);
    folder.done("cutover plan rolling -R -f hello --to new --prune -o plan.yaml");
    assert_eq!(
        folder.done("cutover write plan.yaml --step 1 -R -f hello"),
        "changed hello/jobs.yaml\n"
    );
    assert_eq!(folder.text("hello/jobs.yaml"), map);
}

fn secret(token: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\nstringData: {{token: {token}}}\n"
    )
}

#[test]
fn a_secret_is_never_written_from_a_plan() {
    let folder = Folder::hello();
    folder.put("hello/secret.yaml", &secret("hunter2"));
    folder.put("new/secret.yaml", &secret("hunter3"));
    folder.done("cutover plan rolling -R -f hello --to new -o plan.yaml");
    let outcome = folder.run("cutover write plan.yaml --step 1 -R -f hello");
    assert!(
        outcome.messages.contains(
            "error: Secret key: a plan does not hold a Secret's values\nhint: say --secrets-from with the files that have them, or put its new manifest into the files by hand"
        ),
        "{}",
        outcome.messages
    );
    folder.put("hello/secret.yaml", &secret("hunter3"));
    assert!(
        folder
            .run("cutover write plan.yaml --step 1 -R -f hello")
            .messages
            .contains("nothing to write")
    );
}

#[test]
fn a_secret_is_put_into_the_files_by_hand_and_its_step_is_written_then() {
    let folder = Folder::hello();
    folder.put("hello/secret.yaml", &secret("hunter2"));
    folder.put("new/secret.yaml", &secret("hunter3"));
    folder.put(
        "new/all.yaml",
        &folder.done("cutover read -f hello/services -f hello/deployments"),
    );
    folder.done(&format!(
        "cutover plan canary -R -f hello --to new {IMAGE} --steps 25 -o plan.yaml"
    ));
    let start = folder.text(HELLO);
    for (token, steps) in [("hunter3", [1, 2, 3]), ("hunter2", [0, 0, 0])] {
        folder.put("hello/secret.yaml", &secret(token));
        steps.iter().for_each(|step| {
            drop(folder.done(&format!(
                "cutover write plan.yaml --step {step} -R -f hello"
            )))
        });
        assert_eq!(folder.text("hello/secret.yaml"), secret(token));
    }
    assert_eq!(folder.text(HELLO), start);
}

#[test]
fn permissions_and_links_stay() {
    let folder = planned();
    let real = folder.path("hello/real.txt");
    fs::rename(folder.path(HELLO), &real).unwrap();
    symlink("../real.txt", folder.path(HELLO)).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    folder.done("cutover write plan.yaml --step 2 -R -f hello");
    assert!(is_link(&folder, HELLO));
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert!(folder.text("hello/real.txt").contains("replicas: 2"));
}

/// What a killed command left behind neither stays nor stands in the way.
#[test]
fn files_are_staged_with_their_own_mode_and_nothing_is_left_behind() {
    let check = |mode: u32, left: Option<&str>| {
        let folder = planned();
        let path = folder.path(HELLO);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        for (name, left) in ["hello.yaml", "deployment-hello-canary.yaml"]
            .iter()
            .zip(left)
        {
            folder.put(&format!("hello/deployments/.cutover-{name}.new"), left);
        }
        folder.done("cutover write plan.yaml --step 2 -R -f hello");
        let now = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(now & 0o7777, mode, "{mode:o}");
        let names = folder.files().into_keys();
        let left: Vec<String> = names.filter(|name| name.contains(".cutover-")).collect();
        assert!(left.is_empty(), "{left:?}");
    };
    check(0o600, None);
    check(0o666, None);
    check(0o640, Some("half of it"));
    check(0o4755, Some(""));
}

#[test]
fn owner_and_group_stay_where_the_process_may_give_them() {
    let check = |owner: u32, group: u32| {
        let folder = planned();
        let path = folder.path(HELLO);
        // Only root may give files away.
        if chown(&path, Some(owner), Some(group)).is_err() {
            return;
        }
        let outcome = folder.run("cutover write plan.yaml --step 2 -R -f hello");
        assert!(!outcome.messages.contains("could not be kept"));
        let now = fs::metadata(&path).unwrap();
        assert_eq!((now.uid(), now.gid()), (owner, group));
    };
    check(1234, 0);
    check(0, 1234);
    check(1234, 4321);
}

fn is_link(folder: &Folder, name: &str) -> bool {
    fs::symlink_metadata(folder.path(name))
        .unwrap()
        .is_symlink()
}

/// What is named with `-f` is edited, and nothing else.
#[test]
fn links_out_of_the_folder_are_not_written_through() {
    let check = |link: &dyn Fn(&Folder)| {
        let folder = planned();
        fs::rename(folder.path(HELLO), folder.path("real.yaml")).unwrap();
        link(&folder);
        let before = folder.text("real.yaml");
        let outcome = folder.run("cutover write plan.yaml --step 2 -R -f hello");
        assert!(
            outcome
                .messages
                .contains(&format!("error: {HELLO}: it is a link to /"))
                && outcome
                    .messages
                    .contains("real.yaml, which is not in hello\nhint: name that file"),
            "{}",
            outcome.messages
        );
        assert_eq!(folder.text("real.yaml"), before);
        assert!(is_link(&folder, HELLO));
        let line = "cutover write plan.yaml --step 2 -f real.yaml -f hello/services -f hello/deployments/auth.yaml";
        folder.done(line);
        assert!(folder.text("real.yaml").contains("replicas: 2"));
    };
    check(&|folder| symlink("../../real.yaml", folder.path(HELLO)).unwrap());
    check(&|folder| symlink(folder.path("real.yaml"), folder.path(HELLO)).unwrap());
    check(&|folder| {
        symlink("../real.yaml", folder.path("hello/one.txt")).unwrap();
        symlink("../one.txt", folder.path(HELLO)).unwrap();
    });
    check(&|folder| {
        symlink("..", folder.path("hello/up")).unwrap();
        symlink("../up/real.yaml", folder.path(HELLO)).unwrap();
    });
}

/// A link that stands where a new file is to go is neither followed nor replaced.
#[test]
fn a_link_in_the_place_of_a_new_file_stays() {
    for target in ["../../ci.yaml", "nowhere", "hello.yaml"] {
        let folder = planned();
        symlink(target, folder.path(CANARY)).unwrap();
        let outcome = folder.run("cutover write plan.yaml --step 1 -R -f hello");
        assert_ne!(outcome.exit, Exit::Done, "{target}");
        assert!(is_link(&folder, CANARY), "{target}");
        assert!(!folder.path("ci.yaml").exists(), "{target}");
    }
}

/// A name of RBAC may have a `:`, and a resource of its own a kind in small letters.
#[test]
fn new_files_have_names_that_every_system_takes() {
    let created = |kind: &str, name: &str| {
        let folder = Folder::hello();
        let object =
            format!("apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: '{name}'}}\n");
        folder.put("new/all.yaml", &folder.done("cutover read -R -f hello"));
        folder.put("new/more.yaml", &object);
        folder.done("cutover plan rolling -R -f hello --to new -o plan.yaml");
        folder.done("cutover write plan.yaml --step 1 -R -f hello")
    };
    let file = |name: &str| format!("created hello/deployments/{name}\n");
    assert_eq!(
        created("ClusterRole", "system:node"),
        file("clusterrole-system_node.yaml")
    );
    assert_eq!(created("Role", "a b*"), file("role-a_b_.yaml"));
    assert_eq!(created("widget", "hello"), file("widget-hello.yaml"));
    assert_eq!(created("My-Widget", "..."), file("my-widget-....yaml"));
}

/// Each document is edited by itself, and those between stay as they are to the byte.
#[test]
fn one_file_of_many_documents_keeps_all_others() {
    let folder = Folder::hello();
    let set = |name: &str| folder.text(&format!("hello/deployments/{name}.yaml"));
    let all = format!(
        "# all\n---\n{}---\n# none\n---\n{}\n--- # last\n{}",
        set("hello"),
        set("auth"),
        set("frontend")
    );
    folder.put("all/all.yaml", &all.replace('\n', "\r\n"));
    folder.put(
        "new/all.yaml",
        &all.replace("hello:1.0.0", "hello:2.0.0")
            .replace("frontend:1.0.0", "frontend:2.0.0"),
    );
    folder.done("cutover plan rolling -f all --to new -o plan.yaml");
    assert_eq!(
        folder.done("cutover write plan.yaml --step 1 -f all"),
        "changed all/all.yaml\n"
    );
    assert_eq!(
        folder.text("all/all.yaml"),
        folder.text("new/all.yaml").replace('\n', "\r\n")
    );
}

#[test]
fn what_cannot_be_edited_is_told_with_its_line_in_the_file() {
    let folder = Folder::hello();
    let shared = folder
        .text(HELLO)
        .replace("replicas: 3 ", "replicas: &three 3 ");
    let shared = shared.replace(
        "containerPort: 8081",
        "containerPort: 8081\n              hostPort: *three",
    );
    folder.put(
        "all.yaml",
        &format!("{}---\n{shared}", folder.text("hello/services/hello.yaml")),
    );
    folder.done(&format!(
        "cutover plan canary -f all.yaml {IMAGE} --steps 25,50 -o plan.yaml"
    ));
    let outcome = folder.run("cutover write plan.yaml --step 2 -f all.yaml");
    assert!(
        outcome.messages.contains("error: all.yaml:21:20: "),
        "{}",
        outcome.messages
    );
}

#[test]
fn new_files_of_two_namespaces_have_two_names() {
    let folder = Folder::empty();
    for namespace in ["prod", "test"] {
        let hello = include_str!("../../fixtures/hello/deployments/hello.yaml");
        let hello = hello.replace(
            "  labels: {app: hello}",
            &format!("  namespace: {namespace}"),
        );
        folder.put(&format!("hello/{namespace}.yaml"), &hello);
        folder.put(
            &format!("new/{namespace}.yaml"),
            &hello.replace("hello:1.0.0", "hello:2.0.0"),
        );
    }
    folder.done("cutover plan canary -R -f hello --to new --steps 25 -o plan.yaml");
    let lines = folder.done("cutover write plan.yaml --step 1 -R -f hello");
    assert_eq!(
        lines,
        "created hello/deployment-hello-canary.yaml\ncreated hello/deployment-test-hello-canary.yaml\n"
    );
}

/// What a command that was killed between two files leaves behind is no state of the plan.
#[test]
fn a_killed_command_is_the_same_command_again() {
    let states: Vec<_> = (0..=8)
        .map(|step| {
            let folder = planned();
            folder.done(&format!(
                "cutover write plan.yaml --step {step} -R -f hello"
            ));
            folder.files()
        })
        .collect();
    let check = |set: usize, canary: usize, step: usize| {
        let folder = planned();
        folder.put(HELLO, &states[set][HELLO]);
        if let Some(text) = states[canary].get(CANARY) {
            folder.put(CANARY, text);
        }
        let line = format!("cutover write plan.yaml --step {step} -R -f hello");
        let outcome = folder.run(&line);
        assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
        assert_eq!(folder.files(), states[step], "{set} {canary} to {step}");
    };
    check(2, 5, 5);
    check(8, 1, 8);
    check(0, 7, 0);
    check(5, 0, 3);
}

#[test]
fn what_stands_at_no_state_leaves_all_untouched() {
    let check = |file: &str, from: &str, to: &str| {
        let folder = planned();
        folder.done("cutover write plan.yaml --step 5 -R -f hello");
        folder.change(file, from, to);
        let before = folder.files();
        let outcome = folder.run("cutover write plan.yaml --step 6 -R -f hello");
        assert_eq!(outcome.exit, Exit::Failed, "{}", outcome.messages);
        assert_eq!(folder.files(), before);
    };
    check(HELLO, "replicas: 2", "replicas: 7");
    check(CANARY, "replicas: 1", "replicas: 9");
    check("hello/services/hello.yaml", "app: hello", "app: other");
}

#[test]
fn what_a_later_step_cannot_write_is_refused_at_once() {
    let check = |from: &str, to: &str, step: usize| {
        let folder = Folder::hello();
        folder.change(HELLO, from, to);
        folder.done(&format!(
            "cutover plan canary -R -f hello {IMAGE} --steps 25,50 -o plan.yaml"
        ));
        let before = folder.files();
        let outcome = folder.run("cutover write plan.yaml --step 1 -R -f hello");
        let reason = format!("error: step {step} could not be written later: {HELLO}:");
        assert!(outcome.messages.contains(&reason), "{}", outcome.messages);
        assert_eq!(folder.files(), before);
    };
    check("image: ", "image: &image ", 5);
    check("image: ", "image: !!str ", 5);
    check("replicas: 3", "replicas: &three 3", 2);
    check("spec:\n  replicas", "spec: &spec\n  replicas", 2);
}

/// A plan holds no bytes, so what is removed comes back as it is printed.
#[test]
fn what_does_not_come_back_as_it_was_is_told_beforehand() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\n";
    let check = |file: &str, text: &str, warned: bool| {
        let folder = Folder::hello();
        folder.put("new/all.yaml", &folder.done("cutover read -R -f hello"));
        folder.put(file, text);
        folder.done("cutover plan rolling -R -f hello --to new --prune -o plan.yaml");
        let before = folder.text(file);
        let outcome = folder.run("cutover write plan.yaml --step 1 -R -f hello");
        assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
        let said = format!(
            "warning: {file}: written back it has other bytes than now: what is removed comes back as cutover prints it, without its comments, and a text may come back with other quotes\nhint: `git checkout COMMIT -- {file}` brings the file back as it is now, and so does `cutover write --originals DIR` from a copy of it\n"
        );
        assert_eq!(
            outcome.messages.contains(&said),
            warned,
            "{}",
            outcome.messages
        );
        folder.done("cutover write plan.yaml --step 0 -R -f hello");
        let after = folder.files();
        assert_eq!(after.get(file) != Some(&before), warned, "{file}");
    };
    check("hello/deployments/configmap-map.yaml", map, false);
    check(
        "hello/deployments/configmap-map.yaml",
        &format!("# why\n{map}"),
        true,
    );
    check("hello/deployments/other.yaml", map, true);
    check(
        "hello/all.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"map\"}}",
        true,
    );
}

/// A failure means that two files say the same of an object, and `write` lets them say two things.
#[test]
fn an_object_that_stands_twice_is_one_and_is_not_written() {
    let folder = planned();
    let hello = folder.text(HELLO);
    folder.put("hello/again.yaml", &hello);
    let plan = format!("cutover plan canary -R -f hello {IMAGE} --steps 25 -o twice.yaml");
    folder.done(&plan);
    let write = folder.run("cutover write twice.yaml --step 2 -R -f hello");
    assert_eq!(write.exit, Exit::Failed);
    let place = "Deployment hello is already defined in hello/again.yaml:2:1";
    assert!(write.messages.contains(place), "{}", write.messages);
    assert_eq!(folder.text(HELLO), hello);
    fs::remove_file(folder.path("hello/again.yaml")).unwrap();
    folder.done("cutover write twice.yaml --step 2 -R -f hello");
    assert_ne!(folder.text(HELLO), hello);
}
