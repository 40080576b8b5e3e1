//! Fleet files as text.

use cutover_strategy::{BadFile, from_yaml};

use crate::file::Fleet;

impl Fleet {
    /// Reads a fleet file, which errors call by this name.
    ///
    /// # Errors
    ///
    /// A field that is not known, one that is missing, a value that a field cannot have.
    ///
    /// ```
    /// use cutover_fleet::Fleet;
    ///
    /// let text = "apiVersion: cutover.dev/v1alpha1\nkind: Fleet\nmetadata: { name: hello }\nspec:\n  \
    ///     clusters: [{ name: eu-1 }]\n  waves: [{ name: all, clusterSelector: {} }]\n";
    /// assert_eq!(Fleet::from_yaml("fleet.yaml", text)?.spec.clusters.len(), 1);
    /// let error = Fleet::from_yaml("fleet.yaml", &text.replace("clusterSelector", "selector")).unwrap_err();
    /// assert!(error.to_string().starts_with("fleet.yaml:6:24: the field `selector` is not known"), "{error}");
    /// # Ok::<(), cutover_strategy::BadFile>(())
    /// ```
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, BadFile> {
        from_yaml(name, text)
    }
}
