//! Numbers of pods that no plan can reach.

use cutover_cli::Exit::Failed;

use super::{Change, IMAGE, Replace, check, plan};

#[test]
fn counts_without_end() {
    let many = || {
        Replace(
            "hello/deployments/hello.yaml",
            "replicas: 3 ",
            "replicas: 2000000000 ",
        )
    };
    let bad = |changes: &[Change<'_>], words: &str, message: &str, hint: &str| {
        check(changes, &plan(words), Failed, message, hint);
    };
    bad(
        &[],
        "scale --workload hello --replicas 1000000 --max-step 1",
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: 3 to 1000000 pods by 1 takes 999997 steps",
        "take a larger maxStep",
    );
    bad(
        &[many()],
        "scale --workload hello --replicas 0 --max-step 1999999",
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: 2000000000 to 0 pods by 1999999 takes 1001 steps",
        "take a larger maxStep",
    );
    bad(
        &[many()],
        &format!("canary --steps 50 --max-surge 1 --max-unavailable 0 {IMAGE}"),
        "the plan has more than 1000 steps",
        "allow more pods at a time",
    );
    bad(
        &[],
        "scale --workload hello --replicas 4000000000",
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: 4000000000 pods are more than the API server counts",
        "say 2147483647 at most",
    );
    bad(
        &[],
        &format!("blue-green --service hello --preview-replica-count 4000000000 {IMAGE}"),
        "Deployment hello-green: /spec/replicas: 4000000000 pods are more than the API server counts",
        "say 2147483647 at most",
    );
    bad(
        &[],
        &format!("canary --steps 50 --max-surge 4000000000 {IMAGE}"),
        "hello/deployments/hello.yaml:8:3: Deployment hello: /spec/strategy/rollingUpdate: maxSurge is 4000000000",
        "say another maxSurge",
    );
}
