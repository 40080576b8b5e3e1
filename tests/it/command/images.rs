//! `--images`, by the name of the image.

use cutover_cli::Exit;

use crate::support::Folder;

#[test]
fn images_are_changed_by_their_name() {
    let folder = Folder::hello();
    let check = |words: &str, exit: Exit, output: &[&str], messages: &[&str]| {
        let line = format!("cutover plan rolling -R -f hello {words}");
        let outcome = folder.run(&line);
        assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
        for wanted in output {
            assert!(
                outcome.output.contains(wanted),
                "{line}\n{}",
                outcome.output
            );
        }
        for wanted in messages {
            assert!(
                outcome.messages.contains(wanted),
                "{line}\n{}",
                outcome.messages
            );
        }
    };
    check(
        "--images registry.example/hello:2.0.0",
        Exit::Done,
        &["image of Deployment hello 1.0.0 → 2.0.0"],
        &[],
    );
    check(
        "--images registry.example/hello=other.example:5000/hello:2.0.0 --images registry.example/frontend:9",
        Exit::Done,
        &["other.example:5000/hello", "Deployment frontend"],
        &[],
    );
    check(
        "--images hello:2.0.0",
        Exit::Failed,
        &[],
        &["error: image hello: no container has it\nhint: there are registry.example/"],
    );
    check(
        "--images hello",
        Exit::WrongUse,
        &[],
        &[
            "`hello` does not say which image gets which name, tag or digest",
            "NAME[=NEW][:TAG][@DIGEST]",
        ],
    );
    check(
        "--images registry.example/hello:2.0.0 --workload frontend",
        Exit::Failed,
        &[],
        &["error: image registry.example/hello: no container has it\n"],
    );
}
