use cutover::canary::{Canary, Step};
use cutover::report::step_name;
use cutover::traffic::Percent;
use cutover::{Image, Options, Release, Strategy, manifest, plan, set_image};

const HELLO: &[u8] = b"
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 3
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec:
      containers: [{name: hello, image: registry.example/hello:1.0.0}]
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = manifest::read("hello.yaml", HELLO)?;
    let from = manifest::bundle(vec![file])?.bundle;
    let image: Image = "hello=registry.example/hello:2.0.0".parse()?;
    let to = set_image(&from, &image, &[])?;
    let release = Release::new(&from, &to, false)?;
    let canary = Strategy::Canary(Canary {
        steps: vec![
            Step::SetWeight(Percent::new(25)?),
            Step::Pause { duration: None },
        ],
        ..Canary::default()
    });
    let plan = plan(&release, &canary, &Options::default())?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let name = step_name(step, walk.before(), walk.state());
        println!("{}  {:10} {name}", walk.number(), step.phase);
    }
    Ok(())
}
