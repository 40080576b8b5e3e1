use std::collections::BTreeMap;

use cutover::manifest::{Bundle, Manifest};
use cutover::planning::Change;
use cutover::rolling::Rolling;
use cutover::{Ends, Options, Release, plan};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::{Container, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use kube::core::Request;
use kube::core::params::{Patch, PatchParams};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = Bundle::from_iter([Manifest::from_typed(&hello("hello:1.0.0"))?]);
    let to = Bundle::from_iter([Manifest::from_typed(&hello("hello:2.0.0"))?]);
    let release = Release::new(Ends::new(from, to))?;
    let plan = plan(&release, &Rolling::default(), &Options::default())?;

    let deployments = Request::new("/apis/apps/v1/namespaces/default/deployments");
    for change in plan.spec.steps.iter().flat_map(|step| &step.changes) {
        if let Change::Patch(change) = change {
            // `Api::patch` of kube's client takes the same patch.
            let patch: Patch<()> = Patch::Json(change.ops.clone());
            let name = &change.object.name;
            let request = deployments.patch(name, &PatchParams::default(), &patch)?;
            println!("{} {}", request.method(), request.uri());
            println!("{}", String::from_utf8_lossy(request.body()));
        }
    }
    for manifest in plan.state(plan.len())?.iter() {
        let deployment: Deployment = manifest.view()?;
        println!("{} {:?}", manifest.object(), deployment.spec.replicas);
    }
    Ok(())
}

fn hello(image: &str) -> Deployment {
    let labels = BTreeMap::from([("app".to_owned(), "hello".to_owned())]);
    let container = Container {
        name: "hello".into(),
        image: Some(image.into()),
        ..Container::default()
    };
    let template = PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(labels.clone()),
            ..ObjectMeta::default()
        }),
        spec: Some(PodSpec {
            containers: vec![container],
            ..PodSpec::default()
        }),
    };
    let spec = DeploymentSpec {
        replicas: Some(3),
        selector: LabelSelector {
            match_labels: Some(labels),
            ..LabelSelector::default()
        },
        template,
        ..DeploymentSpec::default()
    };
    Deployment {
        metadata: ObjectMeta {
            name: Some("hello".into()),
            ..ObjectMeta::default()
        },
        spec,
        ..Deployment::default()
    }
}
