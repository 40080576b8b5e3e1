//! The gates of a wave: windows by the clock, measurements by asking.

use cutover_fleet::{Event, GateId};
use cutover_plan::Gate;
use cutover_run::{Asking, next_opening};
use tokio::time::sleep;

use crate::clock::now;
use crate::gate;

/// Asks a gate of a wave of this name, until it holds or has failed.
pub(super) async fn judge(id: GateId, gate: Gate, fleet: String, wave: String) -> Event {
    let Gate::Window(window) = &gate else {
        return match measure(&gate, id, &fleet, &wave).await {
            Ok(()) => Event::Held(id),
            Err(why) => Event::Failed(id, why),
        };
    };
    match next_opening(window, now().wall) {
        Some(until) => Event::Closed(id, until),
        None => Event::Held(id),
    }
}

async fn measure(gate: &Gate, id: GateId, fleet: &str, wave: &str) -> Result<(), String> {
    let unfit = || "nobody can be asked for it between waves".to_owned();
    let mut asking = Asking::new(gate.analysis().ok_or_else(unfit)?, now().wall);
    loop {
        if let Some(verdict) = asking.verdict() {
            return verdict;
        }
        let pause = asking.due().duration_since(now().wall);
        if pause.is_positive() {
            sleep(pause.unsigned_abs()).await;
        }
        let request = asking.request(fleet, id.wave + 1, wave).ok_or_else(unfit)?;
        let answer = gate::ask(&request).await;
        asking.take(&answer, now().wall);
    }
}
