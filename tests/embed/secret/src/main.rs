//! What is refused without the feature `seal`, and what is not.

use cutover::canary::{Canary, Step};
use cutover::manifest::Bundle;
use cutover::planning::{Hint, kinds};
use cutover::traffic::Percent;
use cutover::{Ends, Options, Plan, Release, plan};

const HELLO: &[u8] = include_bytes!("../../hello.yaml");

/// The data of a Secret, as a file has it and as a plan does: the seal has the salt of that Secret.
const OLD: &str = "stringData: {pin: '1'}";
const NEW: &str = "stringData: {pin: '2'}";
const SEALED: &str = "data: {cutover.dev/sealed: 'pbkdf2-sha256-600000:927fc78c67ef335939d4a3ed93842b5b:101112131415161718191a1b1c1d1e1f'}";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let changed = Ends::new(with_secret(OLD)?, with_secret(NEW)?);
    let refused = Release::new(changed).expect_err("nothing seals it");
    assert_eq!(refused.first().kind(), kinds::SEAL);
    assert_eq!(refused.first().advice(), Some(&Hint::BuildWithSeal));
    println!("{refused}");

    let data_stays = Ends::unchanged(with_secret(OLD)?);
    assert!(planned(data_stays)?.secrets().is_empty());
    // A seal that is there is read, and written again.
    let hello = Bundle::from_yaml("hello.yaml", HELLO)?;
    let secrets = planned(Ends::new(with_secret(SEALED)?, hello).pruned())?.secrets();
    assert_eq!(secrets.len(), 1);
    for secret in &secrets {
        println!("{}", secret.seal().ok_or("an open Secret")??);
    }
    Ok(())
}

/// A plan for these ends and a new image, as it comes back from a file.
fn planned(ends: Ends) -> Result<Plan> {
    let image = "hello=registry.example/hello:2.0.0".parse()?;
    let release = Release::new(ends.image(&image, &[])?)?;
    let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::person()]);
    let plan = plan(&release, &canary, &Options::default())?;
    Ok(Plan::parse(&plan.to_value()?)?)
}

fn with_secret(data: &str) -> Result<Bundle> {
    let secret = format!("\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\n{data}\n");
    let text = [HELLO, secret.as_bytes()].concat();
    Ok(Bundle::from_yaml("hello.yaml", &text)?)
}
