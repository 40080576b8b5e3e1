use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    Bundle, Document, Error, Errors, Finding, FindingKind, Manifest, ObjectRef, Place, Reading,
    RemovedVersion, Warning, flatten, read,
};

/// A bundle as it was read from files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The objects, each once.
    pub bundle: Bundle,
    /// Where each object stands.
    pub sources: BTreeMap<ObjectRef, Source>,
    /// Where an object stands once more, with the same content: it is one object all the same.
    pub again: Vec<(ObjectRef, Place)>,
    /// What may not be meant as it was read, in the order of the files.
    pub warnings: Vec<Warning>,
    /// Keys that stand twice in objects of the bundle, which kubectl lets pass: whoever knows what
    /// becomes of the objects [judges](Loaded::judge_duplicates) them.
    pub duplicates: Vec<DuplicateKey>,
    /// Each object in an API version that Kubernetes no longer serves: what runs may be written so,
    /// what is wanted [may not](Loaded::refuse_removed).
    pub removed: Vec<Error>,
}

/// A key that stands twice in a map of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The object that is told of.
    pub object: ObjectRef,
    /// The key, and the place of the second one.
    pub finding: Finding,
}

/// Where an object stands in the files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, and the place where the object begins.
    pub place: Place,
    /// The number of the document in its file, from 0.
    pub document: usize,
    /// Where in the document it stands, as a JSON pointer: empty, or `/items/2` for an object of a
    /// list.
    pub pointer: String,
}

/// The bundle that files hold together, without a key that stands twice, in API versions that are
/// served.
///
/// # Errors
///
/// As [`load`], each key that stands twice in a map, and each API version that Kubernetes no longer
/// serves.
///
/// ```
/// use cutover_manifest::{bundle, read};
///
/// let text = b"apiVersion: v1\nkind: Service\nmetadata: {name: hello}\nspec: {type: ClusterIP, type: NodePort}\n";
/// let errors = bundle(vec![read("hello.yaml", text).unwrap()]).unwrap_err();
/// assert!(errors.to_string().starts_with("hello.yaml:4:25: the key `type` is already defined in line 4"));
/// ```
pub fn bundle(readings: Vec<Reading>) -> Result<Loaded, Errors> {
    let Loading { loaded, errors, .. } = Loading::of(readings);
    Errors::refuse([loaded.removed.clone(), errors].concat())?;
    loaded.judge_duplicates(|_| true).map(|_| loaded)
}

/// The bundle that files hold together, as kubectl has it.
///
/// Objects of Helm's hooks and tests are set aside, with a warning: Helm makes and removes them at
/// moments of its own. An object that is there several times with the same content is one. What kubectl and kustomize read differently, and text that kubectl drops,
/// are warnings too.
///
/// # Errors
///
/// All errors at once: bytes that are no text, an object without kind or name, one object twice
/// with two contents or in two API versions, a key twice outside of objects, as in a list around
/// them.
///
/// ```
/// use cutover_manifest::{load, read};
///
/// let hello = read("hello.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: hello}\n").unwrap();
/// let loaded = load(vec![hello.clone()]).unwrap();
/// assert_eq!(loaded.bundle.objects().map(ToString::to_string).collect::<Vec<_>>(), ["Service hello"]);
///
/// assert_eq!(load(vec![hello.clone(), hello.clone()]).unwrap().again.len(), 1);
///
/// let nameless = read("other.yaml", b"apiVersion: v1\nkind: Service\n").unwrap();
/// let other = read("third.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: hello}\nspec: {}\n").unwrap();
/// let errors = load(vec![hello, nameless, other]).unwrap_err();
/// let lines: Vec<_> = errors.iter().map(|error| error.to_string().lines().next().unwrap().to_owned()).collect();
/// assert_eq!(lines, [
///     "other.yaml:1:1: `metadata.name` is missing or is no text",
///     "third.yaml:1:1: Service hello is already defined in hello.yaml:1:1",
/// ]);
/// ```
pub fn load(readings: Vec<Reading>) -> Result<Loaded, Errors> {
    let loading = Loading::of(readings);
    Errors::refuse(loading.errors).map(|()| loading.loaded)
}

impl Loaded {
    /// The warnings about keys that stand twice in objects that stay as they are.
    ///
    /// # Errors
    ///
    /// Each key that stands twice in an object that changes: which of the two values is meant, a
    /// plan cannot know.
    ///
    /// ```
    /// use cutover_manifest::{load, read};
    ///
    /// let text = b"apiVersion: v1\nkind: Service\nmetadata: {name: hello}\nspec: {type: ClusterIP, type: NodePort}\n";
    /// let loaded = load(vec![read("hello.yaml", text).unwrap()]).unwrap();
    /// assert!(loaded.judge_duplicates(|object| object.kind == "Service").is_err());
    /// let warnings = loaded.judge_duplicates(|_| false).unwrap();
    /// assert_eq!(warnings[0].message, "the key `type` is already defined in line 4");
    /// ```
    pub fn judge_duplicates(
        &self,
        changes: impl Fn(&ObjectRef) -> bool,
    ) -> Result<Vec<Warning>, Errors> {
        let (changing, staying): (Vec<_>, Vec<_>) = self
            .duplicates
            .iter()
            .partition(|duplicate| changes(&duplicate.object));
        let finding =
            |duplicate: &DuplicateKey| Error::Finding(Box::new(duplicate.finding.clone()));
        Errors::refuse(changing.into_iter().map(finding).collect())?;
        Ok(staying.into_iter().map(DuplicateKey::warning).collect())
    }

    /// Refuses objects in API versions that Kubernetes no longer serves: nobody can ask for them.
    ///
    /// # Errors
    ///
    /// All of them, each with the version to use.
    ///
    /// ```
    /// use cutover_manifest::{load, read};
    ///
    /// let text = b"apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: hello}\n";
    /// let loaded = load(vec![read("hello.yaml", text).unwrap()]).unwrap();
    /// assert!(loaded.refuse_removed().is_err());
    /// ```
    pub fn refuse_removed(&self) -> Result<(), Errors> {
        Errors::refuse(self.removed.clone())
    }
}

impl DuplicateKey {
    fn warning(&self) -> Warning {
        let Finding { place, kind } = &self.finding;
        let (message, hint) = message_and_hint(&kind.to_string());
        Warning {
            object: Some(self.object.clone()),
            place: Some(place.clone()),
            message,
            hint,
        }
    }
}

impl Bundle {
    /// The objects of one text of YAML or JSON, whose name is for messages. What may not be meant
    /// as it was read is told by [`bundle`] alone.
    ///
    /// # Errors
    ///
    /// As [`read`] and [`bundle`].
    ///
    /// ```
    /// use cutover_manifest::Bundle;
    ///
    /// let hello = "apiVersion: v1\nkind: Service\nmetadata: {name: hello}\n";
    /// assert_eq!(Bundle::from_yaml("hello.yaml", hello)?.len(), 1);
    /// let error = Bundle::from_yaml("hello.yaml", "[").unwrap_err();
    /// assert!(error.to_string().starts_with("hello.yaml:1:"));
    /// # Ok::<(), cutover_manifest::Errors>(())
    /// ```
    pub fn from_yaml(name: &str, text: impl AsRef<[u8]>) -> Result<Self, Errors> {
        let reading = read(name, text.as_ref()).map_err(Error::from)?;
        Ok(bundle(vec![reading])?.bundle)
    }
}

/// What identifies an object in a cluster: group, kind, namespace, name.
type Identity = (String, String, Option<String>, String);

#[derive(Default)]
struct Loading {
    loaded: Loaded,
    errors: Vec<Error>,
    seen: BTreeMap<Identity, Place>,
}

impl Loading {
    fn of(readings: Vec<Reading>) -> Self {
        let mut loading = Self::default();
        for reading in readings {
            let objects: Vec<_> = reading.documents.into_iter().flat_map(flatten).collect();
            reading
                .findings
                .into_iter()
                .for_each(|finding| loading.find(finding, &objects));
            objects
                .into_iter()
                .for_each(|object| loading.document(object));
        }
        loading
    }

    fn find(&mut self, finding: Finding, objects: &[Document]) {
        match finding.kind {
            FindingKind::DuplicateKey {
                document,
                ref pointer,
                ..
            } => match object_around(document, pointer, objects) {
                Some(object) => self
                    .loaded
                    .duplicates
                    .push(DuplicateKey { object, finding }),
                None => self.errors.push(Error::Finding(Box::new(finding))),
            },
            FindingKind::InvalidUtf8 => self.errors.push(Error::Finding(Box::new(finding))),
            FindingKind::Ambiguous { .. }
            | FindingKind::DroppedAfterDocumentEnd
            | FindingKind::MergeOverrides { .. } => {
                self.loaded.warnings.push(warning(finding, objects))
            }
        }
    }

    fn document(&mut self, document: Document) {
        let Document {
            value,
            place,
            index,
            pointer,
            ..
        } = document;
        let source = Source {
            place,
            document: index,
            pointer,
        };
        match self.object(value, &source) {
            Ok(()) => {}
            Err(error @ Error::Twice { .. }) => self.errors.push(error),
            Err(error) => self.errors.push(Error::At {
                place: source.place,
                error: Box::new(error),
            }),
        }
    }

    fn object(&mut self, value: Value, source: &Source) -> Result<(), Error> {
        let manifest = Manifest::new(value)?;
        if let Some(hook) = manifest.pointer("/metadata/annotations/helm.sh~1hook") {
            self.loaded
                .warnings
                .push(set_aside(manifest.object(), hook, &source.place));
            return Ok(());
        }
        if let Some(field) = manifest.unknown_field() {
            return Err(Error::UnknownField {
                object: Box::new(manifest.object().clone()),
                field: field.to_owned(),
            });
        }
        if self.loaded.bundle.get(manifest.object()) == Some(&manifest) {
            let again = (manifest.object().clone(), source.place.clone());
            self.loaded.again.push(again);
            return Ok(());
        }
        self.refuse_twice(manifest.object(), &source.place)?;
        let removed = RemovedVersion::of(manifest.object());
        self.loaded
            .removed
            .extend(removed.map(|removed| removed.error(manifest.object(), &source.place)));
        self.loaded
            .sources
            .insert(manifest.object().clone(), source.clone());
        self.loaded.bundle.insert(manifest);
        Ok(())
    }

    fn refuse_twice(&mut self, object: &ObjectRef, second: &Place) -> Result<(), Error> {
        let group = object.group().to_owned();
        let identity = (
            group,
            object.kind.clone(),
            object.namespace.clone(),
            object.name.clone(),
        );
        match self.seen.insert(identity, second.clone()) {
            None => Ok(()),
            Some(first) => Err(Error::Twice {
                object: Box::new(object.clone()),
                first,
                second: second.clone(),
            }),
        }
    }
}

/// The object that a map stands in; none for a list around objects.
fn object_around(index: usize, pointer: &str, objects: &[Document]) -> Option<ObjectRef> {
    let around = objects.iter().find(|object| {
        let below = pointer.strip_prefix(&object.pointer);
        object.index == index
            && below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    })?;
    identity(around)
}

/// Which object a document holds; none where it does not say so.
fn identity(document: &Document) -> Option<ObjectRef> {
    let Ok(object) = ObjectRef::of(&document.value) else {
        return None;
    };
    Some(object)
}

/// What was found, about the object that it was found in. A Secret's scalar is not repeated.
fn warning(Finding { place, kind }: Finding, objects: &[Document]) -> Warning {
    let around = objects.iter().rfind(|object| object.place <= place);
    let object = around.and_then(identity);
    let in_secret = around.is_some_and(|object| object.value["kind"] == "Secret");
    let text = match kind {
        FindingKind::Ambiguous { .. } if in_secret => HIDDEN.to_owned(),
        kind => kind.to_string(),
    };
    let (message, hint) = message_and_hint(&text);
    Warning {
        object,
        place: Some(place),
        message,
        hint,
    }
}

fn message_and_hint(text: &str) -> (String, Option<String>) {
    match text.split_once("\nhint: ") {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (text.to_owned(), None),
    }
}

const HIDDEN: &str =
    "kubectl and kustomize read this scalar differently\nhint: quote it if it is meant as text";

fn set_aside(object: &ObjectRef, hook: &Value, place: &Place) -> Warning {
    let hook = hook.as_str().unwrap_or_default();
    Warning {
        object: Some(object.clone()),
        place: Some(place.clone()),
        message: format!(
            "set aside, since Helm makes and removes it itself (`helm.sh/hook: {hook}`)"
        ),
        hint: Some("let Helm run it, or remove the annotation to plan for it".to_owned()),
    }
}

#[cfg(test)]
mod tests;
