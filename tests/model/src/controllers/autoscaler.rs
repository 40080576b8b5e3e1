//! The controller of HorizontalPodAutoscalers (`pkg/controller/podautoscaler/horizontal.go`).

use std::collections::BTreeMap;

use cutover_manifest::{Field, Manifest, ObjectRef};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::controllers::kubelet::after;
use crate::random::Random;
use crate::server::{Call, Server};

const TARGET: Field = Field::new("/spec/scaleTargetRef");

/// How long, in milliseconds, it may go by what an autoscaler said before: its sync period.
const SYNC: u64 = 15_000;

/// What the controller knows of the autoscalers that something is asked of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Autoscalers(BTreeMap<ObjectRef, Known>);

/// An autoscaler as it is, and as it was until not long ago.
#[derive(Clone, Debug)]
struct Known {
    now: Manifest,
    before: Option<(Manifest, Timestamp)>,
}

impl Autoscalers {
    /// Looks at those autoscalers that something is asked of.
    pub(crate) fn look<'a>(
        &mut self,
        server: &Server,
        autoscalers: impl Iterator<Item = &'a ObjectRef>,
        now: Timestamp,
    ) {
        for object in autoscalers {
            let Ok(live) = server.get(object) else {
                // One that is gone may still have been read.
                if let Some(known) = self.0.remove(object) {
                    let gone = known.now.without(TARGET);
                    self.0.insert(object.clone(), known.followed_by(gone, now));
                }
                continue;
            };
            let known = match self.0.remove(object) {
                Some(known) => known.followed_by(live, now),
                None => Known {
                    now: live,
                    before: None,
                },
            };
            self.0.insert(object.clone(), known);
        }
    }

    /// Whether it would write another count.
    pub(crate) fn would_act(
        &self,
        server: &Server,
        object: &ObjectRef,
        load: u32,
        now: Timestamp,
    ) -> bool {
        !self.writes(server, object, load, now).is_empty()
    }

    /// Writes one of the counts that it may come to.
    pub(crate) fn act(
        &self,
        server: &mut Server,
        object: &ObjectRef,
        load: u32,
        random: &mut Random,
        now: Timestamp,
    ) {
        let writes = self.writes(server, object, load, now);
        let Some((target, count)) = random.pick(&writes) else {
            return;
        };
        let ops = json!([{"op": "replace", "path": "/spec/replicas", "value": count}]);
        let Ok(ops) = serde_json::from_value(ops) else {
            return;
        };
        let call = Call {
            now,
            manager: "horizontal-pod-autoscaler",
            dry_run: false,
        };
        #[expect(
            clippy::let_underscore_must_use,
            reason = "where it does not fit, nothing happens: it tries again"
        )]
        let _ = server.patch(target, &ops, call);
    }

    /// The counts that it may write: by what the autoscaler says, and by what it said until a sync
    /// period ago.
    fn writes(
        &self,
        server: &Server,
        object: &ObjectRef,
        load: u32,
        now: Timestamp,
    ) -> Vec<(ObjectRef, u64)> {
        let Some(known) = self.0.get(object) else {
            return Vec::new();
        };
        let before = known.before.as_ref();
        let before = before.filter(|(_, until)| now < *until).map(|(was, _)| was);
        let says = [Some(&known.now), before].into_iter().flatten();
        says.filter_map(|said| wants(server, said, load)).collect()
    }
}

impl Known {
    fn followed_by(self, live: Manifest, now: Timestamp) -> Self {
        if self.now.pointer("/spec") == live.pointer("/spec") {
            return self;
        }
        Self {
            before: Some((self.now, after(now, SYNC))),
            now: live,
        }
    }
}

/// The set and the count that an autoscaler would write, where that is another than there is.
fn wants(server: &Server, said: &Manifest, load: u32) -> Option<(ObjectRef, u64)> {
    let target = said.pointer("/spec/scaleTargetRef")?;
    let text = |field: &str| target[field].as_str();
    let namespace = said.object().namespace.as_deref();
    let set = ObjectRef::new(text("apiVersion")?, text("kind")?, namespace, text("name")?);
    let Ok(found) = server.get(&set) else {
        return None;
    };
    let count = found.pointer("/spec/replicas")?.as_u64()?;
    let wanted = desired(said, count, load.into());
    (wanted != count).then_some((set, wanted))
}

/// Its limits come first, then the load, in the directions that are not disabled.
fn desired(said: &Manifest, count: u64, load: u64) -> u64 {
    let number = |pointer: &str| said.pointer(pointer).and_then(Value::as_u64);
    let least = number("/spec/minReplicas").unwrap_or(1);
    let most = number("/spec/maxReplicas").unwrap_or(least).max(least);
    let disabled = |direction: &str| {
        let policy = format!("/spec/behavior/{direction}/selectPolicy");
        said.pointer(&policy) == Some(&json!("Disabled"))
    };
    if count == 0 {
        return 0;
    }
    if count < least || count > most {
        return count.clamp(least, most);
    }
    let wanted = load.clamp(least, most);
    let stays = wanted > count && disabled("scaleUp") || wanted < count && disabled("scaleDown");
    if stays { count } else { wanted }
}
