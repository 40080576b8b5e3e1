//! What the laws are tried on: applications, releases and strategies, small enough to be read when
//! a law fails.

use cutover::planning::Window;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// An application that runs, what is wanted of it, and how to get there.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) tiers: Vec<Tier>,
    pub(super) fronts: Vec<Front>,
    /// Whether objects stand in namespaces.
    pub(super) namespaced: bool,
    pub(super) edits: Vec<Edit>,
    pub(super) prune: bool,
    pub(super) way: Way,
    pub(super) max_concurrent: Option<usize>,
    /// Tiers, each with one that it comes after: of two the later one, whichever is named first.
    pub(super) after: Vec<(usize, usize)>,
    /// Whether configuration keeps versioned names.
    pub(super) versioned: bool,
    /// When the plan may begin, and when it may give the new version more requests.
    pub(super) window: Option<Window>,
}

/// A Deployment. All numbers that name another part are taken modulo how many there are.
#[derive(Clone, Debug)]
pub(super) struct Tier {
    pub(super) name: usize,
    pub(super) space: usize,
    pub(super) replicas: u32,
    pub(super) rollout: Rollout,
    /// Whether the pods have the label `track`, and the selector too.
    pub(super) track: Track,
    pub(super) probe: bool,
    pub(super) containers: usize,
    pub(super) variables: usize,
    /// The replicas of a second slot, where there is one.
    pub(super) twin: Option<u32>,
    pub(super) paused: bool,
    /// Whether its pods read the ConfigMap `settings` and the Secret `key` of their namespace.
    pub(super) reads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    Absent,
    OnPods,
    InSelector,
    /// In an expression of the selector, which holds for no other track.
    Expressed,
}

/// A Deployment's update strategy, as written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rollout {
    Absent,
    Rolling(Option<Size>, Option<Size>),
    Recreate,
}

/// A number of pods or a percentage.
#[derive(Clone, Copy, Debug)]
pub(super) enum Size {
    Count(u32),
    Percent(u32),
}

/// A Service before one tier.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) tier: usize,
    pub(super) picks: Picks,
    pub(super) manner: Manner,
}

/// What a Service selects by besides the tier's own label.
#[derive(Clone, Copy, Debug)]
pub(super) enum Picks {
    Tier,
    Generation,
    Track,
    /// All tiers of the namespace.
    Everyone,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    Plain,
    Headless,
    Sticky,
    /// It leads to pods by the name of their port.
    Named,
}

/// One difference between what runs and what is wanted.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    Image(usize),
    Variable(usize),
    PodNote(usize),
    OwnNote(usize),
    Replicas(usize, u32),
    Rollout(usize, Rollout),
    /// A label of the pods, and the Services that pick by it.
    Generation(usize),
    PodLabel(usize),
    MinReady(usize),
    Port(usize),
    /// The pods' port gets another name, and what leads to them by it.
    PortName(usize),
    /// The pods' port gets another number, and what leads to them by it.
    PortNumber(usize),
    /// What is paused is resumed, as files say it: `paused: false`, or not at all.
    Resume(usize, bool),
    Pause(usize),
    Configuration,
    /// Other data for all that pods read.
    Reconfigure,
    Secret,
    NewTier,
    Remove(usize),
    /// A tier's Deployment gets another name, and nothing else.
    Rename(usize),
}

/// A strategy, with the fields that the laws choose.
#[derive(Clone, Debug)]
pub(super) enum Way {
    Canary {
        steps: Vec<(u8, bool)>,
        slack: Slack,
        tolerance: Option<u8>,
    },
    BlueGreen {
        front: usize,
        preview: Preview,
        count: Option<u32>,
        promotion: Option<u32>,
        slack: Slack,
    },
    Rolling(Slack),
    Recreate,
    Restart(usize),
    Scale {
        tier: usize,
        replicas: u32,
        step: Option<u32>,
    },
    Rollback {
        tier: usize,
        slack: Slack,
    },
    Pause(usize),
    Resume(usize),
    Affinity {
        front: usize,
        sticky: bool,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Preview {
    None,
    New,
    Front(usize),
}

/// `maxSurge` and `maxUnavailable` of a strategy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slack(pub(super) Option<Size>, pub(super) Option<Size>);

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let concurrent = prop_oneof![4 => Just(None), 1 => (1..=2_usize).prop_map(Some)];
    let releases = (
        vec(tier(), 1..=4),
        vec(front(), 0..=4),
        any::<bool>(),
        vec(edit(), 0..=4),
    );
    let order = prop_oneof![2 => Just(Vec::new()), 1 => vec((0..4_usize, 0..4_usize), 1..=3)];
    let versioned = prop::bool::weighted(0.2);
    (releases, any::<bool>(), way(), concurrent, order, versioned).prop_map(
        |((tiers, fronts, namespaced, edits), prune, way, max_concurrent, after, versioned)| Case {
            tiers,
            fronts,
            namespaced,
            edits,
            prune,
            way,
            max_concurrent,
            after,
            versioned,
            window: None,
        },
    )
}

/// The most replicas of a tier.
const MOST: u32 = 12;

fn replicas() -> impl Strategy<Value = u32> {
    prop_oneof![10 => 1..=MOST, 1 => Just(0)]
}

fn tier() -> impl Strategy<Value = Tier> {
    let track = prop_oneof![3 => Just(Track::Absent), 3 => Just(Track::OnPods), 1 => Just(Track::InSelector), 1 => Just(Track::Expressed)];
    let looks = (
        any::<bool>(),
        1..=3_usize,
        0..=2_usize,
        weighted(0.2, replicas()),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.3),
    );
    (0..3_usize, 0..2_usize, replicas(), rollout(), track, looks).prop_map(
        |(name, space, replicas, rollout, track, looks)| {
            let (probe, containers, variables, twin, paused, reads) = looks;
            Tier {
                name,
                space,
                replicas,
                rollout,
                track,
                probe,
                containers,
                variables,
                twin,
                paused,
                reads,
            }
        },
    )
}

fn rollout() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        4 => Just(Rollout::Absent),
        12 => (of(surge()), of(unavailable())).prop_map(|(more, fewer)| Rollout::Rolling(more, fewer)),
        1 => Just(Rollout::Recreate),
    ]
}

fn surge() -> impl Strategy<Value = Size> {
    prop_oneof![
        (0..=5_u32).prop_map(Size::Count),
        select(vec![0, 1, 10, 25, 33, 50, 100, 150]).prop_map(Size::Percent)
    ]
}

fn unavailable() -> impl Strategy<Value = Size> {
    prop_oneof![
        (0..=5_u32).prop_map(Size::Count),
        select(vec![0, 1, 10, 25, 33, 50, 100]).prop_map(Size::Percent)
    ]
}

fn slack() -> impl Strategy<Value = Slack> {
    (weighted(0.3, surge()), weighted(0.3, unavailable()))
        .prop_map(|(surge, unavailable)| Slack(surge, unavailable))
}

fn front() -> impl Strategy<Value = Front> {
    let narrow = prop_oneof![2 => Just(Picks::Generation), 1 => Just(Picks::Track)];
    let picks = prop_oneof![6 => Just(Picks::Tier), 6 => narrow, 1 => Just(Picks::Everyone)];
    let manner = prop_oneof![6 => Just(Manner::Plain), 1 => Just(Manner::Headless), 1 => Just(Manner::Sticky), 2 => Just(Manner::Named)];
    (0..4_usize, picks, manner).prop_map(|(tier, picks, manner)| Front {
        tier,
        picks,
        manner,
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || 0..4_usize;
    prop_oneof![
        6 => at().prop_map(Edit::Image),
        2 => at().prop_map(Edit::Variable),
        1 => at().prop_map(Edit::PodNote),
        1 => at().prop_map(Edit::OwnNote),
        2 => (at(), replicas()).prop_map(|(tier, replicas)| Edit::Replicas(tier, replicas)),
        1 => (at(), rollout()).prop_map(|(tier, rollout)| Edit::Rollout(tier, rollout)),
        2 => at().prop_map(Edit::Generation),
        1 => at().prop_map(Edit::PodLabel),
        1 => at().prop_map(Edit::MinReady),
        1 => at().prop_map(Edit::Port),
        2 => at().prop_map(Edit::PortName),
        2 => at().prop_map(Edit::PortNumber),
        2 => (at(), any::<bool>()).prop_map(|(tier, written)| Edit::Resume(tier, written)),
        1 => at().prop_map(Edit::Pause),
        1 => Just(Edit::Configuration),
        2 => Just(Edit::Reconfigure),
        1 => Just(Edit::Secret),
        1 => Just(Edit::NewTier),
        1 => (0..16_usize).prop_map(Edit::Remove),
        1 => at().prop_map(Edit::Rename),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    let at = || 0..4_usize;
    let preview = prop_oneof![3 => Just(Preview::None), 1 => Just(Preview::New), 1 => at().prop_map(Preview::Front)];
    let blue_green = (
        at(),
        preview,
        weighted(0.4, 1..=14_u32),
        of(Just(30)),
        slack(),
    );
    prop_oneof![
        8 => canary(),
        8 => blue_green.prop_map(|(front, preview, count, promotion, slack)| {
            Way::BlueGreen { front, preview, count, promotion, slack }
        }),
        4 => slack().prop_map(Way::Rolling),
        1 => Just(Way::Recreate),
        1 => at().prop_map(Way::Restart),
        2 => (at(), replicas(), of(1..=4_u32)).prop_map(|(tier, replicas, step)| {
            Way::Scale { tier, replicas, step }
        }),
        1 => (at(), slack()).prop_map(|(tier, slack)| Way::Rollback { tier, slack }),
        1 => at().prop_map(Way::Pause),
        1 => at().prop_map(Way::Resume),
        1 => (at(), any::<bool>()).prop_map(|(front, sticky)| Way::Affinity { front, sticky }),
    ]
}

fn canary() -> impl Strategy<Value = Way> {
    let steps = vec(
        (
            prop_oneof![10 => 1..=99_u8, 1 => Just(100), 1 => Just(0)],
            any::<bool>(),
        ),
        1..=4,
    );
    (steps, slack(), weighted(0.1, 0..=30_u8)).prop_map(|(mut steps, slack, tolerance)| {
        steps.sort_unstable();
        Way::Canary {
            steps,
            slack,
            tolerance,
        }
    })
}

impl Way {
    /// The surge and unavailability that the strategy asks for, as written.
    pub(super) fn slack(&self) -> (Option<Value>, Option<Value>) {
        match self {
            Self::Canary { slack, .. }
            | Self::BlueGreen { slack, .. }
            | Self::Rolling(slack)
            | Self::Rollback { slack, .. } => (slack.0.map(Size::json), slack.1.map(Size::json)),
            _ => (None, None),
        }
    }

    /// How many pods a second set may bring above the budget, beside one of so many.
    pub(super) fn second_set(&self, replicas: u32) -> u32 {
        match self {
            Self::BlueGreen { count, .. } => replicas.max(count.unwrap_or(0)).max(MOST),
            _ => 0,
        }
    }
}

impl Size {
    /// As a manifest has it.
    pub(super) fn json(self) -> Value {
        match self {
            Self::Count(count) => json!(count),
            Self::Percent(percent) => json!(format!("{percent}%")),
        }
    }
}
