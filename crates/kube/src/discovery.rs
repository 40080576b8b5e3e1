//! What the API server calls kinds, asked once for each group.

use cutover_run::Fault;
use serde_json::Value;

use crate::call::{Call, group_path};
use crate::cluster::Cluster;
use crate::resources::{Kinds, Resource};

impl Cluster {
    /// The resource of a kind: Kubernetes' own are known, and others are asked for.
    pub(crate) async fn resource(&self, api_version: &str, kind: &str) -> Result<Resource, Fault> {
        if let Some(own) = cutover_manifest::resource(api_version, kind) {
            return Ok(Resource {
                plural: own.plural.to_owned(),
                namespaced: own.namespaced,
            });
        }
        if let Some(known) = self.resources.known(api_version, kind) {
            return Ok(known);
        }
        let found = self.send(Call::read(group_path(api_version))).await?;
        let kinds = if found.status == 404 {
            Kinds::new()
        } else {
            kinds(&found.json()?)
        };
        let resource = kinds.get(kind).cloned();
        // A kind that is not there may be in a moment, as when its definition is part of the plan.
        let resource = resource.ok_or_else(|| unknown(api_version, kind))?;
        self.resources.learn(api_version, kinds);
        Ok(resource)
    }
}

/// The kinds of an `APIResourceList`; subresources have a slash in their names.
fn kinds(list: &Value) -> Kinds {
    let resources = list
        .get("resources")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let kind = |resource: &Value| {
        let plural = resource
            .get("name")?
            .as_str()
            .filter(|name| !name.contains('/'))?
            .to_owned();
        let namespaced = resource.get("namespaced")?.as_bool()?;
        Some((
            resource.get("kind")?.as_str()?.to_owned(),
            Resource { plural, namespaced },
        ))
    };
    resources.filter_map(kind).collect()
}

fn unknown(api_version: &str, kind: &str) -> Fault {
    Fault {
        code: 404,
        reason: "UnknownKind".into(),
        message: format!("the cluster knows no kind {kind} in {api_version}"),
        ..Fault::default()
    }
}
