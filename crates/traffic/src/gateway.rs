//! Which controllers carry out a route, and how long their gateways need to follow it.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Error, Manifest, ObjectRef};

/// How long a gateway needs to follow once its controller says that it has taken a route.
///
/// A controller writes the status when its configuration is made, and its gateway applies that
/// later: until then requests go by the shares of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Settle {
    /// In whole seconds, from when its controller says so.
    pub seconds: u32,
    /// Whether it was measured with this controller.
    pub measured: bool,
}

/// Controllers by the name that their GatewayClass says. Traefik 3.7 was seen to follow within
/// 2.1 s under load, Contour 1.33 within 0.8 s; the others are their documents' and users' numbers.
const KNOWN: [(&str, Settle); 5] = [
    ("gateway.k8s.aws/alb", unmeasured(60)),
    ("gateway.nginx.org/nginx-gateway-controller", unmeasured(5)),
    ("istio.io/gateway-controller", unmeasured(10)),
    ("projectcontour.io/gateway-controller", measured(1)),
    ("traefik.io/gateway-controller", measured(3)),
];

/// What is waited where nobody knows the controller.
const UNKNOWN: Settle = unmeasured(3);

const fn measured(seconds: u32) -> Settle {
    Settle {
        seconds,
        measured: true,
    }
}

const fn unmeasured(seconds: u32) -> Settle {
    Settle {
        seconds,
        measured: false,
    }
}

impl Settle {
    /// What these controllers need, all of them; three seconds where none is given or known.
    ///
    /// ```
    /// use cutover_traffic::Settle;
    ///
    /// let traefik = Settle::of(["traefik.io/gateway-controller"]);
    /// assert_eq!((traefik.seconds, traefik.measured), (3, true));
    /// assert!(!Settle::of(["example.com/controller"]).measured);
    /// ```
    pub fn of<'a>(controllers: impl IntoIterator<Item = &'a str>) -> Self {
        let each = controllers.into_iter().map(|name| {
            let known = KNOWN.iter().find(|(known, _)| *known == name);
            known.map_or(UNKNOWN, |(_, settle)| *settle)
        });
        let slower = |one: Self, other: Self| Self {
            seconds: one.seconds.max(other.seconds),
            measured: one.measured && other.measured,
        };
        each.reduce(slower).unwrap_or(UNKNOWN)
    }
}

/// The controllers of the Gateways that a route names, as far as a bundle has these and their
/// classes.
///
/// # Errors
///
/// Where a field of a route, a Gateway or a class has another type than the kind's.
pub fn controllers(route: &Manifest, bundle: &Bundle) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    for parent in route.fields().at("spec")?.each("parentRefs")? {
        let Some(name) = parent.read::<String>("name")? else {
            continue;
        };
        let namespace = parent.read::<String>("namespace")?;
        let namespace = namespace.or_else(|| route.object().namespace.clone());
        let gateway = find(bundle, "Gateway", namespace.as_deref(), &name);
        let Some(gateway) = gateway else { continue };
        let spec = gateway.fields().at("spec")?;
        let Some(class) = spec.read::<String>("gatewayClassName")? else {
            continue;
        };
        if let Some(class) = find(bundle, "GatewayClass", None, &class) {
            found.extend(
                class
                    .fields()
                    .at("spec")?
                    .read::<String>("controllerName")?,
            );
        }
    }
    Ok(found)
}

fn find<'a>(
    bundle: &'a Bundle,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
) -> Option<&'a Manifest> {
    let is_it = |object: &ObjectRef| {
        object.group() == "gateway.networking.k8s.io"
            && object.kind == kind
            && object.namespace.as_deref() == namespace
            && object.name == name
    };
    bundle.iter().find(|manifest| is_it(manifest.object()))
}
