//! Manifests as people write them: applications of a Deployment, a Service and a ConfigMap each, in
//! one file an application.
//!
//! A comment ends one line in five. In one application of twenty the Deployment has what a reader of
//! simple YAML may not choose for itself: an anchor, a folded block, texts of several lines.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::Result;

/// How many applications there are, and with how many pods each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) applications: usize,
    pub(crate) replicas: u32,
}

impl Size {
    pub(crate) fn manifests(self) -> usize {
        self.applications * 3
    }
}

/// How many applications are in one folder where the folders are many.
pub(crate) const IN_A_FOLDER: usize = 34;

/// Writes the files of all applications into one folder.
pub(crate) fn write(folder: &Path, size: Size, version: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    for number in 0..size.applications {
        fs::write(
            folder.join(file_name(number)),
            application(number, size.replicas, version),
        )?;
    }
    Ok(())
}

/// Writes a kustomization over so many applications of the folder, which sets their image.
pub(crate) fn kustomization(
    folder: &Path,
    numbers: impl Iterator<Item = usize>,
    version: &str,
) -> Result<()> {
    let mut text = String::from("resources:\n");
    for number in numbers {
        writeln!(text, "- {}", file_name(number))?;
    }
    write!(
        text,
        "images:\n- name: registry.example/shop/front\n  newTag: {version}\n"
    )?;
    Ok(fs::write(folder.join("kustomization.yaml"), text)?)
}

pub(crate) fn file_name(number: usize) -> String {
    format!("app-{number:05}.yaml")
}

fn application(number: usize, replicas: u32, version: &str) -> String {
    let name = format!("app-{number:05}");
    let deployment = match number % 20 {
        7 => deployment(&name, replicas, version, &CURIOUS),
        _ => deployment(&name, replicas, version, &PLAIN),
    };
    let documents = [deployment, service(&name), configuration(&name, number)];
    commented(&documents.join("---\n"))
}

/// Parts of a Deployment that people write in several ways.
struct Ways {
    labels: &'static str,
    same_labels: &'static str,
    description: &'static str,
    arguments: &'static str,
}

const PLAIN: Ways = Ways {
    labels: "",
    same_labels: "{app: $name, tier: front}",
    description: "Serves the pages of the shop.",
    arguments: r#" ["--listen=:8080", "--log-format=json", --verbose]"#,
};

const CURIOUS: Ways = Ways {
    labels: " &labels",
    same_labels: "*labels",
    description: ">-\n      Serves the pages of the shop,\n      and those of its partners.",
    arguments: "\n        - \"--listen=:8080 \\\n          --log-format=json\"\n        - --verbose\n          --trace",
};

fn deployment(name: &str, replicas: u32, version: &str, ways: &Ways) -> String {
    DEPLOYMENT
        .replace("$labels", ways.labels)
        .replace("$same", ways.same_labels)
        .replace("$description", ways.description)
        .replace("$arguments", ways.arguments)
        .replace("$name", name)
        .replace("$replicas", &replicas.to_string())
        .replace("$version", version)
}

const DEPLOYMENT: &str = r#"# The front of $name.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: $name
  labels:$labels
    app: $name
    tier: front
  annotations:
    description: $description
    example.com/owner: "team-front@example.com"
spec:
  replicas: $replicas
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  selector:
    matchLabels:
      app: $name
      tier: front
  template:
    metadata:
      labels: $same
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: front
      terminationGracePeriodSeconds: 60
      securityContext: {runAsNonRoot: true, fsGroup: 2000}
      containers:
      - name: front
        image: registry.example/shop/front:$version
        args:$arguments
        ports:
        - {name: http, containerPort: 8080}
        - {name: metrics, containerPort: 9090}
        env:
        - name: GREETING
          value: 'It''s the shop of $name'
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef:
              name: $name
              key: log-level
        - name: POD_NAME
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        - name: DATABASE_URL
          value: postgres://front@database.shop.svc:5432/shop?sslmode=require
        envFrom:
        - configMapRef:
            name: $name
            optional: true
        readinessProbe:
          httpGet: {path: /ready, port: http, httpHeaders: []}
          periodSeconds: 5
          failureThreshold: 3
        livenessProbe: {httpGet: {path: /live, port: http}, initialDelaySeconds: 10, periodSeconds: 10}
        lifecycle:
          preStop:
            sleep:
              seconds: 5
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop: [ALL]
        volumeMounts:
        - name: settings
          mountPath: /etc/front
          readOnly: true
        - name: cache
          mountPath: /var/cache/front
      volumes:
      - name: settings
        configMap:
          name: $name
          items:
          - key: settings.toml
            path: settings.toml
            mode: 0440
      - name: cache
        emptyDir: {}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 100
            podAffinityTerm:
              topologyKey: kubernetes.io/hostname
              labelSelector: {matchLabels: {app: $name}}
"#;

fn service(name: &str) -> String {
    SERVICE.replace("$name", name)
}

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: $name
  labels:
    app: $name
spec:
  selector:
    app: $name
    tier: front
  ports:
  - name: http
    port: 80
    targetPort: http
  - name: metrics
    port: 9090
    targetPort: metrics
"#;

fn configuration(name: &str, number: usize) -> String {
    let mut text = CONFIGURATION.replace("$name", name);
    for route in 0..32 {
        let weight = (number * 7 + route * 13) % 100;
        text += &format!("    [[routes]]\n    path = \"/shop/{route}\"\n    weight = {weight}\n");
    }
    text
}

const CONFIGURATION: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: $name
  labels: {app: $name, tier: front}
data:
  log-level: info
  settings.toml: |
    # Settings of $name.
    [server]
    listen = ":8080"
    timeout = "30s"

    [cache]
    path = "/var/cache/front"
    size = "512MiB"

"#;

/// The text with a comment at the end of every fifth line that can bear one.
fn commented(text: &str) -> String {
    let mut commented = String::with_capacity(text.len() * 9 / 8);
    let mut in_text = false;
    for (number, line) in text.lines().enumerate() {
        in_text = in_text && (line.starts_with("    ") || line.is_empty());
        in_text |= line.ends_with(": |");
        let bears =
            !in_text && line.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '}');
        commented.push_str(line);
        if bears && number % 5 == 0 && !is_of_several_lines(line) {
            commented.push_str("  # see the handbook");
        }
        commented.push('\n');
    }
    commented
}

/// Whether the line is one of a text that goes on: a comment would end it.
fn is_of_several_lines(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("and those")
        || line.starts_with("--verbose")
        || line.starts_with("- --verbose")
}
