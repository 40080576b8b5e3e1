//! How much CPU and memory a pod asks for, as the scheduler counts it.

use cutover_manifest::{BadQuantity, Quantity};
use serde_json::Value;

/// The CPU and memory that pods ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// CPU, in cores; 0 where nothing is asked for.
    pub cpu: Quantity,
    /// Memory, in bytes; 0 where nothing is asked for.
    pub memory: Quantity,
}

/// A resource of a pod template is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {reason}")]
pub struct BadRequests {
    /// The JSON pointer of the field within the pod template.
    pub pointer: String,
    /// What is wrong there.
    pub reason: BadQuantity,
}

impl Requests {
    /// What one pod of a template asks for: the larger of what its containers ask for together and
    /// of what any of its init containers needs at its turn, and its overhead.
    ///
    /// A sidecar, an init container with `restartPolicy: Always`, goes on beside all that start
    /// after it. What the pod itself asks for (`spec.resources`) goes before what its containers do,
    /// and a limit stands for a request that is left out.
    /// (`PodRequests` in `k8s.io/component-helpers/resource/helpers.go`.)
    ///
    /// # Errors
    ///
    /// [`BadRequests`] where a request, a limit or the overhead is no quantity.
    ///
    /// ```
    /// use cutover_workload::Requests;
    /// use serde_json::json;
    ///
    /// let container = json!({"name": "web", "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}}});
    /// let pod = Requests::of_pod(&json!({"spec": {"containers": [container, container]}}))?;
    /// assert_eq!((pod.cpu.cores(), pod.memory.bytes()), ("500m".into(), "2Gi".into()));
    /// # Ok::<(), cutover_workload::BadRequests>(())
    /// ```
    pub fn of_pod(template: &Value) -> Result<Self, BadRequests> {
        let pod = Pod(template);
        Ok(Self {
            cpu: pod.asks_for("cpu")?,
            memory: pod.asks_for("memory")?,
        })
    }

    /// So many pods of them.
    #[must_use]
    pub fn times(self, pods: u64) -> Self {
        Self {
            cpu: self.cpu.times(pods),
            memory: self.memory.times(pods),
        }
    }

    /// The sum of these and others.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.plus(other.cpu),
            memory: self.memory.plus(other.memory),
        }
    }
}

struct Pod<'a>(&'a Value);

impl Pod<'_> {
    fn asks_for(&self, resource: &str) -> Result<Quantity, BadRequests> {
        let overhead = self.quantity(&format!("/spec/overhead/{resource}"))?;
        let asked = self.quantity(&format!("/spec/resources/requests/{resource}"))?;
        let limit = self.quantity(&format!("/spec/resources/limits/{resource}"))?;
        let containers = self.containers(resource)?;
        let asked = asked.or(containers).or(limit).unwrap_or_default();
        Ok(asked.plus(overhead.unwrap_or_default()))
    }

    /// What its containers need at any moment; none where no container says anything.
    fn containers(&self, resource: &str) -> Result<Option<Quantity>, BadRequests> {
        let containers = self.requests("containers", resource)?;
        let starting = self.requests("initContainers", resource)?;
        let is_said = containers.iter().chain(&starting).any(Option::is_some);
        let (mut sidecars, mut most) = (Quantity::default(), Quantity::default());
        for (index, request) in starting.into_iter().enumerate() {
            let request = request.unwrap_or_default();
            most = most.max(sidecars.plus(request));
            if self.is_sidecar(index) {
                sidecars = sidecars.plus(request);
            }
        }
        let running = containers.into_iter().flatten().sum::<Quantity>();
        Ok(is_said.then_some(most.max(running.plus(sidecars))))
    }

    /// What each container of a list asks for, or may have at most.
    fn requests(&self, list: &str, resource: &str) -> Result<Vec<Option<Quantity>>, BadRequests> {
        let items = self.0.pointer(&format!("/spec/{list}"));
        let count = items.and_then(Value::as_array).map_or(0, Vec::len);
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            let resources = format!("/spec/{list}/{index}/resources");
            let request = self.quantity(&format!("{resources}/requests/{resource}"))?;
            let limit = self.quantity(&format!("{resources}/limits/{resource}"))?;
            all.push(request.or(limit));
        }
        Ok(all)
    }

    fn is_sidecar(&self, index: usize) -> bool {
        let policy = format!("/spec/initContainers/{index}/restartPolicy");
        self.0.pointer(&policy).and_then(Value::as_str) == Some("Always")
    }

    fn quantity(&self, pointer: &str) -> Result<Option<Quantity>, BadRequests> {
        let value = self.0.pointer(pointer).filter(|value| !value.is_null());
        let quantity = value.map(Quantity::read).transpose();
        quantity.map_err(|reason| BadRequests {
            pointer: pointer.to_owned(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(spec: Value) -> Result<(String, String), String> {
        let requests = Requests::of_pod(&json!({ "spec": spec }));
        let requests = requests.map_err(|error| error.to_string())?;
        Ok((requests.cpu.cores(), requests.memory.bytes()))
    }

    fn asks(cpu: &str, memory: &str) -> Value {
        json!({"resources": {"requests": {"cpu": cpu, "memory": memory}}})
    }

    fn sidecar(cpu: &str, memory: &str) -> Value {
        let mut container = asks(cpu, memory);
        container["restartPolicy"] = json!("Always");
        container
    }

    /// Against the facts of k8s.io/component-helpers/resource/helpers_test.go, in its own sums.
    #[test]
    fn what_the_scheduler_counts() {
        let check = |spec: Value, cpu: &str, memory: &str| {
            assert_eq!(pod(spec.clone()), Ok((cpu.into(), memory.into())), "{spec}");
        };
        check(json!({}), "0", "0");
        check(json!({"containers": [{}]}), "0", "0");
        let (one, two) = (asks("1", "1Gi"), asks("500m", "512Mi"));
        check(json!({"containers": [one, two, {}]}), "1500m", "1536Mi");
        // An init container runs alone, before the others.
        check(
            json!({"initContainers": [asks("2", "1Mi")], "containers": [one]}),
            "2",
            "1Gi",
        );
        check(
            json!({"initContainers": [two, two], "containers": [one]}),
            "1",
            "1Gi",
        );
        // A sidecar stays.
        let side = sidecar("300m", "1Gi");
        check(
            json!({"initContainers": [side], "containers": [one]}),
            "1300m",
            "2Gi",
        );
        check(
            json!({"initContainers": [side, one], "containers": [two]}),
            "1300m",
            "2Gi",
        );
        check(
            json!({"initContainers": [one, side], "containers": [two]}),
            "1",
            "1536Mi",
        );
        check(
            json!({"initContainers": [side, side, one, side], "containers": [two]}),
            "1600m",
            "3584Mi",
        );
        // The pod's own word, and what its runtime needs.
        check(
            json!({"overhead": {"cpu": "250m", "memory": "120Mi"}, "containers": [one]}),
            "1250m",
            "1144Mi",
        );
        let own = json!({"requests": {"cpu": "3"}});
        check(json!({"resources": own, "containers": [one]}), "3", "1Gi");
        check(
            json!({"resources": own, "overhead": {"cpu": 1}, "containers": [one]}),
            "4",
            "1Gi",
        );
        // A limit stands for a request that is left out.
        let limited = json!({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "1Gi"}}});
        check(json!({"containers": [limited]}), "1", "1Gi");
        let limit = json!({"limits": {"cpu": "4", "memory": "8Gi"}});
        check(json!({"resources": limit, "containers": [{}]}), "4", "8Gi");
        check(json!({"resources": limit, "containers": [one]}), "1", "1Gi");
    }

    #[test]
    fn what_is_no_quantity_is_told_with_its_place() {
        let check = |spec: Value, pointer: &str| {
            let error = pod(spec).unwrap_err();
            assert!(error.starts_with(&format!("{pointer}: `")), "{error}");
        };
        check(
            json!({"containers": [{}, asks("x", "1")]}),
            "/spec/containers/1/resources/requests/cpu",
        );
        check(
            json!({"initContainers": [asks("1", "-1")]}),
            "/spec/initContainers/0/resources/requests/memory",
        );
        check(json!({"overhead": {"cpu": true}}), "/spec/overhead/cpu");
        check(
            json!({"resources": {"limits": {"memory": "1 Gi"}}}),
            "/spec/resources/limits/memory",
        );
    }

    #[test]
    fn several_pods() {
        let one =
            Requests::of_pod(&json!({"spec": {"containers": [asks("100m", "64Mi")]}})).unwrap();
        let all = one.times(15).plus(one);
        assert_eq!(
            (all.cpu.cores(), all.memory.bytes()),
            ("1600m".into(), "1Gi".into())
        );
    }
}
