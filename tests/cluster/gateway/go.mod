// The kinds of the Gateway API that tests run with: read by `cargo xtask cluster up --gateway`.
module cutover.dev/tests/cluster/gateway

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.3
