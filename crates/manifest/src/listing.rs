use std::fmt::Display;

/// How many names a message lists.
const LISTED: usize = 5;

/// The names as a message lists them: the first few, and how many more there are.
///
/// ```
/// use cutover_manifest::listing;
///
/// assert_eq!(listing(["a", "b"]), "a, b");
/// assert_eq!(listing(0..9), "0, 1, 2, 3, 4 and 4 more");
/// assert_eq!(listing([""; 0]), "none");
/// ```
pub fn listing<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let mut names = names.into_iter();
    let told: Vec<String> = names
        .by_ref()
        .take(LISTED)
        .map(|name| name.to_string())
        .collect();
    let told = if told.is_empty() {
        "none".to_owned()
    } else {
        told.join(", ")
    };
    match names.count() {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
