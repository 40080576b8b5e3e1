//! Names of clusters and waves, on one line.

use crate::text::clean;

/// All of them: whoever reviews a wave has to see each.
pub(crate) fn names<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| clean(name.as_ref())).collect();
    names.join(", ")
}
