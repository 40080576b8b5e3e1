//! What people ask of a run, from other terminals: entries beside its position.

use std::collections::BTreeMap;

use cutover_manifest::Manifest;
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{AddOperation, Patch, PatchOperation, RemoveOperation, TestOperation};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::effect::Write;

/// The entry of whoever pauses the run.
pub(super) const PAUSE: &str = "pause";

/// What people have asked of a run, from other terminals.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Wishes {
    /// Steps that wait for a person, and who approved them.
    pub approvals: BTreeMap<usize, Wish>,
    /// Whoever asked the run to go back.
    pub abort: Option<Wish>,
    /// Whoever asked the run to begin no further step, until it is asked to go on.
    pub pause: Option<Wish>,
    /// Entries that somebody has made and that cannot be read, each with why.
    pub unreadable: Vec<String>,
}

/// Who asked for something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The user by the name that the API server knows.
    pub by: String,
    /// When it was asked for, by the clock of whoever asked.
    pub at: Timestamp,
}

impl Wishes {
    pub(crate) fn of(journal: &Manifest) -> Self {
        let data = journal
            .pointer("/data")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let mut wishes = Self::default();
        for (key, value) in data {
            if let Err(reason) = wishes.take(key, value.as_str().unwrap_or_default()) {
                let message = format!("{}: `{key}` cannot be read: {reason}", journal.object());
                wishes.unreadable.push(message);
            }
        }
        wishes
    }

    /// Takes in an entry of the journal, where it is one of somebody who asks.
    fn take(&mut self, key: &str, text: &str) -> Result<(), String> {
        let wish = || serde_json::from_str(text).map_err(|error| error.to_string());
        if key == "abort" {
            self.abort = Some(wish()?);
        } else if key == PAUSE {
            self.pause = Some(wish()?);
        } else if let Some(step) = key.strip_prefix("approve.") {
            let step = step.parse().map_err(|_| "it names no step")?;
            self.approvals.insert(step, wish()?);
        }
        Ok(())
    }
}

/// The write that makes such an entry.
pub(super) fn wish(journal: &Manifest, key: &str, by: &str, at: Timestamp) -> Write {
    let wish = json!({ "by": by, "at": at }).to_string();
    let add = PatchOperation::Add(AddOperation {
        path: PointerBuf::from_tokens(["data", key]),
        value: wish.into(),
    });
    patched(journal, add)
}

/// The write that takes such an entry away.
pub(super) fn withdrawal(journal: &Manifest, key: &str) -> Write {
    let path = PointerBuf::from_tokens(["data", key]);
    patched(journal, PatchOperation::Remove(RemoveOperation { path }))
}

fn patched(journal: &Manifest, operation: PatchOperation) -> Write {
    let uid = journal.pointer("/metadata/uid");
    let test = PatchOperation::Test(TestOperation {
        path: PointerBuf::from_tokens(["metadata", "uid"]),
        value: uid.cloned().unwrap_or_default(),
    });
    Write::Patch {
        object: journal.object().clone(),
        ops: Patch(vec![test, operation]),
    }
}
