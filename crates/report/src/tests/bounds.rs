use insta::assert_snapshot;
use serde_json::json;

use super::example::{canary, hello, two_workloads};
use crate::bounds;

#[test]
fn a_canary() {
    assert_snapshot!(bounds(&canary()).unwrap(), @r#"
hello: 3 replicas, floor 3, ceiling 4, behind Service hello

state  phase       hello  canary  most alive  fewest available  new version
    0                  3       –           3                 3          0 %
    1  canary-25       3       1           4                 3         25 %
    2  canary-50       2       1           4                 3         33 %
    3  canary-50       2       2           4                 3         50 %
    4  promote         2       1           4                 3         33 %
    5  promote         2       1           4                 3        100 %
    6  cleanup         3       1           4                 3        100 %
    7  cleanup         3       0           4                 3        100 %
    8  cleanup         3       –           3                 3        100 %
on the way there: at least 3 available (floor 3 kept), at most 4 alive (ceiling 4 kept)

back from  to  most alive  fewest available
        1   0           4                 3
        2   1           4                 3
        3   2           4                 3
        4   1           4                 3
        5   4           4                 3
        6   5           4                 3
        7   0           4                 3
        8   0           4                 3
on the ways back: at least 3 available (floor 3 kept), at most 4 alive (ceiling 4 kept)
"#);
}

#[test]
fn a_blue_green() {
    assert_snapshot!(bounds(&hello(json!({"blueGreen": {"activeService": "hello"}}))).unwrap(), @r#"
hello: 3 replicas, floor 3, ceiling 7, behind Service hello

state  phase     hello  green  most alive  fewest available  new version
    0                3      –           3                 3          0 %
    1  adopt         3      –           4                 3          0 %
    2  adopt         3      –           3                 3          0 %
    3  preview       3      3           6                 3          0 %
    4  switch        3      3           6                 3        100 %
    5  return        3      3           7                 3        100 %
    6  return        3      3           6                 3        100 %
    7  cleanup       3      0           6                 3        100 %
    8  cleanup       3      –           3                 3        100 %
on the way there: at least 3 available (floor 3 kept), at most 7 alive (ceiling 7 kept)

back from  to  most alive  fewest available
        1   0           4                 3
        2   1           3                 3
        3   2           6                 3
        4   3           6                 3
        5   4           7                 3
        6   5           6                 3
        7   2           4                 3
        8   2           4                 3
on the ways back: at least 3 available (floor 3 kept), at most 7 alive (ceiling 7 kept)
"#);
}

#[test]
fn recreated() {
    assert_snapshot!(bounds(&hello(json!({"recreate": {}}))).unwrap(), @r#"
hello: 3 replicas, floor 0, ceiling 3, behind Service hello

state  phase    hello  most alive  fewest available  new version
    0               3           3                 3          0 %
    1  update       3           3                 3          0 %
    2  update       3           3                 0        100 %
    3  update       3           3                 3        100 %
on the way there: at least 0 available (floor 0 kept), at most 3 alive (ceiling 3 kept)

back from  to  most alive  fewest available
        1   0           3                 3
        2   1           3                 0
        3   2           3                 3
on the ways back: at least 0 available (floor 0 kept), at most 3 alive (ceiling 3 kept)
"#);
}

#[test]
fn two_rolling_updates() {
    assert_snapshot!(bounds(&two_workloads(json!({"rolling": {"maxSurge": 0, "maxUnavailable": 1}}))).unwrap(), @r#"
web: 3 replicas, floor 2, ceiling 3, behind Service web

state  phase    web  most alive  fewest available  new version
    0             3           3                 3          0 %
    1  update     3           3                 3          0 %
    2  update     3           3                 2        100 %
    3  update     3           3                 3        100 %
on the way there: at least 2 available (floor 2 kept), at most 3 alive (ceiling 3 kept)

back from  to  most alive  fewest available
        1   0           3                 3
        2   1           3                 2
        3   2           3                 3
on the ways back: at least 2 available (floor 2 kept), at most 3 alive (ceiling 3 kept)

worker: 2 replicas, floor 1, ceiling 2

state  phase    worker  most alive  fewest available  new version
    0                2           2                 2          0 %
    1  update        2           2                 2          0 %
    2  update        2           2                 1        100 %
    3  update        2           2                 2        100 %
on the way there: at least 1 available (floor 1 kept), at most 2 alive (ceiling 2 kept)

back from  to  most alive  fewest available
        1   0           2                 2
        2   1           2                 1
        3   2           2                 2
on the ways back: at least 1 available (floor 1 kept), at most 2 alive (ceiling 2 kept)
"#);
}
