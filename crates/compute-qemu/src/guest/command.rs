//! QEMU's command line for a guest.

use std::{ffi::OsString, path::Path};

use compute_driver::{Accelerator, DISKS_PER_GUEST};
use serde_json::{Value, json};

use super::{extra::Extra, place::Place, record::Record};
use crate::image::Template;

/// The arguments after the emulator's name.
///
/// Everything that listens is a unix socket in the guest's private folder; in QEMU's own network SSH is forwarded, from 127.0.0.1.
/// A guest in a private network has the card `tap` in that network's namespace. Without a template its disk boots by itself.
pub(crate) fn arguments(place: &Place, record: &Record, template: Option<&Template>, accelerator: Accelerator, tap: Option<&str>) -> Vec<OsString> {
    let spec = &record.spec;
    let mut line = Line::default();
    line.flag("-nodefaults").pair("-display", "none").pair("-M", "q35").pair("-name", spec.reference.as_str());
    match accelerator {
        Accelerator::Kvm => line.pair("-accel", "kvm").pair("-cpu", "host"),
        // The buffer of translated code grows to several times the guest's memory unless it is bounded.
        // Without an accelerator there is no emulator, so "none" is never chosen for one.
        Accelerator::Tcg | Accelerator::None => line.pair("-accel", "tcg,thread=multi,tb-size=64").pair("-cpu", "max"),
    };
    line.pair("-m", &spec.memory_mib.to_string()).pair("-smp", &spec.cpus.to_string());

    line.pair("-blockdev", &blockdev("qcow2", "d0", &place.disk(), false));
    // A kernel beside the disk has the index 0.
    line.pair("-device", "virtio-blk-pci,drive=d0,id=vd0,bootindex=1");
    line.pair("-blockdev", &blockdev("raw", "s0", &place.seed(), true));
    line.pair("-device", "virtio-blk-pci,drive=s0,id=vd1");

    // Without QEMU's header on each frame the supervisor counts what was on the wire.
    let tapped = tap.map(|tap| format!("tap,id=n0,ifname={tap},script=no,downscript=no,vnet_hdr=off"));
    let own = || match spec.cut_off {
        true => "user,id=n0,ipv6=off,restrict=on".to_owned(),
        false => format!("user,id=n0,ipv6=off,hostfwd=tcp:127.0.0.1:{}-:22", record.ssh_port),
    };
    line.pair("-netdev", &tapped.unwrap_or_else(own));
    line.pair("-device", &format!("virtio-net-pci,netdev=n0,mac={},romfile=", spec.mac));
    // Neither network has counters that outlive a start, so the supervisor is shown every frame and counts.
    // It reconnects, because a new supervisor may take over.
    // "rx" is what the network receives from the guest, "tx" what it transmits to it.
    for (queue, socket) in [("rx", place.sent()), ("tx", place.received())] {
        line.pair("-chardev", &format!("socket,id=c{queue},reconnect=1,path={}", escaped(&socket)));
        line.pair("-object", &format!("filter-mirror,id=f{queue},netdev=n0,queue={queue},outdev=c{queue}"));
    }
    line.pair("-device", "virtio-rng-pci");

    line.pair("-vga", "std").pair("-vnc", &format!("unix:{},share=force-shared", escaped(&place.screen())));
    line.pair("-serial", &format!("unix:{},server=on,wait=off", escaped(&place.serial())));
    line.pair("-qmp", &format!("unix:{},server=on,wait=off", escaped(&place.qmp())));
    line.pair("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");

    if let Some((template, (kernel, initrd))) = template.and_then(|template| Some((template, template.kernel()?))) {
        line.path("-kernel", &kernel).path("-initrd", &initrd);
        let rescue = if record.rescue { " fairhold.rescue" } else { "" };
        line.pair("-append", &format!("{}{rescue}", kernel_line(template, accelerator)));
    }
    line.words
}

/// Under translation page-table isolation flushes at every system call and protects nothing: there is no speculation to exploit.
/// The kernel's tests of its own ciphers take a fifth of the boot there, and run the same instructions as on any other day.
fn kernel_line(template: &Template, accelerator: Accelerator) -> String {
    let quick = if accelerator == Accelerator::Tcg { " mitigations=off cryptomgr.notests" } else { "" };
    format!("console=tty0 console=ttyS0 quiet panic=-1{quick}{}", template.kernel_words())
}

/// The arguments for the guest's extra disks: ports for as many as it can get while it runs, and those that it has. They come after all
/// other devices, whose addresses stay what they were.
pub(crate) fn extra_arguments(disks: &[(&Extra, &Path)]) -> Vec<OsString> {
    let mut line = Line::default();
    for port in 0..DISKS_PER_GUEST {
        // Without a reserve of input and output ports, of which eight bridges would take half of what there is.
        line.pair("-device", &format!("pcie-root-port,id={},chassis={},io-reserve=0", port_name(port), port + 1));
    }
    for (extra, file) in disks {
        line.pair("-blockdev", &blockdev("qcow2", &extra.name(), file, false));
        line.pair("-device", &extra_device(extra).to_string());
    }
    line.words
}

/// An extra disk's device, as QEMU takes it on its command line and while it runs.
pub(crate) fn extra_device(extra: &Extra) -> Value {
    let port = port_name(extra.port.unwrap_or_default());
    json!({ "driver": "virtio-blk-pci", "id": extra.device(), "drive": extra.name(), "serial": extra.name(), "bus": port })
}

fn port_name(port: usize) -> String {
    format!("x{port}")
}

/// A disk's file in QEMU.
pub(crate) fn block_node(format: &str, name: &str, file: &Path, read_only: bool) -> Value {
    let file = json!({ "driver": "file", "filename": file, "read-only": read_only });
    json!({ "driver": format, "node-name": name, "read-only": read_only, "discard": "unmap", "file": file })
}

fn blockdev(format: &str, name: &str, file: &Path, read_only: bool) -> String {
    block_node(format, name, file, read_only).to_string()
}

/// In QEMU's option lists a comma in a value is written twice.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

#[derive(Default)]
struct Line {
    words: Vec<OsString>,
}

impl Line {
    fn flag(&mut self, name: &str) -> &mut Self {
        self.words.push(name.into());
        self
    }

    fn pair(&mut self, name: &str, value: &str) -> &mut Self {
        self.words.extend([name.into(), value.into()]);
        self
    }

    fn path(&mut self, name: &str, value: &Path) -> &mut Self {
        self.words.extend([name.into(), value.into()]);
        self
    }
}

#[cfg(test)]
mod tests {
    use compute_driver::{GuestSpec, Reference};

    use super::*;

    fn line(accelerator: Accelerator) -> String {
        line_with(accelerator, None)
    }

    fn line_with(accelerator: Accelerator, tap: Option<&str>) -> String {
        line_of(accelerator, tap, Some(&Template::at(Path::new("/images/tiny/v"), false, "")))
    }

    fn line_of(accelerator: Accelerator, tap: Option<&str>, template: Option<&Template>) -> String {
        let reference = Reference::parse("vm_1").unwrap();
        let place = Place::of(Path::new("/data,1"), &reference);
        let spec = GuestSpec {
            reference,
            hostname: "web-1".into(),
            ssh_keys: vec![],
            cpus: 2,
            memory_mib: 512,
            disk_gib: 1,
            template: "tiny".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        };
        let record = Record::new(&spec, "v", 42_001, None);
        let words = arguments(&place, &record, template, accelerator, tap);
        words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn mitigations_are_off_only_where_they_protect_nothing() {
        assert!(line(Accelerator::Tcg).contains("mitigations=off"));
        let kvm = line(Accelerator::Kvm);
        assert!(!kvm.contains("mitigations=off") && kvm.contains("-accel kvm -cpu host"));
    }

    #[test]
    fn a_disk_that_boots_by_itself_gets_no_kernel() {
        let line = line_of(Accelerator::Tcg, None, None);
        assert!(!line.contains("-kernel") && !line.contains("-append") && line.contains("drive=d0,id=vd0,bootindex=1"), "{line}");
    }

    #[test]
    fn nothing_listens_beyond_the_host() {
        let line = line(Accelerator::Tcg);
        assert!(line.contains("hostfwd=tcp:127.0.0.1:42001-:22"));
        assert!(!line.contains("0.0.0.0") && !line.contains("websocket") && line.contains("-nodefaults"));
    }

    #[test]
    fn an_extra_disk_keeps_its_port_and_shows_its_serial_number() {
        let disk = compute_driver::Disk { reference: Reference::parse("dsk_01jzqv3c5e7x9f2m4k6n8p0r1s").unwrap(), gib: 1, guest: None };
        let extra = Extra { disk, port: Some(3) };
        let words = extra_arguments(&[(&extra, Path::new("/data/disks/one/disk.qcow2"))]);
        let line = words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
        assert_eq!(line.matches("pcie-root-port").count(), DISKS_PER_GUEST);
        assert!(line.contains(r#""bus":"x3""#) && line.contains(r#""serial":"dsk-7x9f2m4k6n8p0r1s""#), "{line}");
        assert!(line.ends_with('}') && line.find("pcie-root-port").unwrap() < line.find("virtio-blk-pci").unwrap());
    }

    #[test]
    fn in_a_private_network_nothing_is_forwarded() {
        let line = line_with(Accelerator::Tcg, Some("t1"));
        assert!(line.contains("tap,id=n0,ifname=t1,script=no") && !line.contains("hostfwd"));
    }

    #[test]
    fn commas_in_paths_do_not_become_options() {
        let line = line(Accelerator::Tcg);
        assert!(line.contains("-vnc unix:/data,,1/run/"));
        assert!(line.contains("\"filename\":\"/data,1/guests/vm_1/disk.qcow2\""));
    }
}
