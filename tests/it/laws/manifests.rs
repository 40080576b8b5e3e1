//! From a case to the objects that run.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::case::{Case, Front, Manner, Picks, Rollout, Size, Tier, Track, Way};

/// What no plan may show, and the same in base64.
pub(super) const SECRET: &str = "hunter2hunter2hunter2";
pub(super) const SECRET_BASE64: &str = "aHVudGVyMmh1bnRlcjJodW50ZXIy";

impl Case {
    pub(super) fn tier(&self, at: usize) -> (usize, &Tier) {
        let at = at % self.tiers.len();
        (at, &self.tiers[at])
    }

    pub(super) fn space(&self, tier: &Tier) -> Option<&'static str> {
        self.namespaced.then_some(["one", "two"][tier.space])
    }

    /// A name that no earlier tier of the namespace has.
    pub(super) fn name(&self, at: usize) -> String {
        let tier = &self.tiers[at];
        let name = ["web", "api", "cart"][tier.name];
        let taken = self.tiers[..at]
            .iter()
            .any(|other| other.name == tier.name && self.space(other) == self.space(tier));
        if taken {
            format!("{name}-{at}")
        } else {
            name.into()
        }
    }

    /// The objects that run.
    pub(super) fn objects(&self) -> Vec<Value> {
        let mut objects: Vec<Value> = Vec::new();
        for (at, tier) in self.tiers.iter().enumerate() {
            objects.push(self.deployment(at, tier, None));
            objects.extend(tier.twin.map(|_| self.deployment(at, tier, Some("green"))));
            if matches!(self.way, Way::Rollback { .. }) {
                objects.extend((1..=2).map(|revision| self.replica_set(at, tier, revision)));
            }
        }
        objects.extend(
            self.fronts
                .iter()
                .enumerate()
                .map(|(at, front)| self.service(at, front)),
        );
        let mut spaces: BTreeSet<_> = self.tiers.iter().map(|tier| self.space(tier)).collect();
        spaces.insert(None);
        for space in spaces {
            let data = json!({"data": {"a": "1"}});
            objects.push(object("v1", "ConfigMap", "settings", space, data));
            if space.is_some() {
                let mut key = secret("1");
                key["metadata"]["namespace"] = json!(space);
                objects.push(key);
            }
        }
        objects.push(object("v1", "ServiceAccount", "robot", None, json!({})));
        objects.push(secret("1"));
        objects
    }

    pub(super) fn deployment(&self, at: usize, tier: &Tier, slot: Option<&str>) -> Value {
        let name = self.name(at);
        let full = slot.map_or_else(|| name.clone(), |slot| format!("{name}-{slot}"));
        let mut selector = json!({"app": name});
        let mut labels = json!({"app": name, "generation": "1", "suite": "shop"});
        if tier.twin.is_some() {
            selector["slot"] = json!(slot.unwrap_or("blue"));
            labels["slot"] = json!(slot.unwrap_or("blue"));
        }
        if tier.track != Track::Absent {
            labels["track"] = json!("stable");
        }
        if tier.track == Track::InSelector {
            selector["track"] = json!("stable");
        }
        let replicas = if slot.is_some() {
            tier.twin.unwrap_or(0)
        } else {
            tier.replicas
        };
        let mut spec = json!({
            "replicas": replicas, "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers(tier)}},
        });
        if tier.track == Track::Expressed {
            spec["selector"]["matchExpressions"] =
                json!([{"key": "track", "operator": "In", "values": ["stable"]}]);
        }
        if tier.reads {
            let pods = &mut spec["template"]["spec"];
            pods["containers"][0]["envFrom"] = json!([{"configMapRef": {"name": "settings"}}]);
            pods["volumes"] = json!([{"name": "key", "secret": {"secretName": "key"}}]);
        }
        set_rollout(&mut spec, tier.rollout);
        if tier.paused || matches!(self.way, Way::Resume(_)) {
            spec["paused"] = json!(true);
        }
        object(
            "apps/v1",
            "Deployment",
            &full,
            self.space(tier),
            json!({"spec": spec}),
        )
    }

    fn replica_set(&self, at: usize, tier: &Tier, revision: u32) -> Value {
        let mut set = self.deployment(at, tier, None);
        let name = self.name(at);
        set["kind"] = json!("ReplicaSet");
        set["metadata"]["name"] = json!(format!("{name}-{revision}"));
        set["metadata"]["annotations"] =
            json!({"deployment.kubernetes.io/revision": revision.to_string()});
        set["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": true}]);
        set["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] =
            json!(format!("hash{revision}"));
        if revision == 1 {
            set["spec"]["template"]["spec"]["containers"][0]["image"] =
                json!("registry.example/web:0.9.0");
        }
        set
    }

    fn service(&self, at: usize, front: &Front) -> Value {
        let (position, tier) = self.tier(front.tier);
        let mut selector = json!({"app": self.name(position)});
        if tier.twin.is_some() {
            selector["slot"] = json!("blue");
        }
        match front.picks {
            Picks::Tier => {}
            Picks::Generation => selector["generation"] = json!("1"),
            Picks::Track if tier.track == Track::Absent => {}
            Picks::Track => selector["track"] = json!("stable"),
            Picks::Everyone => selector = json!({"suite": "shop"}),
        }
        let mut spec = json!({"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]});
        match front.manner {
            Manner::Plain => {}
            Manner::Headless => spec["clusterIP"] = json!("None"),
            Manner::Sticky => spec["sessionAffinity"] = json!("ClientIP"),
            Manner::Named => spec["ports"][0]["targetPort"] = json!("http0"),
        }
        object(
            "v1",
            "Service",
            &format!("front-{at}"),
            self.space(tier),
            json!({"spec": spec}),
        )
    }
}

pub(super) fn object(
    version: &str,
    kind: &str,
    name: &str,
    space: Option<&str>,
    rest: Value,
) -> Value {
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
    if let Some(space) = space {
        object["metadata"]["namespace"] = json!(space);
    }
    let fields: Map<String, Value> = rest.as_object().cloned().unwrap_or_default();
    object.as_object_mut().unwrap().extend(fields);
    object
}

pub(super) fn secret(version: &str) -> Value {
    let data = json!({"plain": {"a": SECRET}, "version": version});
    object(
        "v1",
        "Secret",
        "key",
        None,
        json!({
            "stringData": {"token": format!("{SECRET}{version}")},
            "data": {"token-2": format!("{SECRET_BASE64}{version}MQ==")},
            "type": "Opaque",
            "metadata": {"name": "key", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": data.to_string()}},
        }),
    )
}

fn containers(tier: &Tier) -> Value {
    let container = |at: usize| {
        let variables: Vec<Value> = (0..tier.variables)
            .map(|at| json!({"name": format!("V{at}"), "value": "1"}))
            .collect();
        let mut container = json!({"name": format!("c{at}"), "image": "registry.example/web:1.0.0",
            "ports": [{"name": format!("http{at}"), "containerPort": 8080 + at}], "env": variables});
        if tier.probe {
            container["readinessProbe"] = json!({"httpGet": {"path": "/", "port": 8080}});
        }
        container
    };
    (0..tier.containers).map(container).collect()
}

/// The API server takes no update strategy where both are zero as written.
pub(super) fn set_rollout(spec: &mut Value, rollout: Rollout) {
    let zero = |size: Option<Size>| matches!(size, Some(Size::Count(0) | Size::Percent(0)));
    let strategy = match rollout {
        Rollout::Absent => Value::Null,
        Rollout::Recreate => json!({"type": "Recreate"}),
        Rollout::Rolling(surge, unavailable) if zero(surge) && zero(unavailable) => {
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
        }
        Rollout::Rolling(surge, unavailable) => {
            let mut rolling = Map::new();
            rolling.extend(surge.map(|size| ("maxSurge".to_owned(), size.json())));
            rolling.extend(unavailable.map(|size| ("maxUnavailable".to_owned(), size.json())));
            json!({"rollingUpdate": rolling})
        }
    };
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("strategy");
        if !strategy.is_null() {
            spec.insert("strategy".into(), strategy);
        }
    }
}
