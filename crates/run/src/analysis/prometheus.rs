//! Prometheus' answers to a query (`/api/v1/query`).

use cutover_plan::Observed;
use serde_json::Value;

/// What a query gave.
///
/// # Errors
///
/// In words: an error of the server, or a result that is neither numbers of one moment nor one
/// number.
pub(crate) fn observed(status: u16, body: &str) -> Result<Observed, String> {
    let answer: Value =
        serde_json::from_str(body).map_err(|_| format!("answered {status}, and no JSON"))?;
    if answer["status"] != "success" {
        let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
        return Err(format!(
            "answered {status}: {}: {}",
            text("errorType"),
            text("error")
        ));
    }
    let result = &answer["data"]["result"];
    match answer["data"]["resultType"].as_str() {
        Some("scalar") => number(result).map(Observed::Scalar),
        Some("vector") => {
            let series = result.as_array().map(Vec::as_slice).unwrap_or_default();
            series
                .iter()
                .map(|series| number(&series["value"]))
                .collect::<Result<_, _>>()
                .map(Observed::Vector)
        }
        Some(other) => Err(format!(
            "the query gives a {other}: ask for the values of one moment"
        )),
        None => Err(format!(
            "answered {status} without a resultType: is it a Prometheus?"
        )),
    }
}

/// The number of a sample, `[time, "number"]`; a histogram has none.
fn number(sample: &Value) -> Result<f64, String> {
    let text = sample[1]
        .as_str()
        .ok_or("the query gives a histogram: ask for a number of it")?;
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(data: Value, expect: Result<&str, &str>) {
        let body = json!({"status": "success", "data": data}).to_string();
        let found = observed(200, &body).map(|observed| format!("{observed:?}"));
        assert_eq!(found, expect.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn results() {
        let series =
            |value: &str| json!({"metric": {"code": "500"}, "value": [1_435_781_451.781, value]});
        let vector = |values: &[&str]| {
            let result: Vec<Value> = values.iter().map(|value| series(value)).collect();
            json!({"resultType": "vector", "result": result})
        };
        check(vector(&["1"]), Ok("Vector([1.0])"));
        check(
            vector(&["0.5", "NaN", "+Inf", "-Inf", "1e-05"]),
            Ok("Vector([0.5, NaN, inf, -inf, 1e-5])"),
        );
        check(vector(&[]), Ok("Vector([])"));
        check(vector(&["many"]), Err("`many` is no number"));
        check(
            json!({"resultType": "scalar", "result": [1_435_781_460.781, "42"]}),
            Ok("Scalar(42.0)"),
        );
        check(
            json!({"resultType": "matrix", "result": [{"metric": {}, "values": [[1, "1"], [2, "1"]]}]}),
            Err("the query gives a matrix: ask for the values of one moment"),
        );
        check(
            json!({"resultType": "string", "result": [1, "a"]}),
            Err("the query gives a string: ask for the values of one moment"),
        );
        check(
            json!({"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {"count": "9"}]}]}),
            Err("the query gives a histogram: ask for a number of it"),
        );
        check(
            json!({}),
            Err("answered 200 without a resultType: is it a Prometheus?"),
        );
    }

    #[test]
    fn errors() {
        let check = |status: u16, body: &str, expect: &str| {
            assert_eq!(observed(status, body).unwrap_err(), expect)
        };
        check(
            400,
            r#"{"status":"error","errorType":"bad_data","error":"1:3: parse error: unexpected <"}"#,
            "answered 400: bad_data: 1:3: parse error: unexpected <",
        );
        check(503, "upstream connect error", "answered 503, and no JSON");
        check(200, "", "answered 200, and no JSON");
    }
}
