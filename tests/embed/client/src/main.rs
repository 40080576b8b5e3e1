use cutover::manifest::read;
use cutover::run::{Options, Run};
use cutover::{Checked, Plan, check};
use cutover_kube::{Cluster, drive};
use futures::stream;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::ListParams;
use kube::{Api, Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which plan?")?;
    let file = read(&path, &std::fs::read(&path)?)?;
    let document = file.documents.first().ok_or("there is no plan in it")?;
    let plan: Checked =
        check(Plan::parse(&document.value)?).map_err(|broken| format!("{broken:?}"))?;

    // A run decides itself what is asked again, so it has a client of its own.
    let config = Config::infer().await?;
    let cluster = Cluster::new(config.clone())?;
    let run = Run::new(plan, Options::new(cluster.namespace(), "embed-client"));
    let tell = |progress: &_| println!("{progress:?}");
    let outcome = drive(run, &cluster, tell, stream::pending()).await;
    println!("{outcome:?}");

    let deployments: Api<Deployment> = Api::default_namespaced(Client::try_from(config)?);
    for deployment in deployments.list(&ListParams::default()).await? {
        println!("{:?} {:?}", deployment.metadata.name, deployment.status);
    }
    Ok(())
}
