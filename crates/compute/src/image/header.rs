//! What a file of unknown origin says it is, read from its first bytes without opening anything that it points to.
//! The layout is that of QEMU's docs/interop/qcow2.txt.

/// How much of a file is looked at.
pub(super) const HEAD: usize = 65_536;
/// The largest disk that a guest may see: 2 TiB. A small file can claim any size.
pub(super) const VIRTUAL_LIMIT: u64 = 2 << 40;
/// The table of a disk of that size with the smallest clusters would be larger; QEMU itself stops at 32 MiB.
const TABLE_LIMIT: u64 = 32 << 20;

/// What is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disk {
    /// QEMU's own format, and how large the disk in it is.
    Qcow2 { virtual_bytes: u64 },
    /// A disk as it is.
    Raw,
}

/// Files that people have in place of a disk, by how they begin and where.
const OTHERS: &[(usize, &[u8], &str)] = &[
    (32_769, b"CD001", "an installation CD. Images are disks on which a system is installed; publishers call them cloud images"),
    (0, b"\x1f\x8b", "packed with gzip. Unpack it first"),
    (0, b"\xfd7zXZ\0", "packed with xz. Unpack it first"),
    (0, b"BZh", "packed with bzip2. Unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "packed with zstd. Unpack it first"),
    (0, b"PK\x03\x04", "a ZIP archive. Unpack it first"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive. Unpack it first"),
    (0, b"KDMV", "a VMDK disk. Convert it with: qemu-img convert -O qcow2"),
    (0, b"# Disk DescriptorFile", "a VMDK descriptor without its disk. Convert the disk with: qemu-img convert -O qcow2"),
    (0, b"vhdxfile", "a VHDX disk. Convert it with: qemu-img convert -O qcow2"),
    (0, b"conectix", "a VHD disk. Convert it with: qemu-img convert -O qcow2"),
    (64, b"\x7f\x10\xda\xbe", "a VDI disk. Convert it with: qemu-img convert -O qcow2"),
    (0, b"<!DOCTYPE", "a web page and no disk. Check the address"),
    (0, b"<html", "a web page and no disk. Check the address"),
];

/// Reads the head of a file of `bytes` bytes.
///
/// # Errors
/// In a sentence for people, why this is no disk that is taken.
pub(super) fn look(head: &[u8], bytes: u64) -> Result<Disk, String> {
    if head.starts_with(b"QFI\xfb") {
        return qcow2(head, bytes);
    }
    for (at, begin, what) in OTHERS {
        if head.get(*at..).is_some_and(|rest| rest.starts_with(begin)) {
            return Err(format!("This file is {what}."));
        }
    }
    let boots = head.get(510..512) == Some(&[0x55, 0xaa]);
    if boots && bytes.is_multiple_of(512) { Ok(Disk::Raw) } else { Err("This file is neither a qcow2 disk nor a raw disk with a boot sector.".to_owned()) }
}

struct Head<'a>(&'a [u8]);

impl Head<'_> {
    fn u32(&self, at: usize) -> Result<u32, String> {
        let found = self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        found.map(u32::from_be_bytes).ok_or_else(|| "The qcow2 header is cut short.".to_owned())
    }

    fn u64(&self, at: usize) -> Result<u64, String> {
        Ok((u64::from(self.u32(at)?) << 32) | u64::from(self.u32(at + 4)?))
    }
}

const CONVERT: &str = "Make a copy that stands by itself with: qemu-img convert -O qcow2";

fn qcow2(head: &[u8], bytes: u64) -> Result<Disk, String> {
    let head = Head(head);
    let version = head.u32(4)?;
    if !matches!(version, 2 | 3) {
        return Err(format!("This is version {version} of qcow2; 2 and 3 are known."));
    }
    if head.u64(8)? != 0 || head.u32(16)? != 0 {
        return Err(format!("This disk is a difference to another file (a backing file), which is not taken. {CONVERT}"));
    }
    let bits = head.u32(20)?;
    if !(9..=21).contains(&bits) {
        return Err("The qcow2 header names clusters of an impossible size.".to_owned());
    }
    let virtual_bytes = head.u64(24)?;
    if virtual_bytes == 0 || virtual_bytes > VIRTUAL_LIMIT {
        let gib = virtual_bytes.div_ceil(1 << 30);
        return Err(format!("The disk in this file says it has {gib} GiB; 1 byte to {} GiB are taken.", VIRTUAL_LIMIT >> 30));
    }
    if head.u32(32)? != 0 {
        return Err(format!("This disk is encrypted, so no machine could read it. {CONVERT}"));
    }
    let table = u64::from(head.u32(36)?) * 8;
    let (table_at, counts_at) = (head.u64(40)?, head.u64(48)?);
    let counts = u64::from(head.u32(56)?) << bits;
    if table > TABLE_LIMIT || counts > TABLE_LIMIT || table_at.saturating_add(table) > bytes || counts_at >= bytes {
        return Err("The tables of this qcow2 file lie outside of it, or are larger than any disk needs.".to_owned());
    }
    if head.u32(60)? != 0 {
        return Err(format!("This disk holds snapshots of its own, which are not taken. {CONVERT}"));
    }
    let mut at = 72;
    if version == 3 {
        // Dirty, compression type and extended tables change nothing for readers; a corrupt disk or one in another file is not taken.
        let incompatible = head.u64(72)?;
        if incompatible & 0b10 != 0 {
            return Err("This disk is marked as corrupt.".to_owned());
        }
        if incompatible & 0b100 != 0 {
            return Err(format!("The data of this disk is in another file (a data file), which is not taken. {CONVERT}"));
        }
        if incompatible & !0b1_1001 != 0 {
            return Err("This disk needs features of qcow2 that are not known here.".to_owned());
        }
        at = head.u32(100)? as usize;
        if !(104..=HEAD).contains(&at) {
            return Err("The qcow2 header has an impossible length.".to_owned());
        }
    }
    extensions(&head, at)?;
    Ok(Disk::Qcow2 { virtual_bytes })
}

/// What follows the header: names of other files stand here too.
fn extensions(head: &Head<'_>, mut at: usize) -> Result<(), String> {
    // Their number is bounded by the head that is read.
    while at + 8 <= head.0.len() {
        let (kind, length) = (head.u32(at)?, head.u32(at + 4)? as usize);
        match kind {
            0 => return Ok(()),
            0xe279_2aca => return Err(format!("This disk names the format of a backing file, which is not taken. {CONVERT}")),
            0x4441_5441 => return Err(format!("This disk names another file with its data, which is not taken. {CONVERT}")),
            0x0537_be77 => return Err(format!("This disk is encrypted, so no machine could read it. {CONVERT}")),
            _ => at += 8 + length.min(HEAD).next_multiple_of(8),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use compute_driver::conformance::bootable::{qcow2_disk, raw_disk};

    use super::*;

    fn refused(change: impl Fn(&mut Vec<u8>)) -> String {
        let mut disk = qcow2_disk(1 << 30);
        change(&mut disk);
        look(&disk[..HEAD], disk.len() as u64).unwrap_err()
    }

    fn put(disk: &mut [u8], at: usize, bytes: &[u8]) {
        disk[at..at + bytes.len()].copy_from_slice(bytes);
    }

    #[test]
    fn disks_are_known_by_their_first_bytes() {
        let disk = qcow2_disk(3 << 30);
        assert_eq!(look(&disk[..HEAD], disk.len() as u64), Ok(Disk::Qcow2 { virtual_bytes: 3 << 30 }));
        assert_eq!(look(&raw_disk(1_024), 1_024), Ok(Disk::Raw));
        assert!(look(&[0; 1_024], 1_024).unwrap_err().contains("neither"));
        assert!(look(b"\x1f\x8b\x08", 3).unwrap_err().contains("gzip"));
        let mut cd = raw_disk(65_536);
        put(&mut cd, 32_769, b"CD001");
        assert!(look(&cd, 65_536).unwrap_err().contains("installation CD"));
    }

    #[test]
    fn nothing_that_points_to_another_file_is_taken() {
        assert!(refused(|disk| put(disk, 8, &128_u64.to_be_bytes())).contains("backing file"));
        assert!(refused(|disk| put(disk, 16, &9_u32.to_be_bytes())).contains("backing file"));
        assert!(refused(|disk| put(disk, 72, &0xe279_2aca_u32.to_be_bytes())).contains("backing file"));
        assert!(refused(|disk| put(disk, 72, &0x4441_5441_u32.to_be_bytes())).contains("another file"));
        let third = |disk: &mut Vec<u8>, bits: u64| {
            put(disk, 4, &3_u32.to_be_bytes());
            put(disk, 72, &bits.to_be_bytes());
            put(disk, 100, &104_u32.to_be_bytes());
        };
        assert!(refused(|disk| third(disk, 0b100)).contains("data file"));
        assert!(refused(|disk| third(disk, 0b10)).contains("corrupt"));
        assert!(refused(|disk| third(disk, 1 << 40)).contains("not known"));
        // An extension behind another one is found too.
        let behind = |disk: &mut Vec<u8>| {
            third(disk, 0);
            put(disk, 104, &0x6803_f857_u32.to_be_bytes());
            put(disk, 108, &3_u32.to_be_bytes());
            put(disk, 120, &0x4441_5441_u32.to_be_bytes());
        };
        assert!(refused(behind).contains("another file"));
    }

    #[test]
    fn what_claims_too_much_is_refused() {
        assert!(refused(|disk| put(disk, 24, &(1_u64 << 60).to_be_bytes())).contains("GiB"));
        assert!(refused(|disk| put(disk, 36, &u32::MAX.to_be_bytes())).contains("tables"));
        assert!(refused(|disk| put(disk, 40, &(1_u64 << 50).to_be_bytes())).contains("tables"));
        assert!(refused(|disk| put(disk, 20, &40_u32.to_be_bytes())).contains("impossible size"));
        assert!(refused(|disk| put(disk, 60, &1_u32.to_be_bytes())).contains("snapshots"));
        assert!(refused(|disk| put(disk, 32, &2_u32.to_be_bytes())).contains("encrypted"));
        assert!(look(b"QFI\xfb\0\0\0\x02", 8).unwrap_err().contains("cut short"));
    }
}
