use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::{Error, Manifest, pointer};

/// A map in a manifest, whose fields are read with the types that Kubernetes gives them.
///
/// A field that is absent and one that is null are the same, as for the API server. One of another
/// type is an error, which names the object and the field's JSON pointer.
///
/// ```
/// use cutover_manifest::Manifest;
///
/// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": {"ports": [{"port": "80"}]}});
/// let service = Manifest::new(json)?;
/// let spec = service.fields().at("spec")?;
/// assert_eq!(spec.read::<String>("sessionAffinity")?, None);
/// for port in spec.each("ports")? {
///     let error = port.read::<i32>("port").unwrap_err().to_string();
///     assert_eq!(error, r#"Service hello: `/spec/ports/0/port`: invalid type: string "80", expected i32"#);
/// }
/// # Ok::<(), cutover_manifest::Error>(())
/// ```
#[derive(Clone)]
pub struct Fields<'a> {
    manifest: &'a Manifest,
    pointer: String,
    map: Option<&'a Map<String, Value>>,
}

impl Manifest {
    /// The fields of the object, to read them with their types.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// assert_eq!(service.fields().read::<String>("kind").unwrap().unwrap(), "Service");
    /// ```
    pub fn fields(&self) -> Fields<'_> {
        Fields {
            manifest: self,
            pointer: String::new(),
            map: self.value().as_object(),
        }
    }
}

impl<'a> Fields<'a> {
    /// What a field holds.
    ///
    /// # Errors
    ///
    /// [`Error::View`] where it is of another type.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "labels": null}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// let metadata = service.fields().at("metadata")?;
    /// assert_eq!(metadata.read::<String>("name")?.as_deref(), Some("hello"));
    /// assert_eq!(metadata.read::<bool>("labels")?, None);
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn read<T: Deserialize<'a>>(&self, key: &str) -> Result<Option<T>, Error> {
        deserialize(self.manifest, || self.pointer_to(key), self.value(key))
    }

    /// The map of texts that a field holds, as labels are; empty where it holds nothing. Null in it is
    /// "", as the API server reads it.
    ///
    /// # Errors
    ///
    /// [`Error::View`] where it is of another type.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "labels": {"tier": null}}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// assert_eq!(service.fields().at("metadata")?.texts("labels")?["tier"], "");
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn texts(&self, key: &str) -> Result<BTreeMap<String, String>, Error> {
        let texts = self.read::<BTreeMap<String, Option<String>>>(key)?;
        let filled = |(key, text): (String, Option<String>)| (key, text.unwrap_or_default());
        Ok(texts.into_iter().flatten().map(filled).collect())
    }

    /// The fields of the map that a field holds; none where it holds nothing.
    ///
    /// # Errors
    ///
    /// [`Error::View`] where it holds something else than a map.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// assert_eq!(service.fields().at("spec")?.read::<String>("type")?, None);
    /// assert!(service.fields().at("kind").is_err());
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn at(&self, key: &str) -> Result<Self, Error> {
        if !matches!(self.value(key), Value::Null | Value::Object(_)) {
            self.read::<AnyMap<'_>>(key)?;
        }
        Ok(self.inner(self.pointer_to(key), self.value(key)))
    }

    /// The fields of each map in the list that a field holds.
    ///
    /// # Errors
    ///
    /// [`Error::View`] where it holds something else than a list of maps.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": {"ports": [{"port": 80}, 443]}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// let spec = service.fields().at("spec")?;
    /// assert!(spec.each("externalIPs")?.is_empty());
    /// assert!(spec.each("ports").err().unwrap().to_string().contains("`/spec/ports/1`"));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn each(&self, key: &str) -> Result<Vec<Self>, Error> {
        self.read::<Vec<AnyMap<'_>>>(key)?;
        let list = self.pointer_to(key);
        let items = self.value(key).as_array().into_iter().flatten();
        let numbered = items.enumerate();
        Ok(numbered
            .map(|(index, item)| self.inner(format!("{list}/{index}"), item))
            .collect())
    }

    fn inner(&self, pointer: String, value: &'a Value) -> Self {
        Self {
            manifest: self.manifest,
            pointer,
            map: value.as_object(),
        }
    }

    fn value(&self, key: &str) -> &'a Value {
        let value = self.map.and_then(|map| map.get(key));
        value.unwrap_or(&Value::Null)
    }

    fn pointer_to(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, pointer::escape(key))
    }
}

/// Any map: what it holds is not looked at.
type AnyMap<'a> = BTreeMap<&'a str, IgnoredAny>;

/// The value at a pointer of a manifest, as a type.
pub(crate) fn deserialize<'a, T: Deserialize<'a>>(
    manifest: &Manifest,
    at: impl FnOnce() -> String,
    value: &'a Value,
) -> Result<T, Error> {
    // Where it stands is only asked for where it does not fit, which takes another, slower look.
    if let Ok(fits) = T::deserialize(value) {
        return Ok(fits);
    }
    serde_path_to_error::deserialize(value).map_err(|error| Error::View {
        object: Box::new(manifest.object().clone()),
        pointer: format!("{}{}", at(), pointer_of(error.path())),
        // serde quotes the value.
        reason: match manifest.is_secret() {
            true => "does not fit its type".to_owned(),
            false => error.inner().to_string(),
        },
    })
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", pointer::escape(key)),
            Segment::Enum { variant } => format!("/{}", pointer::escape(variant)),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(spec: Value) -> Manifest {
        let json = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
        Manifest::new(json).unwrap().set("/spec", spec).unwrap()
    }

    /// What is said of the first port's number.
    fn check(spec: Value, expect: &str) {
        let service = service(spec);
        let ports = service
            .fields()
            .at("spec")
            .and_then(|spec| spec.each("ports"));
        let numbers = ports.and_then(|ports| {
            let numbers = ports.iter().map(|port| port.read::<i32>("port"));
            numbers.collect::<Result<Vec<_>, _>>()
        });
        let said = match numbers {
            Ok(numbers) => format!("{numbers:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expect);
    }

    #[test]
    fn absent_and_null_are_nothing() {
        check(Value::Null, "[]");
        check(json!({}), "[]");
        check(json!({"ports": null}), "[]");
        check(
            json!({"ports": [{}, {"port": null}, {"port": 80}]}),
            "[None, None, Some(80)]",
        );
    }

    #[test]
    fn what_does_not_fit_is_named_where_it_stands() {
        check(
            json!([]),
            "Service hello: `/spec`: invalid type: sequence, expected a map",
        );
        check(
            json!({"ports": {"http": 80}}),
            "Service hello: `/spec/ports`: invalid type: map, expected a sequence",
        );
        check(
            json!({"ports": [{}, null]}),
            "Service hello: `/spec/ports/1`: invalid type: null, expected a map",
        );
        check(
            json!({"ports": [{"port": 8e1}]}),
            "Service hello: `/spec/ports/0/port`: invalid type: floating point `80.0`, expected i32",
        );
    }

    #[test]
    fn keys_are_escaped_and_what_is_below_them_is_named() {
        let service = service(json!({"a/b": {"c~d": 1}}));
        let spec = service.fields().at("spec").unwrap();
        let error = spec.read::<BTreeMap<String, String>>("a/b").unwrap_err();
        assert!(matches!(error, Error::View { pointer, .. } if pointer == "/spec/a~1b/c~0d"));
    }

    #[test]
    fn the_value_of_a_secret_is_not_told() {
        let json = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "immutable": "hunter2"});
        let secret = Manifest::new(json).unwrap();
        let error = secret.fields().read::<bool>("immutable").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Secret key: `/immutable`: does not fit its type"
        );
    }
}
