//! The rows: each a release of one image, and what stands beside it.

/// A release, and what is told of it.
pub(crate) struct Row {
    /// As the page says it.
    pub(crate) what: &'static str,
    pub(crate) files: Vec<(&'static str, String)>,
    pub(crate) flags: &'static str,
    /// What strategies that count pods are told too.
    pub(crate) counting: &'static str,
    /// A part of what is told, where anything is.
    pub(crate) says: &'static str,
}

/// What every row starts from: warned about nowhere.
const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.0.0
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: http}}
        lifecycle: {preStop: {sleep: {seconds: 5}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
";

const ONE_PORT: &str = "ports: [{name: http, containerPort: 8080}]";
const TWO_PORTS: &str =
    "ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090}]";
const METRICS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: metrics}
spec: {selector: {app: web}, ports: [{port: 90, targetPort: metrics}]}
";

impl Row {
    /// A row in which `web` gets a new image and nothing else is said.
    fn new(what: &'static str) -> Self {
        let to = WEB.replace("1.0.0", "2.0.0");
        Self {
            what,
            files: vec![("from/web.yaml", WEB.into()), ("to/web.yaml", to)],
            flags: "",
            counting: "",
            says: "",
        }
    }

    /// With an object that stays as it is.
    fn beside(self, object: &str) -> Self {
        self.from(object).to(object)
    }

    /// With an object that changes so.
    fn changing(self, object: &str, before: &str, after: &str) -> Self {
        let changed = object.replace(before, after);
        assert_ne!(object, changed, "{before}");
        self.from(object).to(&changed)
    }

    /// With an object that only what runs has.
    fn from(self, object: &str) -> Self {
        self.file("from/beside.yaml", object)
    }

    /// With an object that only what is wanted has.
    fn to(self, object: &str) -> Self {
        self.file("to/beside.yaml", object)
    }

    fn file(mut self, name: &'static str, text: &str) -> Self {
        self.files.push((name, text.into()));
        self
    }

    /// With a text in both ends in place of another.
    fn with(self, before: &str, after: &str) -> Self {
        self.edited("", before, after)
    }

    /// With a text in what is wanted in place of another.
    fn wanting(self, before: &str, after: &str) -> Self {
        self.edited("to/", before, after)
    }

    fn edited(mut self, end: &str, before: &str, after: &str) -> Self {
        for (_, text) in self
            .files
            .iter_mut()
            .filter(|(name, _)| name.starts_with(end))
        {
            assert!(text.contains(before), "{before}");
            *text = text.replace(before, after);
        }
        self
    }

    fn flags(self, flags: &'static str) -> Self {
        Self { flags, ..self }
    }

    fn counting(self, counting: &'static str) -> Self {
        Self { counting, ..self }
    }

    fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }
}

/// All rows, in the page's order.
pub(crate) fn rows() -> Vec<Row> {
    [planned(), counts(), configuration(), warned(), refused()]
        .into_iter()
        .flatten()
        .collect()
}

fn planned() -> Vec<Row> {
    vec![
        Row::new("a new image"),
        Row::new("a Service of a StatefulSet's, an operator's or nobody's pods").beside(
            "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}\n",
        ),
        Row::new("a Service of type ExternalName").beside(
            "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: db.example}\n",
        ),
        Row::new("a port of a Service that no container has, as before").beside(
            "apiVersion: v1\nkind: Service\nmetadata: {name: dead}\nspec: {selector: {app: web}, ports: [{port: 1, targetPort: none}]}\n",
        ),
        Row::new("an Ingress or a route to a Service elsewhere, as before").beside(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {defaultBackend: {service: {name: elsewhere, port: {number: 80}}}}\n",
        ),
        Row::new("a port of a Service that comes together with the pods that listen to it")
            .wanting("{name: http, containerPort: 8080}", "{name: http, containerPort: 8080}, {name: grpc, containerPort: 9090}")
            .wanting("ports: [{port: 80, targetPort: http}]", "ports: [{name: http, port: 80, targetPort: http}, {name: grpc, port: 90, targetPort: grpc}]"),
        Row::new("a port that goes by another name on the pods")
            .wanting("name: http, containerPort", "name: web, containerPort")
            .wanting("port: http", "port: web")
            .wanting("targetPort: http", "targetPort: web"),
        Row::new("a number at which old and new pods do not both listen, by one name")
            .wanting("containerPort: 8080", "containerPort: 9090")
            .with("targetPort: http", "targetPort: 8080")
            .wanting("targetPort: 8080", "targetPort: 9090"),
        Row::new("a number at which the old pods listen without saying so, and that gets a name")
            .edited("from/", "        ports: [{name: http, containerPort: 8080}]\n", "")
            .edited("from/", "port: http}}", "port: 8080}}")
            .edited("from/", "targetPort: http", "targetPort: 8080"),
        Row::new("a Service that comes for a port to which only the new pods listen")
            .wanting(ONE_PORT, TWO_PORTS)
            .to(METRICS),
        Row::new("a Service that goes with `--prune`, for a port to which only the old pods listen")
            .edited("from/", ONE_PORT, TWO_PORTS)
            .from(METRICS)
            .flags("--prune"),
        Row::new("an Ingress or a route that goes to another port of its Service, with the Service")
            .wanting("{port: 80, ", "{port: 81, ")
            .changing(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
                "number: 80",
                "number: 81",
            ),
        Row::new("a mirror of a route to a port that its Service does not have").changing(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shop}\nspec: {rules: [{backendRefs: [{name: web, port: 80}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: web, port: 1}}}]}]}\n",
            "port: 1}",
            "port: 2}",
        ),
        Row::new("an object that makes no pods, in another version of its API").changing(
            "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: HTTPRoute\nmetadata: {name: shop}\nspec: {rules: [{backendRefs: [{name: web, port: 80}]}]}\n",
            "v1beta1",
            "v1",
        ),
        Row::new("what runs, in a version of an API that is no longer served")
            .from(FORMER)
            .to(PRESENT),
        Row::new("two other Deployments with one selector, as before").beside(&format!(
            "{}---\n{}",
            bare("a", "same"),
            bare("b", "same")
        )),
        Row::new("a PodDisruptionBudget of others").beside(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: db}\nspec: {minAvailable: 200%, selector: {matchLabels: {app: db}}}\n",
        ),
        Row::new("labels of ConfigMaps, Secrets and all else that Helm marks").changing(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, labels: {helm.sh/chart: web-1}}\ndata: {a: b}\n",
            "web-1",
            "web-2",
        ),
        Row::new("a CronJob, a custom resource or a role that changes").changing(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: report}\nspec: {schedule: \"5 4 * * *\", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: \"a:1\"}]}}}}}\n",
            "5 4",
            "6 4",
        ),
        Row::new("an Argo Rollout, as before").beside(
            "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: other}\nspec: {replicas: 2}\n",
        ),
        Row::new("a Service of Knative, a Job of Volcano: kinds of others by the same name").changing(
            "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{image: \"a:1\"}]}}}\n---\napiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: train}\nspec: {minAvailable: 1, tasks: []}\n",
            "inAvailable: 1",
            "inAvailable: 2",
        ),
        Row::new("null in labels, annotations and selectors")
            .with(
                "metadata: {name: web}",
                "metadata: {name: web, annotations: {note: null}}",
            )
            .with("app: web}", "app: web, tier: null}"),
        Row::new("an object that is there twice with one content").beside(&format!(
            "{0}---\n{0}",
            bare("a", "a")
        )),
        Row::new("an object that `to` lacks, with `--prune`")
            .from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndata: {a: b}\n")
            .flags("--prune"),
        Row::new("another Deployment of type `Recreate` that goes along").changing(
            &bare("batch", "batch").replace("spec:\n  replicas", "spec:\n  strategy: {type: Recreate}\n  replicas"),
            "a:1",
            "a:2",
        ).says("all its pods stop"),
    ]
}

fn counts() -> Vec<Row> {
    let autoscaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 9}\n";
    let scaled = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web}\nspec: {scaleTargetRef: {name: web}, triggers: [{type: cron}]}\n";
    vec![
        Row::new("no `replicas`: somebody else owns the count")
            .with("  replicas: 3\n", "")
            .says("replicas"),
        Row::new("no `replicas`, and a number by `--replicas 3`")
            .with("  replicas: 3\n", "")
            .flags("--replicas 3")
            .says("the plan was given the number 3"),
        Row::new("a HorizontalPodAutoscaler")
            .with("  replicas: 3\n", "")
            .beside(autoscaler)
            .says("HorizontalPodAutoscaler web"),
        Row::new("a ScaledObject of KEDA")
            .with("  replicas: 3\n", "")
            .beside(scaled)
            .says("ScaledObject web"),
        Row::new("a HorizontalPodAutoscaler, and `--autoscaler hold`")
            .beside(autoscaler)
            .counting("--autoscaler hold"),
        Row::new("a HorizontalPodAutoscaler, `--autoscaler hold`, and a number by `--replicas 5`")
            .beside(autoscaler)
            .counting("--autoscaler hold --replicas 5"),
        Row::new("a HorizontalPodAutoscaler that goes with `--prune`")
            .wanting("replicas: 3", "replicas: 4")
            .from(autoscaler)
            .flags("--prune")
            .says("HorizontalPodAutoscaler web goes, and says how many pods run until then: the plan counts from 3"),
        Row::new("a HorizontalPodAutoscaler that goes with `--prune`, and no `replicas` in what runs")
            .edited("from/", "  replicas: 3\n", "")
            .from(autoscaler)
            .flags("--prune")
            .says("replicas"),
        Row::new("a HorizontalPodAutoscaler that goes with `--prune`, no `replicas` in what runs, and `--replicas 5`")
            .edited("from/", "  replicas: 3\n", "")
            .from(autoscaler)
            .flags("--prune --replicas 5")
            .says("the plan was given the number 5"),
        Row::new("a HorizontalPodAutoscaler in place of another, with `--prune`")
            .from(autoscaler)
            .to(&autoscaler.replace("{name: web}\nspec", "{name: web-2}\nspec"))
            .flags("--prune")
            .counting("--autoscaler hold")
            .says("HorizontalPodAutoscaler web"),
        Row::new("a ScaledObject of KEDA, and `--autoscaler hold`")
            .beside(scaled)
            .counting("--autoscaler hold"),
        Row::new("a HorizontalPodAutoscaler of `autoscaling/v1`, and `--autoscaler hold`")
            .beside(&autoscaler.replace("autoscaling/v2", "autoscaling/v1"))
            .counting("--autoscaler hold")
            .says("autoscaling/v2"),
    ]
}

fn configuration() -> Vec<Row> {
    let settings =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: red}\n";
    let reads = "        envFrom: [{configMapRef: {name: settings}}]\n        lifecycle:";
    let secret = settings
        .replace("ConfigMap", "Secret")
        .replace("settings", "token-3426fccdad99")
        .replace("data: {colour: red}", "stringData: {token: one}");
    let reads_secret = reads
        .replace("configMapRef", "secretRef")
        .replace("settings", "token-3426fccdad99");
    let rendered = secret.replace(
        "metadata: {",
        "metadata: {labels: {app.kubernetes.io/managed-by: Helm}, ",
    );
    let mounts = "        volumeMounts: [{name: s, mountPath: /s}]\n        lifecycle:";
    let volume = "    spec:\n      volumes: [{name: s, configMap: {name: settings}}]\n";
    vec![
        Row::new("data of a ConfigMap or Secret that the pods have in their environment")
            .with("        lifecycle:", reads)
            .changing(settings, "red", "blue"),
        Row::new(
            "a ConfigMap or Secret that goes with `--prune`, and that the pods read as `optional`",
        )
        .with(
            "        lifecycle:",
            &reads.replace("settings}", "settings, optional: true}"),
        )
        .from(settings)
        .flags("--prune"),
        Row::new("data of a Secret that Helm has rendered")
            .with("        lifecycle:", &reads_secret)
            .changing(&rendered, "one", "two")
            .says("Secret token-3426fccdad99: its data changes, and Helm renders it"),
        Row::new("data of a ConfigMap or Secret that the pods mount")
            .with("        lifecycle:", mounts)
            .with("    spec:\n", volume)
            .changing(settings, "red", "blue")
            .says("ConfigMap settings"),
        Row::new("the name of a ConfigMap that tells its content, as kustomize makes it")
            .with("        lifecycle:", reads)
            .from(settings)
            .wanting("name: settings", "name: settings-7k2t")
            .to(&settings
                .replace("name: settings", "name: settings-7k2t")
                .replace("red", "blue"))
            .says("settings"),
        Row::new("data of an `immutable` ConfigMap that changes")
            .with("        lifecycle:", reads)
            .changing(&format!("{settings}immutable: true\n"), "red", "blue")
            .says("immutable"),
        Row::new("data of an `immutable` ConfigMap that changes, and `--configuration version`")
            .with("        lifecycle:", reads)
            .changing(&format!("{settings}immutable: true\n"), "red", "blue")
            .flags("--configuration version")
            .says("its new data is in ConfigMap settings-"),
        Row::new("data of a Secret that is a version already, and `--configuration version`")
            .with("        lifecycle:", &reads_secret)
            .changing(&secret, "one", "two")
            .flags("--configuration version")
            .says("its new data is in Secret token-"),
    ]
}

fn warned() -> Vec<Row> {
    vec![
        Row::new("an object that `to` lacks")
            .from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndata: {a: b}\n")
            .says("prune it"),
        Row::new("a new Service that selects no pods of the input")
            .to(&METRICS.replace("app: web", "app: wed"))
            .says("matches no pods of the input"),
        Row::new("a new Job whose pods a Service of a Deployment selects, and leads to by number")
            .with("targetPort: http", "targetPort: 8080")
            .to(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {metadata: {labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: a, image: \"a:1\"}]}}}\n",
        ).says("they get requests while they run"),
        Row::new("a Job whose template changes").changing(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: \"a:1\"}]}}}\n",
            "a:1",
            "a:2",
        ).says("Job migrate"),
        Row::new("a PersistentVolumeClaim of another size").changing(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}\n",
            "5Gi",
            "10Gi",
        ).says("its size stays as it is"),
        Row::new("a StatefulSet or DaemonSet with a new template").changing(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: a, image: \"a:1\"}]}}}\n",
            "a:1",
            "a:2",
        ).says("StatefulSet db"),
        Row::new("a hook or a test of Helm").beside(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: test, annotations: {helm.sh/hook: test}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n",
        ).says("hook"),
        Row::new("a field of a Deployment or Service that Kubernetes does not have")
            .with("spec:\n  replicas", "spec:\n  minReadySecond: 5\n  replicas")
            .says("/spec/minReadySecond: Kubernetes has no such field"),
        Row::new("a key twice in an object that stays as it is").beside(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: b, a: c}\n",
        ).says("twice"),
        Row::new("a key twice in what runs of an object that changes")
            .from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: b, a: c}\n")
            .to("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: d}\n")
            .says("already defined"),
        Row::new("no readiness probe behind a Service")
            .with("        readinessProbe: {httpGet: {path: /, port: http}}\n", "")
            .says("readinessProbe"),
        Row::new("no `preStop` hook behind a Service")
            .with("        lifecycle: {preStop: {sleep: {seconds: 5}}}\n", "")
            .says("preStop"),
        Row::new("a host port")
            .with("containerPort: 8080", "containerPort: 8080, hostPort: 80")
            .says("ports of their node"),
        Row::new("a PodDisruptionBudget for the pods").beside(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 2, selector: {matchLabels: {app: web}}}\n",
        ).says("PodDisruptionBudget web"),
        Row::new("a ResourceQuota without room").beside(
            "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: small}\nspec: {hard: {pods: \"3\"}}\n",
        ).says("ResourceQuota small"),
        Row::new("a Service with session affinity")
            .with("spec: {selector: {app: web}, ports", "spec: {sessionAffinity: ClientIP, selector: {app: web}, ports")
            .says("sessionAffinity"),
        Row::new("a file in the folder that holds no manifest")
            .file("from/notes.yaml", "a: b\n")
            .says("notes.yaml"),
    ]
}

fn refused() -> Vec<Row> {
    vec![
        Row::new("a Deployment of type `Recreate`")
            .with("spec:\n  replicas", "spec:\n  strategy: {type: Recreate}\n  replicas")
            .says(""),
        Row::new("a selector or another immutable field that changes")
            .wanting("app: web}}\n  template:\n    metadata: {labels: {app: web}", "app: web2}}\n  template:\n    metadata: {labels: {app: web2}")
            .says("selector"),
        Row::new("a Service that the release leaves without pods")
            .wanting("spec: {selector: {app: web}", "spec: {selector: {app: web2}")
            .says("no pods"),
        Row::new("a Deployment that becomes a StatefulSet, with `--prune`")
            .wanting("kind: Deployment", "kind: StatefulSet")
            .flags("--prune")
            .says("StatefulSet web"),
        Row::new("a Pod that no controller made, with another environment")
            .changing(
                "apiVersion: v1\nkind: Pod\nmetadata: {name: tool}\nspec: {containers: [{name: a, image: \"a:1\", env: [{name: COLOUR, value: red}]}]}\n",
                "red",
                "blue",
            )
            .says("of a Pod only the images can change"),
        Row::new("a Service whose port the release leaves without a container")
            .wanting("name: http, containerPort", "name: https, containerPort")
            .says("port"),
        Row::new("a number at which old and new pods do not both listen, by another name")
            .wanting("name: http, containerPort: 8080", "name: web, containerPort: 9090")
            .wanting("port: http", "port: web")
            .with("targetPort: http", "targetPort: 8080")
            .wanting("targetPort: 8080", "targetPort: 9090")
            .says("listen to different ports"),
        Row::new("a Service that begins to select pods of a Deployment that changes, or ceases to")
            .changing(
                "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: db.example}\n",
                "{type: ExternalName, externalName: db.example}",
                "{selector: {app: web}, ports: [{port: 80}]}",
            )
            .says("addresses of others"),
        Row::new("an Ingress or a route left at a port that goes")
            .wanting("{port: 80, ", "{port: 81, ")
            .beside("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n")
            .says("has no port 80"),
        Row::new("a new Ingress to a Service that is not there").to(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {defaultBackend: {service: {name: elsewhere, port: {number: 80}}}}\n",
        ).says("elsewhere"),
        Row::new("a new Deployment with a selector that another has")
            .to(&bare("a", "web"))
            .says("selector"),
        Row::new("another name for a Deployment with the same selector, with `--prune`")
            .from(&bare("old", "same"))
            .to(&bare("new", "same"))
            .flags("--prune")
            .says("selector"),
        Row::new("an image with a blank or a character that none has")
            .wanting("web:2.0.0", "web:2.0 .0")
            .says("image"),
        Row::new("a budget of zero in `to`")
            .wanting("spec:\n  replicas", "spec:\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}\n  replicas")
            .says("maxSurge"),
        Row::new("a field of another type than Kubernetes gives it")
            .wanting("replicas: 3", "replicas: \"3\"")
            .says("replicas"),
        Row::new("what is wanted, in a version of an API that is no longer served")
            .wanting("apps/v1", "apps/v1beta2")
            .says("apps/v1"),
        Row::new("what runs, in a version that has other fields than the one that is served")
            .from("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: every}\nspec: {maxUnavailable: 1, selector: {}}\n")
            .to("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: every}\nspec: {maxUnavailable: 1, selector: {}}\n")
            .says("an empty `spec.selector` now selects every pod of the namespace"),
        Row::new("an object twice with two contents")
            .beside(&format!("{}---\n{}", bare("a", "a"), bare("a", "a").replace("a:1", "a:2")))
            .says("is already defined"),
    ]
}

/// What clusters served until Kubernetes 1.22 and 1.25, and the same as they serve it since.
const FORMER: &str = "\
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: shop}
spec: {rules: [{http: {paths: [{path: /, backend: {serviceName: web, servicePort: 80}}]}}]}
---
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: db}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: db}}}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: report}
spec: {schedule: \"5 4 * * *\"}
---
apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
metadata: {name: db}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}, maxReplicas: 3}
";
const PRESENT: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: db}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: db}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec: {schedule: \"5 4 * * *\"}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: db}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}, maxReplicas: 3}
";

/// A Deployment of two pods with a label.
fn bare(name: &str, app: &str) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}}}}}
    spec: {{containers: [{{name: a, image: \"a:1\"}}]}}
"
    )
}
