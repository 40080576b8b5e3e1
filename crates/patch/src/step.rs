use json_patch::jsonptr::{PointerBuf, Token};
use serde_json::Value;

/// One step into a document. Its order is the order in which a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step<'a> {
    /// To the member of this name.
    Field(&'a str),
    /// To the item at this index; `keyed` where the list is matched by key.
    Item { index: usize, keyed: bool },
}

impl<'a> Step<'a> {
    /// What lies behind the step.
    pub(crate) fn of(self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Field(name) => value.get(name),
            Self::Item { index, .. } => value.get(index),
        }
    }

    /// The same step, whether or not the list is matched by key.
    pub(crate) fn by_position(self) -> Self {
        match self {
            Self::Field(_) => self,
            Self::Item { index, .. } => Self::Item {
                index,
                keyed: false,
            },
        }
    }

    fn token(self) -> Token<'a> {
        match self {
            Self::Field(name) => Token::new(name),
            Self::Item { index, .. } => Token::from(index),
        }
    }
}

/// The path of a list's item or a map's member.
pub(crate) fn child<'a>(steps: &[Step<'a>], step: Step<'a>) -> Vec<Step<'a>> {
    let mut child = steps.to_vec();
    child.push(step);
    child
}

/// The steps as a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
pub(crate) fn pointer(steps: &[Step<'_>]) -> PointerBuf {
    PointerBuf::from_tokens(steps.iter().map(|step| step.token()))
}

/// The steps as a [`Schema`](crate::Schema) names them: a pointer with every index as `-`.
pub(crate) fn shape(steps: &[Step<'_>]) -> String {
    let mut shape = String::new();
    for step in steps {
        push_shape(&mut shape, *step);
    }
    shape
}

/// Lengthens a shape by one step.
pub(crate) fn push_shape(shape: &mut String, step: Step<'_>) {
    shape.push('/');
    match step {
        Step::Field(name) => shape.push_str(Token::new(name).encoded()),
        Step::Item { .. } => shape.push('-'),
    }
}
