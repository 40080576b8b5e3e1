//! Releases of a shop, by blue/green.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::Plan;
use cutover_planner::{Options, plan};
use cutover_release::{Ends, Release};
use serde_json::{Value, json};

use crate::BlueGreen;

mod selectors;
mod slots;

/// A Deployment of one container, with these labels besides `app: shop`.
fn deployment(name: &str, labels: Value, image: &str) -> Value {
    let mut all = json!({"app": "shop"});
    let more = labels.as_object().cloned().unwrap();
    all.as_object_mut().unwrap().extend(more);
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": 3, "selector": {"matchLabels": all}, "template": {
            "metadata": {"labels": all}, "spec": {"containers": [{"name": "shop", "image": image}]}}},
    })
}

/// A Service that selects the pods of such a Deployment.
fn service(name: &str, of: &Value) -> Value {
    let selector = &of["spec"]["template"]["metadata"]["labels"];
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": selector, "ports": [{"port": 80}]}})
}

fn bundle(values: &[Value]) -> Bundle {
    let manifest = |value: &Value| Manifest::new(value.clone()).unwrap();
    values.iter().map(manifest).collect()
}

fn planned(from: &[Value], to: &[Value], spec: &BlueGreen) -> Result<Plan, String> {
    let ends = Ends::new(bundle(from), bundle(to));
    let release = Release::new(ends).map_err(|refused| refused.to_string())?;
    plan(&release, spec, &Options::default()).map_err(|error| error.to_string())
}

/// A new image of the Deployment that serves, by blue/green behind the Service `shop`.
fn released(active: &Value, others: &[&Value], spec: &BlueGreen) -> Result<Plan, String> {
    let mut from = vec![active.clone(), service("shop", active)];
    from.extend(others.iter().copied().cloned());
    let mut to = from.clone();
    to[0]["spec"]["template"]["spec"]["containers"][0]["image"] = json!("shop:2");
    planned(&from, &to, spec)
}

/// All states of a plan.
fn states(plan: &Plan) -> Vec<Bundle> {
    let mut walk = plan.walk();
    let mut states = vec![walk.state().clone()];
    while walk.advance().unwrap().is_some() {
        states.push(walk.state().clone());
    }
    states
}

fn shop() -> BlueGreen {
    BlueGreen::new("shop")
}
