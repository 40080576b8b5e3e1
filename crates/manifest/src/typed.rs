use k8s_openapi::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fields::deserialize;
use crate::{Error, Manifest};

impl Manifest {
    /// A manifest from an object of k8s-openapi's types.
    ///
    /// # Errors
    ///
    /// Where it has no name, as in [`Manifest::new`]; [`Error::Unwritable`] where its type refuses
    /// to be written as JSON, which none of k8s-openapi's does.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use k8s_openapi::api::apps::v1::Deployment;
    ///
    /// let mut deployment = Deployment::default();
    /// assert!(Manifest::from_typed(&deployment).is_err());
    /// deployment.metadata.name = Some("hello".into());
    /// assert_eq!(Manifest::from_typed(&deployment)?.object().to_string(), "Deployment hello");
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn from_typed<T: Resource + Serialize>(object: &T) -> Result<Self, Error> {
        let value = serde_json::to_value(object).map_err(|error| Error::Unwritable {
            kind: T::KIND,
            reason: error.to_string(),
        })?;
        Self::new(value)
    }

    /// The object as one of k8s-openapi's types, to look and check; never to write, since a type
    /// older than the cluster loses fields.
    ///
    /// # Errors
    ///
    /// [`Error::View`] where the object is of another kind, or a field does not fit the type: it
    /// names the object and the field's JSON pointer.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::Service;
    ///
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": {"ports": [{"port": "80"}]}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// let error = service.view::<Service>().unwrap_err();
    /// assert!(error.to_string().starts_with("Service hello: `/spec/ports/0/port`: invalid type"));
    /// ```
    pub fn view<T: Resource + DeserializeOwned>(&self) -> Result<T, Error> {
        deserialize(self, String::new, self.value())
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::{Secret, Service};
    use serde_json::{Value, json};

    use super::*;

    fn manifest(value: Value) -> Manifest {
        Manifest::new(value).unwrap()
    }

    #[test]
    fn a_typed_object_comes_back_as_it_was() {
        let json = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
            "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80, "targetPort": "http"}]}});
        let service: Service = manifest(json.clone()).view().unwrap();
        assert_eq!(Manifest::from_typed(&service).unwrap(), manifest(json));
    }

    #[test]
    fn an_object_of_another_kind_is_no_view() {
        let json = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hello"}});
        let error = manifest(json).view::<Service>().unwrap_err();
        assert!(
            error
                .to_string()
                .contains(r#"string "ConfigMap", expected Service"#),
            "{error}"
        );
    }

    #[test]
    fn the_value_of_a_secret_is_not_told() {
        let json = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "immutable": "hunter2"});
        let error = manifest(json).view::<Secret>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
