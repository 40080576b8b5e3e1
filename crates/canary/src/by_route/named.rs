//! The routes that a canary names.

use cutover_manifest::Manifest;
use cutover_release::{Refusals, Release};
use cutover_traffic::HttpRoute;

use super::refused;
use crate::route::Route;
use crate::spec::Canary;

/// A route that a canary names.
pub(super) struct Named<'a> {
    pub(super) said: &'a Route,
    pub(super) manifest: &'a Manifest,
    pub(super) read: HttpRoute,
}

/// The routes that a canary names, as they run.
pub(super) fn find<'a>(release: &'a Release, spec: &'a Canary) -> Result<Vec<Named<'a>>, Refusals> {
    spec.route.iter().map(|said| named(release, said)).collect()
}

fn named<'a>(release: &'a Release, said: &'a Route) -> Result<Named<'a>, Refusals> {
    let mut found = release.from().iter();
    let manifest = found
        .find(|manifest| said.names(manifest.object()))
        .ok_or_else(|| refused::no_route(release, said))?;
    let object = manifest.object();
    if !HttpRoute::is(object) {
        return Err(refused::kind(object));
    }
    if release.to().get(object) != Some(manifest) {
        return Err(refused::changes(object));
    }
    let read = HttpRoute::read(manifest)?;
    if read.in_mesh {
        return Err(refused::in_mesh(object));
    }
    if let Some(rule) = read.endless() {
        return Err(refused::endless(object, rule));
    }
    Ok(Named {
        said,
        manifest,
        read,
    })
}
