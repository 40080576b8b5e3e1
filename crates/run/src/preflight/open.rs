//! The journal is opened: nothing is written to the cluster before it says so.

use cutover_manifest::Manifest;
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{Patch, PatchOperation, ReplaceOperation};
use jiff::Timestamp;

use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Reply};
use crate::api::guard::test_version;
use crate::cursor::Cursor;
use crate::error::Error;
use crate::gates::unresolved;
use crate::journal::{Journal, Position};
use crate::path::Path;
use crate::phase::{Next, Phase};
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// Writes the first position into the journal; no change is made before it is there.
    pub(crate) fn open(&mut self, now: Timestamp) -> Next {
        let objects = self.objects.iter();
        let live = objects.filter_map(|object| self.observed.live(object));
        let position = Position::first(&self.given.digest, &self.options.holder, live, now);
        let (path, manifest) = match self.opening(&position) {
            Ok(opening) => opening,
            Err(error) => return self.failed(error),
        };
        let text = position.text();
        self.cursor = Some(Cursor::new(position, path));
        self.refusals.grant();
        self.tell_start();
        self.excuse_routes();
        self.tell_excused();
        let write = match self.observed.live(manifest.object()) {
            None => Write::Create(manifest),
            Some(last) => in_place_of(last, &manifest),
        };
        let request = Request::Write {
            write,
            dry_run: false,
        };
        self.ask(Question::OpenJournal(text), request, now);
        Next::Wait
    }

    /// The path through the plan, and the journal that is at its start.
    fn opening(&self, position: &Position) -> Result<(Path, Manifest), Error> {
        let path = Path::forward(&self.bound.plan)?;
        let manifest = Journal::manifest(&self.bound, position, &self.options.namespace)?;
        Ok((path, manifest))
    }

    /// What a controller did not find of a route before the run began is not waited for.
    pub(crate) fn excuse_routes(&mut self) {
        let Some(cursor) = &self.cursor else {
            return;
        };
        let position = cursor.position();
        let objects = self.objects.iter();
        let excused = objects.filter(|object| position.was_unresolved(object));
        self.observed.excuse(excused.cloned().collect());
    }

    fn tell_excused(&mut self) {
        let live = self.objects.iter();
        let live = live.filter_map(|object| self.observed.live(object));
        let excused = live.filter(|live| self.observed.is_excused(live.object()));
        let untaken = excused.filter_map(|route| Some((route.object(), unresolved(route)?)));
        let messages: Vec<String> = untaken
            .map(|(route, untaken)| {
                format!("{route}: {untaken}; this was so before, and is not waited for")
            })
            .collect();
        for message in messages {
            self.tell(Progress::Warned { message });
        }
    }

    pub(crate) fn tell_start(&mut self) {
        let Some(cursor) = &self.cursor else {
            return;
        };
        let course = cursor.position().course;
        self.tell(Progress::Started {
            plan: self.given.metadata.name.clone(),
            run: cursor.position().started,
            direction: course.direction(),
            from: course.from(),
            done: cursor.number() - 1,
            steps: cursor.path().len(),
        });
    }

    pub(crate) fn opened(&mut self, text: String, answer: Answer) {
        match answer {
            Ok(reply) => {
                if let Reply::Object(Some(journal)) = reply {
                    self.observed.update(&journal);
                }
                self.record.confirm(text);
                self.set_to_work();
            }
            Err(fault) if fault.is_stale() => {
                self.record.doubt(text);
                self.set_to_work();
            }
            Err(fault) => {
                self.cursor = None;
                self.fail(format!("the journal: {}", fault.in_words()));
            }
        }
    }

    /// Somebody may have said stop meanwhile.
    pub(crate) fn set_to_work(&mut self) {
        if !self.is_over() {
            self.phase = Phase::Work;
        }
    }
}

/// The write that puts a journal in the place of one that is over, if nobody has written to that
/// one since.
fn in_place_of(last: &Manifest, journal: &Manifest) -> Write {
    let replace = |field: &str| {
        let value = journal.value().get(field).cloned().unwrap_or_default();
        PatchOperation::Replace(ReplaceOperation {
            path: PointerBuf::from_tokens([field]),
            value,
        })
    };
    let ops = Patch(vec![
        test_version(last),
        replace("data"),
        replace("binaryData"),
    ]);
    Write::Patch {
        object: journal.object().clone(),
        ops,
    }
}
