//! What runs, each with its arguments and how one sees that it is ready, in the order of its start.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::addresses::{NODE, PODS, SERVICES};
use super::build::Binaries;
use super::certificates::{AUTHORITY, SERVER, SERVER_KEY, SERVICE_ACCOUNTS, SERVICE_ACCOUNTS_KEY};
use super::files::Files;
use super::gateway::{ENTRANCE, TRAEFIK};
use crate::{Result, root};

/// The program that plays the kubelets of all nodes.
pub(super) const KWOK: &str = "kwok";

/// A program of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    pub(super) name: String,
    /// The program's file and its arguments, as the system shows them.
    pub(super) command: Vec<String>,
    pub(super) ready: Ready,
}

/// How one sees that a program is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Ready {
    /// The API server answers a path that is no object's with success.
    Answer(String),
    /// It takes connections on a port of 127.0.0.1.
    Port(u16),
    /// It has nobody wait.
    Started,
}

/// What the programs of one cluster are started with.
pub(super) struct Site<'a> {
    pub(super) binaries: &'a Binaries,
    pub(super) files: &'a Files,
    pub(super) ports: [u16; PORTS],
    /// More arguments for the API server.
    pub(super) api_server: &'a [String],
}

/// How many ports a cluster takes.
pub(super) const PORTS: usize = 8;

/// Ports of 127.0.0.1 that are free now.
pub(super) fn free_ports() -> io::Result<[u16; PORTS]> {
    let mut ports = [0; PORTS];
    // All are held until the last one is known, so that no two are the same.
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

impl Site<'_> {
    /// The programs that every cluster has.
    pub(super) fn programs(&self) -> Result<Vec<Program>> {
        Ok(vec![
            self.etcd(),
            self.api_server(),
            self.controller_manager(),
            self.scheduler(),
            self.kwok()?,
        ])
    }

    /// The programs that take real requests to pods; `xtask` is where this program is.
    pub(super) fn traffic_programs(&self, xtask: PathBuf) -> Vec<Program> {
        vec![self.proxy(), self.pods(xtask)]
    }

    /// The port that the API server listens on.
    pub(super) fn api_server_port(&self) -> u16 {
        self.ports[2]
    }

    fn etcd(&self) -> Program {
        let [clients, peers, ..] = self.ports.map(|port| format!("http://127.0.0.1:{port}"));
        let arguments = vec![
            "--name=etcd".into(),
            flag("data-dir", self.files.etcd()),
            format!("--listen-client-urls={clients}"),
            format!("--advertise-client-urls={clients}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=etcd={peers}"),
            "--unsafe-no-fsync".into(),
            "--log-level=warn".into(),
        ];
        program(
            "etcd",
            self.binaries.etcd(),
            arguments,
            Ready::Port(self.ports[0]),
        )
    }

    fn api_server(&self) -> Program {
        let arguments = vec![
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports[0]),
            "--bind-address=127.0.0.1".into(),
            format!("--secure-port={}", self.api_server_port()),
            flag("tls-cert-file", self.files.path(SERVER)),
            flag("tls-private-key-file", self.files.path(SERVER_KEY)),
            flag("client-ca-file", self.files.path(AUTHORITY)),
            flag(
                "service-account-key-file",
                self.files.path(SERVICE_ACCOUNTS),
            ),
            flag(
                "service-account-signing-key-file",
                self.files.path(SERVICE_ACCOUNTS_KEY),
            ),
            "--service-account-issuer=https://kubernetes.default.svc".into(),
            format!("--service-cluster-ip-range={SERVICES}"),
            "--authorization-mode=Node,RBAC".into(),
            "--allow-privileged=true".into(),
            "--endpoint-reconciler-type=none".into(),
            flag(
                "audit-policy-file",
                root().join("tests/cluster/audit-policy.yaml"),
            ),
            flag("audit-log-path", self.files.audit_log()),
            // Megabytes: else what is beyond the first hundred goes to another file.
            "--audit-log-maxsize=10000".into(),
        ];
        let arguments = [arguments, self.api_server.to_vec()].concat();
        let file = self.binaries.kubernetes("kube-apiserver");
        program(
            "kube-apiserver",
            file,
            arguments,
            Ready::Answer("/readyz".into()),
        )
    }

    fn controller_manager(&self) -> Program {
        let arguments = vec![
            flag("kubeconfig", self.files.kubeconfig()),
            flag(
                "service-account-private-key-file",
                self.files.path(SERVICE_ACCOUNTS_KEY),
            ),
            flag("root-ca-file", self.files.path(AUTHORITY)),
            "--leader-elect=false".into(),
            // Many tests share a cluster, and none of them waits for another one's share of
            // requests.
            "--kube-api-qps=500".into(),
            "--kube-api-burst=1000".into(),
            "--bind-address=127.0.0.1".into(),
            format!("--secure-port={}", self.ports[3]),
        ];
        let file = self.binaries.kubernetes("kube-controller-manager");
        program(
            "kube-controller-manager",
            file,
            arguments,
            Ready::Port(self.ports[3]),
        )
    }

    fn scheduler(&self) -> Program {
        let arguments = vec![
            flag("kubeconfig", self.files.kubeconfig()),
            "--leader-elect=false".into(),
            "--kube-api-qps=500".into(),
            "--kube-api-burst=1000".into(),
            "--bind-address=127.0.0.1".into(),
            format!("--secure-port={}", self.ports[4]),
        ];
        let file = self.binaries.kubernetes("kube-scheduler");
        program(
            "kube-scheduler",
            file,
            arguments,
            Ready::Port(self.ports[4]),
        )
    }

    fn kwok(&self) -> Result<Program> {
        let mut arguments = vec![
            flag("kubeconfig", self.files.kubeconfig()),
            "--manage-all-nodes=true".into(),
            "--node-lease-duration-seconds=40".into(),
            "--cidr=10.244.0.1/16".into(),
            format!("--node-ip={NODE}"),
            format!("--server-address=127.0.0.1:{}", self.ports[5]),
        ];
        arguments.extend(stages()?.iter().map(|stage| flag("config", stage)));
        Ok(program(
            KWOK,
            self.binaries.kwok(),
            arguments,
            Ready::Port(self.ports[5]),
        ))
    }

    fn proxy(&self) -> Program {
        let arguments = vec![
            flag("kubeconfig", self.files.kubeconfig()),
            "--hostname-override=node-0".into(),
            "--proxy-mode=nftables".into(),
            format!("--cluster-cidr={PODS}"),
            "--conntrack-max-per-core=0".into(),
            "--conntrack-min=0".into(),
            "--conntrack-tcp-timeout-established=0s".into(),
            "--conntrack-tcp-timeout-close-wait=0s".into(),
            format!("--healthz-bind-address=127.0.0.1:{}", self.ports[6]),
            format!("--metrics-bind-address=127.0.0.1:{}", self.ports[7]),
        ];
        program(
            "kube-proxy",
            self.binaries.kubernetes("kube-proxy"),
            arguments,
            Ready::Port(self.ports[6]),
        )
    }

    /// The gateway, by its file.
    pub(super) fn traefik(&self, file: PathBuf) -> Program {
        let arguments = vec![
            "--providers.kubernetesgateway=true".into(),
            format!("--providers.kubernetesgateway.statusaddress.ip={NODE}"),
            format!("--entrypoints.web.address={ENTRANCE}"),
            "--global.checknewversion=false".into(),
            "--global.sendanonymoususage=false".into(),
            "--accesslog=false".into(),
            // Also what tells its command from that of another cluster.
            flag("log.filepath", self.files.path("logs/traefik-own")),
        ];
        program(TRAEFIK, file, arguments, Ready::Port(ENTRANCE.port()))
    }

    fn pods(&self, xtask: PathBuf) -> Program {
        let arguments = vec![
            "cluster".into(),
            "answer".into(),
            flag("kubectl", self.binaries.kubernetes("kubectl")),
            flag("kubeconfig", self.files.kubeconfig()),
        ];
        program("pods", xtask, arguments, Ready::Started)
    }
}

fn program(name: &str, file: PathBuf, arguments: Vec<String>, ready: Ready) -> Program {
    let command = [vec![file.display().to_string()], arguments].concat();
    Program {
        name: name.into(),
        command,
        ready,
    }
}

fn flag(name: &str, path: impl AsRef<Path>) -> String {
    format!("--{name}={}", path.as_ref().display())
}

/// What the simulated kubelets do, and when.
fn stages() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join("tests/cluster/stages"))?;
    let mut stages = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    stages.sort();
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn programs(api_server: &[String]) -> Vec<Program> {
        let files = Files::of(&"unit".parse().unwrap());
        let site = Site {
            binaries: &Binaries::at("/bin"),
            files: &files,
            ports: [1, 2, 3, 4, 5, 6, 7, 8],
            api_server,
        };
        site.programs().unwrap()
    }

    #[test]
    fn they_start_in_an_order_in_which_each_finds_what_it_asks() {
        let names: Vec<String> = programs(&[])
            .into_iter()
            .map(|program| program.name)
            .collect();
        assert_eq!(
            names,
            [
                "etcd",
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kwok"
            ]
        );
    }

    #[test]
    fn what_a_test_asks_of_the_server_comes_last_so_that_it_counts() {
        let more = "--max-mutating-requests-inflight=1".to_owned();
        let server = programs(std::slice::from_ref(&more)).swap_remove(1);
        assert_eq!(server.command.last(), Some(&more));
        assert_eq!(server.command[0], "/bin/kube-apiserver");
        assert!(
            server
                .command
                .contains(&"--etcd-servers=http://127.0.0.1:1".into()),
            "{:?}",
            server.command
        );
    }

    #[test]
    fn each_command_holds_a_path_of_its_own_cluster_so_that_no_other_cluster_has_it() {
        let folder = Files::of(&"unit".parse().unwrap())
            .folder()
            .display()
            .to_string();
        for program in programs(&[]) {
            assert!(
                program.command.iter().any(|word| word.contains(&folder)),
                "{}",
                program.name
            );
        }
    }

    #[test]
    fn free_ports_differ() {
        let ports = free_ports().unwrap();
        assert_eq!(BTreeSet::from(ports).len(), PORTS);
    }
}
