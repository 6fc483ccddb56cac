//! The simulated hypervisor's answers as a driver, and the far ends of its consoles.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::broadcast,
};

use super::{
    Simulated,
    fault::Operation,
    hypervisor::{BACKLOG_LIMIT, Machine},
};
use crate::{Accelerator, Answer, Capabilities, ConsoleKind, ConsoleStream, Driver, DriverError, Guest, GuestSpec, Measurement, Reference, Status};

const TEMPLATES: [&str; 2] = ["debian", "tiny"];

fn accept(spec: &GuestSpec) -> Result<(), DriverError> {
    spec.check()?;
    if TEMPLATES.contains(&spec.template.as_str()) { Ok(()) } else { Err(DriverError::refused(format!("there is no template named {}", spec.template))) }
}

impl Driver for Simulated {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(async move {
            self.perform(Operation::Capabilities, None, |_| Ok(())).await?;
            Ok(Capabilities {
                accelerator: Accelerator::Tcg,
                accelerator_reason: "simulated".to_owned(),
                serial_console: true,
                screen_console: true,
                snapshots: false,
                templates: TEMPLATES.map(str::to_owned).to_vec(),
                capacity: None,
            })
        })
    }

    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(async move {
            let made = self.perform(Operation::Ensure, Some(&spec.reference), |state| {
                accept(spec)?;
                let machine = state.guests.entry(spec.reference.clone()).or_insert_with(|| Machine::new(spec));
                if machine.spec != *spec {
                    return Err(DriverError::conflict("a guest with this reference has another shape"));
                }
                Ok(Some(machine.guest()))
            });
            Ok(made.await?.unwrap_or_else(|| Machine::new(spec).guest()))
        })
    }

    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>> {
        Box::pin(self.perform(Operation::Find, Some(reference), |state| Ok(state.guests.get(reference).map(Machine::guest))))
    }

    fn list(&self) -> Answer<'_, Vec<Guest>> {
        Box::pin(self.perform(Operation::List, None, |state| Ok(state.guests.values().map(Machine::guest).collect())))
    }

    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status> {
        Box::pin(async move {
            let said = self
                .perform(Operation::Status, Some(reference), |state| Ok(Some(state.guests.get(reference).map_or(Status::Absent, |machine| machine.status))));
            Ok(said.await?.unwrap_or(Status::Unknown))
        })
    }

    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Start, reference, |machine| {
            if machine.status != Status::Running {
                machine.power_on();
            }
            Ok(())
        }))
    }

    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Stop, reference, |machine| {
            machine.power_off();
            Ok(())
        }))
    }

    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Shutdown, reference, |machine| {
            machine.power_off();
            Ok(())
        }))
    }

    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Reboot, reference, |machine| {
            machine.running()?;
            machine.power_on();
            Ok(())
        }))
    }

    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Reset, reference, |machine| {
            machine.running()?;
            machine.power_on();
            Ok(())
        }))
    }

    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(async move {
            let made = self.perform(Operation::Rebuild, Some(&spec.reference), |state| {
                accept(spec)?;
                let machine = state.machine(&spec.reference)?;
                *machine = Machine::new(spec);
                Ok(Some(machine.guest()))
            });
            Ok(made.await?.unwrap_or_else(|| Machine::new(spec).guest()))
        })
    }

    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.perform(Operation::Destroy, Some(reference), |state| {
            state.guests.remove(reference);
            Ok(())
        }))
    }

    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>> {
        Box::pin(async move {
            let line = self.perform(Operation::Console, Some(reference), |state| {
                let machine = state.machine(reference)?;
                machine.running()?;
                Ok(Some((machine.backlog.clone(), machine.serial.subscribe())))
            });
            let (ours, theirs) = tokio::io::duplex(BACKLOG_LIMIT);
            match (kind, line.await?) {
                (ConsoleKind::Serial, Some((backlog, printed))) => {
                    tokio::spawn(serve_serial(self.clone(), reference.clone(), theirs, backlog, printed));
                }
                (ConsoleKind::Screen, Some(_)) => {
                    tokio::spawn(serve_screen(theirs));
                }
                // A hypervisor that lies hands out a line with nobody at its end.
                (_, None) => drop(theirs),
            }
            Ok(Box::new(ours) as Box<dyn ConsoleStream>)
        })
    }

    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>> {
        Box::pin(self.perform(Operation::ConsoleBacklog, Some(reference), |state| Ok(state.machine(reference)?.backlog.clone())))
    }

    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement> {
        Box::pin(self.perform(Operation::Measure, Some(reference), |state| {
            let machine = state.machine(reference)?;
            let uptime_us = machine.started.map_or(0, |at| at.elapsed().as_micros().try_into().unwrap_or(u64::MAX));
            Ok(Measurement {
                uptime_us,
                cpu_us: uptime_us / 10,
                disk_allocated_bytes: 1_048_576,
                net_received_bytes: uptime_us / 1_000,
                net_sent_bytes: uptime_us / 2_000,
            })
        }))
    }
}

async fn serve_serial(hypervisor: Simulated, reference: Reference, mut client: DuplexStream, backlog: Vec<u8>, mut printed: broadcast::Receiver<Vec<u8>>) {
    if client.write_all(&backlog).await.is_err() {
        return;
    }
    let mut typed = String::new();
    let mut buffer = [0_u8; 256];
    loop {
        tokio::select! {
            text = printed.recv() => match text {
                Ok(text) if client.write_all(&text).await.is_ok() => {}
                _ => return,
            },
            count = client.read(&mut buffer) => match count {
                Ok(count) if count > 0 => {
                    typed.push_str(&String::from_utf8_lossy(buffer.get(..count).unwrap_or_default()));
                    while let Some(end) = typed.find(['\n', '\r']) {
                        let line: String = typed.drain(..=end).collect();
                        hypervisor.lock().type_line(&reference, &line);
                    }
                }
                _ => return,
            },
        }
    }
}

/// Says the protocol's greeting, then holds the line until the client hangs up.
async fn serve_screen(mut client: DuplexStream) {
    let mut unread = [0_u8; 256];
    if client.write_all(b"RFB 003.008\n").await.is_ok() {
        while matches!(client.read(&mut unread).await, Ok(count) if count > 0) {}
    }
}
