//! A canary by route on a real gateway, Traefik: no request is lost, forward and back from the middle
//! of every step, and each version has the share that the route says.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cutover::Checked;
use cutover_run::{Outcome, Progress};
use serde_json::json;
use xtask::cluster::{Answer, Load, Options, Requests, lacks_for_gateway};

use crate::greeter::{Greeter, NEW, hello, with};
use crate::lab::Lab;
use crate::runner::{options, read, within};
use crate::support::{OwnCluster, name};
use crate::traffic::{ask_at, assert_none_lost};
use crate::turns::{By, new_images};

/// How many requests a share is counted by.
const COUNTED: u32 = 400;

/// How long endpoints must have been right: longer than the gateway is behind them.
const SETTLE: &str = "5s";

/// How far a count may lie from what is expected, in standard deviations.
const DEVIATIONS: u64 = 5;

#[test]
#[ignore = "it fetches a gateway, and is for the night: `.ci/nightly`"]
fn a_canary_by_route_loses_no_request_and_keeps_its_shares() {
    let Some(cluster) = with_gateway("by-route") else {
        return;
    };
    let steps = Site::new(&cluster, "plain").plan().1.len();
    // All at once: it waits most of the time.
    thread::scope(|scope| {
        scope.spawn(|| Site::new(&cluster, "forward").forward_and_back());
        for step in 1..=steps {
            let site = Site::new(&cluster, &format!("turn-{step}"));
            scope.spawn(move || site.turn_in(step));
        }
    });
}

/// A cluster with a gateway, where one can be.
fn with_gateway(test: &str) -> Option<Arc<OwnCluster>> {
    let lacks = lacks_for_gateway();
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    if let Some(lacks) = &lacks {
        eprintln!("skipped: {lacks}");
    }
    lacks.is_none().then(|| {
        Arc::new(OwnCluster::up_as(Options {
            name: name(test),
            traffic: true,
            gateway: true,
            ..Options::default()
        }))
    })
}

/// The greeter behind a route, in a namespace of its own.
struct Site(Greeter);

impl Site {
    fn new(cluster: &Arc<OwnCluster>, namespace: &str) -> Self {
        let greeter = Greeter::of(Arc::clone(cluster), namespace);
        let annotations = "/spec/template/metadata/annotations";
        let drains = json!({ "cutover.dev/test-drain": "5s" });
        greeter.serve(&with(&hello(), annotations, drains));
        greeter.create(&json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": { "name": "hello" },
            "spec": {
                "parentRefs": [{ "name": "shop", "namespace": "default" }],
                "hostnames": [host(namespace)],
                "rules": [{ "backendRefs": [{ "name": "hello", "port": 80 }] }],
            },
        }));
        Self(greeter)
    }

    fn plan(&self) -> (PathBuf, Checked) {
        let strategy = ["canary", "--steps", "25,50", "--route", "httproute/hello"];
        let traefik = ["--gateway-controller", "traefik.io/gateway-controller"];
        let plan = self.0.plan_live(&[&strategy[..], &traefik].concat());
        let read = read(&plan);
        (plan, read)
    }

    /// Carries the plan out, counts where each person is asked, and takes it back from the end.
    fn forward_and_back(&self) {
        let (path, plan) = self.plan();
        let requests = self.requests();
        let mut shares = Vec::new();
        within(&self.0, async |cluster| {
            let lab = self.lab(cluster);
            let outcome = lab.play(&plan, self.options(), |_, told| {
                if let Progress::Waiting {
                    gate: cutover_run::Awaited::Person,
                    ..
                } = told
                {
                    shares.push(self.share());
                }
            });
            assert_eq!(outcome.await, Ok(Outcome::Done));
        });
        assert_eq!(shares.len(), 2, "{shares:?}");
        for (share, percent) in shares.into_iter().zip([25, 50]) {
            assert_share(share, percent);
        }
        assert_share(self.share(), 100);
        self.assert_stands(&plan, plan.len());
        self.0
            .carry_out("undo", &path, &["--settle", SETTLE])
            .assert_done();
        self.assert_stands(&plan, 0);
        assert_share(self.share(), 0);
        assert_none_lost(&requests.stop());
    }

    /// Turns round in the middle of a step.
    fn turn_in(self, step: usize) {
        let (_, plan) = self.plan();
        let requests = self.requests();
        within(&self.0, async |cluster| {
            let turned = self.lab(cluster);
            let turned = turned
                .turn_in(&plan, self.options(), step, By::Abort, &new_images(&plan))
                .await;
            assert!(turned.is_ok(), "in step {step}: {turned:?}");
        });
        self.assert_stands(&plan, 0);
        assert_share(self.share(), 0);
        let answers = requests.stop();
        let lost = answers
            .iter()
            .filter(|answer| answer.outcome.is_err())
            .count();
        assert_eq!(lost, 0, "of {} in step {step}", answers.len());
    }

    /// The cluster is as the plan says that it is after a step.
    #[track_caller]
    fn assert_stands(&self, plan: &Checked, step: usize) {
        within(&self.0, async |cluster| {
            let stands = self.lab(cluster).stands(plan, step).await;
            assert_eq!(stands, Ok(()));
        });
    }

    /// A runner that gives endpoints behind the route the time that its gateway needs.
    fn options(&self) -> cutover_run::Options {
        let mut options = options(&self.0);
        options.settle = SETTLE.parse().unwrap();
        options
    }

    fn lab(&self, cluster: &cutover_kube::Cluster) -> Lab {
        Lab {
            cluster: cluster.clone(),
            namespace: self.0.namespace.clone(),
        }
    }

    fn requests(&self) -> Requests {
        let host = Some(host(&self.0.namespace));
        ask_at(&self.0.cluster, self.0.cluster.entrance(), host)
    }

    /// How many of some requests that are made now the new version answers, and of how many.
    fn share(&self) -> (u64, u64) {
        let load = Load {
            address: self.0.cluster.entrance(),
            host: Some(host(&self.0.namespace)),
            askers: 4,
            rest: Duration::ZERO,
            count: COUNTED,
            time: Duration::from_secs(20),
        };
        let answers = self.0.cluster.requests(load).unwrap().answers();
        let is_new = |answer: &&Answer| {
            let outcome = answer.outcome.as_ref();
            outcome.is_ok_and(|answerer| answerer.image == NEW)
        };
        let new = answers.iter().filter(is_new).count();
        (new as u64, answers.len() as u64)
    }
}

/// The name under which a namespace's greeter is asked.
fn host(namespace: &str) -> String {
    format!("{namespace}.example")
}

/// The new version has its part of the requests, as chance allows.
#[track_caller]
fn assert_share((new, count): (u64, u64), percent: u64) {
    assert!(count >= 300, "only {count} requests");
    let distance = (100 * new).abs_diff(percent * count);
    let variance = count * percent * (100 - percent);
    assert!(
        distance.pow(2) <= DEVIATIONS.pow(2) * variance,
        "{new} of {count}, where {percent} % is right"
    );
}
