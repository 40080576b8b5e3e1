//! Which way a run goes.

use serde::{Deserialize, Serialize};

/// Which way a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Through the plan's steps.
    Forward,
    /// Through the way back.
    Back,
}

/// Which way a run goes, and on a way back between which states of the plan.
///
/// In a journal it is four fields, of which a run forward leaves three at their zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
pub enum Course {
    /// Through the plan's steps.
    Forward,
    /// Through the way back.
    Back {
        /// The step after which, or in the middle of which, it begins.
        from: usize,
        /// The state that it leads to; 0 is the start.
        to: usize,
        /// Whether it begins in the middle of the step.
        halfway: bool,
    },
}

impl Course {
    /// The same without the states between which it goes back.
    pub fn direction(self) -> Direction {
        match self {
            Self::Forward => Direction::Forward,
            Self::Back { .. } => Direction::Back,
        }
    }

    /// After which step of the plan it begins; 0 for the start.
    pub fn from(self) -> usize {
        match self {
            Self::Forward => 0,
            Self::Back { from, .. } => from,
        }
    }
}

/// As a journal has it.
#[derive(Serialize, Deserialize)]
struct Fields {
    direction: Direction,
    from: usize,
    to: usize,
    halfway: bool,
}

impl From<Fields> for Course {
    fn from(fields: Fields) -> Self {
        let Fields {
            direction,
            from,
            to,
            halfway,
        } = fields;
        match direction {
            Direction::Forward => Self::Forward,
            Direction::Back => Self::Back { from, to, halfway },
        }
    }
}

impl From<Course> for Fields {
    fn from(course: Course) -> Self {
        let (from, to, halfway) = match course {
            Course::Forward => (0, 0, false),
            Course::Back { from, to, halfway } => (from, to, halfway),
        };
        Self {
            direction: course.direction(),
            from,
            to,
            halfway,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that a runner of another version reads a journal in another way.
    #[test]
    fn a_journal_has_four_fields_of_it() {
        let check = |course: Course, expect: serde_json::Value| {
            assert_eq!(serde_json::to_value(course).unwrap(), expect);
            assert_eq!(serde_json::from_value::<Course>(expect).unwrap(), course);
        };
        check(
            Course::Forward,
            json!({"direction": "forward", "from": 0, "to": 0, "halfway": false}),
        );
        check(
            Course::Back {
                from: 3,
                to: 1,
                halfway: true,
            },
            json!({"direction": "back", "from": 3, "to": 1, "halfway": true}),
        );
    }
}
