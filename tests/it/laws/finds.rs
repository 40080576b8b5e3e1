//! Cases on which a law once failed, reduced: they keep all laws now.

use super::all_laws;
use super::case::{
    Case, Edit, Front, Manner, Picks, Preview, Rollout, Size, Slack, Tier, Track, Way,
};
use super::planned::names;

const OWN: Slack = Slack(None, None);

fn tier(name: usize, replicas: u32) -> Tier {
    Tier {
        name,
        space: 0,
        replicas,
        rollout: Rollout::Absent,
        track: Track::Absent,
        probe: false,
        containers: 1,
        variables: 0,
        twin: None,
        paused: false,
        reads: false,
    }
}

fn front(tier: usize, picks: Picks) -> Front {
    Front {
        tier,
        picks,
        manner: Manner::Plain,
    }
}

fn case(tiers: Vec<Tier>, fronts: Vec<Front>, edits: Vec<Edit>, way: Way) -> Case {
    Case {
        tiers,
        fronts,
        namespaced: false,
        edits,
        prune: false,
        way,
        max_concurrent: None,
        after: Vec::new(),
        versioned: false,
        window: None,
    }
}

fn canary(weights: &[u8], slack: Slack) -> Way {
    Way::Canary {
        steps: weights.iter().map(|weight| (*weight, false)).collect(),
        slack,
        tolerance: None,
    }
}

fn blue_green(front: usize, preview: Preview, count: Option<u32>) -> Way {
    Way::BlueGreen {
        front,
        preview,
        count,
        promotion: None,
        slack: OWN,
    }
}

fn keeps_all_laws(case: &Case) {
    let planned = case.plan().unwrap();
    for (name, law) in all_laws() {
        if let Err(reason) = law(&planned) {
            panic!("{name}: {reason}\n{}", planned.table());
        }
    }
}

fn refused(case: &Case, reason: &str) {
    let Err(text) = case.plan() else {
        panic!("it has a plan")
    };
    assert!(text.contains(reason), "{text}");
}

#[test]
fn the_gate_of_a_resume_has_a_limit() {
    keeps_all_laws(&case(vec![tier(0, 1)], vec![], vec![], Way::Resume(0)));
}

/// What was held back may be any template: a resume is a roll, and undo in the middle of it pauses
/// the set again before it gives its strategy back.
#[test]
fn a_resume_is_a_roll_by_any_strategy() {
    let bold = Slack(None, Some(Size::Count(1)));
    let ways = [
        Way::Resume(0),
        Way::Rolling(OWN),
        Way::Rolling(bold),
        Way::Recreate,
        canary(&[25], OWN),
        Way::Scale {
            tier: 0,
            replicas: 5,
            step: None,
        },
    ];
    for way in ways {
        let paused = Tier {
            paused: true,
            ..tier(0, 3)
        };
        let edits = vec![Edit::Resume(0, true)];
        let fronts = vec![front(0, Picks::Tier)];
        keeps_all_laws(&case(vec![paused], fronts, edits, way));
    }
    let all_at_once = Tier {
        rollout: Rollout::Recreate,
        paused: true,
        ..tier(0, 1)
    };
    let edits = vec![Edit::Resume(0, false)];
    keeps_all_laws(&case(vec![all_at_once], vec![], edits, canary(&[1], OWN)));
    let fronts = vec![front(0, Picks::Tier)];
    keeps_all_laws(&case(vec![tier(0, 3)], fronts, vec![], Way::Pause(0)));
}

/// Undo of the resume pauses the set where it stands half rolled: its number changes after it.
#[test]
fn a_set_is_resumed_before_it_shrinks() {
    let paused = Tier {
        paused: true,
        ..tier(0, 12)
    };
    for way in [
        Way::Rolling(Slack(None, Some(Size::Count(3)))),
        canary(&[25], Slack(None, Some(Size::Count(3)))),
    ] {
        let edits = vec![Edit::Replicas(0, 10), Edit::Resume(0, true)];
        let fronts = vec![front(0, Picks::Tier)];
        keeps_all_laws(&case(vec![paused.clone()], fronts, edits, way));
    }
}

/// With a new pod that never becomes ready the set stands at a pod too many for ever: nothing can
/// be waited for before it goes back.
#[test]
fn undo_from_the_middle_of_a_roll_turns_that_set_back_first() {
    let case = case(
        vec![tier(0, 4)],
        vec![],
        vec![Edit::Image(0)],
        canary(&[33], OWN),
    );
    keeps_all_laws(&case);
    let planned = case.plan().unwrap();
    let steps = names(&planned.states[0], &planned.plan.spec.steps);
    let rolled = steps
        .iter()
        .position(|name| name.contains("image"))
        .unwrap();
    let undo = &planned.plan.spec.undo[rolled];
    let back = names(&planned.states[undo.from], &undo.steps);
    assert!(back[0].contains("image"), "{}", back[0]);
}

/// The waypoints of a canary are left out on the way back, and with them the widened Service.
#[test]
fn undo_of_a_changed_label_widens_the_service_first() {
    let fronts = || vec![front(0, Picks::Generation)];
    keeps_all_laws(&case(
        vec![tier(0, 1)],
        fronts(),
        vec![Edit::Generation(0)],
        canary(&[1], OWN),
    ));
    let none = Slack(Some(Size::Percent(0)), None);
    keeps_all_laws(&case(
        vec![tier(0, 8)],
        fronts(),
        vec![Edit::Generation(0)],
        canary(&[100], none),
    ));
}

/// In the middle of a step that adds old pods, undo cannot rely on them yet: it waits for them, and
/// is not stuck.
#[test]
fn undo_waits_for_old_pods_that_the_step_added() {
    let bold = Slack(Some(Size::Percent(150)), None);
    let edits = vec![Edit::Generation(0), Edit::Generation(1)];
    keeps_all_laws(&case(
        vec![tier(0, 5), tier(0, 2)],
        vec![],
        edits,
        canary(&[45, 57], bold),
    ));
}

#[test]
fn the_last_pod_that_answers_goes_after_another_came() {
    let bold = Tier {
        rollout: Rollout::Rolling(None, Some(Size::Count(1))),
        ..tier(0, 1)
    };
    let fronts = || vec![front(0, Picks::Tier)];
    keeps_all_laws(&case(
        vec![bold.clone()],
        fronts(),
        vec![Edit::Image(0)],
        canary(&[100], OWN),
    ));
    keeps_all_laws(&case(
        vec![bold],
        fronts(),
        vec![Edit::Image(0)],
        blue_green(0, Preview::None, Some(2)),
    ));
}

/// The old set, which the one Service reaches already, is to answer for the other one too: that one
/// keeps the last pod of the new set until it has switched.
#[test]
fn the_last_pod_behind_a_service_goes_after_that_service_switched() {
    let bold = Tier {
        rollout: Rollout::Rolling(None, Some(Size::Count(3))),
        ..tier(0, 3)
    };
    let fronts = vec![front(0, Picks::Tier), front(0, Picks::Generation)];
    let no_surge = Slack(Some(Size::Count(0)), None);
    keeps_all_laws(&case(
        vec![bold],
        fronts,
        vec![Edit::Generation(0)],
        canary(&[100], no_surge),
    ));
}

#[test]
fn a_preview_leaves_the_new_version_before_its_pods_go() {
    let fronts = vec![front(0, Picks::Tier), front(0, Picks::Tier)];
    keeps_all_laws(&case(
        vec![tier(0, 1)],
        fronts,
        vec![Edit::Image(0)],
        blue_green(0, Preview::Front(1), None),
    ));
}

#[test]
fn a_service_that_leaves_has_pods_until_then() {
    let fronts = vec![front(0, Picks::Tier), front(0, Picks::Tier)];
    let mut case = case(
        vec![tier(0, 6)],
        fronts,
        vec![Edit::Remove(1), Edit::Image(0)],
        blue_green(1, Preview::None, None),
    );
    case.prune = true;
    keeps_all_laws(&case);
}

/// A Service of another Deployment goes with the release, and its pods lose the label that it
/// selects by before it has gone.
#[test]
fn a_service_that_leaves_has_pods_in_a_blue_green_too() {
    let mut case = case(
        vec![tier(0, 1), tier(0, 1)],
        vec![
            front(0, Picks::Tier),
            front(0, Picks::Tier),
            front(1, Picks::Tier),
            front(0, Picks::Generation),
        ],
        vec![Edit::Remove(5), Edit::Generation(1), Edit::Generation(0)],
        blue_green(2, Preview::None, None),
    );
    case.prune = true;
    refused(&case, "matches no pods");
}

/// A Service that the release leaves at a port which goes is dead at the end. The ports of the others
/// go back before the pods all the same.
#[test]
fn a_service_that_stays_at_a_port_that_goes_holds_no_other_back() {
    let fronts = || front(0, Picks::Tier);
    keeps_all_laws(&case(
        vec![tier(0, 1)],
        vec![fronts(), fronts(), fronts()],
        vec![Edit::PortNumber(0), Edit::Remove(1)],
        blue_green(0, Preview::None, None),
    ));
}

/// They have one name in two namespaces, and both go.
#[test]
fn workloads_that_go_are_told_apart() {
    let elsewhere = Tier {
        space: 1,
        ..tier(0, 1)
    };
    let mut case = case(
        vec![tier(0, 1), elsewhere, tier(1, 1)],
        vec![front(2, Picks::Tier)],
        vec![Edit::Remove(0), Edit::Remove(0)],
        canary(&[1], OWN),
    );
    case.namespaced = true;
    case.prune = true;
    keeps_all_laws(&case);
}

#[test]
fn two_slots_remove_what_the_release_removes() {
    let slots = Tier {
        twin: Some(1),
        ..tier(0, 1)
    };
    let mut case = case(
        vec![slots],
        vec![front(0, Picks::Tier)],
        vec![Edit::Remove(3), Edit::Image(0)],
        blue_green(0, Preview::None, None),
    );
    case.prune = true;
    keeps_all_laws(&case);
}

/// The label `app` tells applications apart, not slots.
#[test]
fn another_application_is_no_slot() {
    let fronts = vec![front(1, Picks::Generation)];
    let case = case(
        vec![tier(0, 1), tier(1, 1)],
        fronts,
        vec![Edit::Image(1)],
        blue_green(0, Preview::None, None),
    );
    keeps_all_laws(&case);
    assert!(!case.plan().unwrap().slots());
}

#[test]
fn no_other_application_loses_its_service() {
    let shared = vec![front(0, Picks::Tier), front(0, Picks::Everyone)];
    let tiers = || vec![tier(0, 1), tier(1, 1)];
    refused(
        &case(
            tiers(),
            shared,
            vec![Edit::Image(0)],
            blue_green(0, Preview::None, None),
        ),
        "too",
    );
    let others = vec![front(0, Picks::Tier), front(1, Picks::Tier)];
    refused(
        &case(
            tiers(),
            others,
            vec![Edit::Image(0)],
            blue_green(0, Preview::Front(1), None),
        ),
        "too",
    );
}

/// A Deployment under a new name: the one comes before the other goes, forward and back.
#[test]
fn a_service_is_handed_over_from_one_deployment_to_another() {
    for (replicas, way) in [(2, Way::Rolling(OWN)), (1, canary(&[1], OWN))] {
        let mut case = case(
            vec![tier(0, replicas)],
            vec![front(0, Picks::Everyone)],
            vec![Edit::NewTier, Edit::Remove(0)],
            way,
        );
        case.prune = true;
        keeps_all_laws(&case);
    }
}

/// One that comes has the selector of one that goes: by name all pods may stop first.
#[test]
fn a_deployment_under_a_new_name_makes_way() {
    for fronts in [vec![], vec![front(0, Picks::Everyone)]] {
        let mut case = case(
            vec![tier(0, 2), tier(1, 3)],
            fronts,
            vec![Edit::Image(0), Edit::Image(1), Edit::Rename(0)],
            Way::Recreate,
        );
        case.prune = true;
        keeps_all_laws(&case);
        for way in [Way::Rolling(OWN), canary(&[50], OWN)] {
            case.way = way;
            refused(
                &case,
                "has the same selector, and stands beside it meanwhile",
            );
        }
    }
}

/// One that reads it only gets more pods, in an earlier stage than the one whose pods are replaced.
#[test]
fn configuration_waits_for_the_first_that_gets_new_pods() {
    let reads = |name, replicas| Tier {
        reads: true,
        ..tier(name, replicas)
    };
    let tiers = vec![tier(0, 1), reads(0, 1), reads(0, 4)];
    let edits = vec![Edit::Reconfigure, Edit::Replicas(1, 2), Edit::PodNote(2)];
    let fronts = vec![front(0, Picks::Tier)];
    let mut case = case(tiers, fronts, edits, canary(&[1], OWN));
    case.after = vec![(2, 0)];
    keeps_all_laws(&case);
}

/// One has moved in a stage of its own by the time that another is adopted, and grown after it was
/// rolled: undo waits for none of its new pods.
#[test]
fn what_is_replaced_before_an_adoption_is_new() {
    let mut case = case(
        vec![tier(0, 1), tier(1, 1)],
        vec![front(1, Picks::Tier)],
        vec![Edit::Variable(1), Edit::Replicas(0, 4), Edit::Image(0)],
        blue_green(0, Preview::None, None),
    );
    case.after = vec![(1, 0)];
    keeps_all_laws(&case);
}

/// What has no pods at one end replaces none, and keeps its budget.
#[test]
fn a_set_without_pods_is_not_recreated() {
    let edits = vec![Edit::Replicas(0, 1), Edit::Image(0)];
    keeps_all_laws(&case(vec![tier(0, 0)], vec![], edits, Way::Recreate));
}

/// Paused half rolled, it would be scaled down to its own surge.
#[test]
fn a_resume_by_another_budget_is_refused() {
    let paused = Tier {
        rollout: Rollout::Rolling(Some(Size::Count(0)), None),
        paused: true,
        ..tier(0, 1)
    };
    let wide = Way::Rolling(Slack(Some(Size::Count(1)), None));
    let edits = vec![Edit::Resume(0, false)];
    refused(&case(vec![paused], vec![], edits, wide), "pauses it again");
    // Where it shrinks meanwhile as well.
    let paused = Tier {
        paused: true,
        ..tier(0, 7)
    };
    let careful = Way::Rolling(Slack(None, Some(Size::Count(0))));
    let edits = vec![Edit::Resume(0, false), Edit::Replicas(0, 1)];
    refused(
        &case(vec![paused], vec![], edits, careful),
        "pauses it again",
    );
}

/// A way back waits for a pod that the undone step has added, and a later one relies on it.
#[test]
fn pods_that_a_way_back_has_seen_ready_are_counted_on() {
    let case = case(
        vec![tier(0, 7)],
        vec![front(0, Picks::Tier)],
        vec![Edit::Image(0)],
        canary(&[27, 41, 44], OWN),
    );
    keeps_all_laws(&case);
}

/// Undo pauses it in the middle of its roll and gives `Recreate` back, which moves no pod then.
#[test]
fn what_was_paused_under_recreate_is_resumed_by_turns() {
    let paused = Tier {
        rollout: Rollout::Recreate,
        paused: true,
        ..tier(0, 1)
    };
    let edits = vec![Edit::Resume(0, false), Edit::Rollout(0, Rollout::Absent)];
    keeps_all_laws(&case(vec![paused], vec![], edits, canary(&[1], OWN)));
}

/// The API server takes no update strategy where both are zero as written.
#[test]
fn a_budget_of_nothing_is_refused() {
    let careful = Tier {
        rollout: Rollout::Rolling(None, Some(Size::Percent(0))),
        ..tier(0, 1)
    };
    let none = Way::Rolling(Slack(Some(Size::Count(0)), None));
    refused(
        &case(vec![careful], vec![], vec![Edit::Image(0)], none),
        "both zero",
    );
}

/// What stands between: it is paused again, gets its own strategy, and something else goes after.
#[test]
fn what_was_being_recreated_and_is_paused_again_grows_by_none() {
    for replicas in [1, 3] {
        let paused = Tier {
            paused: true,
            ..tier(0, replicas)
        };
        let edits = vec![Edit::Resume(0, false), Edit::Configuration];
        keeps_all_laws(&case(vec![paused], vec![], edits, Way::Recreate));
    }
}

/// A way back that leaves waypoints out has the ports of their Services as the way forward had them,
/// with one selector or the other.
#[test]
fn a_service_that_goes_back_to_its_pods_has_their_ports() {
    let tiers = vec![tier(0, 1)];
    let fronts = vec![front(0, Picks::Tier), front(0, Picks::Generation)];
    let edits = vec![Edit::Port(1), Edit::Generation(0)];
    let way = blue_green(0, Preview::None, None);
    keeps_all_laws(&case(tiers, fronts, edits, way));
}

/// One that has no pods reads nothing, so data does not change with it while others read it.
#[test]
fn configuration_waits_for_no_set_without_pods() {
    let reads = |replicas| Tier {
        reads: true,
        ..tier(0, replicas)
    };
    let tiers = vec![tier(0, 1), reads(0), reads(1), tier(0, 1)];
    let edits = vec![Edit::Image(1), Edit::Image(2), Edit::Reconfigure];
    let bold = Slack(Some(Size::Count(2)), None);
    let way = Way::BlueGreen {
        front: 0,
        preview: Preview::None,
        count: None,
        promotion: None,
        slack: bold,
    };
    let mut case = case(tiers, vec![front(3, Picks::Tier)], edits, way);
    case.max_concurrent = Some(1);
    keeps_all_laws(&case);
}
