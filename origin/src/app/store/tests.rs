use super::*;
use crate::{
    app::handover::room,
    chance::SystemChance,
    handover::{Refusal, VERSION, fits},
    ports::Store as _,
};

fn embedded(octets: usize) -> Estate {
    let store = Arc::new(MemoryStore::new(Budget::new(octets, octets)));
    let keyring = Arc::new(MemoryKeyring::new(Arc::new(SystemChance)));
    Estate { held: Held::Embedded(store, keyring), hasher: Zeroizing::new([1; 32]) }
}

fn elsewhere() -> Estate {
    Estate { held: Held::Elsewhere, hasher: Zeroizing::new([1; 32]) }
}

#[test]
fn a_process_that_keeps_nothing_itself_hands_on_no_mail_and_takes_none() {
    let (elder, heir) = (elsewhere(), elsewhere());
    assert_eq!(fits(VERSION, room(heir.held.capacity()), room(elder.held.weight())), Ok(()), "its sockets pass");
    assert_eq!(elder.held.pieces().count(), 0);
    assert_eq!(heir.held.import(b"", &Bytes::new()), Err(ImportError::Misplaced));
    assert!(heir.held.admits(1).is_err());
}

#[test]
fn mail_is_not_handed_to_a_process_that_could_not_keep_it() {
    let elder = embedded(1 << 20);
    let Held::Embedded(store, _) = &elder.held else { panic!("it is embedded") };
    let _mail = store.reserve(1_000).unwrap();
    let refused = fits(VERSION, room(elsewhere().held.capacity()), room(elder.held.weight()));
    assert_eq!(refused, Err(Refusal::Octets { held: 1_000, room: 0 }));
}

#[test]
fn the_keys_pass_with_the_mail_that_they_are_of() {
    let epochs = vec![(Epoch::from_number(7), EpochKey::filled(|key| key.fill(3)))];
    let (mut here, mut there) = (embedded(1 << 20), elsewhere());
    here.inherit(Zeroizing::new([2; 32]), epochs.clone());
    there.inherit(Zeroizing::new([2; 32]), epochs.clone());
    assert_eq!((*here.hasher, *there.hasher), ([2; 32], [1; 32]), "Redis has the key to what is in Redis");
    assert_eq!((here.held.epochs(), there.held.epochs()), (epochs, vec![]));
}
