//! Keys that stand twice, as kubectl lets them.

use cutover_cli::Exit;

use super::IMAGE;
use crate::support::Folder;

const SERVICE: &str = "hello/services/hello.yaml";
const WARNING: &str = "warning: hello/services/hello.yaml:13:7: Service hello: the key `targetPort` is already defined in line 12\nhint: kubectl takes the last one; remove the others\n";

/// The lab with a key twice in its Service.
fn doubled() -> Folder {
    let folder = Folder::hello();
    let twice = "targetPort: other\n      targetPort: http";
    folder.change(SERVICE, "targetPort: http", twice);
    folder
}

/// A failure means that a release is refused, or warned about wrongly, for what it does not touch.
#[test]
fn a_key_twice_in_what_stays_is_a_warning() {
    let folder = doubled();
    let check = |line: &str, exit: Exit, times: usize| {
        let outcome = folder.run(line);
        assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
        let told = outcome.messages.matches(WARNING).count();
        assert_eq!(told, times, "{line}\n{}", outcome.messages);
    };
    let canary = format!("cutover plan canary -R -f hello --steps 25 {IMAGE}");
    check(&format!("{canary} -o plan.yaml"), Exit::Done, 1);
    check(&format!("{canary} --verify plan.yaml"), Exit::Done, 1);
    check(
        "cutover render plan.yaml --step 1 -R -f hello",
        Exit::Done,
        1,
    );
    check(
        "cutover write plan.yaml --step 1 -R -f hello",
        Exit::Done,
        1,
    );
    // Nothing changes, and a plan that is refused.
    check("cutover plan rolling -R -f hello", Exit::Done, 1);
    let refused = "cutover plan rolling -R -f hello --image hallo=hello:2.0.0";
    check(refused, Exit::Failed, 1);
}

/// A label that the first blue/green brings changes the Service too.
#[test]
fn a_key_twice_in_what_only_the_plan_changes_is_an_error() {
    let folder = doubled();
    let line = format!("cutover plan blue-green -R -f hello --service hello {IMAGE} -o plan.yaml");
    let outcome = folder.run(&line);
    assert_eq!(outcome.exit, Exit::Failed, "{}", outcome.messages);
    let error = "error: hello/services/hello.yaml:13:7: the key `targetPort` is already defined in line 12\n";
    assert!(outcome.messages.starts_with(error), "{}", outcome.messages);
}
