//! Strategies that cannot be carried out, or are none.

use cutover_cli::Exit::{Failed, WrongUse};

use super::{IMAGE, Put, Replace, check, plan, refused};
use crate::support::Folder;

#[test]
fn canaries() {
    let bad = |words: &str, message: &str, hint: &str| {
        check(
            &[],
            &plan(&format!("canary {words} {IMAGE}")),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "--steps 50,25",
        "steps: the weight falls from 50 % to 25 %",
        "undo takes a plan back",
    );
    bad(
        "--steps 0",
        "steps: no weight above zero",
        "say --steps 25,50",
    );
    bad(
        "--steps 10 --tolerance 5",
        "hello/deployments/hello.yaml:8:13: Deployment hello: /spec/replicas: 10 % is asked, and 1/4 is the nearest",
        "take more replicas",
    );
}

#[test]
fn canaries_of_unknown_shares() {
    let sticky = Replace(
        "hello/services/hello.yaml",
        "spec:\n",
        "spec:\n  sessionAffinity: ClientIP\n",
    );
    check(
        &[sticky],
        &plan(&format!("canary --steps 25 --tolerance 50 {IMAGE}")),
        Failed,
        "hello/services/hello.yaml:7:3: Service hello: /spec: the share of requests is unknown",
        "leave out the tolerance",
    );
}

#[test]
fn blue_greens() {
    let bad = |words: &str, message: &str, hint: &str| {
        check(
            &[],
            &plan(&format!("blue-green {words} {IMAGE}")),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "--service hallo",
        "activeService: there are 0 Services of the name hallo",
        "check the name",
    );
    bad(
        "--service hello --preview-service hello",
        "previewService: hello is the active Service too",
        "give the preview a Service of its own",
    );
    bad(
        "--service hello --preview-replica-count 0",
        "previewReplicaCount: 0 pods cannot be looked at",
        "say 1",
    );
}

/// Its controller would start pods of the old version in it.
#[test]
fn a_slot_that_is_paused() {
    let slots = include_str!("../../../docs/example-slots.yaml");
    let paused = slots.replace("  replicas: 0\n", "  replicas: 0\n  paused: true\n");
    check(
        &[Put("slots.yaml", &paused)],
        &format!(
            "cutover plan blue-green -f slots.yaml --service hello --workload hello-green {IMAGE}"
        ),
        Failed,
        "slots.yaml:29:11: Deployment hello-green: /spec/paused: a paused Deployment does not roll out",
        "resume it first",
    );
}

/// The slots swap the numbers that they have; a third one would be dropped.
#[test]
fn slots_whose_number_changes() {
    let slots = include_str!("../../../docs/example-slots.yaml");
    check(
        &[
            Put("slots.yaml", slots),
            Put(
                "new.yaml",
                &slots
                    .replace("replicas: 0", "replicas: 6")
                    .replace("hello:1.0.0", "hello:3.0.0"),
            ),
        ],
        "cutover plan blue-green -f slots.yaml --service hello --to new.yaml",
        Failed,
        "new.yaml:28:13: Deployment hello-green: /spec/replicas: its number of pods changes with the version",
        "change the number by a plan of its own",
    );
}

/// Other pods behind the Service take a part of its requests.
#[test]
fn canaries_that_share_a_service() {
    let other = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("name: hello\n", "name: extra\n")
        .replace("track: stable", "track: extra");
    check(
        &[Put("hello/extra.yaml", &other)],
        &plan("canary --steps 50 --tolerance 1 --workload hello --set-env hello:VERSION=2"),
        Failed,
        "hello/services/hello.yaml:7:3: Service hello: /spec: the share of requests is unknown: pods of others",
        "leave out the tolerance",
    );
}

#[test]
fn rollbacks() {
    check(
        &[],
        &plan("rollback --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:2:1: Deployment hello: no rollout history found",
        "give its ReplicaSets too",
    );
    let old = Put("hello/old.yaml", OLD);
    check(
        &[old],
        &plan("rollback --workload hello --to-revision 7"),
        Failed,
        "hello/deployments/hello.yaml:2:1: Deployment hello: unable to find specified revision 7",
        "there are 1",
    );
    let pods = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let template = pods.split_once("  template:").unwrap().1;
    let same = format!("{OLD}  template:{template}");
    check(
        &[Put("hello/old.yaml", &same)],
        &plan("rollback --workload hello --to-revision 1"),
        Failed,
        "hello/deployments/hello.yaml:2:1: Deployment hello: the current template already matches revision 1",
        "there is nothing to roll back",
    );
    let now = same.replace("hello-1", "hello-2").replace("\"1\"", "\"2\"");
    let unlabelled = same.replace("        version: \"1.0.0\"\n", "");
    check(
        &[
            Put("hello/old.yaml", &unlabelled),
            Put("hello/now.yaml", &now),
            Replace(
                "hello/services/hello.yaml",
                "    app: hello\n",
                "    app: hello\n    version: \"1.0.0\"\n",
            ),
        ],
        &plan("rollback --workload hello"),
        Failed,
        "hello/services/hello.yaml:8:5: Service hello: /spec/selector: `app=hello,version=1.0.0` matches no pods any more",
        "give the pods these labels",
    );
    check(
        &[Replace(
            "hello/deployments/hello.yaml",
            "replicas: 3 ",
            "paused: true\n  replicas: 3 ",
        )],
        &plan("rollback --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:8:11: Deployment hello: /spec/paused: you cannot rollback a paused deployment",
        "resume it first",
    );
}

const OLD: &str = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: hello-1\n  annotations: {deployment.kubernetes.io/revision: \"1\"}\n  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: hello, uid: a, controller: true}]\nspec:\n  selector: {matchLabels: {app: hello, track: stable, pod-template-hash: a}}\n";

#[test]
fn restarts_pauses_and_scales() {
    let annotated = Replace(
        "hello/deployments/hello.yaml",
        "    metadata:\n",
        "    metadata:\n      annotations: {kubectl.kubernetes.io/restartedAt: \"2026-11-24T10:00:00Z\"}\n",
    );
    check(
        &[annotated],
        &plan("restart --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:15:20: Deployment hello: /spec/template/metadata/annotations: if restart has already been triggered within the past second",
        "take a later time with --at",
    );
    let paused = || {
        Replace(
            "hello/deployments/hello.yaml",
            "replicas: 3 ",
            "paused: true\n  replicas: 3 ",
        )
    };
    check(
        &[paused()],
        &plan("restart --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:8:11: Deployment hello: /spec/paused: it is paused",
        "resume it first",
    );
    check(
        &[paused()],
        &plan("pause --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:8:11: Deployment hello: /spec/paused: it is already paused",
        "there is nothing to do",
    );
    check(
        &[],
        &plan("resume --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:8:3: Deployment hello: /spec/paused: it is not paused",
        "there is nothing to do",
    );
    check(
        &[],
        &plan("restart"),
        Failed,
        "the input: there are 3 Deployments",
        "say which with --workload deployment/NAME",
    );
    check(
        &[],
        &plan("restart --workload hallo"),
        Failed,
        "deployment/hallo: there is no such Deployment",
        "check the name",
    );
    let elsewhere = Replace(
        "hello/deployments/hello.yaml",
        "  labels: {app: hello}",
        "  namespace: test",
    );
    check(
        &[elsewhere],
        &plan("restart --workload hello -n prod"),
        Failed,
        "prod/deployment/hello: there is no such Deployment",
        "check the name",
    );
    let unknown = Replace(
        "hello/deployments/hello.yaml",
        "  replicas: 3            # one a zone\n",
        "",
    );
    check(
        &[unknown],
        &plan("scale --workload hello --replicas 3"),
        Failed,
        "hello/deployments/hello.yaml:8:3: Deployment hello: /spec/replicas: the manifest does not say",
        "say it with --replicas (--current-replicas where they are scaled)",
    );
}

#[test]
fn affinities() {
    let bad = |words: &str, message: &str, hint: &str| {
        check(
            &[],
            &plan(&format!("affinity {words}")),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "--service hello --session-affinity ClientIP --timeout-seconds 0",
        "hello/services/hello.yaml:7:3: Service hello: /spec/sessionAffinityConfig/clientIP/timeoutSeconds: 0 is out of range",
        "1 to 86400 seconds",
    );
    bad(
        "--service hello --session-affinity ClientIP --timeout-seconds 86401",
        "hello/services/hello.yaml:7:3: Service hello: /spec/sessionAffinityConfig",
        "1 to 86400 seconds",
    );
    bad(
        "--service hello --session-affinity None --timeout-seconds 60",
        "hello/services/hello.yaml:7:3: Service hello: /spec/sessionAffinityConfig/clientIP/timeoutSeconds: without affinity",
        "1 to 86400 seconds",
    );
    bad(
        "--service hallo --session-affinity None",
        "Service hallo: there are 0 of that name",
        "check the name",
    );
}

#[test]
fn changes_of_images_and_variables() {
    let rolling = |words: &str| plan(&format!("rolling {words}"));
    check(
        &[],
        &rolling("--image web=web:2"),
        Failed,
        "container web: no Deployment of the input has it",
        "there are auth, frontend, hello",
    );
    let both = Replace(
        "hello/deployments/auth.yaml",
        "- name: auth",
        "- name: hello",
    );
    check(
        &[both],
        &rolling("--image hello=hello:2"),
        Failed,
        "container hello: 2 workloads have it: Deployment auth, Deployment hello",
        "say which with --workload",
    );
    check(
        &[],
        &rolling("--set-env GREETING=hi"),
        Failed,
        "the input: there are 3 Deployments",
        "say which with --workload",
    );
    let two = Replace(
        "hello/deployments/hello.yaml",
        "        - name: hello\n",
        "        - name: proxy\n        - name: hello\n",
    );
    check(
        &[two],
        &rolling("--set-env GREETING=hi --workload hello"),
        Failed,
        "hello/deployments/hello.yaml:2:1: Deployment hello: it has 2 containers",
        "say which with --set-env CONTAINER:NAME=VALUE",
    );
}

/// A strategy file that is none.
#[test]
fn strategy_files() {
    let bad = |text: &str, message: &str, hint: &str| {
        check(
            &[Put("strategy.yaml", text)],
            &plan(&format!("--strategy strategy.yaml {IMAGE}")),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "canary:\n  stepz: []\n",
        "strategy.yaml:2:3: the field `stepz` is not known",
        "known are steps, maxSurge, maxUnavailable, tolerance",
    );
    bad(
        "canary:\n  steps: []\n  extra: 1\n",
        "strategy.yaml:3:3: the field `extra` is not known",
        "known are steps",
    );
    bad(
        "canaries: {}\n",
        "strategy.yaml:1:1: `canaries` is not known",
        "known are adopt, affinity, blueGreen, canary",
    );
    bad(
        "canary: {}\n",
        "strategy.yaml:1:9: the field `steps` is missing",
        "`cutover schema strategy`",
    );
    bad(
        "canary: {steps: [{setWeight: 125}]}\n",
        "strategy.yaml:1:30: `125` is not a whole percentage",
        "write the number alone",
    );
    bad(
        "canary: {steps: [{setWeight: 25}], maxSurge: \"3\"}\n",
        "strategy.yaml:1:46: `\"3\"` is neither a number of pods",
        "write 1 or 25%",
    );
    bad(
        "canary: {steps: [{setWeight: 25}, {pause: {duration: soon}}]}\n",
        "strategy.yaml:1:54: `soon` is not a length of time",
        "write 30s, 5m or 1h30m",
    );
    bad(
        "canary: {steps: [{setWeight: 25}]}\nrolling: {}\n",
        "strategy.yaml: a second strategy",
        "leave one of them out",
    );
    bad(
        "rolling: {}\nconfiguration: versions\n",
        "strategy.yaml:2:16: `versions` is not known",
        "known are change, version",
    );
    bad(
        "after: { web: [api] }\n",
        "strategy.yaml: there is no strategy",
        "write one with its fields",
    );
    bad(
        "rolling: {}\nafter: { web: [service/api] }\n",
        "strategy.yaml:2:16: `service/api` does not name a Deployment",
        "write deployment/hello",
    );
    bad(
        "scale: {replicas: many}\n",
        "strategy.yaml:1:19: it is no whole number",
        "write one strategy",
    );
    bad(
        "scale: {replicas: 3, maxStep: 0}\n",
        "strategy.yaml:1:22: invalid value: integer `0`",
        "write one strategy",
    );
    bad(
        "restart: {at: yesterday}\n",
        "strategy.yaml:1:15: `yesterday` is not a time",
        "write it as 2026-11-24T10:00:00Z",
    );
    bad("- canary\n", "strategy.yaml:1:1: ", "write one strategy");
    bad("", "strategy.yaml:1:1: it is empty", "write one strategy");
    bad(
        "rolling: {}\n---\nrolling: {}\n",
        "strategy.yaml:3:1: a second document, and a file holds one",
        "write one strategy",
    );
    bad("canary: [\n", "strategy.yaml:1:9: ", "write one strategy");
}

/// An order that cannot be kept, in a file and as a flag.
#[test]
fn orders() {
    let bad = |after: &str, words: &str, message: &str, hint: &str| {
        let file = format!("rolling: {{}}\nafter: {after}\n");
        let line = plan(&format!("--strategy strategy.yaml {IMAGE}"));
        check(&[Put("strategy.yaml", &file)], &line, Failed, message, hint);
        let line = plan(&format!("rolling {words} {IMAGE}"));
        check(&[], &line, Failed, message, hint);
    };
    bad(
        "{ hello: [web] }",
        "--after hello=web",
        "/after: deployment/web: there is no such Deployment",
        "there are auth, frontend, hello",
    );
    bad(
        "{ hello: [hello] }",
        "--after hello=hello",
        "/after: hello is to come after itself",
        "leave it out",
    );
    bad(
        "{ hello: [auth], auth: [hello] }",
        "--after hello=auth --after auth=hello",
        "/after: each is to come after the next: auth, hello, auth",
        "let one of them come first",
    );
    let line = plan(&format!("rolling --after hello {IMAGE}"));
    check(
        &[],
        &line,
        WrongUse,
        "invalid value 'hello' for '--after <NAME=NAME,…>': `hello` does not say what comes after what",
        "write web=api,db",
    );
}

/// A window that no clock shows, in a file and as a flag.
#[test]
fn windows() {
    let bad = |window: &str, message: &str, hint: &str| {
        let file = format!("rolling: {{}}\nwindow: {window}\n");
        let line = plan(&format!("--strategy strategy.yaml {IMAGE}"));
        let message = format!("strategy.yaml:2:{message}");
        check(
            &[Put("strategy.yaml", &file)],
            &line,
            Failed,
            &message,
            hint,
        );
    };
    bad(
        "{from: \"09:00\", to: \"16:00\", timezone: Europe/Atlantis}",
        "48: `Europe/Atlantis` is not a time zone",
        "write a name of the IANA database, e.g. Europe/Berlin or UTC",
    );
    bad(
        "{from: \"09:00\", to: \"24:00\", timezone: UTC}",
        "29: `24:00` is not a time of day",
        "write 09:00 or 16:30, and 00:00 for midnight",
    );
    bad(
        "{from: \"09:00\", to: \"16:00\", days: [Monday], timezone: UTC}",
        "45: `Monday` is not known",
        "known are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
    );
    bad(
        "{from: \"09:00\", to: \"16:00\"}",
        "25: the field `timezone` is missing",
        "`cutover schema strategy` tells what each strategy needs",
    );
    let bad = |window: &str, message: &str, hint: &str| {
        let line = plan(&format!("rolling --window '{window}' {IMAGE}"));
        let flag = "for '--window <[DAYS] FROM-TO ZONE>'";
        let message = format!("invalid value '{window}' {flag}: {message}");
        check(&[], &line, WrongUse, &message, hint);
    };
    bad(
        "Mon-Fri 09:00-16:00 Europe/Atlantis",
        "`Europe/Atlantis` is not a time zone",
        "write a name of the IANA database, e.g. Europe/Berlin or UTC",
    );
    bad(
        "Mon-Fri 09:00-16:00",
        "`Mon-Fri 09:00-16:00` names no time zone",
        "write Mon-Fri 09:00-16:00 Europe/Berlin, or Mon-Fri 09:00-16:00 UTC",
    );
    bad(
        "weekdays 09:00-16:00 UTC",
        "`weekdays` is not a day",
        "write Mon, Tue, Wed, Thu, Fri, Sat or Sun, e.g. Mon-Fri or Mon,Wed",
    );
}

#[test]
fn a_strategy_that_says_itself_what_is_wanted() {
    let folder = Folder::hello();
    folder.put(
        "strategy.yaml",
        "scale: {replicas: 5, workloads: [hello]}\n",
    );
    let line = plan(&format!("--strategy strategy.yaml {IMAGE}"));
    refused(
        &folder,
        &line,
        WrongUse,
        "the strategy scale says itself what is wanted",
        "leave out --to, --image",
    );
}
