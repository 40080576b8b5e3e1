//! What a client may ask, with what goes wrong on the way.

use cutover_manifest::{Manifest, ObjectRef};

use crate::faults::Transport;
use crate::model::Model;
use crate::refused::Refused;
use crate::server::{Call, Server};
use crate::watch::{Scope, Watch, WatchEvent, WatchId};
use crate::write::{LateWrite, Write};

impl Model {
    /// Reads an object, as a client does; see [`Server::get`].
    ///
    /// # Errors
    ///
    /// What the server says, or what goes wrong on the way.
    pub fn get(&mut self, object: &ObjectRef) -> Result<Manifest, Refused> {
        self.arrive(None)?;
        self.server.get(object)
    }

    /// Lists a scope, as a client does; see [`Server::list`].
    ///
    /// # Errors
    ///
    /// What the server says, or what goes wrong on the way.
    pub fn list(&mut self, scope: &Scope) -> Result<Vec<Manifest>, Refused> {
        self.arrive(None)?;
        self.server.list(scope)
    }

    /// Whether the user may do this, a verb and a plural; see [`Server::allows`].
    ///
    /// # Errors
    ///
    /// What goes wrong on the way.
    pub fn review(&mut self, verb: &str, resource: &str) -> Result<bool, Refused> {
        self.arrive(None)?;
        Ok(self.server.allows(verb, resource))
    }

    /// Writes, as a client does; the object as the server then holds it, none after a delete.
    ///
    /// # Errors
    ///
    /// What the server says, or what goes wrong on the way: with code 0 the write may have been
    /// carried out, or may yet be.
    pub fn write(
        &mut self,
        write: &Write,
        manager: &str,
        dry_run: bool,
    ) -> Result<Option<Manifest>, Refused> {
        let late = (!dry_run).then(|| LateWrite {
            write: write.clone(),
            manager: manager.to_owned(),
        });
        let error_after = self.arrive(late)?;
        let answer = carry_out(
            &mut self.server,
            write,
            Call {
                now: self.now,
                manager,
                dry_run,
            },
        );
        error_after.map_or(answer, Err)
    }

    /// Watches a scope: first everything, then every change, each when the seed lets it arrive.
    pub fn watch(&mut self, scope: Scope) -> WatchId {
        let now = self.server.listed(&scope);
        self.server.watches.push(Watch::new(scope, now));
        WatchId(self.server.watches.len() - 1)
    }

    /// What has arrived for a watch, one event at a time.
    pub fn poll_watch(&mut self, watch: WatchId) -> Option<WatchEvent> {
        self.server.watches.get_mut(watch.0)?.poll()
    }

    /// A request on its way to the server; what its client hears though a write is carried out.
    fn arrive(&mut self, late: Option<LateWrite>) -> Result<Option<Refused>, Refused> {
        match self.faults.transport(self.random.below(1000)) {
            Transport::Passes => Ok(None),
            Transport::TooManyRequests => {
                let seconds = 1 + self.random.below(5);
                Err(Refused::too_many_requests(
                    u32::try_from(seconds).unwrap_or(1),
                ))
            }
            Transport::ServerError => Err(Refused::server_error()),
            Transport::RequestLost => Err(Refused::no_answer()),
            Transport::AnswerLost if late.is_some() => Ok(Some(Refused::no_answer())),
            Transport::ServerErrorAfter if late.is_some() => Ok(Some(Refused::server_error())),
            Transport::ServerErrorAfter => Err(Refused::server_error()),
            Transport::AnswerLost => Err(Refused::no_answer()),
            Transport::Late => {
                self.late.extend(late);
                Err(Refused::no_answer())
            }
        }
    }

    /// The oldest write that is still on its way is carried out.
    pub(crate) fn carry_out_late(&mut self) {
        let LateWrite { write, manager } = self.late.remove(0);
        #[expect(
            clippy::let_underscore_must_use,
            reason = "nobody waits for the answer any more"
        )]
        let _ = carry_out(
            &mut self.server,
            &write,
            Call {
                now: self.now,
                manager: &manager,
                dry_run: false,
            },
        );
    }
}

fn carry_out(
    server: &mut Server,
    write: &Write,
    call: Call<'_>,
) -> Result<Option<Manifest>, Refused> {
    match write {
        Write::Create(manifest) => server.create(manifest, call).map(Some),
        Write::Patch { object, ops } => server.patch(object, ops, call).map(Some),
        Write::Delete {
            object,
            uid,
            version,
        } => server
            .delete(object, uid.as_deref(), version.as_deref(), call)
            .map(|()| None),
    }
}
