use cutover::planning::{
    self, Allowance, Deployment, Gate, Pause, ReleaseError, Role, Waypoint, Waypoints, beside,
    discriminator, workload,
};
use cutover::report::step_name;
use cutover::{Image, Options, Release, manifest, set_image};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = manifest::read("hello.yaml", include_bytes!("../../hello.yaml"))?;
    let from = manifest::bundle(vec![file])?.bundle;
    let image: Image = "hello=registry.example/hello:2.0.0".parse()?;
    let to = set_image(&from, &image, &[])?;
    let release = Release::new(&from, &to, false)?;
    let plan = planning::plan(&release, "try", by_hand(&release)?, &Options::default())?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let name = step_name(step, walk.before(), walk.state());
        println!("{}  {:10} {name}", walk.number(), step.phase);
        let mut state = walk.state().clone();
        for back in plan.way_back(walk.number())? {
            let before = state.clone();
            planning::apply(&mut state, back, walk.number())?;
            println!("      ↩ {}", step_name(back, &before, &state));
        }
    }
    Ok(())
}

/// One pod of each new version beside the old ones, then straight to what is wanted.
fn by_hand(release: &Release) -> Result<Waypoints, ReleaseError> {
    let mut waypoints = Waypoints::default();
    let mut bundle = release.transit()?;
    for object in release.turned() {
        let label = discriminator(release, &object)?;
        let canary = beside(release, &object, Role::Canary, label)?;
        let mut tier = workload(release, &object, &Allowance::default())?;
        tier.add(Role::Canary, canary.object().clone());
        waypoints.workloads.push(tier);
        bundle.insert(Deployment::of(&canary).scaled(1));
    }
    let a_person = Gate::Pause(Pause::person());
    waypoints.points = vec![
        Waypoint::new("try", bundle).gate(a_person),
        Waypoint::new("update", release.to().clone()),
    ];
    Ok(waypoints)
}
