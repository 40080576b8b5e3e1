//! What is wanted, and where an adoption stands.

use cutover_manifest::{ObjectRef, Warning};
use cutover_planner::{Strategy, Waypoint, Waypoints};
use cutover_release::{Adoption, Ends, Refusals, Release, select};

use crate::error;
use crate::spec::Adopt;

impl Strategy for Adopt {
    fn name(&self) -> &str {
        "adopt"
    }

    /// The label on the pods of the named Deployments, and in the selectors of the Services before
    /// them. A Deployment without a Service, and one that is adopted already, are refused.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        let release = Release::new(Ends::unchanged(ends.to().clone()))?;
        let mut to = ends.to().clone();
        for object in select(ends.to(), &self.workloads)? {
            let adopted = adoption(&release, &object)?.adopted(&to);
            if adopted == to {
                return Err(error::adopted(&object));
            }
            to = adopted;
        }
        Ok(ends.wanting(to))
    }

    /// `[adopt, adopt]`: first the pods get the label, then the Services pick by it.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        let straight = Waypoints::direct(release, "adopt", &self.allowance())?;
        let adopting = |point: Waypoint| Waypoint::new("adopt", point.bundle);
        let adopted = release.to().iter();
        let adopted = adopted.filter(|to| release.from().get(to.object()) != Some(to));
        let unsaid = adopted.map(|to| unsaid(to.object()));
        Ok(Waypoints {
            points: straight.points.into_iter().map(adopting).collect(),
            warnings: straight.warnings.into_iter().chain(unsaid).collect(),
            ..straight
        })
    }
}

fn adoption(release: &Release, deployment: &ObjectRef) -> Result<Adoption, Refusals> {
    let services = release.services_of(deployment);
    if services.is_empty() {
        return Err(error::no_service(deployment));
    }
    let services = services.iter().map(|service| service.object().clone());
    Adoption::new(release, deployment, services.collect())
}

fn unsaid(object: &ObjectRef) -> Warning {
    Warning::about(
        object,
        "its file does not say so yet",
        "write the label there too, or applying the file removes it",
    )
}
