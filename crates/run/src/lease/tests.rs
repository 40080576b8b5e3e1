use super::*;
use crate::examples::{edited, rolling};

/// A failure means that two runs hold a workload at once, or that the server takes no Lease.
#[test]
fn a_lease_is_named_by_the_first_set() {
    let check = |workload: &str, namespace: Option<&str>, expect: &str| {
        let plan = edited(&rolling(), |spec| {
            spec.workloads[0].name = workload.into();
            spec.workloads[0].sets[0].object.namespace = namespace.map(Into::into);
        });
        let leases = lease_objects(&plan, "default");
        let names: Vec<String> = leases.iter().map(ToString::to_string).collect();
        assert_eq!(names, [expect]);
    };
    check("hello", None, "Lease default/cutover-hello");
    check("hello", Some("prod"), "Lease prod/cutover-hello");
    check("prod/hello", Some("prod"), "Lease prod/cutover-hello");
}
