//! Which Deployment is the idle slot beside the one that serves, and why.
//!
//! Another application, installation, role or tenant differs from the one that serves by a label
//! too. So slots are named, or told by a label or by names that are meant for it; they have the
//! same containers, and the idle one no Service of its own but the preview Service.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning, short_name};
use cutover_release::{Refusals, Release, refuse, slot_label};
use cutover_workload::{Deployment, Role, deployments};
use serde_json::Value;

use crate::error;
use crate::selecting::missing;
use crate::spec::{BlueGreen, Slots};
use crate::told::{Told, application, tells_applications_apart};

/// The Service that switches, and the Deployment that serves behind it.
pub(crate) struct Front<'a> {
    pub(crate) release: &'a Release,
    pub(crate) spec: &'a BlueGreen,
    pub(crate) service: &'a Manifest,
    /// What the Service selects by.
    pub(crate) selector: &'a BTreeMap<String, String>,
    pub(crate) active: Deployment<'a>,
}

/// What stands beside the Deployment that serves.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) idle: Option<Idle>,
    /// Why the Deployment that a new set would meet is no slot.
    pub(crate) in_the_way: Option<Refusals>,
    /// What a reviewer should know.
    pub(crate) notes: Vec<Warning>,
}

/// The slot that does not serve.
pub(crate) struct Idle {
    pub(crate) object: ObjectRef,
    /// The label by which the Service picks one of the two.
    pub(crate) label: String,
}

/// Why a Deployment that looks like a slot is none.
struct Unfit {
    pointer: &'static str,
    reason: String,
    hint: &'static str,
}

impl Front<'_> {
    /// The idle slot: the one that is named, or the only one that is told.
    pub(crate) fn find(&self) -> Result<Found, Refusals> {
        if let Some(slots) = &self.spec.slots {
            return self.named(slots);
        }
        let mut found = Found::default();
        for set in self.beside() {
            let Some(told) = Told::of(self.selector, self.active, set) else {
                continue;
            };
            match self.label(set, told) {
                Ok(label) if found.idle.is_none() => self.take(&mut found, set, told, label),
                Ok(_) => return Err(self.several(&found, set)),
                Err(unfit) if self.is_in_the_way(set)? => {
                    found.in_the_way = Some(unfit.refusal(set));
                }
                Err(unfit) => found.notes.push(self.no_slot(set, unfit)),
            }
        }
        Ok(found)
    }

    /// The one of the two named slots that does not serve.
    fn named(&self, slots: &Slots) -> Result<Found, Refusals> {
        let (service, active) = (self.service.object(), self.active.manifest().object());
        let Some(name) = slots.beside(&active.name) else {
            let reason =
                format!("it sends requests to {active}, which is none of the slots {slots}");
            let hint = "name the Deployment that serves as one of the slots";
            return Err(refuse(
                error::NO_SLOT,
                service,
                "/spec/selector",
                reason,
                hint,
            ));
        };
        let Some(set) = self
            .beside()
            .find(|set| set.manifest().object().name == name)
        else {
            let object = Deployment::reference(service.namespace.as_deref(), name);
            let reason = "it is named as a slot, and is not in the input";
            let hint = "check the names of the slots, and give the manifests of both";
            return Err(refuse(error::NO_SLOT, &object, "", reason, hint));
        };
        let label = self
            .label(set, Told::Spec)
            .map_err(|unfit| unfit.refusal(set))?;
        let mut found = Found::default();
        self.take(&mut found, set, Told::Spec, label);
        Ok(found)
    }

    /// The other Deployments of the namespace.
    fn beside(&self) -> impl Iterator<Item = Deployment<'_>> {
        let active = self.active.manifest().object();
        deployments(self.release.from()).filter(move |set| {
            let object = set.manifest().object();
            object.namespace == active.namespace && object != active
        })
    }

    /// The label by which the Service picks one of the two, where both can be slots.
    fn label(&self, set: Deployment<'_>, told: Told) -> Result<String, Unfit> {
        let label = self.picks_by(set)?;
        if told != Told::Spec && tells_applications_apart(&label) {
            return Err(Unfit {
                pointer: "/spec/template/metadata/labels",
                reason: format!("`{label}` tells applications apart, not the slots of one"),
                hint: "where it is a slot all the same, name the two with `slots`",
            });
        }
        self.has_the_same_containers(set)?;
        self.has_no_other_service(set)?;
        Ok(label)
    }

    fn picks_by(&self, set: Deployment<'_>) -> Result<String, Unfit> {
        let service = self.service.object();
        let unfit = |reason| Unfit {
            pointer: "/spec/template/metadata/labels",
            reason,
            hint: "let the slots differ by one of the labels that the Service selects by",
        };
        match missing(self.selector, set).as_slice() {
            [key] if set.labels().contains_key(*key) => Ok((*key).clone()),
            [key] => Err(unfit(format!(
                "{service} selects by `{key}`, which its pods do not have"
            ))),
            keys => Err(unfit(format!(
                "it differs from {} by {} labels that {service} selects by",
                self.active.manifest().object(),
                keys.len()
            ))),
        }
    }

    /// At one end of the release at least: a version may bring a container more.
    fn has_the_same_containers(&self, set: Deployment<'_>) -> Result<(), Unfit> {
        let active = self.active.manifest().object();
        let ends = [self.release.from(), self.release.to()];
        if ends
            .iter()
            .any(|end| containers(end, active) == containers(end, set.manifest().object()))
        {
            return Ok(());
        }
        Err(Unfit {
            pointer: "/spec/template/spec/containers",
            reason: format!("its containers are not those of {active}"),
            hint: "where it is a slot all the same, give it the same containers first: it serves nobody",
        })
    }

    fn has_no_other_service(&self, set: Deployment<'_>) -> Result<(), Unfit> {
        let preview = self.spec.preview_service.as_ref();
        for service in self.release.services_of(set.manifest().object()) {
            if preview != Some(&service.object().name) {
                return Err(Unfit {
                    pointer: "",
                    reason: format!("{} sends it requests", service.object()),
                    hint: "where that Service only shows the idle slot, name it as previewService",
                });
            }
        }
        Ok(())
    }

    /// Whether a new set would have its name, or the Service would pick it with the new set.
    fn is_in_the_way(&self, set: Deployment<'_>) -> Result<bool, Refusals> {
        let active = self.active.manifest().object();
        let green = Role::Green.to_string();
        let (key, _) = slot_label(self.release, active)?;
        let mut switched = self.selector.clone();
        switched.insert(key.into(), green.clone());
        let is_picked = missing(&switched, set).is_empty();
        Ok(is_picked || set.manifest().object().name == short_name(&active.name, &green))
    }

    fn take(&self, found: &mut Found, set: Deployment<'_>, told: Told, label: String) {
        let (object, active) = (set.manifest().object(), self.active.manifest().object());
        let why = told.why(&label);
        let hint = "where it is not, take it out of the input, or name the two with `slots`";
        found.notes.push(Warning {
            object: Some(object.clone()),
            place: None,
            message: format!("it is the idle slot beside {active}, {why}"),
            hint: (told != Told::Spec).then(|| hint.into()),
        });
        found.idle = Some(Idle {
            object: object.clone(),
            label,
        });
    }

    fn no_slot(&self, set: Deployment<'_>, unfit: Unfit) -> Warning {
        let active = self.active.manifest().object();
        Warning::about(
            set.manifest().object(),
            format!(
                "it is not taken for a slot beside {active}: {}",
                unfit.reason
            ),
            unfit.hint,
        )
    }

    fn several(&self, found: &Found, set: Deployment<'_>) -> Refusals {
        let idle = found.idle.as_ref().map(|idle| &idle.object);
        let slots = idle.into_iter().chain([set.manifest().object()]);
        let slots: Vec<String> = slots.map(ToString::to_string).collect();
        error::many_slots(self.service.object(), &slots.join(", "))
    }
}

impl Unfit {
    fn refusal(self, set: Deployment<'_>) -> Refusals {
        let reason = format!("it is no slot: {}", self.reason);
        refuse(
            error::NO_SLOT,
            set.manifest().object(),
            self.pointer,
            reason,
            self.hint,
        )
    }
}

/// The names of a Deployment's containers, without the slot that a name may end in.
fn containers<'a>(bundle: &'a Bundle, set: &ObjectRef) -> BTreeSet<&'a str> {
    let template = bundle
        .get(set)
        .and_then(|set| Deployment::of(set).template());
    let all = template.and_then(|template| template.pointer("/spec/containers"));
    let mut names = BTreeSet::new();
    for container in all.and_then(Value::as_array).into_iter().flatten() {
        let name = container.get("name").and_then(Value::as_str);
        names.extend(name.map(application));
    }
    names
}
