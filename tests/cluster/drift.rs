//! Others write while a run goes on: it stops, says what differs and who wrote it, and changes
//! nothing.

use cutover_kube::{Machine, drive};
use cutover_run::{Effect, Event, Now, Outcome, Progress, Request, Run, Write};
use futures::stream;
use jiff::Timestamp;
use serde_json::json;

use crate::greeter::{Greeter, hello, with};
use crate::runner::{carry_out, options, read, within};

const CANARY: [&str; 5] = ["canary", "--steps", "25", "--pause", "1s"];

/// In each step of a canary another writer comes in between, after the run has looked and before it
/// writes.
///
/// A failure means that a run would write over what somebody else has just written.
#[test]
fn another_writer_before_each_step() {
    let greeter = Greeter::new("drift");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&CANARY);
    let image = "spec.template.spec.containers[name=hello].image is";
    let set_image = |set| ["set", "image", set, "hello=registry.example/hello:9.9.9"];
    let scale = |set, count| ["scale", set, count, ""];
    let (hello, canary) = ("deployment/hello", "deployment/hello-canary");
    // Before which step, what comes in between, where it is seen, and what brings it back.
    let create = [
        "create",
        "deployment",
        "hello-canary",
        "--image=registry.example/other:1.0.0",
    ];
    let steps = [
        (
            1,
            create,
            "spec.selector.matchLabels.app is",
            ["delete", canary, "", ""],
        ),
        (
            2,
            set_image(hello),
            image,
            ["set", "image", hello, "hello=registry.example/hello:1.0.0"],
        ),
        (
            3,
            scale(hello, "--replicas=5"),
            "spec.replicas is",
            scale(hello, "--replicas=2"),
        ),
        (
            4,
            set_image(hello),
            image,
            ["set", "image", hello, "hello=registry.example/hello:2.0.0"],
        ),
        (
            5,
            scale(canary, "--replicas=2"),
            "spec.replicas is",
            scale(canary, "--replicas=1"),
        ),
        (
            6,
            scale(canary, "--replicas=2"),
            "spec.replicas is",
            scale(canary, "--replicas=0"),
        ),
    ];
    for (step, between, field, back) in steps {
        let kubectl = |arguments: [&str; 4]| {
            greeter.kubectl(
                arguments
                    .split(|argument| argument.is_empty())
                    .next()
                    .unwrap(),
            )
        };
        let mut drifted = None;
        let outcome = carry_out(&greeter, &plan, |progress| {
            if matches!(progress, Progress::Step { number, already: false, .. } if *number == step)
            {
                kubectl(between);
                drifted = Some(greeter.objects());
            }
        });
        let Some(Outcome::Stopped {
            step: stopped,
            reason,
        }) = outcome
        else {
            panic!("{step}: {outcome:?}")
        };
        assert_eq!(stopped, step - 1, "{reason}");
        assert!(
            reason.message().contains(field)
                && reason.message().contains("last written by kubectl"),
            "{step}: {reason}"
        );
        assert_eq!(
            Some(greeter.objects()),
            drifted,
            "before step {step} nothing is written over"
        );
        kubectl(back);
    }
    assert_eq!(carry_out(&greeter, &plan, |_| {}), Some(Outcome::Done));
    greeter.assert_state(&plan, 6);
}

/// What a dead runner had sent comes to the server late, after the run was taken back.
///
/// It is a write to an object that the way back writes to as well: the version that it was meant
/// for is gone.
#[test]
fn a_write_that_comes_after_an_undo_does_not_land() {
    let greeter = Greeter::new("late");
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&CANARY);
    let mut late = None;
    within(&greeter, async |cluster| {
        let run = Dies {
            run: Run::new(read(&plan), options(&greeter)),
            dies_at: 3,
            patches: 0,
            write: &mut late,
        };
        assert_eq!(
            drive(run, cluster, |_| {}, stream::pending()).await,
            Some(DEAD)
        );
    });
    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
    let write = late.unwrap();
    within(&greeter, async |cluster| {
        let refused = cluster
            .ask(Request::Write {
                write,
                dry_run: false,
            })
            .await
            .unwrap_err();
        assert_eq!(refused.code, 422, "{refused:?}");
    });
    assert_eq!(greeter.objects(), before);
}

#[test]
fn a_second_runner_hears_who_holds_the_lease() {
    let greeter = Greeter::new("two");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let lease = ["--lease-duration", "3s"];
    let mut first = greeter.begin("apply", &plan, &lease);
    first.until_pause();
    let second = greeter.carry_out("apply", &plan, &lease);
    let holder = greeter.kubectl(&[
        "get",
        "lease",
        "cutover-hello",
        "-o=jsonpath={.spec.holderIdentity}",
    ]);
    assert!(holder.starts_with("administrator on "), "{holder}");
    second.assert_failed(&["Lease", "cutover-hello is held by", &holder]);
    assert_eq!(second.steps(), [] as [u64; 0]);
    greeter.approve(&plan);
    first.end().assert_done();
    assert_eq!(
        greeter.kubectl(&[
            "get",
            "lease",
            "cutover-hello",
            "-o=jsonpath={.spec.holderIdentity}"
        ]),
        ""
    );
}

#[test]
fn an_object_deleted_and_created_anew() {
    let greeter = Greeter::new("anew");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.kubectl(&["delete", "deployment", "hello"]);
    run.end().assert_failed(&[
        "the run stopped before the first step was done",
        "hello: it is gone",
    ]);
    greeter.create(&hello());
    let there = greeter.objects();
    let again = greeter.carry_out("apply", &plan, &[]);
    again.assert_failed(&["hello: it was deleted and created anew"]);
    assert_eq!(greeter.objects(), there);
}

#[test]
fn an_autoscaler_from_the_start_and_one_that_scales_in_mid_plan() {
    let greeter = Greeter::new("autoscaler");
    greeter.serve(&hello());
    let before = greeter.objects();
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "hello" },
        "spec": { "minReplicas": 3, "maxReplicas": 9, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello" }},
    });
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    greeter.create(&autoscaler);
    let refused = greeter.carry_out("apply", &plan, &[]);
    refused.assert_failed(&[
        "HorizontalPodAutoscaler",
        "hello scales it",
        "and hold it, or delete the autoscaler",
    ]);
    assert_eq!(greeter.objects(), before);

    greeter.kubectl(&["delete", "hpa", "hello"]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    scale(&greeter, 7);
    let words = [
        "hello: spec.replicas is 7, and the plan has 3; last written by horizontal-pod-autoscaler",
    ];
    run.end().assert_failed(&words);
    assert_eq!(
        greeter.kubectl(&["get", "deployment", "hello", "-o=jsonpath={.spec.replicas}"]),
        "7"
    );
}

/// An autoscaler writes to /scale, under a name of its own.
fn scale(greeter: &Greeter, replicas: u32) {
    let patch = format!(r#"{{"spec":{{"replicas":{replicas}}}}}"#);
    greeter.kubectl(&[
        "patch",
        "deployment",
        "hello",
        "--subresource=scale",
        "--type=merge",
        "-p",
        &patch,
        "--field-manager=horizontal-pod-autoscaler",
    ]);
}

#[test]
fn an_autoscaler_may_scale_what_a_plan_does_not_count() {
    let greeter = Greeter::new("live-count");
    greeter.serve(&hello());
    greeter.create(&json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "hello" },
        "spec": { "minReplicas": 1, "maxReplicas": 9, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello" }},
    }));
    let plan = greeter.plan_live(&["rolling"]);
    let counted = |path: &str| {
        greeter.kubectl(&[
            "get",
            "deployment",
            "hello",
            &format!("-o=jsonpath={{{path}}}"),
        ])
    };
    // More of them are asked for while the new version comes, and fewer on the way back.
    let run = greeter.begin("apply", &plan, &[]);
    scale(&greeter, 7);
    run.end().assert_done();
    assert_eq!(counted(".spec.replicas"), "7");
    assert_eq!(counted(".status.updatedReplicas"), "7");
    let run = greeter.begin("undo", &plan, &[]);
    scale(&greeter, 2);
    run.end().assert_done();
    assert_eq!(counted(".spec.replicas"), "2");
    assert_eq!(counted(".status.updatedReplicas"), "2");
}

#[test]
fn what_argo_cd_manages_is_refused_unless_told_otherwise() {
    let greeter = Greeter::new("managed");
    let tracked = "apps:apps/Deployment:managed/hello";
    greeter.serve(&with(
        &hello(),
        "/metadata/annotations",
        json!({ "argocd.argoproj.io/tracking-id": tracked }),
    ));
    let before = greeter.objects();
    let plan = greeter.plan_live(&CANARY);
    greeter
        .carry_out("apply", &plan, &[])
        .assert_failed(&["Argo CD manages it", "--managed"]);
    assert_eq!(greeter.objects(), before);
    greeter
        .carry_out("apply", &plan, &["--managed"])
        .assert_done();
    greeter.assert_state(&plan, 6);
}

/// An end that no run has.
const DEAD: Outcome = Outcome::Undone { to: usize::MAX };

/// A runner that dies when it writes one of its patches to Deployments; its request is still under
/// way.
struct Dies<'w> {
    run: Run,
    dies_at: usize,
    patches: usize,
    write: &'w mut Option<Write>,
}

impl Machine for Dies<'_> {
    fn handle_event(&mut self, event: Event, now: Now) {
        self.run.handle_event(event, now);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.run.handle_timeout(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.run.poll_effect()?;
        if let Effect::Ask {
            request:
                Request::Write {
                    write,
                    dry_run: false,
                },
            ..
        } = &effect
            && matches!(write, Write::Patch { object, .. } if object.kind == "Deployment")
        {
            self.patches += 1;
            if self.patches == self.dies_at {
                *self.write = Some(write.clone());
                return None;
            }
        }
        Some(effect)
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.run.poll_timeout()
    }

    fn outcome(&self) -> Option<&Outcome> {
        if self.write.is_some() {
            Some(&DEAD)
        } else {
            self.run.outcome()
        }
    }
}
