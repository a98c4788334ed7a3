use super::*;

/// Octets that tell their place.
fn octets(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

#[test]
fn what_is_written_in_pieces_of_any_size_comes_out_as_it_went_in() {
    let sent = octets(3 * HANDOVER_BUFFER + 17);
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out);
    let mut rest = sent.as_slice();
    for length in [1, 100, HANDOVER_BUFFER - 50, HANDOVER_BUFFER + 5, 7, usize::MAX] {
        let (some, more) = rest.split_at(length.min(rest.len()));
        writer.write_all(some).unwrap();
        rest = more;
    }
    writer.flush().unwrap();
    assert_eq!(writer.buffer.capacity(), HANDOVER_BUFFER, "it never grew");
    drop(writer);
    assert!(out == sent);

    let mut reader = Reader::new(sent.as_slice());
    let mut came = Vec::new();
    for length in [3, HANDOVER_BUFFER, 50, HANDOVER_BUFFER + 9, 1] {
        let mut some = vec![0; length];
        reader.read_exact(&mut some).unwrap();
        came.extend(some);
    }
    reader.read_to_end(&mut came).unwrap();
    assert!(came == sent);
}
