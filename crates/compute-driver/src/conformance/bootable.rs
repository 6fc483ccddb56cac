//! A disk that boots by itself and says so on its serial line: the smallest there is, made without any tool.

/// What it prints, about once a second.
pub const SAYS: &str = "an image of its own boots";

const CLUSTER: usize = 65_536;
/// A qcow2 table entry that points to a cluster with one owner.
const COPIED: u64 = 1 << 63;
/// Where the BIOS puts the first sector, and the place of the words in it.
const WORDS_AT: usize = 42;

/// A boot sector in 16-bit code: writes its words to the first serial port, waits a second, and begins anew.
fn boot_sector() -> [u8; 512] {
    const CODE: [u8; WORDS_AT] = [
        0xfc, // cld
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x2a, 0x7c, // mov si, 0x7c00 + WORDS_AT
        0xac, // next: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x10, // jz wait
        0x50, // push ax
        0xba, 0xfd, 0x03, // mov dx, 0x3fd
        0xec, // busy: in al, dx
        0xa8, 0x20, // test al, 0x20
        0x74, 0xfb, // jz busy
        0x58, // pop ax
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xee, // out dx, al
        0xeb, 0xeb, // jmp next
        0xfb, // wait: sti
        0xb4, 0x86, // mov ah, 0x86
        0xb9, 0x0f, 0x00, // mov cx, 0x000f
        0xba, 0x40, 0x42, // mov dx, 0x4240
        0xcd, 0x15, // int 0x15: a million microseconds
        0xeb, 0xdb, // jmp to mov si
    ];
    let mut sector = [0_u8; 512];
    let words = format!("{SAYS}\r\n");
    let filled = CODE.iter().copied().chain(words.bytes());
    for (place, byte) in sector.iter_mut().zip(filled) {
        *place = byte;
    }
    let [.., last_but_one, last] = &mut sector;
    (*last_but_one, *last) = (0x55, 0xaa);
    sector
}

/// The disk as it is, without any format: `bytes` long, which is a multiple of 512.
pub fn raw_disk(bytes: usize) -> Vec<u8> {
    let mut disk = boot_sector().to_vec();
    disk.resize(bytes.max(512), 0);
    disk
}

/// The same as qcow2 (docs/interop/qcow2.txt of QEMU, version 2): header, counts, two tables, one cluster of data.
pub fn qcow2_disk(virtual_bytes: u64) -> Vec<u8> {
    let clusters_of_one_table = (CLUSTER as u64 / 8) * CLUSTER as u64;
    let tables = u32::try_from(virtual_bytes.div_ceil(clusters_of_one_table)).unwrap_or(u32::MAX);
    let at = |cluster: u64| cluster * CLUSTER as u64;
    let mut header = b"QFI\xfb".to_vec();
    header.extend(2_u32.to_be_bytes()); // version
    header.extend([0; 12]); // no backing file
    header.extend(16_u32.to_be_bytes()); // bits of a cluster
    header.extend(virtual_bytes.to_be_bytes());
    header.extend([0; 4]); // not encrypted
    header.extend(tables.to_be_bytes());
    header.extend(at(3).to_be_bytes()); // first table
    header.extend(at(1).to_be_bytes()); // table of counts
    header.extend(1_u32.to_be_bytes()); // clusters of that table
    header.extend([0; 12]); // no snapshots
    let counts: Vec<u8> = [1_u16; 6].iter().flat_map(|one| one.to_be_bytes()).collect();
    let clusters = [
        header,
        at(2).to_be_bytes().to_vec(),
        counts,
        (at(4) | COPIED).to_be_bytes().to_vec(),
        (at(5) | COPIED).to_be_bytes().to_vec(),
        boot_sector().to_vec(),
    ];
    clusters
        .into_iter()
        .flat_map(|mut cluster| {
            cluster.resize(CLUSTER, 0);
            cluster
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stand_where_the_code_looks_for_them() {
        let sector = boot_sector();
        assert_eq!(&sector[WORDS_AT..WORDS_AT + SAYS.len()], SAYS.as_bytes());
        assert_eq!((sector[510], sector[511]), (0x55, 0xaa));
        assert_eq!(qcow2_disk(1 << 30).len(), 6 * CLUSTER);
    }
}
