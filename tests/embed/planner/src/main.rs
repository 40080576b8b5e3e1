use cutover_canary::{Canary, Step};
use cutover_manifest::Bundle;
use cutover_plan::Duration;
use cutover_planner::{Options, plan};
use cutover_release::{Ends, Release};
use cutover_traffic::Percent;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = Bundle::from_yaml("hello.yaml", include_bytes!("../../hello.yaml"))?;
    let image = "hello=registry.example/hello:2.0.0".parse()?;
    let release = Release::new(Ends::unchanged(from).image(&image, &[])?)?;
    let ten_minutes = Duration::of_seconds(600);
    let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::pause(ten_minutes)]);
    let plan = plan(&release, &canary, &Options::default())?;
    for (number, step) in (1..).zip(&plan.spec.steps) {
        for change in &step.changes {
            println!("{number}  {:10} {}", step.phase, change.object());
        }
    }
    Ok(())
}
