//! Whether anybody carries a run out, by its Leases.

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde::Serialize;

use super::lease::{holder, lasts, renewed};

/// Who carries a run out, by its Leases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Runner {
    /// All Leases are held and not past their end.
    Alive {
        /// The holder of the Lease that ends first.
        name: String,
        /// Until when its Leases last unless they are renewed.
        until: Timestamp,
    },
    /// Somebody did, and has not renewed a Lease in time.
    Dead {
        /// The holder of the Lease that was not renewed.
        name: String,
        /// When the Lease ran out.
        until: Timestamp,
    },
    /// Nobody: the Leases were given back, or there are none.
    Nobody,
}

impl Runner {
    /// By the Leases of a run, of which some may not be there, and by this machine's wall clock: one
    /// that is wrong takes who lives for dead, or the other way round.
    pub fn of(leases: &[Option<Manifest>], now: Timestamp) -> Self {
        let mut first = Self::Nobody;
        for lease in leases {
            let Some((name, until)) = lease.as_ref().and_then(held) else {
                return Self::Nobody;
            };
            match &first {
                Self::Alive { until: known, .. } if *known <= until => {}
                Self::Dead { .. } => {}
                Self::Alive { .. } | Self::Nobody if until > now => {
                    first = Self::Alive { name, until };
                }
                Self::Alive { .. } | Self::Nobody => first = Self::Dead { name, until },
            }
        }
        first
    }
}

/// Who holds a Lease, and until when.
fn held(lease: &Manifest) -> Option<(String, Timestamp)> {
    let name = holder(lease);
    let renewed: Timestamp = renewed(lease)?;
    let until = renewed.checked_add(lasts(lease)).unwrap_or(Timestamp::MAX);
    (!name.is_empty()).then(|| (name.to_owned(), until))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lease(holder: &str, renewed: &str) -> Option<Manifest> {
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "hello" },
            "spec": { "holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": renewed },
        });
        Some(Manifest::new(lease).unwrap())
    }

    /// A failure means that somebody waits for a runner that is dead, or begins a second one.
    #[test]
    fn a_runner_lives_as_long_as_all_its_leases() {
        let now: Timestamp = "2026-11-29T10:00:20Z".parse().unwrap();
        let check = |leases: &[Option<Manifest>], expect: &str| {
            let found = serde_json::to_value(Runner::of(leases, now)).unwrap();
            let found = match &found {
                serde_json::Value::String(nobody) => nobody.clone(),
                other => other.to_string(),
            };
            assert_eq!(found, expect);
        };
        let (fresh, late) = ("2026-11-29T10:00:10.000000Z", "2026-11-29T10:00:00.000000Z");
        let alive = r#"{"alive":{"name":"me","until":"2026-11-29T10:00:25Z"}}"#;
        let dead = r#"{"dead":{"name":"me","until":"2026-11-29T10:00:15Z"}}"#;
        check(&[], "nobody");
        check(&[None], "nobody");
        check(&[lease("", fresh)], "nobody");
        check(&[lease("me", "soon")], "nobody");
        check(&[lease("me", fresh)], alive);
        check(&[lease("me", late)], dead);
        check(&[lease("me", late), lease("me", fresh)], dead);
        check(&[lease("me", fresh), lease("me", late)], dead);
        check(&[lease("me", fresh), None], "nobody");
    }
}
