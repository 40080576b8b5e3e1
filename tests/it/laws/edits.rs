//! From the objects that run to those that are wanted.

use serde_json::{Value, json};

use super::case::{Case, Edit, Tier};
use super::manifests::{SECRET, object, secret, set_rollout};

impl Case {
    /// The objects that are wanted, of those that run.
    pub(super) fn edited(&self, mut objects: Vec<Value>) -> Vec<Value> {
        self.edits
            .iter()
            .for_each(|edit| self.edit(&mut objects, edit));
        objects
    }

    fn edit(&self, objects: &mut Vec<Value>, edit: &Edit) {
        match edit {
            Edit::Image(at) => self.set(objects, *at, |set| {
                first_container(set)["image"] = json!("registry.example/web:2.0.0")
            }),
            Edit::Variable(at) => {
                self.set(objects, *at, |set| {
                    first_container(set)["env"] = json!([{"name": "COLOUR", "value": "red"}])
                });
            }
            Edit::PodNote(at) => self.set(objects, *at, |set| {
                set["spec"]["template"]["metadata"]["annotations"] = json!({"note": "new"})
            }),
            Edit::OwnNote(at) => self.set(objects, *at, |set| {
                set["metadata"]["labels"] = json!({"team": "front"})
            }),
            Edit::Replicas(at, replicas) => self.set(objects, *at, |set| {
                set["spec"]["replicas"] = json!(replicas)
            }),
            Edit::Rollout(at, rollout) => {
                self.set(objects, *at, |set| set_rollout(&mut set["spec"], *rollout))
            }
            Edit::Generation(at) => self.regenerate(objects, *at),
            Edit::PodLabel(at) => self.set(objects, *at, |set| {
                set["spec"]["template"]["metadata"]["labels"]["flavour"] = json!("new")
            }),
            Edit::MinReady(at) => self.set(objects, *at, |set| {
                set["spec"]["minReadySeconds"] = json!(5)
            }),
            Edit::Resume(at, written) => self.set(objects, *at, |set| {
                let spec = set["spec"].as_object_mut().unwrap();
                if spec.remove("paused").is_some() && *written {
                    spec.insert("paused".into(), json!(false));
                }
            }),
            Edit::Pause(at) => self.set(objects, *at, |set| set["spec"]["paused"] = json!(true)),
            Edit::Port(at) => {
                let services = objects
                    .iter_mut()
                    .filter(|object| object["kind"] == "Service");
                services
                    .skip(*at)
                    .take(1)
                    .for_each(|service| service["spec"]["ports"][0]["port"] = json!(81));
            }
            Edit::PortName(at) => {
                self.move_port(objects, *at, "name", json!("http0"), json!("web0"));
            }
            Edit::PortNumber(at) => {
                self.move_port(objects, *at, "containerPort", json!(8080), json!(9090));
            }
            Edit::Configuration => objects.push(object(
                "v1",
                "ConfigMap",
                "settings-2",
                None,
                json!({"data": {"a": "2"}}),
            )),
            Edit::Reconfigure => {
                for object in objects.iter_mut() {
                    match object["kind"].as_str() {
                        Some("ConfigMap") => object["data"]["a"] = json!("2"),
                        Some("Secret") => {
                            object["stringData"]["token"] = json!(format!("{SECRET}2"))
                        }
                        _ => {}
                    }
                }
            }
            Edit::Secret => {
                *objects
                    .iter_mut()
                    .find(|object| {
                        object["kind"] == "Secret" && object["metadata"]["namespace"].is_null()
                    })
                    .unwrap_or(&mut Value::Null) = secret("2")
            }
            Edit::NewTier => {
                let tier = Tier {
                    name: 0,
                    twin: None,
                    paused: false,
                    ..self.tiers[0].clone()
                };
                let mut new = self.deployment(0, &tier, None);
                new["metadata"]["name"] = json!("newcomer");
                new["spec"]["selector"]["matchLabels"]["app"] = json!("newcomer");
                new["spec"]["template"]["metadata"]["labels"]["app"] = json!("newcomer");
                if !objects
                    .iter()
                    .any(|object| object["metadata"]["name"] == "newcomer")
                {
                    objects.push(new);
                }
            }
            Edit::Remove(at) => drop(objects.remove(at % objects.len())),
            Edit::Rename(at) => self.set(objects, *at, |set| {
                set["metadata"]["name"] = json!(format!("renamed-{at}"))
            }),
        }
    }

    /// Edits a tier's Deployment, where it is still there.
    fn set(&self, objects: &mut [Value], at: usize, edit: impl FnOnce(&mut Value)) {
        let (at, tier) = self.tier(at);
        let (name, space) = (self.name(at), self.space(tier));
        let found = objects.iter_mut().find(|object| {
            object["kind"] == "Deployment"
                && object["metadata"]["name"] == *name
                && object["metadata"]["namespace"] == json!(space)
        });
        if let Some(set) = found {
            edit(set);
        }
    }

    /// A field of the pods' port, and the Services that lead to them by it.
    fn move_port(&self, objects: &mut [Value], at: usize, field: &str, from: Value, to: Value) {
        let mut labels = Value::Null;
        self.set(objects, at, |set| {
            first_container(set)["ports"][0][field] = to.clone();
            labels = set["spec"]["template"]["metadata"]["labels"].clone();
        });
        for service in objects
            .iter_mut()
            .filter(|object| object["kind"] == "Service")
        {
            let selector = service["spec"]["selector"].as_object();
            let mut wanted = selector.into_iter().flatten();
            let is_picked = wanted.all(|(key, value)| labels.get(key) == Some(value));
            if is_picked && service["spec"]["ports"][0]["targetPort"] == from {
                service["spec"]["ports"][0]["targetPort"] = to.clone();
            }
        }
    }

    /// The pods' label, and the Services of that tier that pick by it.
    fn regenerate(&self, objects: &mut [Value], at: usize) {
        self.set(objects, at, |set| {
            set["spec"]["template"]["metadata"]["labels"]["generation"] = json!("2")
        });
        let (at, tier) = self.tier(at);
        for service in objects
            .iter_mut()
            .filter(|object| object["kind"] == "Service")
        {
            let near = service["metadata"]["namespace"] == json!(self.space(tier));
            let selector = &mut service["spec"]["selector"];
            if near && selector["app"] == *self.name(at) && selector.get("generation").is_some() {
                selector["generation"] = json!("2");
            }
        }
    }
}

fn first_container(set: &mut Value) -> &mut Value {
    &mut set["spec"]["template"]["spec"]["containers"][0]
}
