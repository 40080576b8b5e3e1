//! A gateway for a cluster with traffic: Traefik, a wheel, and the kinds of the Gateway API, from
//! its Go module; both kept outside of the repository.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::build::{cache, digest_of, kept, module};
use super::kubectl::Kubectl;
use super::say;
use crate::{Result, works};

/// What the program is called.
pub(super) const TRAEFIK: &str = "traefik";

/// Where it takes requests, in the network of its cluster.
pub(super) const ENTRANCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

/// What a cluster with a gateway lacks here, with what to do; `None` where nothing is missing. What is to
/// be fetched is, for the first time.
pub fn lacks_for_gateway() -> Option<String> {
    if !works("python3", &["-m", "pip", "--version"]) {
        return Some("pip is missing\nhint: apt-get install python3-pip".into());
    }
    let fetched = traefik().and_then(|_| kinds());
    super::lacks().or_else(|| fetched.err().map(|error| error.to_string()))
}

/// The file of the program, fetched where it is not there yet.
pub(super) fn traefik() -> Result<PathBuf> {
    let requirements = module("gateway").join("requirements.txt");
    let name = format!("traefik-{}", digest_of("", &[&requirements])?);
    let folder = cache()?.join(name);
    if !folder.exists() {
        fetch(&requirements, &folder)?;
    }
    Ok(folder.join("bin/traefik"))
}

fn fetch(requirements: &Path, folder: &Path) -> Result<()> {
    say(&format!("fetching Traefik into {}", folder.display()));
    kept(folder, |partial| {
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--require-hashes", "--requirement"])
            .arg(requirements)
            .arg("--target")
            .arg(partial)
            .stdout(Stdio::null())
            .status()?;
        match status.success() {
            true => Ok(()),
            false => Err("Traefik cannot be fetched".into()),
        }
    })
}

/// Creates the kinds of the Gateway API, and the Gateway that routes name.
pub(super) fn create_kinds(kubectl: &Kubectl) -> Result<()> {
    let kinds = kinds()?;
    for kind in KINDS {
        let file = format!("gateway.networking.k8s.io_{kind}.yaml");
        let text = fs::read_to_string(kinds.join(file))?;
        kubectl.run_with(&APPLY, &text)?;
    }
    let all = ["wait", "crd", "--all", "--for=condition=Established"];
    kubectl.run(&[&all[..], &["--timeout=60s"]].concat())?;
    let gateway = fs::read_to_string(module("gateway").join("gateway.yaml"))?;
    kubectl.run_with(&APPLY, &gateway)?;
    Ok(())
}

/// As often as the gateway is started.
const APPLY: [&str; 4] = ["apply", "--server-side", "-f", "-"];

/// All that Traefik watches; it does not begin without one of them.
const KINDS: [&str; 8] = [
    "backendtlspolicies",
    "gatewayclasses",
    "gateways",
    "grpcroutes",
    "httproutes",
    "referencegrants",
    "tcproutes",
    "tlsroutes",
];

/// The folder with the kinds' definitions.
fn kinds() -> Result<PathBuf> {
    let output = Command::new("go")
        .args(["mod", "download", "-json", "sigs.k8s.io/gateway-api"])
        .current_dir(module("gateway"))
        .output()
        .map_err(|error| {
            format!("go cannot be started: {error}\nhint: install Go 1.26 or newer")
        })?;
    let said: Value = serde_json::from_slice(&output.stdout)?;
    match said["Dir"].as_str() {
        Some(folder) => Ok(Path::new(folder).join("config/crd/standard")),
        None => Err(format!("the Gateway API cannot be had: {said}").into()),
    }
}
