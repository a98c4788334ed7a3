//! That a destroyed key is nowhere in this process's memory.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

use protocol::wrap::WrapKey;

use super::*;

/// How often the octets whose complement is `hidden` stand in this process's memory. The pattern itself is never
/// written anywhere by the search: it compares octet by octet.
fn sightings(hidden: &[u8; 32]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut page = vec![0_u8; 1 << 16];
    let own = page.as_ptr() as u64..page.as_ptr() as u64 + page.len() as u64;
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [mut at, to] = [from, to].map(|n| u64::from_str_radix(n, 16).unwrap());
        while at < to {
            let length = usize::try_from((to - at).min(page.len() as u64)).unwrap();
            memory.seek(SeekFrom::Start(at)).unwrap();
            if memory.read_exact(&mut page[..length]).is_err() {
                break;
            }
            let is_it = |window: &[u8]| window.iter().zip(hidden).all(|(octet, hidden)| *octet == !*hidden);
            let places = page[..length].windows(32).enumerate().filter(|(_, window)| is_it(window));
            found += places.filter(|(n, _)| !own.contains(&(at + *n as u64))).count();
            page.fill(0);
            if length < page.len() {
                break;
            }
            // Overlapping, so that nothing hides between two reads.
            at += length as u64 - 31;
        }
    }
    found
}

/// The complement of a key that nothing else in this process looks like.
fn hidden(salt: u8) -> [u8; 32] {
    std::array::from_fn(|n| u8::try_from(n).unwrap().wrapping_mul(37) ^ salt)
}

/// Draws the key whose complement it holds.
struct Hidden([u8; 32]);

impl Chance for Hidden {
    fn fill(&self, out: &mut [u8]) {
        out.iter_mut().zip(self.0).for_each(|(octet, hidden)| *octet = !hidden);
    }
}

/// Writes over what the stack held below here.
#[inline(never)]
fn overwrite_the_stack() {
    std::hint::black_box([0_u8; 64 * 1024]);
}

#[tokio::test]
async fn a_destroyed_key_is_nowhere_in_memory() {
    let (of_epoch, of_inbox) = (hidden(0xa5), hidden(0x5c));
    let beneath: Arc<dyn Store> = Arc::new(MemoryStore::new(Budget::new(PLENTY, PLENTY)));
    let keyring = Arc::new(MemoryKeyring::new(Arc::new(Hidden(of_epoch))));
    let store = Wrapped::new(Arc::clone(&beneath), Arc::clone(&keyring) as Arc<dyn Keyring>, Arc::new(Portable));
    let wrap_key = WrapKey::filled(|key| Hidden(of_inbox).fill(key));
    let mut inbox = new_inbox(1, NOON);
    (inbox.wrap_key, inbox.expires_at) = (wrap_key.clone(), at(10 * 24 * 3_600));
    store.create(inbox).await.unwrap();
    let message = sealed(1, 1, at(1), 5_000).under(wrap_key);
    let room = store.reserve(5_000 + MESSAGE_OVERHEAD).unwrap();
    store.put(message, room, at(1)).await.unwrap();
    store.part(inbox_id(1), message_id(1), Part::Raw, at(1)).await.unwrap();
    store.keys(inbox_id(1), at(1)).await.unwrap();
    assert!(sightings(&of_epoch) > 0 && sightings(&of_inbox) > 0, "else the search would prove nothing");

    let end = Epoch::of(at(1)).end();
    store.purge(before(end)).await.unwrap();
    assert!(sightings(&of_epoch) > 0);
    store.purge(end).await.unwrap();
    overwrite_the_stack();
    assert_eq!(sightings(&of_epoch), 0, "the hour's key");
    assert!(sightings(&of_inbox) > 0);
    store.delete_inbox(inbox_id(1), end).await.unwrap();
    overwrite_the_stack();
    assert_eq!(sightings(&of_inbox), 0, "the inbox's key");
}
