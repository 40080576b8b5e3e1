//! Drift is refused, and a person may overrule it.

use super::*;
use crate::accept::AcceptDrift;
use crate::hint::Hint;
use crate::journal::Position;
use crate::options::Goal;

const NOW: &str = "2026-11-29T08:00:00Z";
const FIELD: &str = "ConfigMap default/greeting: data.text";

/// A greeting that waits for a person after "hi".
fn waiting() -> Play {
    let plan = greetings(&["hello", "hi", "hey"]);
    let play = Play::new(with_gates(&plan, 1, &[json!({"pause": {}})]), NOW);
    assert_eq!((play.text(), play.run.outcome()), ("hi", None));
    play
}

impl Play {
    fn accepting(mut self, accept: AcceptDrift) -> Self {
        self.run.options.accept_drift = accept;
        self
    }

    /// Somebody else greets.
    fn meddle(&mut self, text: &str) {
        let greeting = ObjectRef::new("v1", "ConfigMap", Some("default"), "greeting");
        let greeting = self.objects[&greeting].set("/data/text", text.into());
        let stored = self.store(greeting.unwrap());
        let event = Event::Changed(self.scope_of(&stored), stored);
        self.run.handle_event(event, Now::simulated(self.now));
        self.go();
    }

    /// Another runner comes.
    fn follow(&mut self, goal: Goal, accept: AcceptDrift) {
        let options = Options {
            accept_drift: accept,
            goal,
            ..self.run.options.clone()
        };
        self.run = Run::new(check(self.run.given.clone()).unwrap(), options);
        self.told.clear();
        self.go();
    }

    /// Why the run ended, and what to do.
    fn refusal(&self) -> (String, Option<Hint>) {
        match self.run.outcome() {
            Some(Outcome::Stopped { reason, .. } | Outcome::Refused { reason }) => {
                (reason.message().to_owned(), reason.advice().cloned())
            }
            other => panic!("{other:?}"),
        }
    }

    /// What the journal says that was there.
    fn noted(&self) -> Vec<(String, Option<Value>)> {
        let journal = &self.objects[self.run.record.object()];
        let position: Position = serde_json::from_str(run_text(journal)).unwrap();
        let accepted = position.accepted.iter();
        let noted = accepted.map(|noted| (noted.field().to_string(), noted.found.clone()));
        noted.collect()
    }
}

fn fields(names: &[&str]) -> AcceptDrift {
    AcceptDrift::Fields(names.iter().map(|name| name.parse().unwrap()).collect())
}

/// A failure means that a run goes on over what nobody has let it, or that a person who is refused is
/// not told of the way on.
#[test]
fn drift_is_refused_unless_this_very_field_is_accepted() {
    for accept in [
        AcceptDrift::None,
        fields(&["ConfigMap default/greeting: data.own"]),
        fields(&["ConfigMap prod/greeting: data.text"]),
    ] {
        let mut play = waiting().accepting(accept);
        play.meddle("ahoy");
        let (message, hint) = play.refusal();
        assert_eq!(
            message,
            format!("{FIELD} is \"ahoy\", and the plan has \"hi\"")
        );
        assert_eq!(hint, Some(Hint::AcceptDrift));
        assert_eq!(play.text(), "ahoy");
    }
}

/// A failure means that what a person let the run go on over is lost, or that the run does not go on.
#[test]
fn a_run_goes_on_over_it_and_a_way_back_ends_with_it() {
    for accept in [AcceptDrift::Every, fields(&[FIELD])] {
        let mut play = waiting().accepting(accept.clone());
        play.meddle("ahoy");
        assert_eq!((play.text(), play.run.outcome()), ("hi", None));
        assert_eq!(play.noted(), [(FIELD.to_owned(), Some(json!("ahoy")))]);
        play.approve(NOW);
        assert_eq!(
            (play.text(), play.run.outcome()),
            ("hey", Some(&Outcome::Done))
        );

        play.follow(Goal::Back { to: 0 }, accept);
        assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 0 }));
        assert_eq!(play.text(), "ahoy");
    }
}

/// A failure means that a way back to the very state at which it was there ends without it.
#[test]
fn a_way_back_to_its_state_ends_with_it() {
    let mut play = waiting().accepting(AcceptDrift::Every);
    play.meddle("ahoy");
    play.approve(NOW);
    play.follow(Goal::Back { to: 1 }, AcceptDrift::Every);
    assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 1 }));
    assert_eq!(play.text(), "ahoy");
}

/// A failure means that whoever may write ConfigMaps decides what a way back ends with.
#[test]
fn another_runner_is_told_again() {
    let mut play = waiting().accepting(AcceptDrift::Every);
    play.meddle("ahoy");
    play.approve(NOW);
    for (goal, accept) in [
        (Goal::Back { to: 0 }, AcceptDrift::None),
        (
            Goal::Back { to: 0 },
            fields(&["ConfigMap default/greeting: data.own"]),
        ),
    ] {
        play.follow(goal, accept);
        let (message, hint) = play.refusal();
        let word = format!("{FIELD} was \"ahoy\", and the run went on over it by the word of me");
        assert!(message.starts_with(&word), "{message}");
        assert_eq!(hint, Some(Hint::AcceptDrift));
        assert_eq!(play.text(), "hey");
    }
}

/// A failure means that a person whose change stands in the way of a way back cannot take it.
#[test]
fn a_way_back_goes_on_over_it() {
    let mut play = waiting();
    play.meddle("ahoy");
    play.follow(Goal::Back { to: 0 }, AcceptDrift::None);
    assert_eq!(play.refusal().1, Some(Hint::AcceptDrift));
    play.follow(Goal::Back { to: 0 }, AcceptDrift::Every);
    assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 0 }));
    assert_eq!(play.text(), "ahoy");
}

/// A failure means that two who want a field otherwise write for ever.
#[test]
fn a_field_is_written_over_once() {
    let mut play = waiting().accepting(AcceptDrift::Every);
    play.meddle("ahoy");
    assert_eq!(play.text(), "hi");
    play.meddle("ahoy");
    assert_eq!(play.text(), "ahoy");
    assert_eq!(play.refusal().1, Some(Hint::AcceptDrift));
    // A person who says so once more is heard once more.
    play.follow(Goal::Apply, AcceptDrift::Every);
    assert_eq!((play.text(), play.run.outcome()), ("hi", None));
}

/// A failure means that a person is told to accept what is no field, and is refused again.
#[test]
fn an_object_that_is_gone_is_brought_back_by_hand() {
    let mut play = waiting().accepting(AcceptDrift::Every);
    let greeting = ObjectRef::new("v1", "ConfigMap", Some("default"), "greeting");
    let gone = play.objects.remove(&greeting).unwrap();
    let event = Event::Gone(play.scope_of(&gone), gone);
    play.run.handle_event(event, Now::simulated(play.now));
    play.go();
    assert_eq!(play.refusal().1, Some(Hint::Restore));
}
