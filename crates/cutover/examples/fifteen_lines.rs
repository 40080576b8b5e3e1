//! A plan in fifteen lines: `cargo run -p cutover --example fifteen_lines`.
#![expect(clippy::print_stdout, reason = "an example prints what it has made")]

use cutover::{Image, Options, Release, Strategy, manifest, plan, set_image};
use cutover_report::step_name;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = manifest::read("hello.yaml", include_bytes!("hello.yaml"))?;
    let from = manifest::bundle(vec![file])?.bundle;
    let to = set_image(
        &from,
        &"hello=registry.example/hello:2.0.0".parse::<Image>()?,
        &[],
    )?;
    let release = Release::new(&from, &to, false)?;
    let canary: Strategy =
        serde_json::from_str(r#"{"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}}"#)?;
    let plan = plan(&release, &canary, &Options::default())?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let name = step_name(step, walk.before(), walk.state());
        println!("{}  {:10} {name}", walk.number(), step.phase);
    }
    Ok(())
}

#[test]
fn runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
