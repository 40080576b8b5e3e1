//! Kubernetes manifests: read and written as kubectl does, identity, bundles, typed views, edits in place.
