//! A golden case: what goes in.

use std::fs;
use std::path::{Path, PathBuf};

use cutover::manifest::{Bundle, Manifest, Sealer, bundle, read};
use cutover::planning::Window;
use cutover::{After, AnyStrategy, Checked, Configuration, Ends, Release, Strategy, StrategyFile};
use serde::de::DeserializeOwned;

use crate::golden::Request;
use crate::{Result, root};

/// Where the cases with snapshots are, from the root of the workspace.
const GOLDEN: &str = "tests/golden";

/// Where the snapshots of fleets are, in the same folder.
const FLEETS: &str = "fleet";

/// Where cases are that are inputs of tests only.
const CASES: &str = "tests/cases";

/// A release and a strategy, as files.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its folder, from the root of the workspace, e.g. `tests/golden/canary/hello`.
    pub directory: PathBuf,
    /// How the plan gets from what runs to what is wanted.
    pub strategy: AnyStrategy,
    /// Which workloads come after which.
    pub after: After,
    /// What becomes of configuration whose data changes.
    pub configuration: Configuration,
    /// When the plan may begin, and when it may give the new version more requests.
    pub window: Option<Window>,
    /// What is wanted beside the manifests.
    pub request: Request,
    /// The manifests of what runs, under `from/`.
    pub from: Bundle,
    /// What is wanted, where files say it.
    pub to: Option<Bundle>,
}

impl Case {
    /// All cases, by strategy and name: those with snapshots, then the others.
    ///
    /// # Errors
    ///
    /// A case that cannot be read, or that there are none.
    pub fn all() -> Result<Vec<Self>> {
        let mut cases = Self::golden()?;
        cases.extend(Self::below(CASES)?);
        Ok(cases)
    }

    /// The cases whose plans are kept as snapshots.
    ///
    /// # Errors
    ///
    /// A case that cannot be read, or that there are none.
    pub fn golden() -> Result<Vec<Self>> {
        Self::below(GOLDEN)
    }

    fn below(root: &str) -> Result<Vec<Self>> {
        let mut cases = Vec::new();
        for strategy in folders(Path::new(root))? {
            if strategy.ends_with(FLEETS) {
                continue;
            }
            for directory in folders(&strategy)? {
                cases.push(Self::read(&directory).map_err(in_case(&directory))?);
            }
        }
        if cases.is_empty() {
            return Err(format!("{root}: there are no cases").into());
        }
        Ok(cases)
    }

    fn read(directory: &Path) -> Result<Self> {
        let to = directory.join("to");
        let file = typed(&directory.join("strategy.yaml"))?;
        let StrategyFile {
            strategy,
            after,
            configuration,
            window,
            ..
        } = file.ok_or("it has no strategy.yaml")?;
        Ok(Self {
            directory: directory.into(),
            strategy,
            after,
            configuration,
            window,
            request: typed(&directory.join("release.yaml"))?.unwrap_or_default(),
            from: manifests(&directory.join("from"))?,
            to: root()
                .join(&to)
                .exists()
                .then(|| manifests(&to))
                .transpose()?,
        })
    }

    /// The plan.
    ///
    /// # Errors
    ///
    /// What the strategy or the planner refuses.
    pub fn plan(&self) -> Result<Checked> {
        self.plan_sealed_by(Sealer::default())
    }

    /// The same, with its Secrets sealed so.
    ///
    /// # Errors
    ///
    /// As [`Case::plan`].
    pub fn plan_sealed_by(&self, sealer: Sealer) -> Result<Checked> {
        let to = self.to.clone().unwrap_or_else(|| self.from.clone());
        let ends = self.strategy.wanted(Ends::new(self.from.clone(), to))?;
        let ends = self.request.change(ends)?.sealed_by(sealer);
        let ends = ends.with_configuration(self.configuration);
        let release = Release::new(ends)?;
        let mut options = self.request.options().after(self.after.clone());
        options.window.clone_from(&self.window);
        Ok(cutover::plan(&release, &self.strategy, &options)?)
    }

    /// The Secrets of both ends, whose values the plan does not have: as they were, and as they are
    /// to be.
    pub fn secrets(&self) -> Vec<Manifest> {
        let ends = [Some(&self.from), self.to.as_ref()];
        let secrets = ends.into_iter().flatten().flat_map(Bundle::iter);
        secrets
            .filter(|manifest| manifest.is_secret())
            .cloned()
            .collect()
    }

    /// Its strategy and its own name, e.g. `canary/hello`.
    pub fn name(&self) -> String {
        let parts: Vec<_> = self.directory.iter().rev().take(2).collect();
        let parts: Vec<_> = parts
            .iter()
            .rev()
            .map(|part| part.to_string_lossy())
            .collect();
        parts.join("/")
    }

    /// What a snapshot of the case holds, without the header that insta writes.
    ///
    /// # Errors
    ///
    /// A file that is not there.
    pub fn snapshot(&self, name: &str) -> Result<String> {
        let path = self.directory.join(format!("{name}.snap"));
        let text = fs::read_to_string(root().join(&path))?;
        let (_, content) = text
            .strip_prefix("---\n")
            .and_then(|text| text.split_once("\n---\n"))
            .ok_or_else(|| format!("{}: it has no header", path.display()))?;
        Ok(content.into())
    }

    /// The arguments of `cutover plan` that ask for the same plan, in the case's folder.
    pub fn arguments(&self) -> Vec<String> {
        let to = self.to.iter().flat_map(|_| ["--to", "to"]);
        let arguments = ["plan", "-f", "from", "--strategy", "strategy.yaml"]
            .into_iter()
            .chain(to);
        arguments
            .map(Into::into)
            .chain(self.request.arguments())
            .collect()
    }
}

fn in_case(directory: &Path) -> impl Fn(Box<dyn std::error::Error>) -> Box<dyn std::error::Error> {
    move |error| format!("{}: {error}", directory.display()).into()
}

/// A typed file, where there is one.
fn typed<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let path = root().join(path);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(serde_yaml::from_str(&fs::read_to_string(path)?)?))
}

/// The manifests of a folder.
fn manifests(directory: &Path) -> Result<Bundle> {
    let readings = files(directory)?.into_iter().map(|path| {
        Ok(read(
            &path.display().to_string(),
            &fs::read(root().join(path))?,
        )?)
    });
    Ok(bundle(readings.collect::<Result<_>>()?)?.bundle)
}

/// All files below a folder, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in entries(directory)? {
        if root().join(&entry).is_dir() {
            files.extend(self::files(&entry)?)
        } else {
            files.push(entry)
        }
    }
    Ok(files)
}

fn folders(directory: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(directory)?
        .into_iter()
        .filter(|path| root().join(path).is_dir())
        .collect())
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join(directory))?.collect::<std::io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries
        .iter()
        .map(|entry| directory.join(entry.file_name()))
        .collect();
    paths.sort();
    Ok(paths)
}
