use serde_json::{Map, Value};

use crate::Document;

/// The objects of a document: those of a list, each with its own place, or the document itself.
///
/// A list is what has `items`, whatever its kind, as for kubectl. An item of, say, a
/// `ConfigMapList` that says neither `kind` nor `apiVersion` gets the list's. A list within a list
/// is flattened too, which kubectl refuses.
///
/// ```
/// use cutover_manifest::{flatten, read};
///
/// let text = b"kind: List\nitems:\n- kind: Service\n- kind: Deployment\n";
/// let list = read("a.yaml", text).unwrap().documents.remove(0);
/// let objects = flatten(list);
/// assert_eq!(objects[1].value["kind"], "Deployment");
/// assert_eq!(objects[1].place.to_string(), "a.yaml:4:3");
/// assert_eq!(objects[1].pointer, "/items/1");
/// ```
pub fn flatten(document: Document) -> Vec<Document> {
    let Document {
        value,
        place,
        index,
        pointer,
        range,
        items: places,
    } = document;
    let mut list = match value {
        Value::Object(list) if list.get("items").is_some_and(Value::is_array) => list,
        value => {
            return vec![Document {
                value,
                place,
                index,
                pointer,
                range,
                items: places,
            }];
        }
    };
    let Some(Value::Array(items)) = list.remove("items") else {
        return Vec::new();
    };
    let item = |(number, mut value)| {
        complete(&mut value, &list);
        let place = places.get(number).unwrap_or(&place).clone();
        let pointer = format!("{pointer}/items/{number}");
        flatten(Document {
            value,
            place,
            index,
            pointer,
            range: range.clone(),
            items: Vec::new(),
        })
    };
    items.into_iter().enumerate().flat_map(item).collect()
}

/// Gives an item of a typed list the type that the list says once for all.
fn complete(item: &mut Value, list: &Map<String, Value>) {
    let kind = list
        .get("kind")
        .and_then(Value::as_str)
        .and_then(|kind| kind.strip_suffix("List"));
    let (Some(kind), Value::Object(item)) = (kind.filter(|kind| !kind.is_empty()), item) else {
        return;
    };
    if item.contains_key("kind") || item.contains_key("apiVersion") {
        return;
    }
    item.insert("kind".to_owned(), kind.into());
    if let Some(version) = list.get("apiVersion") {
        item.insert("apiVersion".to_owned(), version.clone());
    }
}
