//! The types of what is looked at in a Deployment: a field of another type would be overlooked.

use cutover_manifest::{Error, Fields, Manifest};

/// Refuses a field that the planner, a strategy or a warning looks at, and that has another type
/// than Kubernetes gives it. All others are the API server's to refuse.
pub(crate) fn deployment(manifest: &Manifest) -> Result<(), Error> {
    let object = manifest.fields();
    metadata(&object.at("metadata")?)?;
    let spec = object.at("spec")?;
    spec.read::<bool>("paused")?;
    spec.read::<i32>("progressDeadlineSeconds")?;
    spec.read::<i32>("replicas")?;
    let selector = spec.at("selector")?;
    selector.texts("matchLabels")?;
    for expression in selector.each("matchExpressions")? {
        expression.read::<String>("key")?;
    }
    let strategy = spec.at("strategy")?;
    strategy.read::<String>("type")?;
    strategy.at("rollingUpdate")?;
    template(&spec.at("template")?)
}

fn template(template: &Fields<'_>) -> Result<(), Error> {
    metadata(&template.at("metadata")?)?;
    let pod = template.at("spec")?;
    pod.read::<bool>("hostNetwork")?;
    pod.read::<i64>("terminationGracePeriodSeconds")?;
    for secret in pod.each("imagePullSecrets")? {
        secret.read::<String>("name")?;
    }
    let affinity = pod.at("affinity")?.at("podAntiAffinity")?;
    affinity.each("requiredDuringSchedulingIgnoredDuringExecution")?;
    for list in ["initContainers", "containers"] {
        pod.each(list)?.iter().try_for_each(container)?;
    }
    pod.each("volumes")?.iter().try_for_each(volume)
}

fn metadata(metadata: &Fields<'_>) -> Result<(), Error> {
    metadata.texts("annotations")?;
    metadata.texts("labels")?;
    metadata.each("ownerReferences")?;
    Ok(())
}

fn container(container: &Fields<'_>) -> Result<(), Error> {
    container.read::<String>("image")?;
    container.read::<String>("name")?;
    container.at("lifecycle")?.at("preStop")?;
    container.at("readinessProbe")?;
    for port in container.each("ports")? {
        port.read::<i32>("containerPort")?;
        port.read::<i32>("hostPort")?;
        port.read::<String>("name")?;
    }
    for source in container.each("envFrom")? {
        references(&source, ["configMapRef", "secretRef"])?;
    }
    for variable in container.each("env")? {
        variable.read::<String>("name")?;
        variable.read::<String>("value")?;
        let source = variable.at("valueFrom")?;
        references(&source, ["configMapKeyRef", "secretKeyRef"])?;
    }
    Ok(())
}

fn volume(volume: &Fields<'_>) -> Result<(), Error> {
    volume.at("configMap")?.read::<String>("name")?;
    let claim = volume.at("persistentVolumeClaim")?;
    claim.read::<String>("claimName")?;
    volume.at("secret")?.read::<String>("secretName")?;
    for source in volume.at("projected")?.each("sources")? {
        references(&source, ["configMap", "secret"])?;
    }
    Ok(())
}

fn references(source: &Fields<'_>, kinds: [&str; 2]) -> Result<(), Error> {
    for kind in kinds {
        source.at(kind)?.read::<String>("name")?;
    }
    Ok(())
}
