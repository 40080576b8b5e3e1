//! What stands at a path of a document, and putting another value there.

use serde_json::Value;

use crate::list::text;
use crate::{Path, Segment};

impl Path {
    /// What stands there in a document; none where there is nothing.
    ///
    /// ```
    /// use cutover_patch::{Path, Segment};
    /// use serde_json::json;
    ///
    /// let web = Segment::Item(vec![("name".into(), "web".into())]);
    /// let image = Path(vec![Segment::Field("containers".into()), web, Segment::Field("image".into())]);
    /// let pod = json!({"containers": [{"name": "proxy"}, {"name": "web", "image": "web:1"}]});
    /// assert_eq!(image.find(&pod), Some(&json!("web:1")));
    /// ```
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let mut value = document;
        for segment in &self.0 {
            value = match segment {
                Segment::Field(name) => value.get(name)?,
                Segment::Item(_) | Segment::Index(_) => value.get(index(segment, value)?)?,
            };
        }
        Some(value)
    }

    /// The document with a value there, or without one: an item of a list that goes by key may be a
    /// new one, which comes last. None where the document has nothing around that place.
    ///
    /// ```
    /// use cutover_patch::{Path, Segment};
    /// use serde_json::json;
    ///
    /// let replicas = Path(vec![Segment::Field("spec".into()), Segment::Field("replicas".into())]);
    /// let with = |spec| replicas.put(&json!({ "spec": spec }), Some(&json!(5)));
    /// assert_eq!(with(json!({"replicas": 3})), Some(json!({"spec": {"replicas": 5}})));
    /// assert_eq!(replicas.put(&json!({"spec": {"replicas": 3}}), None), Some(json!({"spec": {}})));
    /// assert_eq!(with(json!("text")), None);
    /// ```
    pub fn put(&self, document: &Value, value: Option<&Value>) -> Option<Value> {
        let mut document = document.clone();
        let Some((last, around)) = self.0.split_last() else {
            return value.cloned();
        };
        let mut parent = &mut document;
        for segment in around {
            parent = match segment {
                Segment::Field(name) => parent.get_mut(name)?,
                Segment::Item(_) | Segment::Index(_) => {
                    let index = index(segment, parent)?;
                    parent.get_mut(index)?
                }
            };
        }
        match last {
            Segment::Field(name) => put_member(parent, name, value)?,
            Segment::Item(_) | Segment::Index(_) => put_item(parent, last, value)?,
        }
        Some(document)
    }
}

fn put_member(parent: &mut Value, name: &str, value: Option<&Value>) -> Option<()> {
    let members = parent.as_object_mut()?;
    match value {
        Some(value) => members.insert(name.to_owned(), value.clone()),
        None => members.remove(name),
    };
    Some(())
}

fn put_item(parent: &mut Value, segment: &Segment, value: Option<&Value>) -> Option<()> {
    let at = index(segment, parent);
    let items = parent.as_array_mut()?;
    match (at, value) {
        (Some(at), Some(value)) => items[at] = value.clone(),
        (Some(at), None) => drop(items.remove(at)),
        (None, Some(value)) if matches!(segment, Segment::Item(_)) => items.push(value.clone()),
        (None, Some(_)) => return None,
        (None, None) => {}
    }
    Some(())
}

/// Which item of a list a segment names.
fn index(segment: &Segment, list: &Value) -> Option<usize> {
    let items = list.as_array()?;
    match segment {
        Segment::Field(_) => None,
        Segment::Index(index) => Some(*index).filter(|index| *index < items.len()),
        Segment::Item(key) => items.iter().position(|item| has_key(item, key)),
    }
}

fn has_key(item: &Value, key: &[(String, String)]) -> bool {
    let has = |(name, wanted): &(String, String)| {
        let value = item.get(name);
        value.is_some_and(|value| text(value) == *wanted)
    };
    !key.is_empty() && key.iter().all(has)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Path {
        serde_json::from_str(text).unwrap()
    }

    /// A failure means that a value is given back at another place than it was taken from.
    #[test]
    fn a_value_is_put_where_it_is_found() {
        let document = json!({"ports": [{"port": 80, "name": "a"}, {"port": 443}], "args": ["x"]});
        let check = |text: &str, value: Option<Value>, expect: Option<Value>| {
            let put = path(text).put(&document, value.as_ref());
            assert_eq!(put, expect, "{text}");
            if let Some(put) = put {
                assert_eq!(path(text).find(&put), value.as_ref(), "{text}");
            }
        };
        let with = |ports: Value| Some(json!({ "ports": ports, "args": ["x"] }));
        check(
            r#"["ports", [["port", "80"]], "name"]"#,
            Some(json!("b")),
            with(json!([{"port": 80, "name": "b"}, {"port": 443}])),
        );
        check(
            r#"["ports", [["port", "80"]]]"#,
            None,
            with(json!([{"port": 443}])),
        );
        check(
            r#"["ports", [["port", "8080"]]]"#,
            Some(json!({"port": 8080})),
            with(json!([{"port": 80, "name": "a"}, {"port": 443}, {"port": 8080}])),
        );
        check(
            r#"["args", 0]"#,
            Some(json!("y")),
            Some(json!({"ports": document["ports"], "args": ["y"]})),
        );
        check(r#"["args", 7]"#, Some(json!("y")), None);
        check(r#"["ports", [["port", "8080"]], "name"]"#, None, None);
    }

    /// A failure means that a journal's path is read as another one.
    #[test]
    fn a_path_comes_back_from_its_json() {
        let text = r#"["ports",[["port","80"],["protocol","TCP"]],"args",2]"#;
        let found = path(text);
        assert_eq!(found.to_string(), "ports[port=80,protocol=TCP].args[2]");
        assert_eq!(serde_json::to_string(&found).unwrap(), text);
    }
}
