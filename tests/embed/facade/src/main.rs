use cutover::canary::{Canary, Step};
use cutover::manifest::Bundle;
use cutover::report::step_name;
use cutover::traffic::Percent;
use cutover::{Ends, Options, Release, plan};

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
    let from = Bundle::from_yaml("hello.yaml", HELLO)?;
    let image = "hello=registry.example/hello:2.0.0".parse()?;
    let release = Release::new(Ends::unchanged(from).image(&image, &[])?)?;
    let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::person()]);
    let plan = plan(&release, &canary, &Options::default())?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let name = step_name(step, walk.before(), walk.state());
        println!("{}  {:10} {name}", walk.number(), step.phase);
    }
    Ok(())
}
