//! A plan as it is asked for, however that was said.

use cutover::{After, AnyStrategy, Options};

use crate::args::{Common, Running, Wanted};

/// A plan as it is asked for, by subcommand or by file.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) strategy: AnyStrategy,
    pub(crate) common: Common,
    pub(crate) wanted: Wanted,
    pub(crate) running: Running,
    /// Whether only the revisions are asked for.
    pub(crate) list: bool,
}

impl Request {
    /// The request, where the flags that go for every strategy say what its own fields leave open.
    pub(crate) fn new(
        strategy: AnyStrategy,
        common: impl Into<Common>,
        wanted: Wanted,
        running: Running,
    ) -> Self {
        let mut request = Self {
            strategy,
            common: common.into(),
            wanted,
            running,
            list: false,
        };
        request.place();
        request
    }

    /// The request, in a namespace.
    pub(crate) fn place_in(&mut self, namespace: &str) {
        self.common.namespace = Some(namespace.to_owned());
        self.place();
    }

    fn place(&mut self) {
        let Self {
            strategy, common, ..
        } = self;
        let unplaced = common
            .workloads
            .iter_mut()
            .filter(|workload| workload.namespace.is_none());
        unplaced.for_each(|workload| workload.namespace.clone_from(&common.namespace));
        let unplaced = common
            .without
            .iter_mut()
            .filter(|object| object.namespace.is_none());
        unplaced.for_each(|object| object.namespace.clone_from(&common.namespace));
        strategy.narrow(&common.workloads, common.namespace.as_deref());
    }

    /// What holds for the plan whatever its strategy.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default()
            .on_failure(self.common.on_failure.into())
            .after(self.after());
        options.name.clone_from(&self.common.name);
        options.max_concurrent = self.common.max_concurrent.map(Into::into);
        options.window.clone_from(&self.common.window);
        options
    }

    /// The order that is asked for, in the namespace that is meant.
    fn after(&self) -> After {
        let all = self.common.after.iter().cloned();
        let after = all.fold(After::default(), After::and);
        match &self.common.namespace {
            Some(namespace) => after.within(namespace),
            None => after,
        }
    }
}
