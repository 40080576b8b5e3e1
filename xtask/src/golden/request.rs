//! What is wanted beside the manifests.

use cutover::{Ends, Options};
use serde::Deserialize;

use crate::Result;

/// What is wanted, as the flags of `cutover plan` say it: the file `release.yaml`.
///
/// ```
/// let request: xtask::golden::Request = serde_yaml::from_str("image: [hello=hello:2.0.0]\nprune: true\n")?;
/// assert_eq!(request.arguments(), ["--image", "hello=hello:2.0.0", "--prune"]);
/// # Ok::<(), serde_yaml::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Request {
    /// `--image` each: `CONTAINER=IMAGE`.
    pub image: Vec<String>,
    /// `--set-env` each: `[CONTAINER:]NAME=VALUE`.
    pub set_env: Vec<String>,
    /// Whether what `to/` lacks is removed.
    pub prune: bool,
    /// How many workloads move in one step at most.
    pub max_concurrent: Option<usize>,
}

impl Request {
    /// The same as arguments of `cutover plan`.
    pub fn arguments(&self) -> Vec<String> {
        let image = self
            .image
            .iter()
            .flat_map(|image| ["--image".into(), image.clone()]);
        let set_env = self
            .set_env
            .iter()
            .flat_map(|variable| ["--set-env".into(), variable.clone()]);
        let max_concurrent = self
            .max_concurrent
            .iter()
            .flat_map(|most| ["--max-concurrent".into(), most.to_string()]);
        let prune = self.prune.then(|| "--prune".into());
        image
            .chain(set_env)
            .chain(max_concurrent)
            .chain(prune)
            .collect()
    }

    /// Both ends, with what is asked for wanted.
    ///
    /// # Errors
    ///
    /// A text that is no image or variable, or a container that is not there.
    pub fn change(&self, mut ends: Ends) -> Result<Ends> {
        for image in &self.image {
            ends = ends.image(&image.parse()?, &[])?;
        }
        for variable in &self.set_env {
            ends = ends.environment(&variable.parse()?, &[])?;
        }
        Ok(if self.prune { ends.pruned() } else { ends })
    }

    /// What holds for the plan whatever its strategy.
    pub fn options(&self) -> Options {
        let mut options = Options::default();
        options.max_concurrent = self.max_concurrent;
        options
    }
}
