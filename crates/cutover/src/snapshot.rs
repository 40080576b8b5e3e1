//! A plan as text that people review, for snapshot tests of their own.
//!
//! ```text
//! snapshot(&plan)     what a reviewer sees of it: the table, then each step's changes and ways back
//! states(&plan)       the manifests as they stand after each step, as YAML
//! ```
//!
//! Both are texts, to hold against those of the last review by whatever does that: no file is read or
//! written here. [`assert_plan_snapshot!`](crate::assert_plan_snapshot) hands the first to insta. The
//! same plan gives the same text, and no value of a Secret is in either.

use cutover_check::Checked;
use cutover_manifest::emit_all;
use cutover_report::{Error, Style, diff, show};

/// What a reviewer sees of a plan, in a text: its table with the digest, and each step's changes.
///
/// The digest is that of the whole plan, so that a snapshot changes with all that does.
///
/// # Errors
///
/// As [`show`](cutover_report::show()).
///
/// ```
/// # #[cfg(feature = "rolling")] {
/// use cutover::manifest::Bundle;
/// use cutover::rolling::Rolling;
/// use cutover::{Ends, Options, Release, plan, snapshot};
///
/// # let yaml = b"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: 'hello:1.0.0'}]}}}";
/// let from = Bundle::from_yaml("hello.yaml", yaml)?;
/// let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// let plan = plan(&Release::new(ends)?, &Rolling::default(), &Options::default())?;
///
/// let text = snapshot(&plan)?;
/// assert!(text.starts_with("Plan hello: rolling, 1 step\nsha256:"));
/// assert!(text.contains("containers[name=hello].image: hello:1.0.0 → hello:2.0.0"));
/// let states = snapshot::states(&plan)?;
/// assert!(states[0].contains("image: hello:1.0.0") && states[1].contains("image: hello:2.0.0"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn snapshot(plan: &Checked) -> Result<String, Error> {
    let table = show(plan, Style::Plain)?;
    if plan.is_empty() {
        return Ok(table);
    }
    Ok(format!("{table}\n{}", diff(plan, None, Style::Plain)?))
}

/// The manifests that the plan touches as they stand before the first step and after each, as YAML
/// documents: what a step changes beside all that it leaves alone.
///
/// Of a Secret there is its seal.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself.
pub fn states(plan: &Checked) -> Result<Vec<String>, Error> {
    let mut walk = plan.walk();
    let mut states = Vec::with_capacity(plan.len() + 1);
    loop {
        let objects = walk.state().iter();
        let values: Vec<_> = objects
            .map(|object| object.redacted().into_value())
            .collect();
        states.push(emit_all(&values));
        if walk.advance()?.is_none() {
            return Ok(states);
        }
    }
}

/// Holds what a reviewer sees of a plan against the snapshot of the last review, by insta's
/// `assert_snapshot!`: your crate has [insta](https://insta.rs) as a dev-dependency.
///
/// After the plan comes all that `assert_snapshot!` takes after its text: nothing, an inline snapshot.
///
/// ```
/// # #[cfg(feature = "rolling")] {
/// # use cutover::manifest::Bundle;
/// # use cutover::rolling::Rolling;
/// # use cutover::{Ends, Options, Release, plan};
/// # let from = Bundle::from_yaml("a.yaml", b"apiVersion: v1
/// # kind: Service
/// # metadata: {name: hello}
/// # spec: {selector: {app: hello}}")?;
/// # let ends = Ends::unchanged(from);
/// let plan = plan(&Release::new(ends)?, &Rolling::default(), &Options::default())?;
/// cutover::assert_plan_snapshot!(plan, @r"
/// Plan rolling: rolling, nothing to do
/// sha256:bbd50eaabc3c125eab7ff677f3b6dc469bc6a31ae9ba53f29e3e99c7398b21e6
/// ");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! assert_plan_snapshot {
    ($plan:expr $(, @$inline:literal)? $(,)?) => {
        match $crate::snapshot(&$plan) {
            Ok(text) => insta::assert_snapshot!(text $(, @$inline)?),
            Err(error) => panic!("the plan cannot be shown: {error}"),
        }
    };
    ($name:expr, $plan:expr $(,)?) => {
        match $crate::snapshot(&$plan) {
            Ok(text) => insta::assert_snapshot!($name, text),
            Err(error) => panic!("the plan cannot be shown: {error}"),
        }
    };
}
