//! `cargo xtask bench plan`: whole processes, ours and others', on the same manifests in files.
//!
//! All are run in turn, so that a machine that grows slower does so to all of them, and each is
//! compared with the plan of its own round. docs/performance.md has what came of it.

mod manifests;
mod process;

use std::fs;
use std::path::Path;

use clap::Args;
use granit_parser::Parser;
use tempfile::TempDir;

use self::manifests::{IN_A_FOLDER, Size};
use self::process::{Cost, exponent, measured, median};
use crate::{Result, cargo, root};

/// What is measured, and how often.
#[derive(Clone, Copy, Debug, Args)]
pub struct PlanOptions {
    /// How many applications there are, of three manifests each.
    #[arg(long, default_value_t = 3_334)]
    applications: usize,
    /// How many rounds: medians count.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// `kubectl kustomize` on one bundle too, once: its time grows with the square of the
    /// manifests, to minutes.
    #[arg(long)]
    one_bundle: bool,
    /// How the time grows with manifests and replicas, instead.
    #[arg(long)]
    growth: bool,
}

impl PlanOptions {
    /// The options as they are given to a build of this with optimization.
    pub(crate) fn arguments(self) -> Vec<String> {
        let mut arguments = vec!["plan".to_owned()];
        arguments.push(format!("--applications={}", self.applications));
        arguments.push(format!("--rounds={}", self.rounds));
        arguments.extend(self.one_bundle.then(|| "--one-bundle".to_owned()));
        arguments.extend(self.growth.then(|| "--growth".to_owned()));
        arguments
    }
}

pub(crate) fn run(options: PlanOptions) -> Result<String> {
    let cutover = built()?;
    match options.growth {
        true => growth(&cutover, options.rounds),
        false => compared(&cutover, options),
    }
}

/// The command, built with optimization.
fn built() -> Result<String> {
    let build = ["build", "--quiet", "--release", "--package", "cutover-cli"];
    if !cargo().args(build).status()?.success() {
        return Err("the command cannot be built".into());
    }
    let path = root().join("target/release/cutover");
    Ok(path.to_string_lossy().into_owned())
}

const PLAN: &str = "plan rolling -f from --to to -o plan.yaml";

fn compared(cutover: &str, options: PlanOptions) -> Result<String> {
    let size = Size {
        applications: options.applications,
        replicas: 3,
    };
    let folder = folder_of(size)?;
    write_kustomizations(folder.path(), size)?;
    let own = std::env::current_exe()?;
    let own = own.to_string_lossy();
    let programs = programs(cutover, &own);
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); programs.len()];
    for _ in 0..options.rounds {
        for ((_, program), costs) in programs.iter().zip(&mut costs) {
            costs.push(measured(folder.path(), program)?);
        }
    }
    let mut table = head(size, folder.path())?;
    for ((name, _), of) in programs.iter().zip(&costs) {
        table += &row(name, of, &costs[0]);
    }
    if options.one_bundle {
        let once = measured(folder.path(), &words("kubectl", "kustomize one"))?;
        table += &row("kubectl kustomize, one bundle, once", &[once], &costs[0]);
    }
    Ok(table)
}

/// What is run in each round, by what it is called in the table: our plan first.
fn programs<'a>(cutover: &'a str, own: &'a str) -> Vec<(&'static str, Vec<&'a str>)> {
    let image = "front=registry.example/shop/front:2.0.0";
    let kustomize = "ls many | xargs -P2 -I@ kubectl kustomize many/@";
    vec![
        ("cutover plan", words(cutover, PLAN)),
        ("cutover read", words(cutover, "read -f from")),
        ("cutover show", words(cutover, "show plan.yaml")),
        ("cutover check", words(cutover, "check plan.yaml")),
        ("cutover patches", words(cutover, "patches plan.yaml")),
        (
            "the scanner's events of both ends",
            words(own, "bench events from to"),
        ),
        (
            "kubectl kustomize, folders, 2 processes",
            vec!["sh", "-c", kustomize],
        ),
        ("kubectl set image --local", {
            let mut set = words("kubectl", "set image --local -f from -o yaml");
            set.push(image);
            set
        }),
    ]
}

fn words<'a>(program: &'a str, arguments: &'a str) -> Vec<&'a str> {
    [program].into_iter().chain(arguments.split(' ')).collect()
}

/// Both ends of the release.
fn folder_of(size: Size) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    manifests::write(&folder.path().join("from"), size, "1.0.0")?;
    manifests::write(&folder.path().join("to"), size, "2.0.0")?;
    Ok(folder)
}

/// The same for kustomize, as one bundle and as folders.
fn write_kustomizations(folder: &Path, size: Size) -> Result<()> {
    let one = folder.join("one");
    manifests::write(&one, size, "1.0.0")?;
    manifests::kustomization(&one, 0..size.applications, "2.0.0")?;
    let numbers: Vec<usize> = (0..size.applications).collect();
    for (part, numbers) in numbers.chunks(IN_A_FOLDER).enumerate() {
        let part = folder.join(format!("many/{part:03}"));
        fs::create_dir_all(&part)?;
        for number in numbers {
            let name = manifests::file_name(*number);
            fs::copy(one.join(&name), part.join(&name))?;
        }
        manifests::kustomization(&part, numbers.iter().copied(), "2.0.0")?;
    }
    Ok(())
}

fn head(size: Size, folder: &Path) -> Result<String> {
    let bytes: u64 = fs::read_dir(folder.join("from"))?
        .map(|entry| Ok(entry?.metadata()?.len()))
        .sum::<Result<u64>>()?;
    Ok(format!(
        "{} manifests in {} files, {:.1} MB an end; medians\n\n{:<40} {:>9} {:>9} {:>9} {:>12}\n",
        size.manifests(),
        size.applications,
        bytes as f64 / 1e6,
        "",
        "wall s",
        "cpu s",
        "peak MB",
        "times a plan",
    ))
}

/// A program's medians, and how often our plan of the same round fits into it.
fn row(name: &str, costs: &[Cost], plans: &[Cost]) -> String {
    let of = |number: fn(&Cost) -> f64| median(costs.iter().map(number));
    let plans = plans.iter().cycle();
    let ratios = costs
        .iter()
        .zip(plans)
        .map(|(cost, plan)| cost.wall / plan.wall);
    format!(
        "{name:<40} {:>9.2} {:>9.2} {:>9.0} {:>12.2}\n",
        of(|cost| cost.wall),
        of(|cost| cost.processor),
        of(|cost| cost.memory),
        median(ratios),
    )
}

/// How the processor's time grows, as a power of what grows.
fn growth(cutover: &str, rounds: usize) -> Result<String> {
    let sizes = |applications, replicas| Size {
        applications,
        replicas,
    };
    let more_manifests = [334, 1_000, 3_334, 10_000, 33_334].map(|number| sizes(number, 3));
    let more_replicas = [10, 100, 1_000, 10_000].map(|number| sizes(334, number));
    let mut text = String::new();
    let manifests = |size: Size| size.manifests() as f64;
    let replicas = |size: Size| f64::from(size.replicas);
    text += &grown(cutover, rounds, "manifests", &more_manifests, manifests)?;
    text += &grown(cutover, rounds, "replicas", &more_replicas, replicas)?;
    Ok(text)
}

fn grown(
    cutover: &str,
    rounds: usize,
    what: &str,
    sizes: &[Size],
    number: fn(Size) -> f64,
) -> Result<String> {
    let mut text = String::new();
    let mut points = Vec::new();
    for size in sizes {
        let folder = folder_of(*size)?;
        let costs: Result<Vec<Cost>> = (0..rounds)
            .map(|_| measured(folder.path(), &words(cutover, PLAN)))
            .collect();
        let processor = median(costs?.iter().map(|cost| cost.processor));
        text += &format!("{:>8} {what}: {processor:.2} s\n", number(*size));
        points.push((number(*size), processor.max(0.01)));
    }
    Ok(text + &format!("exponent in {what}: {:.2}\n\n", exponent(&points)))
}

/// All events of the documents of folders, and nothing made of them.
pub(crate) fn events(folders: &[String]) -> Result<String> {
    let mut events = 0;
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            let text = fs::read_to_string(entry?.path())?;
            for document in text.split("\n---\n") {
                for event in Parser::new_from_str(document) {
                    event?;
                    events += 1;
                }
            }
        }
    }
    Ok(format!("{events} events\n"))
}
