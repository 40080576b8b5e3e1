//! From a case to its plan.

use cutover::manifest::{Bundle, Manifest, ObjectRef, SealKey, Sealer};
use cutover::planning::{PlanError, Step, Workload, walk};
use cutover::{After, AnyStrategy, Configuration, Ends, Options, Plan, Release, Strategy};
use cutover_report::step_name;
use serde_json::{Value, json};

use super::case::{Case, Preview, Slack, Way};
use super::model::{recreates, sets, turns};

/// A case that has a plan.
pub(super) struct Planned {
    pub(super) release: Release,
    pub(super) way: Way,
    pub(super) concurrent: Option<usize>,
    /// Deployments, each with one that it comes after.
    pub(super) after: Vec<(ObjectRef, ObjectRef)>,
    pub(super) versioned: bool,
    pub(super) plan: Plan,
    /// One more than there are steps.
    pub(super) states: Vec<Bundle>,
}

impl Case {
    /// The plan, or why there is none.
    pub(super) fn plan(&self) -> Result<Planned, String> {
        self.plan_of(manifests)
    }

    /// The same, of bundles that are collected in the other order.
    pub(super) fn plan_backwards(&self) -> Result<Planned, String> {
        self.plan_of(|values| values.into_iter().rev().map(manifest).collect())
    }

    pub(super) fn plan_of(&self, bundle: impl Fn(Vec<Value>) -> Bundle) -> Result<Planned, String> {
        self.plan_with(bundle, |ends| ends)
    }

    /// The same, between ends that are edited.
    pub(super) fn plan_with(
        &self,
        bundle: impl Fn(Vec<Value>) -> Bundle,
        edit: impl FnOnce(Ends) -> Ends,
    ) -> Result<Planned, String> {
        let objects = self.objects();
        let from = bundle(objects.clone());
        let strategy = self.strategy()?;
        let text = |error: cutover::Error| error.to_string();
        let ends = match self.way {
            Way::Canary { .. } | Way::BlueGreen { .. } | Way::Rolling(_) | Way::Recreate => {
                Ends::new(from, bundle(self.edited(objects)))
            }
            _ => strategy
                .wanted(Ends::unchanged(from))
                .map_err(|error| error.to_string())?,
        };
        let ends = if self.prune { ends.pruned() } else { ends };
        let ends = match self.versioned {
            true => ends.with_configuration(Configuration::Version),
            false => ends,
        };
        // Quick, where thousands of plans are made.
        let ends = ends.sealed_by(Sealer::Keyed(SealKey::new(b"the key of the laws").unwrap()));
        let release = Release::new(edit(ends)).map_err(|error| error.to_string())?;
        let mut options = Options::default().after(self.order()?);
        options.max_concurrent = self.max_concurrent;
        options.window.clone_from(&self.window);
        let plan = cutover::plan(&release, &strategy, &options)
            .map_err(text)?
            .into_plan();
        let states = states(&plan).map_err(|error| error.to_string())?;
        Ok(Planned {
            release,
            way: self.way.clone(),
            concurrent: self.max_concurrent,
            after: self.after(),
            versioned: self.versioned,
            plan,
            states,
        })
    }

    /// The Deployments that come after others.
    fn after(&self) -> Vec<(ObjectRef, ObjectRef)> {
        let object = |at: usize| {
            let (at, tier) = self.tier(at);
            ObjectRef::new("apps/v1", "Deployment", self.space(tier), &self.name(at))
        };
        self.pairs()
            .map(|(later, earlier)| (object(later), object(earlier)))
            .collect()
    }

    fn order(&self) -> Result<After, String> {
        let mut order = After::default();
        for (later, earlier) in self.pairs() {
            let text = format!("{}={}", self.full_name(later), self.full_name(earlier));
            let next = text.parse::<After>().map_err(|error| error.to_string())?;
            order = order.and(next);
        }
        Ok(order)
    }

    /// No tier comes after itself.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self
            .after
            .iter()
            .map(|(one, other)| (self.tier(*one).0, self.tier(*other).0));
        pairs
            .filter(|(one, other)| one != other)
            .map(|(one, other)| (one.max(other), one.min(other)))
    }

    fn full_name(&self, at: usize) -> String {
        let (at, tier) = self.tier(at);
        let space = self
            .space(tier)
            .map(|space| format!("{space}/"))
            .unwrap_or_default();
        format!("{space}deployment/{}", self.name(at))
    }

    fn front(&self, at: usize) -> Result<(String, Option<&'static str>), String> {
        if self.fronts.is_empty() {
            return Err("the case has no Service".into());
        }
        let at = at % self.fronts.len();
        Ok((
            format!("front-{at}"),
            self.space(self.tier(self.fronts[at].tier).1),
        ))
    }

    fn strategy(&self) -> Result<AnyStrategy, String> {
        let value = match &self.way {
            Way::Canary {
                steps,
                slack,
                tolerance,
            } => with_slack(
                json!({"canary": {"steps": canary_steps(steps), "tolerance": tolerance}}),
                *slack,
            ),
            Way::BlueGreen {
                front,
                preview,
                count,
                promotion,
                slack,
            } => {
                let (service, space) = self.front(*front)?;
                let preview = match preview {
                    Preview::None => None,
                    Preview::New => Some("preview".to_owned()),
                    Preview::Front(at) => Some(self.front(*at)?.0),
                };
                with_slack(
                    json!({"blueGreen": {"activeService": service, "namespace": space, "previewService": preview,
                        "previewReplicaCount": count, "autoPromotionSeconds": promotion}}),
                    *slack,
                )
            }
            Way::Rolling(slack) => with_slack(json!({"rolling": {}}), *slack),
            Way::Recreate => json!({"recreate": {}}),
            Way::Restart(tier) => {
                json!({"restart": {"at": "2026-11-24T10:00:00Z", "workloads": [self.full_name(*tier)]}})
            }
            Way::Scale {
                tier,
                replicas,
                step,
            } => {
                json!({"scale": {"replicas": replicas, "maxStep": step, "workloads": [self.full_name(*tier)]}})
            }
            Way::Rollback { tier, slack } => with_slack(
                json!({"rollback": {"workloads": [self.full_name(*tier)]}}),
                *slack,
            ),
            Way::Pause(tier) => json!({"pause": {"workloads": [self.full_name(*tier)]}}),
            Way::Resume(tier) => json!({"resume": {"workloads": [self.full_name(*tier)]}}),
            Way::Affinity { front, sticky } => {
                let (service, space) = self.front(*front)?;
                json!({"affinity": {"service": service, "namespace": space, "sessionAffinity": if *sticky { "ClientIP" } else { "None" }}})
            }
        };
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

/// All states of a plan, from the start to the end: the plans of the laws are small.
pub(crate) fn states(plan: &Plan) -> Result<Vec<Bundle>, PlanError> {
    let mut walk = plan.walk();
    let mut states = vec![walk.state().clone()];
    while walk.advance()?.is_some() {
        states.push(walk.state().clone());
    }
    Ok(states)
}

/// What steps do, in words.
pub(super) fn names(from: &Bundle, steps: &[Step]) -> Vec<String> {
    let mut walk = walk(from.clone(), steps);
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    names
}

pub(super) fn manifests(values: Vec<Value>) -> Bundle {
    values.into_iter().map(manifest).collect()
}

fn manifest(value: Value) -> Manifest {
    Manifest::new(value).unwrap()
}

fn with_slack(mut strategy: Value, Slack(surge, unavailable): Slack) -> Value {
    for fields in strategy
        .as_object_mut()
        .into_iter()
        .flat_map(|strategy| strategy.values_mut())
    {
        if let Some(surge) = surge {
            fields["maxSurge"] = surge.json();
        }
        if let Some(unavailable) = unavailable {
            fields["maxUnavailable"] = unavailable.json();
        }
    }
    strategy
}

fn canary_steps(steps: &[(u8, bool)]) -> Vec<Value> {
    let each = |(weight, pause): &(u8, bool)| {
        let pause = if *pause {
            json!({"pause": {}})
        } else {
            json!({"pause": {"duration": "5m"}})
        };
        [json!({"setWeight": weight}), pause]
    };
    steps.iter().flat_map(each).collect()
}

impl Planned {
    /// The plan in a line a step, for whoever looks at a failure.
    pub(super) fn table(&self) -> String {
        let stand = |state: &Bundle| -> String {
            let workloads = self.plan.spec.workloads.iter();
            let sets = workloads.flat_map(|workload| workload.objects());
            let counts = sets.map(|object| {
                state
                    .get(object)
                    .and_then(|set| set.pointer("/spec/replicas"))
                    .map_or_else(|| "–".into(), Value::to_string)
            });
            counts.collect::<Vec<_>>().join(" ")
        };
        let mut lines: Vec<String> = self
            .plan
            .spec
            .workloads
            .iter()
            .map(|workload| format!("{workload:?}"))
            .collect();
        lines.push(format!(" 0 {}", stand(&self.states[0])));
        for (number, step) in self.plan.spec.steps.iter().enumerate() {
            lines.push(format!(
                "{:2} {} | {} | {}",
                number + 1,
                stand(&self.states[number + 1]),
                step.phase,
                step_name(step, &self.states[number], &self.states[number + 1])
            ));
            let undo = &self.plan.spec.undo[number];
            let back = names(&self.states[undo.from], &undo.steps);
            lines.push(format!("     back to {}: {}", undo.to, back.join(" · ")));
        }
        lines.join("\n")
    }

    /// Whether a workload's pods all stop before new ones start, somewhere on the way.
    pub(super) fn recreates(&self, workload: &Workload) -> bool {
        self.states.windows(2).any(|pair| {
            sets(workload, &pair[1])
                .any(|(object, set)| recreates(set) && turns(pair[0].get(&object), Some(set)))
        })
    }

    /// Whether this is a blue/green over two slots of the input.
    pub(super) fn slots(&self) -> bool {
        let first = self.plan.spec.workloads.first();
        let two = first.filter(|workload| {
            workload.sets.len() == 2 && matches!(self.way, Way::BlueGreen { .. })
        });
        two.is_some_and(|workload| {
            workload
                .objects()
                .all(|object| self.release.from().contains(object))
        })
    }
}
