//! Requests and answers of a run, as the cluster in memory has them.

use cutover::manifest::Manifest;
use cutover_model::Refused;
use cutover_run::{Fault, Reply, Scope, Write};
use jiff::Timestamp;

pub(crate) fn call<'a>(now: Timestamp) -> cutover_model::Call<'a> {
    cutover_model::Call {
        now,
        manager: "somebody",
        dry_run: false,
    }
}

pub(crate) fn scope_of(scope: &Scope) -> cutover_model::Scope {
    cutover_model::Scope {
        api_version: scope.api_version.clone(),
        kind: scope.kind.clone(),
        namespace: scope.namespace.clone(),
        name: scope.name.clone(),
    }
}

pub(crate) fn write_of(write: &Write) -> cutover_model::Write {
    match write.clone() {
        Write::Create(manifest) => cutover_model::Write::Create(manifest),
        Write::Patch { object, ops } => cutover_model::Write::Patch { object, ops },
        Write::Delete {
            object,
            uid,
            version,
        } => cutover_model::Write::Delete {
            object,
            uid: Some(uid),
            version,
        },
    }
}

pub(crate) fn found(answer: Result<Manifest, Refused>) -> Result<Reply, Refused> {
    match answer {
        Ok(manifest) => Ok(Reply::Object(Some(manifest))),
        Err(refused) if refused.code == 404 => Ok(Reply::Object(None)),
        Err(refused) => Err(refused),
    }
}

pub(crate) fn fault(refused: Refused) -> Fault {
    let Refused {
        code,
        reason,
        message,
        causes,
        retry_after,
    } = refused;
    Fault {
        code,
        reason,
        message,
        causes,
        retry_after,
    }
}
