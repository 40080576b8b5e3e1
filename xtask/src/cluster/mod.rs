//! `cargo xtask cluster`: a real Kubernetes for tests, without containers: etcd, kube-apiserver,
//! kube-controller-manager and kube-scheduler as they are, and KWOK, which does as if it were the
//! kubelets.
//!
//! ```no_run
//! # fn main() -> xtask::Result<()> {
//! use xtask::cluster::{Options, up};
//!
//! let cluster = up(&Options::default())?;
//! cluster.kubectl().run(&["create", "deployment", "hello", "--image=hello:1.0.0"])?;
//! cluster.restart("kube-apiserver")?;
//! cluster.down()?;
//! # Ok(())
//! # }
//! ```
//!
//! How a test tells pods what to do is in docs/cluster.md.

mod addresses;
mod build;
mod certificates;
mod command;
mod files;
mod gateway;
mod kubectl;
mod name;
mod namespace;
mod pods;
mod processes;
mod programs;
mod requests;
mod state;

pub use command::{Task, Which, run};
pub use gateway::lacks_for_gateway;
pub use kubectl::Kubectl;
pub use name::Name;
pub use namespace::lacks;
pub use requests::{Answer, Answerer, Load, Requests};

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use build::Binaries;
use files::Files;
use gateway::TRAEFIK;
use namespace::Namespace;
use processes::within;
use programs::{KWOK, Program, Ready, Site, free_ports};
use state::State;

use crate::Result;

/// How long a program may take to be ready.
const READY: Duration = Duration::from_secs(60);
/// How much of a program's log is shown where it does not come up.
const LAST_LINES: usize = 20;

/// What a cluster is to be like.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it is called; clusters of different names stand side by side.
    pub name: Name,
    /// More arguments for kube-apiserver, as `--max-mutating-requests-inflight=1`.
    pub api_server: Vec<String>,
    /// Whether requests to Services and pods are real: the cluster is in a network namespace of its
    /// own, with a kube-proxy and programs that answer for the pods. [`lacks`] says what that
    /// wants.
    pub traffic: bool,
    /// Whether a gateway stands before its Services, of a cluster with traffic: Traefik, with the kinds
    /// of the Gateway API and a Gateway `default/shop`. [`lacks_for_gateway`] says what that wants.
    pub gateway: bool,
}

/// A cluster, which goes on when this value is dropped, and when the program ends.
#[derive(Clone, Debug)]
pub struct Cluster {
    files: Files,
    state: State,
}

/// Brings a cluster up and waits until pods can be made: three nodes are ready, the ServiceAccount
/// `default` is there.
///
/// # Errors
///
/// A cluster of that name that is there already; a program that is not ready within a minute, with
/// the end of its log. What was started is taken down then.
pub fn up(options: &Options) -> Result<Cluster> {
    if let Some(lacks) = lacks().filter(|_| options.traffic) {
        return Err(lacks.into());
    }
    let binaries = Binaries::built()?;
    let files = Files::of(&options.name);
    files.create()?;
    prepare(options, &binaries, &files)
        .and_then(Cluster::start)
        .or_else(|error| {
            Cluster::find(&options.name)?.map_or(Ok(()), Cluster::down)?;
            Err(error)
        })
}

/// Writes all that the programs read, and makes their network.
fn prepare(options: &Options, binaries: &Binaries, files: &Files) -> Result<Cluster> {
    let site = Site {
        binaries,
        files,
        ports: free_ports()?,
        api_server: &options.api_server,
    };
    let mut programs = site.programs()?;
    let namespace = options
        .traffic
        .then(|| Namespace::of(&options.name, files.folder()));
    if options.traffic {
        programs.extend(site.traffic_programs(build::xtask()?));
    }
    if options.gateway {
        programs.push(site.traefik(gateway::traefik()?));
    }
    let state = State {
        programs,
        kubectl: binaries.kubernetes("kubectl"),
        namespace,
    };
    state.write(&files.state())?;
    state.namespace.as_ref().map_or(Ok(()), Namespace::create)?;
    files.write_credentials(site.api_server_port())?;
    Ok(Cluster {
        files: files.clone(),
        state,
    })
}

impl Cluster {
    /// The cluster of a name, whole or what a crash left of it; `None` where there is none.
    ///
    /// # Errors
    ///
    /// A state file that cannot be read.
    pub fn find(name: &Name) -> Result<Option<Self>> {
        let files = Files::of(name);
        if !files.folder().exists() {
            return Ok(None);
        }
        // Without a state file nothing was started.
        let state = State::read(&files.state())?.unwrap_or_default();
        Ok(Some(Self { files, state }))
    }

    /// Where the kubeconfig of the administrator is.
    pub fn kubeconfig(&self) -> PathBuf {
        self.files.kubeconfig()
    }

    /// Where each request is told in a line of JSON: verb, user, user agent, URI and the answer's
    /// code.
    pub fn audit_log(&self) -> PathBuf {
        self.files.audit_log()
    }

    /// The cluster's own kubectl.
    pub fn kubectl(&self) -> Kubectl {
        Kubectl::new(
            self.state.kubectl.clone(),
            self.kubeconfig(),
            self.state.namespace.clone(),
        )
    }

    /// Moves this thread to where the cluster's addresses are, with all threads and programs that
    /// it starts from now on: into the network namespace of a cluster with traffic, and nowhere for
    /// any other cluster.
    ///
    /// # Errors
    ///
    /// A namespace that is gone, or that this user may not enter.
    pub fn enter(&self) -> Result<()> {
        self.state
            .namespace
            .as_ref()
            .map_or(Ok(()), Namespace::enter)
    }

    /// Starts to ask a Service of a cluster with traffic.
    ///
    /// # Errors
    ///
    /// A cluster without traffic, whose Services have no real address.
    pub fn requests(&self, load: Load) -> Result<Requests> {
        let namespace = self.state.namespace.as_ref();
        namespace
            .ok_or("the cluster is without traffic")?
            .inside(|| Ok(Requests::start(load)))
    }

    /// Where the gateway of a cluster that has one takes requests, from inside of its network.
    pub fn entrance(&self) -> SocketAddr {
        gateway::ENTRANCE
    }

    /// What runs, and where its files are, for people.
    ///
    /// # Errors
    ///
    /// Processes that cannot be looked at.
    pub fn status(&self) -> Result<String> {
        let mut status = String::new();
        for Program { name, command, .. } in &self.state.programs {
            let pids: Vec<String> = processes::running(command)?
                .iter()
                .map(|pid| format!("runs as {pid}"))
                .collect();
            let pids = if pids.is_empty() {
                "does not run".into()
            } else {
                pids.join(", ")
            };
            writeln!(status, "{name:<24} {pids}")?;
        }
        for (what, path) in [
            ("kubeconfig", self.kubeconfig()),
            ("audit log", self.audit_log()),
            ("logs", self.files.path("logs")),
            ("kubectl", self.state.kubectl.clone()),
        ] {
            writeln!(status, "{what:<24} {}", path.display())?;
        }
        if let Some(namespace) = &self.state.namespace {
            let namespace = namespace.as_str();
            writeln!(
                status,
                "{:<24} {namespace}; as in `ip netns exec {namespace} bash`",
                "network namespace"
            )?;
        }
        Ok(status)
    }

    /// Ends a program and starts it again with the same arguments; its data stays.
    ///
    /// # Errors
    ///
    /// A program that the cluster has not, or that does not end or get ready.
    pub fn restart(&self, program: &str) -> Result<()> {
        self.stop(program)?;
        self.inside(|| self.start_program(self.state.program(program)?))
    }

    /// Ends a program, until [`Cluster::restart`].
    ///
    /// # Errors
    ///
    /// A program that the cluster has not, or that does not end.
    pub fn stop(&self, program: &str) -> Result<()> {
        processes::stop(&self.state.program(program)?.command)
    }

    /// Stops a program where it stands, until [`Cluster::resume`]: it keeps its connections and
    /// answers nothing.
    ///
    /// # Errors
    ///
    /// A program that the cluster has not, or that does not run.
    pub fn pause(&self, program: &str) -> Result<()> {
        self.signal(program, Signal::STOP)
    }

    /// Lets a paused program go on.
    ///
    /// # Errors
    ///
    /// A program that the cluster has not, or that does not run.
    pub fn resume(&self, program: &str) -> Result<()> {
        self.signal(program, Signal::CONT)
    }

    /// Ends all programs, the last one started first, and removes all files.
    ///
    /// # Errors
    ///
    /// A program that cannot be ended; the files stay then.
    pub fn down(self) -> Result<()> {
        for program in self.state.programs.iter().rev() {
            processes::stop(&program.command)?;
        }
        self.state
            .namespace
            .as_ref()
            .map_or(Ok(()), Namespace::remove)?;
        Ok(self.files.remove()?)
    }

    fn start(self) -> Result<Self> {
        self.inside(|| {
            self.state
                .programs
                .iter()
                .try_for_each(|program| self.start_program(program))
        })?;
        self.kubectl().run(&[
            "wait",
            "serviceaccount/default",
            "--for=create",
            "--timeout=60s",
        ])?;
        Ok(self)
    }

    fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        match &self.state.namespace {
            Some(namespace) => namespace.inside(work),
            None => work(),
        }
    }

    fn start_program(&self, program: &Program) -> Result<()> {
        let Program { name, command, .. } = program;
        if name == TRAEFIK {
            gateway::create_kinds(&self.kubectl())?;
        }
        say(&format!("starting {name}"));
        let mut process = processes::start(command, self.files.folder(), &self.files.log(name))?;
        let ready = within(READY, || match process.try_wait()? {
            Some(_) => Err(self.with_log(program, "ended by itself")),
            None => Ok(self.is_ready(&program.ready)),
        })?;
        if !ready {
            return Err(self.with_log(program, "is not ready within a minute"));
        }
        if name == KWOK {
            self.create_nodes()
        } else {
            Ok(())
        }
    }

    fn is_ready(&self, ready: &Ready) -> bool {
        match ready {
            Ready::Answer(path) => self
                .kubectl()
                .run(&["get", "--raw", path, "--request-timeout=5s"])
                .is_ok(),
            Ready::Port(port) => TcpStream::connect(("127.0.0.1", *port)).is_ok(),
            Ready::Started => true,
        }
    }

    /// An error with the end of the program's log.
    fn with_log(&self, program: &Program, what: &str) -> Box<dyn std::error::Error> {
        let log = match fs::read(self.files.log(&program.name)) {
            Ok(log) => log,
            Err(error) => {
                return format!("{} {what}, and has no log: {error}", program.name).into();
            }
        };
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        format!("{} {what}; the end of its log:\n{last}", program.name).into()
    }

    fn create_nodes(&self) -> Result<()> {
        let kubectl = self.kubectl();
        let nodes = fs::read_to_string(crate::root().join("tests/cluster/nodes.yaml"))?;
        kubectl.run_with(&["apply", "-f", "-"], &nodes)?;
        kubectl.run(&[
            "wait",
            "node",
            "--all",
            "--for=condition=Ready",
            "--timeout=60s",
        ])?;
        Ok(())
    }

    fn signal(&self, program: &str, signal: Signal) -> Result<()> {
        match processes::signal(&self.state.program(program)?.command, signal)? {
            true => Ok(()),
            false => Err(format!("{program} does not run").into()),
        }
    }
}

/// Tells the user what goes on, beside what the task prints.
#[expect(
    clippy::let_underscore_must_use,
    reason = "where nobody reads it, the work goes on"
)]
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}
