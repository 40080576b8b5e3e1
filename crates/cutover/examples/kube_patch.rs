//! A plan's patches handed to kube: `cargo run -p cutover --example kube_patch`.
//!
//! kube's client takes them as they are, since both crates stand on one `json-patch`:
//!
//! ```text
//! let deployments: Api<Deployment> = Api::default_namespaced(client);
//! deployments.patch("hello", &parameters, &Patch::Json::<()>(ops.clone())).await?;
//! ```
//!
//! With kube's feature `client` the same type is called `kube::api::Patch`.
#![expect(clippy::print_stdout, reason = "an example prints what it has made")]

use cutover::planning::Change;
use cutover::{Image, Options, Plan, Release, Strategy, manifest, plan, set_image};
use kube::core::params::{Patch, PatchParams};
use kube::core::request::Request;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let deployments = Request::new("/apis/apps/v1/namespaces/default/deployments");
    let parameters = PatchParams {
        field_manager: Some("cutover".into()),
        ..PatchParams::default()
    };
    for change in rolling()?
        .spec
        .steps
        .into_iter()
        .flat_map(|step| step.changes)
    {
        let Change::Patch(change) = change else {
            continue;
        };
        let patch = Patch::Json::<()>(change.ops);
        let request = deployments.patch(&change.object.name, &parameters, &patch)?;
        println!(
            "{} {}\n{}",
            request.method(),
            request.uri(),
            String::from_utf8_lossy(request.body())
        );
    }
    Ok(())
}

fn rolling() -> Result<Plan, Box<dyn std::error::Error>> {
    let file = manifest::read("hello.yaml", include_bytes!("hello.yaml"))?;
    let from = manifest::bundle(vec![file])?.bundle;
    let to = set_image(
        &from,
        &"hello=registry.example/hello:2.0.0".parse::<Image>()?,
        &[],
    )?;
    let strategy: Strategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
    Ok(plan(
        &Release::new(&from, &to, false)?,
        &strategy,
        &Options::default(),
    )?)
}

#[test]
fn runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
