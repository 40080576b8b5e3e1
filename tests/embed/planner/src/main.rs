use cutover_canary::{Canary, Step, waypoints};
use cutover_manifest::{Bundle, bundle, read};
use cutover_plan::Duration;
use cutover_planner::{Options, plan};
use cutover_release::Release;
use cutover_traffic::Percent;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = bundle(vec![read(
        "hello.yaml",
        include_bytes!("../../hello.yaml"),
    )?])?
    .bundle;
    let release = Release::new(&from, &next(&from), false)?;
    let ten_minutes = Some(Duration::of_seconds(600));
    let canary = Canary {
        steps: vec![
            Step::SetWeight(Percent::new(25)?),
            Step::Pause {
                duration: ten_minutes,
            },
        ],
        ..Canary::default()
    };
    let waypoints = waypoints(&release, &canary)?;
    let plan = plan(&release, "canary", waypoints, &Options::default())?;
    for (number, step) in (1..).zip(&plan.spec.steps) {
        for change in &step.changes {
            println!("{number}  {:10} {}", step.phase, change.object());
        }
    }
    Ok(())
}

/// The same objects with the next image.
fn next(from: &Bundle) -> Bundle {
    let mut to = from.clone();
    for hello in from.of_kind("Deployment") {
        let image = "registry.example/hello:2.0.0".into();
        to.insert(hello.set("/spec/template/spec/containers/0/image", image));
    }
    to
}
