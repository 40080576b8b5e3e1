//! Programs as processes. One is found by its whole command line, which holds paths of its own
//! cluster: no process id is remembered, so none can be one that the system has given to a stranger
//! meanwhile.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::Result;

/// How long a program may take to end before it is killed; kube-apiserver does not end while etcd
/// is gone.
const GRACE: Duration = Duration::from_secs(5);
/// How often something waited for is looked at.
const BEAT: Duration = Duration::from_millis(50);

/// Starts a program that goes on when this one ends, with all that it says at the end of a log.
pub(super) fn start(command: &[String], home: &Path, log: &Path) -> Result<Child> {
    let (program, arguments) = command.split_first().ok_or("a command without a program")?;
    let log = OpenOptions::new().create(true).append(true).open(log)?;
    let started = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        // Who has no flag for it reads this.
        .env("KUBECONFIG", home.join("kubeconfig"))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // A group with what it starts itself, out of reach of a Ctrl-C that is meant for this
        // program.
        .process_group(0)
        .spawn();
    Ok(started.map_err(|error| format!("{program} cannot be started: {error}"))?)
}

/// The processes that run just this command. One that has ended, or starts at this moment, has no
/// command line.
pub(super) fn running(command: &[String]) -> io::Result<Vec<Pid>> {
    let line: Vec<u8> = command
        .iter()
        .flat_map(|word| [word.as_bytes(), b"\0"].concat())
        .collect();
    let mut running = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(Ok(number)) = entry.file_name().to_str().map(str::parse) else {
            continue;
        };
        let Some(pid) = Pid::from_raw(number) else {
            continue;
        };
        // A process may end between the two looks.
        if fs::read(entry.path().join("cmdline"))
            .is_ok_and(|bytes| !line.is_empty() && bytes == line)
        {
            running.push(pid);
        }
    }
    Ok(running)
}

/// Sends a signal to each process that runs a command, and to those that it started; whether there
/// was one.
pub(super) fn signal(command: &[String], signal: Signal) -> io::Result<bool> {
    let pids = running(command)?;
    for pid in &pids {
        match kill_process_group(*pid, signal) {
            // It ended by itself meanwhile.
            Err(error) if error != rustix::io::Errno::SRCH => return Err(error.into()),
            _ => {}
        }
    }
    Ok(!pids.is_empty())
}

/// Ends a program, paused or not: asks it to, waits, and kills it in the end.
pub(super) fn stop(command: &[String]) -> Result<()> {
    signal(command, Signal::TERM)?;
    signal(command, Signal::CONT)?;
    if !within(GRACE, || Ok(running(command)?.is_empty()))? {
        signal(command, Signal::KILL)?;
    }
    match within(GRACE, || Ok(running(command)?.is_empty()))? {
        true => Ok(()),
        false => Err(format!("cannot be ended: {}", command.join(" ")).into()),
    }
}

/// Waits until something holds; whether it did in time.
pub(super) fn within(limit: Duration, mut holds: impl FnMut() -> Result<bool>) -> Result<bool> {
    let start = Instant::now();
    while !holds()? {
        if start.elapsed() > limit {
            return Ok(false);
        }
        thread::sleep(BEAT);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(Into::into).collect()
    }

    /// A command of this run of the tests alone.
    fn sleep(which: u8) -> Vec<String> {
        words(&format!("sleep 61.{which}{}", std::process::id()))
    }

    fn started(command: &[String], folder: &Path) {
        let process = start(command, folder, &folder.join("log"));
        assert!(process.is_ok());
        assert!(within(GRACE, || Ok(running(command)?.len() == 1)).unwrap());
    }

    #[test]
    fn only_the_very_same_command_is_found_and_ended() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, foreign) = (sleep(1), sleep(2));
        started(&ours, folder.path());
        started(&foreign, folder.path());
        assert!(running(&words("sleep 61")).unwrap().is_empty());
        assert!(running(&[]).unwrap().is_empty());
        stop(&ours).unwrap();
        assert!(running(&ours).unwrap().is_empty());
        assert_eq!(running(&foreign).unwrap().len(), 1);
        stop(&foreign).unwrap();
    }

    #[test]
    fn a_paused_program_ends_too() {
        let folder = tempfile::tempdir().unwrap();
        let command = sleep(3);
        started(&command, folder.path());
        assert!(signal(&command, Signal::STOP).unwrap());
        stop(&command).unwrap();
        assert!(!signal(&command, Signal::CONT).unwrap());
    }

    #[test]
    fn what_cannot_be_started_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = start(
            &words("/no/such/program"),
            folder.path(),
            &folder.path().join("log"),
        )
        .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/no/such/program cannot be started"),
            "{error}"
        );
    }
}
