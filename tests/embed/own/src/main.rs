use cutover::planning::{
    self, Allowance, Deployment, Error, Gate, Role, Waypoint, Waypoints, beside, discriminator,
    workload,
};
use cutover::{Image, Options, Release, manifest, set_image};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = manifest::read("hello.yaml", include_bytes!("../../hello.yaml"))?;
    let from = manifest::bundle(vec![file])?.bundle;
    let image: Image = "hello=registry.example/hello:2.0.0".parse()?;
    let to = set_image(&from, &image, &[])?;
    let release = Release::new(&from, &to, false)?;
    let plan = planning::plan(&release, "try", by_hand(&release)?, &Options::default())?;
    for (number, step) in (1..).zip(&plan.spec.steps) {
        println!("{number}  {:10} {}", step.phase, step.name);
        for back in plan.way_back(number)? {
            println!("      ↩ {}", back.name);
        }
    }
    Ok(())
}

/// One pod of each new version beside the old ones, then straight to what is wanted.
fn by_hand(release: &Release) -> Result<Waypoints, Error> {
    let mut waypoints = Waypoints::default();
    let mut bundle = release.transit()?;
    for object in release.turned() {
        let label = discriminator(release, &object);
        let canary = beside(release, &object, Role::Canary, label)?;
        let mut tier = workload(release, &object, &Allowance::default())?;
        tier.sets.insert(Role::Canary, canary.object().name.clone());
        waypoints.workloads.push(tier);
        bundle.insert(Deployment::of(&canary).scaled(1));
    }
    let a_person = Gate::Pause { duration: None };
    waypoints.points = vec![
        Waypoint::new("try", bundle).gate(a_person),
        Waypoint::new("update", release.to().clone()),
    ];
    Ok(waypoints)
}
