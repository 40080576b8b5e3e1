use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    Bundle, Document, Error, Errors, Finding, FindingKind, Manifest, ObjectRef, Place, Reading, Warning,
    flatten, removed::refuse_removed,
};

/// A bundle as it was read from files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The objects.
    pub bundle: Bundle,
    /// Where each object stands.
    pub sources: BTreeMap<ObjectRef, Source>,
    /// What may not be meant as it was read, in the order of the files.
    pub warnings: Vec<Warning>,
}

/// Where an object stands in the files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, and the place where the object begins.
    pub place: Place,
    /// The number of the document in its file, from 0.
    pub document: usize,
    /// Where in the document it stands, as a JSON pointer: empty, or `/items/2` for an object of a list.
    pub pointer: String,
}

/// The bundle that files hold together.
///
/// Objects of Helm's hooks and tests are set aside, with a warning: Helm makes and removes them at moments of its own.
/// What kubectl and kustomize read differently, and text that kubectl drops, are warnings too.
///
/// # Errors
///
/// All errors at once: a key twice in a map, bytes that are no text, an object without kind or name, one object
/// twice (also in two API versions), an API version that Kubernetes no longer serves.
///
/// ```
/// use cutover_manifest::{bundle, read};
///
/// let file = b"---\n{apiVersion: v1, kind: Service, metadata: {name: hello}}\n---\n{apiVersion: v1, kind: Service}\n";
/// let errors = bundle(vec![read("a.yaml", file).unwrap()]).unwrap_err();
/// assert!(errors.to_string().starts_with("a.yaml:4:2: `metadata.name` is missing"));
/// ```
pub fn bundle(readings: Vec<Reading>) -> Result<Loaded, Errors> {
    let mut loading = Loading::default();
    for reading in readings {
        reading.findings.into_iter().for_each(|finding| loading.find(finding));
        reading.documents.into_iter().for_each(|document| loading.document(document));
    }
    Errors::refuse(loading.errors).map(|()| loading.loaded)
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
    fn find(&mut self, finding: Finding) {
        match finding.kind {
            FindingKind::DuplicateKey { .. } | FindingKind::InvalidUtf8 => {
                self.errors.push(Error::Finding(Box::new(finding)));
            }
            FindingKind::Ambiguous { .. }
            | FindingKind::DroppedAfterDocumentEnd
            | FindingKind::MergeOverrides { .. } => self.loaded.warnings.push(warning(finding)),
        }
    }

    fn document(&mut self, document: Document) {
        for Document { value, place, index, pointer, .. } in flatten(document) {
            let source = Source { place, document: index, pointer };
            match self.object(value, &source) {
                Ok(()) => {}
                Err(error @ (Error::Twice { .. } | Error::Removed { .. })) => self.errors.push(error),
                Err(error) => self.errors.push(Error::At { place: source.place, error: Box::new(error) }),
            }
        }
    }

    fn object(&mut self, value: Value, source: &Source) -> Result<(), Error> {
        let manifest = Manifest::new(value)?;
        if let Some(hook) = manifest.pointer("/metadata/annotations/helm.sh~1hook") {
            self.loaded.warnings.push(set_aside(manifest.object(), hook, &source.place));
            return Ok(());
        }
        refuse_removed(manifest.object(), &source.place)?;
        self.refuse_twice(manifest.object(), &source.place)?;
        self.loaded.sources.insert(manifest.object().clone(), source.clone());
        self.loaded.bundle.insert(manifest);
        Ok(())
    }

    fn refuse_twice(&mut self, object: &ObjectRef, second: &Place) -> Result<(), Error> {
        let group = object.group().to_owned();
        let identity = (group, object.kind.clone(), object.namespace.clone(), object.name.clone());
        match self.seen.insert(identity, second.clone()) {
            None => Ok(()),
            Some(first) => {
                Err(Error::Twice { object: Box::new(object.clone()), first, second: second.clone() })
            }
        }
    }
}

/// A finding's text ends with its hint.
fn warning(Finding { place, kind }: Finding) -> Warning {
    let text = kind.to_string();
    let (message, hint) = text.split_once("\nhint: ").map_or((text.as_str(), None), |(m, h)| (m, Some(h)));
    Warning { object: None, place: Some(place), message: message.to_owned(), hint: hint.map(str::to_owned) }
}

fn set_aside(object: &ObjectRef, hook: &Value, place: &Place) -> Warning {
    let hook = hook.as_str().unwrap_or_default();
    Warning {
        object: Some(object.clone()),
        place: Some(place.clone()),
        message: format!("set aside, since Helm makes and removes it itself (`helm.sh/hook: {hook}`)"),
        hint: Some("let Helm run it, or remove the annotation to plan for it".to_owned()),
    }
}
