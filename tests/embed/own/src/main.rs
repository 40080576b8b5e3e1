use cutover::manifest::Bundle;
use cutover::planning::{
    Allowance, Gate, Pause, Refusals, Role, Waypoint, Waypoints, apply, discriminator, sibling,
    workload,
};
use cutover::report::step_name;
use cutover::{Ends, Options, Release, Strategy, plan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = Bundle::from_yaml("hello.yaml", include_bytes!("../../hello.yaml"))?;
    let image = "hello=registry.example/hello:2.0.0".parse()?;
    let release = Release::new(Ends::unchanged(from).image(&image, &[])?)?;
    let plan = plan(&release, &ByHand, &Options::default())?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let name = step_name(step, walk.before(), walk.state());
        println!("{}  {:10} {name}", walk.number(), step.phase);
        let mut state = walk.state().clone();
        for back in plan.way_back(walk.number())? {
            let before = state.clone();
            apply(&mut state, back, walk.number())?;
            println!("      ↩ {}", step_name(back, &before, &state));
        }
    }
    Ok(())
}

/// One pod of each new version beside the old ones, then straight to what is wanted.
struct ByHand;

impl Strategy for ByHand {
    fn name(&self) -> &str {
        "try"
    }

    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        let mut waypoints = Waypoints::default();
        let mut bundle = release.transition()?;
        for object in release.replaced() {
            let label = discriminator(release, &object)?;
            let canary = sibling(release, &object, Role::Canary, label)?;
            let mut tier = workload(release, &object, &Allowance::default())?;
            tier.add(Role::Canary, canary.set.object().clone());
            waypoints.workloads.push(tier);
            canary.insert_into(&mut bundle, 1);
        }
        let a_person = Gate::Pause(Pause::person());
        waypoints.points = vec![
            Waypoint::new("try", bundle).gate(a_person),
            Waypoint::new("update", release.to().clone()),
        ];
        Ok(waypoints)
    }
}
