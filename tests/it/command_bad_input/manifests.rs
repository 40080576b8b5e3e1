//! Manifests that no plan can be made of.

use cutover_cli::Exit::Failed;

use super::{IMAGE, Put, Replace, canary, check, plan};

const HELLO: &str = "hello/deployments/hello.yaml";
const SERVICE: &str = "hello/services/hello.yaml";

#[test]
fn services_that_would_serve_nobody() {
    let service = include_str!("../../fixtures/hello/services/hello.yaml");
    let deployment = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let bad = |from: &str, to: &str, message: &str, hint: &str| {
        let new = service.replace(from, to);
        assert_ne!(new, service);
        check(
            &[
                Put("new/hello.yaml", deployment),
                Put("new/service.yaml", &new),
            ],
            &plan("rolling --to new"),
            Failed,
            message,
            hint,
        );
    };
    bad(
        "    app: hello",
        "    app: hallo",
        "new/service.yaml:8:5: Service hello: /spec/selector: `app=hallo` matches no pods",
        "give the pods these labels",
    );
    bad(
        "targetPort: http",
        "targetPort: web",
        "new/service.yaml:10:5: Service hello: /spec/ports: the port `web` is on no container",
        "name a containerPort `web`",
    );
}

/// On the way one of both would be there without the other.
#[test]
fn ports_that_change_with_their_pods() {
    let deployment = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let service = include_str!("../../fixtures/hello/services/hello.yaml");
    let bad = |from: [&str; 2], to: [&str; 2], message: &str, hint: &str| {
        let pods =
            |port: &str| deployment.replace("name: http\n              containerPort: 8080", port);
        let front = |port: &str| service.replace("targetPort: http", port);
        check(
            &[
                Put(HELLO, &pods(from[0])),
                Put(SERVICE, &front(from[1])),
                Put("new/hello.yaml", &pods(to[0])),
                Put("new/service.yaml", &front(to[1])),
            ],
            &plan("rolling --to new"),
            Failed,
            message,
            hint,
        );
    };
    bad(
        [
            "name: http\n              containerPort: 8080",
            "targetPort: http",
        ],
        [
            "name: web\n              containerPort: 9090",
            "targetPort: web",
        ],
        "new/service.yaml:10:5: Service hello: /spec/ports: the port `http` is on no container of Deployment hello: requests to it would be dropped",
        "name a containerPort `http`",
    );
    bad(
        [
            "name: http\n              containerPort: 8080",
            "targetPort: 8080",
        ],
        [
            "name: web\n              containerPort: 9090",
            "targetPort: 9090",
        ],
        "new/service.yaml:10:5: Service hello: /spec/ports: the old and the new pods listen to different ports: 8080 is on no container of Deployment hello meanwhile",
        "give the port one name in the containers of both",
    );
}

#[test]
fn one_object_under_two_versions() {
    let job = |version: &str| {
        format!("apiVersion: batch/{version}\nkind: CronJob\nmetadata: {{name: web}}\nspec: {{}}\n")
    };
    check(
        &[
            Put("hello/job.yaml", &job("v2")),
            Put("new/job.yaml", &job("v1")),
        ],
        &plan("rolling --to new --prune"),
        Failed,
        "new/job.yaml:1:13: CronJob web: /apiVersion: the same object is there as batch/v2",
        "write both ends with one apiVersion",
    );
}

#[test]
fn routes_to_no_port() {
    let route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  defaultBackend: {service: {name: hello, port: {number: 81}}}\n";
    check(
        &[Put("new/route.yaml", route)],
        &plan("rolling --to new"),
        Failed,
        "new/route.yaml:5:58: Ingress web: /spec/defaultBackend/service/port/number: Service hello has no port 81",
        "keep the Service's port",
    );
}

#[test]
fn routes_to_no_service() {
    let route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  defaultBackend: {service: {name: hallo, port: {number: 80}}}\n";
    check(
        &[Put("new/route.yaml", route)],
        &plan("rolling --to new"),
        Failed,
        "new/route.yaml:5:36: Ingress web: /spec/defaultBackend/service/name: Service hallo is not in the input",
        "give the Service too",
    );
}

#[test]
fn fields_that_never_change() {
    let changed = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("track: stable", "track: other");
    check(
        &[Put("new/hello.yaml", &changed)],
        &plan("canary --steps 25 --to new"),
        Failed,
        "new/hello.yaml:10:5: Deployment hello: /spec/selector: the field is immutable",
        "keep it as it is, or make an object of another name",
    );
}

#[test]
fn workloads_that_cannot_have_two_sets() {
    check(
        &[Replace(HELLO, "replicas: 3 ", "replicas: 0 ")],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: it has zero replicas",
        "scale it up first",
    );
    check(
        &[Replace(
            HELLO,
            "replicas: 3 ",
            "paused: true\n  replicas: 3 ",
        )],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:8:11: Deployment hello: /spec/paused: a paused Deployment does not roll out",
        "resume it first",
    );
    check(
        &[Replace(
            HELLO,
            "replicas: 3 ",
            "strategy: {type: Recreate}\n  replicas: 3 ",
        )],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:8:20: Deployment hello: /spec/strategy/type: its type is Recreate",
        "take the strategy recreate",
    );
    let taken = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("name: hello\n  labels", "name: hello-canary\n  labels")
        .replace("stable", "canary");
    check(
        &[Put("hello/canary.yaml", &taken)],
        &format!("{} --workload hello", canary()),
        Failed,
        "hello/canary.yaml:2:1: Deployment hello-canary: the plan would make it, and it is there already",
        "finish or undo the plan that made it",
    );
    let tight = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}\n  replicas: 1 ";
    check(
        &[Replace(HELLO, "replicas: 3 ", tight)],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:9:13: Deployment hello: /spec/replicas: 1 pod and a surge of 0 leave no room",
        "allow one more with maxSurge: 1",
    );
}

#[test]
fn counts_that_nobody_knows() {
    check(
        &[Replace(
            HELLO,
            "  replicas: 3            # one a zone\n",
            "",
        )],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:8:3: Deployment hello: /spec/replicas: the manifest does not say how many pods run",
        "say it with --replicas",
    );
    check(
        &[],
        &plan(&format!("canary --steps 25 --replicas hello=3 {IMAGE}")),
        Failed,
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: the manifest says how many pods run",
        "give no number for it, or change the manifest",
    );
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: hello}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: hello}, maxReplicas: 9}\n";
    check(
        &[Put("hello/scaler.yaml", scaler)],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: HorizontalPodAutoscaler hello scales it",
        "hold it for the length of the plan with --autoscaler hold",
    );
}

#[test]
fn amounts_that_the_server_refuses_too() {
    let amount = |amount: &str, message: &str| {
        let strategy =
            format!("strategy: {{rollingUpdate: {{maxSurge: {amount}}}}}\n  replicas: 3 ");
        check(
            &[Replace(HELLO, "replicas: 3 ", &strategy)],
            &canary(),
            Failed,
            message,
            "write 1 or 25%",
        );
    };
    amount(
        "\"3\"",
        "hello/deployments/hello.yaml:8:40: Deployment hello: /spec/strategy/rollingUpdate/maxSurge: `\"3\"` is neither",
    );
    amount(
        "-1",
        "hello/deployments/hello.yaml:8:40: Deployment hello: /spec/strategy/rollingUpdate/maxSurge: `-1` is neither",
    );
}

#[test]
fn workloads_with_one_selector() {
    let copy = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("name: hello\n  labels", "name: other\n  labels");
    check(
        &[Put("hello/other.yaml", &copy)],
        &format!("{} --workload hello", canary()),
        Failed,
        "hello/other.yaml:10:5: Deployment other: /spec/selector: Deployment hello has the same selector",
        "give one of them a label more",
    );
}

#[test]
fn configuration_that_never_changes() {
    let reading = "          envFrom: [{configMapRef: {name: greeting}}]\n          env:\n";
    let new = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("          env:\n", reading)
        .replace("hello:1.0.0", "hello:2.0.0");
    let map = |greeting: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: greeting}}\nimmutable: true\ndata: {{greeting: {greeting}}}\n"
        )
    };
    check(
        &[
            Replace(HELLO, "          env:\n", reading),
            Put("hello/map.yaml", &map("hello")),
            Put("new/hello.yaml", &new),
            Put("new/map.yaml", &map("hi")),
        ],
        &plan("rolling --to new"),
        Failed,
        "new/map.yaml:4:12: ConfigMap greeting: /immutable: it is immutable, and its data changes",
        "say --configuration version, or make an object of another name",
    );
}

#[test]
fn what_is_wanted_without_the_workload() {
    check(
        &[Put(
            "new/service.yaml",
            include_str!("../../fixtures/hello/services/auth.yaml"),
        )],
        &plan(&format!("canary --steps 25 --to new {IMAGE}")),
        Failed,
        "container hello: no Deployment of the input has it",
        "there are none",
    );
}

/// What `write` makes a file name of, a request a path, and a table a line.
#[test]
fn kinds_and_names_that_would_be_paths() {
    let bad = |kind: &str, metadata: &str, message: &str| {
        let object = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\n");
        let message = format!("new/bad.yaml:1:1: {message}");
        let put = [
            Put(
                "new/all.yaml",
                include_str!("../../fixtures/hello/deployments/hello.yaml"),
            ),
            Put("new/bad.yaml", &object),
        ];
        let hint = "write a kind as Deployment, a name as hello or system:node";
        check(&put, &plan("rolling --to new"), Failed, &message, hint);
    };
    let kind = "a kind is letters, digits and `-`";
    bad(
        "../../.github/workflows/ci",
        "name: a",
        &format!(r#"`kind` is "../../.github/workflows/ci": {kind}"#),
    );
    bad(
        "/etc/cron.d/ci",
        "name: a",
        &format!(r#"`kind` is "/etc/cron.d/ci": {kind}"#),
    );
    bad("..", "name: a", &format!(r#"`kind` is "..": {kind}"#));
    bad(
        "Role",
        "name: ../ci",
        r#"`metadata.name` is "../ci": it may not contain '/'"#,
    );
    bad(
        "Role",
        "name: ..",
        r#"`metadata.name` is "..": it may not be `..`"#,
    );
    bad(
        "Role",
        "name: ..%2fci",
        r#"`metadata.name` is "..%2fci": it may not contain '%'"#,
    );
    bad(
        "Role",
        r#"name: "a\nb""#,
        r#"`metadata.name` is "a\nb": it may not contain '\n'"#,
    );
    bad(
        "Role",
        "name: a, namespace: ../..",
        r#"`metadata.namespace` is "../..": it may not contain '/'"#,
    );
}

/// What the server would refuse in the first patch.
#[test]
fn update_strategies_that_the_server_does_not_take() {
    let deployment = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let bad = |strategy: &str, message: &str, hint: &str| {
        let with = format!("spec:\n  strategy: {strategy}\n  replicas: 3");
        let new = deployment.replace("spec:\n  replicas: 3", &with);
        for words in ["rolling", "canary --steps 50", "blue-green --service hello"] {
            check(
                &[Put("new/hello.yaml", &new.replace("1.0.0", "2.0.0"))],
                &plan(&format!("{words} --to new")),
                Failed,
                message,
                hint,
            );
        }
    };
    bad(
        "{rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}",
        "new/hello.yaml:8:59: Deployment hello: /spec/strategy/rollingUpdate/maxUnavailable: maxSurge and maxUnavailable are both zero",
        "say another maxSurge",
    );
    bad(
        "{rollingUpdate: {maxUnavailable: 200%}}",
        "new/hello.yaml:8:46: Deployment hello: /spec/strategy/rollingUpdate/maxUnavailable: maxUnavailable is 200%",
        "say another maxSurge",
    );
    bad(
        "{type: Canary}",
        "new/hello.yaml:8:20: Deployment hello: /spec/strategy/type: `Canary` is not an update strategy",
        "write RollingUpdate or Recreate",
    );
    bad(
        "{type: Recreate, rollingUpdate: {maxSurge: 1}}",
        "new/hello.yaml:8:45: Deployment hello: /spec/strategy/rollingUpdate: a strategy of type Recreate has no budget",
        "leave `rollingUpdate` out",
    );
}
