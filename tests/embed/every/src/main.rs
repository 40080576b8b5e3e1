use cutover::fleet::{Fleet, waves};
use cutover::manifest::Manifest;
use cutover::{AnyStrategy, Strategy, planning};
use k8s_openapi::api::core::v1::Service;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let strategies = [
        json!({"adopt": {}}),
        json!({"affinity": {"service": "hello", "sessionAffinity": "None"}}),
        json!({"blueGreen": {"activeService": "hello"}}),
        json!({"canary": {"steps": []}}),
        json!({"pause": {}}),
        json!({"recreate": {}}),
        json!({"restart": {"at": "2026-11-24T10:00:00Z"}}),
        json!({"resume": {}}),
        json!({"rollback": {}}),
        json!({"rolling": {}}),
        json!({"scale": {"replicas": 3}}),
    ];
    for strategy in strategies {
        println!(
            "{}",
            serde_json::from_value::<AnyStrategy>(strategy)?.name()
        );
    }
    println!("{}", planning::schema().to_value()["title"]);
    let fleet: Fleet = serde_json::from_value(json!({
        "apiVersion": "cutover.dev/v1alpha1", "kind": "Fleet", "metadata": {"name": "hello"},
        "spec": {"clusters": [{"name": "eu-1"}], "waves": [{"name": "all", "clusterSelector": {}}]},
    }))?;
    println!("{:?}", waves(&fleet).map(|waves| waves.waves.len()));
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    println!(
        "{:?}",
        Manifest::new(service)?.view::<Service>()?.metadata.name
    );
    Ok(())
}
