//! Both ends of a release before they are judged, and the passes over what is wanted.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "seal")]
use cutover_manifest::Sealer;
use cutover_manifest::{Bundle, ObjectRef, Warning};

use crate::autoscalers::autoscaled;
use crate::change::{EnvironmentVariable, Image, set_environment, set_image};
use crate::given::{Replicas, fill, given};
use crate::images::{ImageOverride, override_image};
use crate::live::{Owner, owners};
use crate::on_autoscaler::OnAutoscaler;
use crate::refusal::Refusals;
use crate::sealing::Sealing;
use crate::select::WorkloadName;
use crate::sets::uncounted;
use crate::versions::Configuration;
use crate::without::{ObjectName, without};

/// What runs and what is wanted, as they were given.
///
/// ```
/// use cutover_manifest::{Bundle, Manifest};
/// use cutover_release::{Ends, Release};
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
///     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
///         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
/// }))?;
/// let ends = Ends::unchanged(Bundle::from_iter([hello])).image(&"hello=hello:2".parse()?, &[])?;
/// assert_eq!(Release::new(ends)?.changed().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ends {
    from: Bundle,
    to: Bundle,
    namespace: Option<String>,
    prune: bool,
    restart: bool,
    given: BTreeMap<ObjectRef, u32>,
    on_autoscaler: Option<OnAutoscaler>,
    scaled: bool,
    configuration: Configuration,
    sealing: Sealing,
    warnings: Vec<Warning>,
}

impl Ends {
    /// Both ends. Objects that `to` lacks stay.
    pub fn new(from: Bundle, to: Bundle) -> Self {
        Self {
            from,
            to,
            namespace: None,
            prune: false,
            restart: false,
            given: BTreeMap::new(),
            on_autoscaler: None,
            scaled: false,
            configuration: Configuration::default(),
            sealing: Sealing::default(),
            warnings: Vec::new(),
        }
    }

    /// Nothing is wanted but what runs: where passes and strategies begin that say themselves what
    /// is wanted.
    pub fn unchanged(from: Bundle) -> Self {
        Self::new(from.clone(), from)
    }

    /// The same, where a manifest that names no namespace is in this one, as far as the other end names
    /// it. Where nobody says so, an object that only one end places is refused.
    #[must_use]
    pub fn in_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The same, where objects that `to` lacks go; but never a Namespace, a
    /// CustomResourceDefinition or a PersistentVolumeClaim.
    #[must_use]
    pub fn pruned(mut self) -> Self {
        self.prune = true;
        self
    }

    /// The same, where Deployments whose configuration changes and whose pod template does not are
    /// restarted for it: their pods get the annotation `cutover.dev/configuration`, with a digest.
    ///
    /// Else such pods stay, and read the new data when they do.
    #[must_use]
    pub fn restarted_for_configuration(mut self) -> Self {
        self.restart = true;
        self
    }

    /// The same, where this is done about autoscalers of sets whose pods are counted; where nothing is
    /// said, what was said before. Such a release is refused where nobody says anything.
    #[must_use]
    pub fn with_autoscalers(mut self, on_autoscaler: Option<OnAutoscaler>) -> Self {
        self.on_autoscaler = on_autoscaler.or(self.on_autoscaler);
        self
    }

    /// The same, with the numbers of pods that run, of Deployments whose manifests do not say it: of
    /// one by its name, else of all, or of all that are meant.
    ///
    /// An autoscaler's number is not the manifest's to say either; where it is not held, what is
    /// given counts for nothing.
    ///
    /// # Errors
    ///
    /// A name that no Deployment has that runs, or one whose manifests say the number.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # use cutover_release::{Ends, Release};
    /// # use serde_json::json;
    /// let hello = Manifest::new(json!({
    ///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
    ///     "spec": {"selector": {"matchLabels": {"app": "hello"}}, "template": {
    ///         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": []}}},
    /// }))?;
    /// let object = hello.object().clone();
    /// let ends = Ends::unchanged(Bundle::from_iter([hello])).given(&["3".parse()?], &[])?;
    /// assert!(Release::new(ends)?.is_given(&object));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn given(
        mut self,
        replicas: &[Replicas],
        meant: &[WorkloadName],
    ) -> Result<Self, Refusals> {
        self.given = given([&self.from, &self.to], replicas, meant)?;
        Ok(self)
    }

    /// The same, where numbers of pods are what is wanted: they are not left as they are for an
    /// autoscaler that is held.
    #[must_use]
    pub fn scaled(mut self) -> Self {
        self.scaled = true;
        self
    }

    /// The same, with this wanted of ConfigMaps and Secrets whose data changes and that pods read.
    #[must_use]
    pub fn with_configuration(mut self, configuration: Configuration) -> Self {
        self.configuration = configuration;
        self
    }

    /// The same without some objects: the release neither changes nor judges them. Of a name that is
    /// there in several namespaces all are meant.
    ///
    /// # Errors
    ///
    /// A name that no object of either end has.
    ///
    /// ```
    /// # use cutover_release::Ends;
    /// let refused = Ends::default().without(&["job/migrate".parse()?]).unwrap_err();
    /// assert_eq!(refused.first().reason(), "job/migrate: there is no such object");
    /// # Ok::<(), cutover_release::BadObjectName>(())
    /// ```
    pub fn without(mut self, names: &[ObjectName]) -> Result<Self, Refusals> {
        [self.from, self.to] = without([&self.from, &self.to], names)?;
        Ok(self)
    }

    /// The same, with Secrets sealed so (default: [slowly](Sealer::Slow)).
    ///
    /// ```
    /// use cutover_manifest::{SealKey, Sealer};
    /// use cutover_release::{Ends, Release};
    ///
    /// let key = SealKey::new(b"kept where the Secrets are")?;
    /// let release = Release::new(Ends::default().sealed_by(Sealer::Keyed(key)))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "seal")]
    #[must_use]
    pub fn sealed_by(mut self, sealer: Sealer) -> Self {
        self.sealing = sealer.into();
        self
    }

    /// The same, with something else wanted.
    #[must_use]
    pub fn wanting(mut self, to: Bundle) -> Self {
        self.to = to;
        self
    }

    /// The same, with what a reviewer should know of what is wanted.
    #[must_use]
    pub fn warned(mut self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// The same, where something else runs.
    #[must_use]
    pub fn running(mut self, from: Bundle) -> Self {
        self.from = from;
        self
    }

    /// The same, with what a pass makes of it wanted.
    ///
    /// # Errors
    ///
    /// What the pass refuses.
    pub fn passed(
        self,
        pass: impl FnOnce(&Bundle) -> Result<Bundle, Refusals>,
    ) -> Result<Self, Refusals> {
        let to = pass(&self.to)?;
        Ok(self.wanting(to))
    }

    /// The same, with another image wanted in one container. Where no workload is named, exactly
    /// one must have that container.
    ///
    /// # Errors
    ///
    /// No such container, or several workloads that have it.
    pub fn image(self, image: &Image, workloads: &[WorkloadName]) -> Result<Self, Refusals> {
        self.passed(|to| set_image(to, image, workloads))
    }

    /// The same, with another image wanted wherever one of a name runs: in all containers of the
    /// workloads that are named, or of all.
    ///
    /// # Errors
    ///
    /// An image that no container has.
    ///
    /// ```
    /// # use cutover_release::Ends;
    /// let refused = Ends::default().override_image(&"app:2.0.0".parse()?, &[]).unwrap_err();
    /// assert_eq!(refused.first().reason(), "image app: no container has it");
    /// # Ok::<(), cutover_release::BadImageOverride>(())
    /// ```
    pub fn override_image(
        self,
        change: &ImageOverride,
        workloads: &[WorkloadName],
    ) -> Result<Self, Refusals> {
        self.passed(|to| override_image(to, change, workloads))
    }

    /// The same, with another value wanted of an environment variable in one container.
    ///
    /// # Errors
    ///
    /// No such container, or several that could be meant.
    pub fn environment(
        self,
        variable: &EnvironmentVariable,
        workloads: &[WorkloadName],
    ) -> Result<Self, Refusals> {
        self.passed(|to| set_environment(to, variable, workloads))
    }

    /// Whether both ends say how many pods a Deployment has, or it was given.
    ///
    /// # Errors
    ///
    /// An autoscaler that says it and is not held, and a manifest that leaves it out.
    pub fn says_replicas(&self, deployment: &ObjectRef) -> Result<(), Refusals> {
        match owners(&self.from, &self.to, self.on_autoscaler).get(deployment) {
            None | Some(Owner::Leaving(_) | Owner::Plan(_)) => Ok(()),
            Some(Owner::Unknown) if self.given.contains_key(deployment) => Ok(()),
            Some(Owner::Unknown) => Err(uncounted(deployment)),
            Some(Owner::Autoscaler(scaler)) => Err(autoscaled(deployment, scaler)),
        }
    }

    /// The bundle of what runs.
    pub fn from(&self) -> &Bundle {
        &self.from
    }

    /// The bundle of what is wanted.
    pub fn to(&self) -> &Bundle {
        &self.to
    }

    /// Writes the numbers of pods that were given into both ends.
    pub(crate) fn fill(&self, ends: [&mut Bundle; 2]) -> BTreeSet<ObjectRef> {
        fill(ends, &self.given, self.on_autoscaler, self.scaled)
    }

    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(crate) fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// What is done about autoscalers.
    pub(crate) fn on_autoscaler(&self) -> Option<OnAutoscaler> {
        self.on_autoscaler
    }

    pub(crate) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub(crate) fn is_scaled(&self) -> bool {
        self.scaled
    }

    pub(crate) fn is_pruned(&self) -> bool {
        self.prune
    }

    pub(crate) fn configuration(&self) -> Configuration {
        self.configuration
    }

    pub(crate) fn restarts_for_configuration(&self) -> bool {
        self.restart
    }
}
