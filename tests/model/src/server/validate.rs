//! What the API server refuses in an object's values, in its words.

use serde_json::Value;

use crate::key::Key;
use crate::objects::{Amount, Labels, items, selects, text, texts};

/// The path of a field, and the message about it.
type Cause = (String, String);

/// Whether numbers are numbers.
///
/// # Errors
///
/// As a patch is refused; the caller words a create's refusal.
pub(super) fn types(key: &Key, value: &Value) -> Result<(), Vec<Cause>> {
    if !key.is_deployment() {
        return Ok(());
    }
    let fields = [
        "replicas",
        "minReadySeconds",
        "progressDeadlineSeconds",
        "revisionHistoryLimit",
    ];
    let wrong = fields.iter().filter_map(|name| {
        let field = &value["spec"][*name];
        let found = match field {
            Value::Null => return None,
            Value::Number(number) if number.is_i64() => return None,
            Value::String(_) => "string",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let message =
            format!("unable to convert {found} to Go struct field spec.{name} of type int32");
        Some(("patch".to_owned(), message))
    });
    refuse(wrong.collect())
}

/// Whether values keep the rules of the object's kind, and what may not change is as it was.
pub(super) fn rules(key: &Key, value: &Value, before: Option<&Value>) -> Result<(), Vec<Cause>> {
    if key.is_deployment() {
        refuse(deployment(
            &value["spec"],
            before.map(|before| &before["spec"]),
        ))
    } else if key.is_service() {
        refuse(service(
            &value["spec"],
            before.map(|before| &before["spec"]),
        ))
    } else {
        Ok(())
    }
}

fn refuse(causes: Vec<Cause>) -> Result<(), Vec<Cause>> {
    if causes.is_empty() {
        Ok(())
    } else {
        Err(causes)
    }
}

fn cause(field: &str, message: impl Into<String>) -> Cause {
    (field.to_owned(), message.into())
}

fn invalid(field: &str, value: &Value, why: &str) -> Cause {
    cause(field, format!("Invalid value: {value}: {why}"))
}

fn deployment(spec: &Value, before: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let counts = [
        "replicas",
        "minReadySeconds",
        "progressDeadlineSeconds",
        "revisionHistoryLimit",
    ];
    for field in counts
        .iter()
        .filter(|field| spec[**field].as_i64().is_some_and(|count| count < 0))
    {
        let why = "must be greater than or equal to 0";
        causes.push(invalid(&format!("spec.{field}"), &spec[*field], why));
    }
    causes.extend(selector(spec, before));
    causes.extend(strategy(&spec["strategy"]));
    causes.extend(containers(&spec["template"]["spec"]["containers"]));
    let deadline = spec["progressDeadlineSeconds"].as_i64().unwrap_or(i64::MAX);
    if deadline <= spec["minReadySeconds"].as_i64().unwrap_or(0) {
        let why = "must be greater than minReadySeconds";
        causes.push(invalid(
            "spec.progressDeadlineSeconds",
            &spec["progressDeadlineSeconds"],
            why,
        ));
    }
    causes
}

fn selector(spec: &Value, before: Option<&Value>) -> Vec<Cause> {
    let selector = &spec["selector"];
    if selector.is_null() {
        return vec![cause("spec.selector", "Required value")];
    }
    let mut causes = Vec::new();
    let labels = &spec["template"]["metadata"]["labels"];
    if !matches(selector, &texts(labels)) {
        let why = "`selector` does not match template `labels`";
        causes.push(invalid("spec.template.metadata.labels", labels, why));
    }
    if before.is_some_and(|before| before["selector"] != *selector) {
        causes.push(invalid("spec.selector", selector, "field is immutable"));
    }
    causes
}

/// Whether a selector's labels and expressions hold for these labels.
fn matches(selector: &Value, labels: &Labels) -> bool {
    let holds = |expression: &Value| {
        let value = labels.get(&text(&expression["key"]));
        let mut values = items(&expression["values"]);
        let listed = value.is_some_and(|value| values.any(|one| one == value.as_str()));
        match expression["operator"].as_str() {
            Some("In") => listed,
            Some("NotIn") => !listed,
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            _ => false,
        }
    };
    selects(&texts(&selector["matchLabels"]), labels)
        && items(&selector["matchExpressions"]).all(holds)
}

fn strategy(strategy: &Value) -> Vec<Cause> {
    let rolling = &strategy["rollingUpdate"];
    let at = "spec.strategy.rollingUpdate";
    match strategy["type"].as_str().unwrap_or_default() {
        "Recreate" if rolling.is_null() => Vec::new(),
        "Recreate" => {
            vec![cause(
                at,
                "Forbidden: may not be specified when strategy `type` is 'Recreate'",
            )]
        }
        "RollingUpdate" => budget(rolling, at),
        _ => {
            let supported = "supported values: \"Recreate\", \"RollingUpdate\"";
            let message = format!("Unsupported value: {}: {supported}", strategy["type"]);
            vec![cause("spec.strategy.type", message)]
        }
    }
}

fn budget(rolling: &Value, at: &str) -> Vec<Cause> {
    let amounts = ["maxSurge", "maxUnavailable"].map(|name| (name, &rolling[name]));
    let mut causes = Vec::new();
    for (name, value) in amounts {
        if Amount::of(value).is_none() {
            let why = match value {
                Value::String(_) => NO_PERCENTAGE,
                _ => "must be greater than or equal to 0",
            };
            causes.push(invalid(&format!("{at}.{name}"), value, why));
        }
    }
    let [surge, unavailable] = amounts.map(|(_, value)| Amount::of(value));
    let unavailable_at = format!("{at}.maxUnavailable");
    if surge.is_some_and(Amount::is_zero) && unavailable.is_some_and(Amount::is_zero) {
        let why = "may not be 0 when `maxSurge` is 0";
        causes.push(invalid(&unavailable_at, &rolling["maxUnavailable"], why));
    }
    if matches!(unavailable, Some(Amount::Percent(101..))) {
        causes.push(invalid(
            &unavailable_at,
            &rolling["maxUnavailable"],
            "must not be greater than 100%",
        ));
    }
    causes
}

fn containers(containers: &Value) -> Vec<Cause> {
    let at = "spec.template.spec.containers";
    let mut causes = Vec::new();
    let mut names = Vec::new();
    for (index, container) in items(containers).enumerate() {
        let (name, image) = (&container["name"], &container["image"]);
        for (field, value) in [("name", name), ("image", image)] {
            if value.as_str().is_none_or(str::is_empty) {
                causes.push(cause(&format!("{at}[{index}].{field}"), "Required value"));
            }
        }
        if names.contains(&name) {
            causes.push(cause(
                &format!("{at}[{index}].name"),
                format!("Duplicate value: {name}"),
            ));
        }
        names.push(name);
    }
    if names.is_empty() {
        causes.push(cause(at, "Required value"));
    }
    causes
}

fn service(spec: &Value, before: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let external = spec["type"] == "ExternalName";
    if !external && spec["clusterIP"] != "None" && items(&spec["ports"]).next().is_none() {
        causes.push(cause("spec.ports", "Required value"));
    }
    if before.is_some_and(|before| before["clusterIP"] != spec["clusterIP"]) {
        causes.push(invalid(
            "spec.clusterIPs[0]",
            &spec["clusterIP"],
            "may not change once set",
        ));
    }
    causes
}

const NO_PERCENTAGE: &str = "a valid percent string must be a numeric string followed by an ending '%' \
    (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
