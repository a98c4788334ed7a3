use proptest::{collection::vec, prelude::*};

use super::*;

#[test]
fn an_undisturbed_elder_offers_gives_parts_and_ends() {
    let events = [ElderEvent::Hello, ElderEvent::Take, ElderEvent::Have, ElderEvent::Told];
    let actions = [ElderAction::Offer, ElderAction::Give, ElderAction::Part, ElderAction::End];
    let mut elder = Elder::Serving;
    for (event, expected) in events.into_iter().zip(actions) {
        assert!(elder.owns());
        let action;
        (elder, action) = elder.step(event);
        assert_eq!(action, expected);
    }
    assert!(!elder.owns());
}

#[test]
fn an_undisturbed_heir_prepares_takes_has_and_serves() {
    let events = [HeirEvent::Offered, HeirEvent::Ready, HeirEvent::Whole, HeirEvent::Yours];
    let actions = [HeirAction::Prepare, HeirAction::Take, HeirAction::Have, HeirAction::Serve];
    let mut heir = Heir::Asking;
    for (event, expected) in events.into_iter().zip(actions) {
        assert!(!heir.owns());
        let action;
        (heir, action) = heir.step(event);
        assert_eq!(action, expected);
    }
    assert!(heir.owns());
}

#[test]
fn whatever_interrupts_an_elder_it_goes_on() {
    use ElderAction::{Resume, Stay};
    use ElderEvent::{Have, Hello, Lost, Take, Told, Unfit};
    let table: &[(Elder, &[ElderEvent], ElderAction)] = &[
        (Elder::Serving, &[Take, Have, Told, Lost], Stay),
        (Elder::Offered, &[Hello, Unfit, Have, Told, Lost], Stay),
        (Elder::Giving, &[Hello, Unfit, Take, Told, Lost], Resume),
        (Elder::Parting, &[Hello, Unfit, Take, Have, Lost], Resume),
    ];
    for (state, events, action) in table {
        for event in *events {
            assert_eq!(state.step(*event), (Elder::Serving, *action), "{state:?}, {event:?}");
        }
    }
    assert_eq!(Elder::Serving.step(Unfit), (Elder::Serving, ElderAction::Refuse));
    for event in [Hello, Unfit, Take, Have, Told, Lost] {
        assert_eq!(Elder::Gone.step(event), (Elder::Gone, ElderAction::End), "{event:?}");
    }
}

#[test]
fn whatever_interrupts_an_heir_it_leaves_unless_the_elder_is_dead() {
    use HeirEvent::{ElderAlive, ElderDead, Lost, Offered, Ready, Whole, Yours};
    let table: &[(Heir, &[HeirEvent])] = &[
        (Heir::Asking, &[Ready, Whole, Yours, Lost, ElderDead, ElderAlive]),
        (Heir::Preparing, &[Offered, Whole, Yours, Lost, ElderDead, ElderAlive]),
        (Heir::Taking, &[Offered, Ready, Yours, Lost, ElderDead, ElderAlive]),
        (Heir::Doubting, &[Offered, Ready, Whole, Yours, Lost, ElderAlive]),
    ];
    for (state, events) in table {
        for event in *events {
            assert_eq!(state.step(*event), (Heir::Out, HeirAction::Leave), "{state:?}, {event:?}");
        }
    }
    for event in [Offered, Ready, Whole, Lost, ElderDead, ElderAlive] {
        assert_eq!(Heir::Waiting.step(event), (Heir::Doubting, HeirAction::Probe), "{event:?}");
    }
    assert_eq!(Heir::Doubting.step(ElderDead), (Heir::Owner, HeirAction::Serve));
}

/// Something that happens next, if it can.
#[derive(Clone, Copy, Debug)]
enum Happens {
    ElderReads,
    HeirReads,
    HeirGoesOn,
    ElderLosesPatience,
    HeirLosesPatience,
    ElderDies,
    HeirDies,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Hello,
    Offer,
    Take,
    All,
    Have,
    Yours,
}

/// Two processes and the connection between them: what was written is read in order, the end last.
struct Pair {
    elder: Option<Elder>,
    heir: Option<Heir>,
    to_elder: Vec<Word>,
    to_heir: Vec<Word>,
    elder_closed: bool,
    heir_closed: bool,
}

impl Pair {
    fn new() -> Self {
        Self {
            elder: Some(Elder::Serving),
            heir: Some(Heir::Asking),
            to_elder: vec![Word::Hello],
            to_heir: vec![],
            elder_closed: false,
            heir_closed: false,
        }
    }

    fn elder_hears(&mut self, event: ElderEvent) {
        let Some(elder) = self.elder else { return };
        let (next, action) = elder.step(event);
        self.elder = Some(next);
        match action {
            ElderAction::Offer => self.elder_says(Word::Offer),
            ElderAction::Give => self.elder_says(Word::All),
            ElderAction::Part if self.heir_closed => self.elder_hears(ElderEvent::Lost),
            ElderAction::Part => {
                self.elder_says(Word::Yours);
                self.elder_hears(ElderEvent::Told);
            }
            ElderAction::Stay | ElderAction::Resume | ElderAction::End => self.elder_closed = true,
            ElderAction::Refuse => {}
        }
    }

    fn elder_says(&mut self, word: Word) {
        if !self.heir_closed {
            self.to_heir.push(word);
        }
    }

    fn heir_hears(&mut self, event: HeirEvent) {
        let Some(heir) = self.heir else { return };
        let (next, action) = heir.step(event);
        self.heir = Some(next);
        match action {
            HeirAction::Take => self.heir_says(Word::Take),
            HeirAction::Have => self.heir_says(Word::Have),
            HeirAction::Probe => self.heir_hears(match self.elder {
                Some(_) => HeirEvent::ElderAlive,
                None => HeirEvent::ElderDead,
            }),
            HeirAction::Leave => self.heir_closed = true,
            HeirAction::Prepare | HeirAction::Serve => {}
        }
    }

    fn heir_says(&mut self, word: Word) {
        if !self.elder_closed {
            self.to_elder.push(word);
        }
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Happens::ElderReads if self.elder.is_none() || self.elder_closed => {}
            Happens::ElderReads => match (!self.to_elder.is_empty()).then(|| self.to_elder.remove(0)) {
                Some(Word::Hello) => self.elder_hears(ElderEvent::Hello),
                Some(Word::Take) => self.elder_hears(ElderEvent::Take),
                Some(Word::Have) => self.elder_hears(ElderEvent::Have),
                Some(Word::Offer | Word::All | Word::Yours) => unreachable!(),
                None if self.heir_closed => self.elder_hears(ElderEvent::Lost),
                None => {}
            },
            Happens::HeirReads if self.heir.is_none() || self.heir_closed => {}
            Happens::HeirReads => match (!self.to_heir.is_empty()).then(|| self.to_heir.remove(0)) {
                Some(Word::Offer) => self.heir_hears(HeirEvent::Offered),
                Some(Word::All) => self.heir_hears(HeirEvent::Whole),
                Some(Word::Yours) => self.heir_hears(HeirEvent::Yours),
                Some(Word::Hello | Word::Take | Word::Have) => unreachable!(),
                None if self.elder_closed => self.heir_hears(HeirEvent::Lost),
                None => {}
            },
            Happens::HeirGoesOn if self.heir == Some(Heir::Preparing) => self.heir_hears(HeirEvent::Ready),
            Happens::HeirGoesOn => {}
            Happens::ElderLosesPatience if !self.elder_closed => self.elder_hears(ElderEvent::Lost),
            Happens::ElderLosesPatience => {}
            // Once it waits it has all the time there is.
            Happens::HeirLosesPatience if matches!(self.heir, Some(Heir::Asking | Heir::Preparing | Heir::Taking)) => {
                self.heir_hears(HeirEvent::Lost);
            }
            Happens::HeirLosesPatience => {}
            Happens::ElderDies => (self.elder, self.elder_closed) = (None, true),
            Happens::HeirDies => (self.heir, self.heir_closed) = (None, true),
        }
    }

    fn owners(&self) -> usize {
        usize::from(self.elder.is_some_and(Elder::owns)) + usize::from(self.heir.is_some_and(Heir::owns))
    }
}

fn happens(deaths: u32) -> impl Strategy<Value = Happens> {
    prop_oneof![
        12 => Just(Happens::ElderReads),
        12 => Just(Happens::HeirReads),
        8 => Just(Happens::HeirGoesOn),
        1 => Just(Happens::ElderLosesPatience),
        1 => Just(Happens::HeirLosesPatience),
        deaths => Just(Happens::ElderDies),
        deaths => Just(Happens::HeirDies),
    ]
}

/// Lets both do all that they still can.
fn settle(pair: &mut Pair) {
    for _ in 0..10 {
        for what in [Happens::ElderReads, Happens::HeirReads, Happens::HeirGoesOn] {
            pair.happens(what);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_most_one_owns_it_whatever_breaks_when(events in vec(happens(1), 1..40)) {
        let mut pair = Pair::new();
        for event in events {
            pair.happens(event);
            prop_assert!(pair.owners() <= 1, "{:?} {:?}", pair.elder, pair.heir);
        }
    }

    #[test]
    fn where_nobody_dies_one_owns_it_at_last(events in vec(happens(0), 1..40)) {
        let mut pair = Pair::new();
        events.into_iter().for_each(|event| pair.happens(event));
        settle(&mut pair);
        prop_assert_eq!(pair.owners(), 1);
    }

    #[test]
    fn an_heir_that_dies_before_it_was_told_costs_nothing(events in vec(happens(0), 1..20)) {
        let mut pair = Pair::new();
        events.into_iter().for_each(|event| pair.happens(event));
        if pair.elder == Some(Elder::Gone) {
            return Ok(());
        }
        pair.happens(Happens::HeirDies);
        settle(&mut pair);
        prop_assert_eq!(pair.elder.map(Elder::owns), Some(true));
    }

    #[test]
    fn an_elder_that_dies_once_all_was_sent_and_had_costs_nothing(events in vec(happens(0), 1..20)) {
        let mut pair = Pair::new();
        events.into_iter().for_each(|event| pair.happens(event));
        if !matches!(pair.heir, Some(Heir::Waiting)) {
            return Ok(());
        }
        pair.happens(Happens::ElderDies);
        settle(&mut pair);
        prop_assert_eq!(pair.heir, Some(Heir::Owner));
    }
}
