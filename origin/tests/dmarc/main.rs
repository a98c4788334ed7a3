//! DMARC over real DNS on loopback: walks up the tree of names, absence told apart from emptiness and from faults.

#[path = "../zone/server.rs"]
mod server;

use std::time::Duration;

use anyhow::{Result, ensure};
use origin::{
    dns::hickory::{Deadlines, Hickory, Servers},
    judge::{
        Asked, Covers, Detail, Dkim, Dmarc, Signature, Spf,
        spf::{Finding, Identity, Reason},
    },
    pipeline::evidence::{Time, dmarc::check},
    ports::Clock,
};
use protocol::{
    message::Outcome,
    time::{Millis, Timestamp},
};

use server::{Server, Zone};

/// Much more than loopback takes, for the machine may be busy.
const DEADLINES: Deadlines = Deadlines { patience: Duration::from_millis(1_500), question: Duration::from_secs(5) };

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }
}

/// The zones of RFC 9989 §B.4, an organization with a request of each kind, and one whose servers fail.
fn zone() -> Zone {
    let long = format!("v=DMARC1; rua=mailto:{}@report.example; p=reject; adkim=s", "x".repeat(300));
    let records = [
        ("_dmarc.example.com", "v=DMARC1; p=reject"),
        ("_dmarc.signing.example.com", "v=DMARC1; p=none"),
        ("_dmarc.bank.example", "v=DMARC1; p=reject; psd=y"),
        ("_dmarc.giant.bank.example", "v=DMARC1; p=quarantine"),
        ("_dmarc.shop.test", "v=DMARC1; p=none; sp=quarantine; np=reject"),
        ("deep.mail.shop.test", "v=spf1 -all"),
        ("_dmarc.long.test", &long),
    ];
    let records = records.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Zone { texts: records.into(), failing: vec!["_dmarc.broken.test".to_owned(), "_dmarc.down.shop.test".to_owned()] }
}

/// One message: its author's domain, the domain of the reverse-path that SPF passes, and that of a signature that holds.
struct Case {
    author: &'static str,
    sender: &'static str,
    signer: &'static str,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    VouchedBy(&'static str),
    Disowned(Asked),
    Undeclared,
    Unknown,
}

const fn case(author: &'static str, sender: &'static str, signer: &'static str, wanted: Wanted) -> Case {
    Case { author, sender, signer, wanted }
}

const ELSEWHERE: &str = "elsewhere.invalid";

const CASES: [Case; 14] = [
    case("example.com", "example.com", ELSEWHERE, Wanted::VouchedBy("example.com")),
    case("example.com", ELSEWHERE, "signing.example.com", Wanted::VouchedBy("signing.example.com")),
    case("a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com", ELSEWHERE, Wanted::VouchedBy("example.com")),
    case("a.b.c.d.e.f.g.h.i.j.k.example.com", ELSEWHERE, "example.net", Wanted::Disowned(Asked::Reject)),
    case("giant.bank.example", "mail.giant.bank.example", ELSEWHERE, Wanted::VouchedBy("mail.giant.bank.example")),
    case("giant.bank.example", ELSEWHERE, "mail.mega.bank.example", Wanted::Disowned(Asked::Quarantine)),
    case("mega.bank.example", ELSEWHERE, "giant.bank.example", Wanted::Disowned(Asked::Reject)),
    case("shop.test", ELSEWHERE, ELSEWHERE, Wanted::Disowned(Asked::Nothing)),
    // It exists: something is below it.
    case("mail.shop.test", ELSEWHERE, ELSEWHERE, Wanted::Disowned(Asked::Quarantine)),
    case("nowhere.shop.test", ELSEWHERE, ELSEWHERE, Wanted::Disowned(Asked::Reject)),
    // Its record comes in several strings.
    case("long.test", ELSEWHERE, "mail.long.test", Wanted::Disowned(Asked::Reject)),
    case("silent.test", "silent.test", ELSEWHERE, Wanted::Undeclared),
    case("broken.test", ELSEWHERE, ELSEWHERE, Wanted::Unknown),
    case("shop.test", ELSEWHERE, "down.shop.test", Wanted::Unknown),
];

fn holds(case: &Case, said: &Dmarc) -> bool {
    match (case.wanted, said) {
        (Wanted::VouchedBy(wanted), Dmarc::Vouched { author, by }) => author == case.author && by == wanted,
        (Wanted::Disowned(wanted), Dmarc::Disowned { author, asked }) => author == case.author && *asked == wanted,
        (Wanted::Undeclared, Dmarc::Undeclared) | (Wanted::Unknown, Dmarc::Unknown) => true,
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn domains_speak_for_their_authors_over_real_dns() -> Result<()> {
    let server = Server::start(zone()).await?;
    let resolver = Hickory::new(&Servers::These(vec![server.address]), DEADLINES)?;
    let time = Time { clock: &Still, until: Still.now().plus(Millis::from_secs(1)) };
    for case in CASES {
        let finding = |identity, domain: &str, outcome| {
            let (domain, reason) = (domain.to_owned(), Reason::NothingMatched);
            Finding { identity, domain, outcome, reason, explanation: None }
        };
        let spf = Spf::Both {
            helo: finding(Identity::Helo, case.author, Outcome::Pass),
            mail_from: finding(Identity::MailFrom, case.sender, Outcome::Pass),
        };
        let (domain, selector) = (case.signer.to_owned(), "s".to_owned());
        let dkim = Dkim::Checked(vec![Signature {
            domain,
            selector,
            outcome: Outcome::Pass,
            covers: Covers::Whole,
            detail: Detail::default(),
        }]);
        let header = format!("From: Anna <anna@{}>\r\nSubject: Hello\r\n\r\n", case.author);
        let said = check(header.as_bytes(), &spf, &dkim, &resolver, &time).await;
        ensure!(
            holds(&case, &said),
            "{} by {} and {}: {said:?}, not {:?}",
            case.author,
            case.sender,
            case.signer,
            case.wanted
        );
    }
    Ok(())
}
