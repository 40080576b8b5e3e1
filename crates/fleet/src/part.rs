//! Exact parts of a whole.

use std::fmt;

use num_rational::BigRational;

/// An exact number of clusters' weights, of a whole: `5/2 of 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub(crate) left: BigRational,
    pub(crate) whole: u64,
}

impl Part {
    /// The same in percent, rounded down.
    pub fn percent(&self) -> String {
        let hundred = BigRational::from_integer(100.into());
        match self.whole {
            0 => "100 %".to_owned(),
            whole => {
                let whole = BigRational::from_integer(whole.into());
                format!("{} %", (&self.left * hundred / whole).floor())
            }
        }
    }

    /// Whether so many percent of the whole are left.
    pub(crate) fn keeps(&self, percent: u8) -> bool {
        let asked = u128::from(self.whole) * u128::from(percent);
        &self.left * BigRational::from_integer(100.into())
            >= BigRational::from_integer(asked.into())
    }

    /// How much less than another part of the same whole it is.
    pub(crate) fn is_less(&self, other: &Self) -> bool {
        self.left < other.left
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.left, self.whole)
    }
}
