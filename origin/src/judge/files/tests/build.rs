//! Archives as the tests need them, made octet by octet.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

/// A file in a zip archive.
pub(super) struct Packed {
    pub(super) name: Vec<u8>,
    /// The name in the header before the data.
    pub(super) local_name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) data: Vec<u8>,
    pub(super) size: u32,
    /// Left out of the directory.
    pub(super) unlisted: bool,
    pub(super) extra: Vec<u8>,
}

pub(super) fn deflated(octets: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn stored(name: &str, octets: &[u8]) -> Packed {
    let name = name.as_bytes().to_vec();
    let size = u32::try_from(octets.len()).unwrap();
    Packed {
        local_name: name.clone(),
        name,
        flags: 0,
        method: 0,
        data: octets.to_vec(),
        size,
        unlisted: false,
        extra: Vec::new(),
    }
}

pub(super) fn packed(name: &str, octets: &[u8]) -> Packed {
    Packed { method: 8, data: deflated(octets), ..stored(name, octets) }
}

/// Numbers of two and four octets, little end first.
pub(super) enum N {
    H(u16),
    W(u32),
}

pub(super) fn numbers(list: &[N]) -> Vec<u8> {
    list.iter()
        .flat_map(|number| match number {
            N::H(number) => number.to_le_bytes().to_vec(),
            N::W(number) => number.to_le_bytes().to_vec(),
        })
        .collect()
}

pub(super) fn zip(files: &[Packed]) -> Vec<u8> {
    use N::{H, W};
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0);
    for file in files {
        let offset = u32::try_from(out.len()).unwrap();
        let sizes = [W(u32::try_from(file.data.len()).unwrap()), W(file.size)];
        let of = |name: &[u8]| H(u16::try_from(name.len()).unwrap());
        let head = || numbers(&[H(file.flags), H(file.method), W(0), W(0)]);
        out.extend([b"PK\x03\x04\x14\0".to_vec(), head(), numbers(&sizes)].concat());
        out.extend([numbers(&[of(&file.local_name), H(0)]), file.local_name.clone(), file.data.clone()].concat());
        if !file.unlisted {
            count += 1;
            directory.extend([b"PK\x01\x02\x14\0\x14\0".to_vec(), head(), numbers(&sizes)].concat());
            directory.extend(numbers(&[of(&file.name), of(&file.extra), H(0), H(0), H(0), W(0), W(offset)]));
            directory.extend([file.name.clone(), file.extra.clone()].concat());
        }
    }
    let place = [W(u32::try_from(directory.len()).unwrap()), W(u32::try_from(out.len()).unwrap())];
    let end = [b"PK\x05\x06\0\0\0\0".to_vec(), numbers(&[H(count), H(count)]), numbers(&place), vec![0, 0]].concat();
    [out, directory, end].concat()
}

/// A zip whose end says it with 64-bit numbers.
pub(super) fn zip_64(files: &[Packed], count: u64, size: Option<u64>, offset: Option<u64>) -> Vec<u8> {
    let plain = zip(files);
    let end = plain.len() - 22;
    let word = |at: usize| u64::from(u32::from_le_bytes(plain[at..at + 4].try_into().unwrap()));
    let (size, offset) = (size.unwrap_or(word(end + 12)), offset.unwrap_or(word(end + 16)));
    let mut out = plain[..end].to_vec();
    out.extend([b"PK\x06\x06".as_slice(), &44u64.to_le_bytes(), &[0; 12]].concat());
    for number in [count, count, size, offset] {
        out.extend(number.to_le_bytes());
    }
    out.extend([b"PK\x06\x07".as_slice(), &[0; 16], b"PK\x05\x06\0\0\0\0", &[0xff; 12], &[0, 0]].concat());
    out
}

pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, octets) in files {
        let (name, kind) = name.strip_prefix("long:").map_or((*name, b'0'), |name| (name, b'L'));
        let body = if kind == b'L' { name.as_bytes() } else { octets };
        let mut header = [0u8; 512];
        header[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|octet| u32::from(*octet)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(body);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(super) fn gzip(name: &str, octets: &[u8]) -> Vec<u8> {
    let flags = if name.is_empty() { 0 } else { 8 };
    let name = if name.is_empty() { Vec::new() } else { [name.as_bytes(), &[0]].concat() };
    [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3], name.as_slice(), &deflated(octets), &[0; 8]].concat()
}

/// A RAR archive since version 5 of one file that is not stored; with `main` extras before it.
pub(super) fn rar_5(name: &str, encrypted: bool) -> Vec<u8> {
    let extra: &[u8] = if encrypted { &[1, 1] } else { &[] };
    let mut head = vec![2, if encrypted { 3 } else { 2 }];
    if encrypted {
        head.push(2);
    }
    head.extend([4, 0, 9, 0, 0x80, 0x03, 0, u8::try_from(name.len()).unwrap()]);
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(extra);
    let mut out = b"Rar!\x1a\x07\x01\0".to_vec();
    out.extend([0, 0, 0, 0, 3, 1, 0, 0]);
    out.extend([&[0, 0, 0, 0, u8::try_from(head.len()).unwrap()], head.as_slice(), b"data"].concat());
    out.extend([0, 0, 0, 0, 3, 5, 0, 0]);
    out
}

/// A RAR archive before version 5 of one file that is stored.
pub(super) fn rar_4(name: &str, octets: &[u8], flags: u16) -> Vec<u8> {
    use N::{H, W};
    let size = u32::try_from(octets.len()).unwrap();
    let name_length = u16::try_from(name.len()).unwrap();
    let mut out = b"Rar!\x1a\x07\0".to_vec();
    out.extend([numbers(&[H(0)]), vec![0x73], numbers(&[H(0), H(13)]), vec![0; 6]].concat());
    out.extend(
        [numbers(&[H(0)]), vec![0x74], numbers(&[H(0x8000 | flags), H(32 + name_length), W(size), W(size)])].concat(),
    );
    out.extend([vec![2], numbers(&[W(0), W(0)]), vec![29, 0x30], numbers(&[H(name_length), W(0)])].concat());
    out.extend([name.as_bytes(), octets].concat());
    out
}

pub(super) fn seven_zip(list: &[u8]) -> Vec<u8> {
    let size = u64::try_from(list.len()).unwrap();
    [b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0".as_slice(), &0u64.to_le_bytes(), &size.to_le_bytes(), &[0; 4], list].concat()
}

/// A compound file with directory entries of these names and kinds; a root has an installer's class.
pub(super) fn compound(entries: &[(&str, u8)]) -> Vec<u8> {
    let mut out = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    out.resize(1024, 0);
    for (name, kind) in entries {
        let mut entry = [0u8; 128];
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..wide.len()].copy_from_slice(&wide);
        entry[64] = u8::try_from(wide.len() + 2).unwrap();
        entry[66] = *kind;
        if *kind == 5 {
            entry[80..96].copy_from_slice(b"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46");
        }
        out.extend_from_slice(&entry);
    }
    out
}

/// The beginning of a Windows program.
pub(super) fn program() -> Vec<u8> {
    let mut out = b"MZ\x90\0\x03\0\0\0".to_vec();
    out.resize(0x3c, 0);
    out.extend(0x80u32.to_le_bytes());
    out.resize(0x80, 0);
    out.extend(b"PE\0\0 and what a program has");
    out
}

pub(super) fn disk_image() -> Vec<u8> {
    let mut out = vec![0; 0x8001];
    out.extend(b"CD001\x01\0");
    out.resize(40_000, 0);
    out
}
