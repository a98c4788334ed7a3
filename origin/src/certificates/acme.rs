//! The conversation with a certificate authority (RFC 8555): account, order, challenges, certificate.
//!
//! One order at a time, with a deadline; answers to challenges are taken away again however it ends. What an
//! authority writes for people to read is not passed on: it may quote whatever it was sent. Its reasons are told
//! by their names.

pub mod https;
mod supervise;

use std::{io, sync::Arc};

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, CertificateIdentifier, ChallengeType, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy,
};
use protocol::{
    address::Domain,
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};
use tokio::{
    task,
    time::{sleep, timeout},
};
use zeroize::Zeroizing;

use self::https::{Https, NoAnswer};
use super::{
    Validity,
    der::Leaf,
    file::shelf::{Item, Shelf},
    tls::CertificateError,
};
use crate::{
    dns::Name,
    limits::{ACME_ORDER_TIMEOUT, ACME_PATIENCE},
    ports::{ChallengeToken, ChallengeZone, ZoneError},
};

pub use supervise::{Supervisor, supervise};

/// The label that dns-01 looks at, below each name (RFC 8555 §8.4).
const LABEL: &str = "_acme-challenge";

/// How it is shown that the names are ours.
pub enum Proof {
    /// An HTTP server answers.
    Http,
    /// A zone holds records.
    Dns {
        /// Which.
        zone: Arc<dyn ChallengeZone>,
        /// How long its other servers take to have them.
        wait: Millis,
    },
}

/// A certificate authority, and what is ordered of it.
pub struct Authority {
    /// The URL of its directory.
    pub directory: String,
    /// Whom it may write to, as URLs; may be none.
    pub contacts: Vec<String>,
    /// The hosts that the certificate is for.
    pub names: Vec<Domain>,
    /// How it is shown that they are ours.
    pub proof: Proof,
    /// The way to it.
    pub https: Https,
    /// Where the account and the answers are kept.
    pub shelf: Arc<Shelf>,
}

/// Why there is no new certificate.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// No connection, or no answer in time.
    #[error("the authority does not answer")]
    Unreachable,
    /// It answers, and says no.
    #[error("the authority refuses: {0}")]
    Refused(&'static str),
    /// It was not convinced.
    #[error("the authority was not shown that a name is ours: {0}")]
    Unproven(&'static str),
    /// It does not know the way that is configured.
    #[error("the authority offers no such challenge for one of the names")]
    NoChallenge,
    /// It takes longer than we wait.
    #[error("the authority takes too long")]
    Slow,
    /// It does not keep to the protocol.
    #[error("the authority answers what is not in RFC 8555")]
    Malformed,
    /// A record could not be published.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// Something could not be kept.
    #[error("what belongs to the order cannot be kept: {0}")]
    Shelf(#[from] io::Error),
    /// What came is no certificate that we could use.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// The account as it is kept; another directory has another account.
#[derive(Serialize, Deserialize)]
struct Kept {
    directory: String,
    credentials: AccountCredentials,
}

/// An answer that is shown until it is withdrawn.
enum Shown {
    Answer(ChallengeToken),
    Record(Name, String),
}

/// When an authority wants its certificate renewed, and when it wants to be asked again.
pub struct Advice {
    /// Some time within.
    pub window: Validity,
    /// After so long.
    pub ask_again: Millis,
}

impl Authority {
    /// Orders a certificate: the private key and the chain, in PEM.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn order(&self) -> Result<Zeroizing<Vec<u8>>, OrderError> {
        let mut shown = Vec::new();
        let ordered = timeout(ACME_ORDER_TIMEOUT.as_duration(), self.converse(&mut shown)).await;
        for shown in &shown {
            if let Err(error) = self.withdraw(shown).await {
                tracing::warn!("an answer to a challenge stays where it is: {error}");
            }
        }
        ordered.unwrap_or(Err(OrderError::Slow))
    }

    /// Asks when this certificate should be renewed (RFC 9773); none where the authority has no advice to give.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn advice(&self, leaf: &Leaf) -> Result<Option<Advice>, OrderError> {
        let Some(credentials) = self.kept().await? else { return Ok(None) };
        if leaf.authority_key.is_empty() {
            return Ok(None);
        }
        let account = Account::builder_with_http(self.https.boxed()).from_credentials(credentials).await?;
        let id = CertificateIdentifier::new(leaf.authority_key.as_slice().into(), leaf.serial.as_slice().into());
        let (info, again) = match account.renewal_info(&id).await {
            Err(instant_acme::Error::Unsupported(_)) => return Ok(None),
            answer => answer?,
        };
        let at = |seconds: i64| Timestamp::from_millis(u64::try_from(seconds).unwrap_or_default().saturating_mul(1000));
        let (from, until) = (info.suggested_window.start, info.suggested_window.end);
        let window = Validity { from: at(from.unix_timestamp()), until: at(until.unix_timestamp()) };
        Ok(Some(Advice { window, ask_again: Millis::from_secs(again.as_secs()) }))
    }

    async fn converse(&self, shown: &mut Vec<Shown>) -> Result<Zeroizing<Vec<u8>>, OrderError> {
        let account = self.account().await?;
        let names: Vec<_> = self.names.iter().map(|name| Identifier::Dns(name.as_str().to_owned())).collect();
        let mut order = match account.new_order(&NewOrder::new(&names)).await {
            Err(error) if kind(&error) == Some(NO_ACCOUNT) => {
                // It has forgotten us: the next order begins with a new account.
                self.shelve(Item::Account, None).await?;
                return Err(error.into());
            }
            order => order?,
        };
        self.show(&mut order, shown).await?;
        if let Proof::Dns { wait, .. } = &self.proof {
            sleep(wait.as_duration()).await;
        }
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Pending {
                let challenge = authorization.challenge(self.challenge());
                challenge.ok_or(OrderError::NoChallenge)?.set_ready().await?;
            }
        }
        let patience = RetryPolicy::new().timeout(ACME_PATIENCE.as_duration());
        if order.poll_ready(&patience).await? != OrderStatus::Ready {
            return Err(self.reason(&mut order).await);
        }
        let key = Zeroizing::new(order.finalize().await?);
        let chain = order.poll_certificate(&patience).await?;
        Ok(Zeroizing::new([key.as_bytes(), b"\n", chain.as_bytes()].concat()))
    }

    /// Shows the answers to all challenges that are open.
    async fn show(&self, order: &mut Order, shown: &mut Vec<Shown>) -> Result<(), OrderError> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                // Of an earlier order, and good still.
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                _ => return Err(OrderError::Unproven("the authorization is over")),
            }
            let challenge = authorization.challenge(self.challenge()).ok_or(OrderError::NoChallenge)?;
            let answer = challenge.key_authorization();
            match &self.proof {
                Proof::Http => {
                    let token = ChallengeToken::parse(&challenge.token).ok_or(OrderError::Malformed)?;
                    shown.push(Shown::Answer(token.clone()));
                    self.shelve(Item::Answer(token), Some(answer.as_str().as_bytes().to_vec())).await?;
                }
                Proof::Dns { zone, .. } => {
                    let Identifier::Dns(name) = challenge.identifier().identifier else {
                        return Err(OrderError::Malformed);
                    };
                    let name = Name::parse(&format!("{LABEL}.{name}")).ok_or(OrderError::Malformed)?;
                    let text = answer.dns_value();
                    shown.push(Shown::Record(name.clone(), text.clone()));
                    zone.publish(&name, &text).await?;
                }
            }
        }
        Ok(())
    }

    async fn withdraw(&self, shown: &Shown) -> Result<(), OrderError> {
        match (shown, &self.proof) {
            (Shown::Answer(token), _) => self.shelve(Item::Answer(token.clone()), None).await,
            (Shown::Record(name, text), Proof::Dns { zone, .. }) => Ok(zone.retract(name, text).await?),
            (Shown::Record(..), Proof::Http) => Ok(()),
        }
    }

    fn challenge(&self) -> ChallengeType {
        match self.proof {
            Proof::Http => ChallengeType::Http01,
            Proof::Dns { .. } => ChallengeType::Dns01,
        }
    }

    /// Why an order came to nothing: the first challenge that says so.
    async fn reason(&self, order: &mut Order) -> OrderError {
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            let Ok(state) = authorization.refresh().await else { continue };
            if let Some(problem) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
                return OrderError::Unproven(name(problem));
            }
        }
        OrderError::Refused("for no reason that it tells")
    }

    /// Our account, made where there is none.
    async fn account(&self) -> Result<Account, OrderError> {
        if let Some(credentials) = self.kept().await? {
            return Ok(Account::builder_with_http(self.https.boxed()).from_credentials(credentials).await?);
        }
        let contacts: Vec<&str> = self.contacts.iter().map(String::as_str).collect();
        let wanted = NewAccount { contact: &contacts, terms_of_service_agreed: true, only_return_existing: false };
        let builder = Account::builder_with_http(self.https.boxed());
        let (account, credentials) = builder.create(&wanted, self.directory.clone(), None).await?;
        let kept = serde_json::to_vec(&Kept { directory: self.directory.clone(), credentials });
        self.shelve(Item::Account, Some(kept.map_err(io::Error::from)?)).await?;
        Ok(account)
    }

    async fn kept(&self) -> Result<Option<AccountCredentials>, OrderError> {
        let kept = on_the_shelf(&self.shelf, |shelf| shelf.read(&Item::Account)).await?;
        let kept = kept.and_then(|octets| serde_json::from_slice::<Kept>(&octets).ok());
        Ok(kept.filter(|kept| kept.directory == self.directory).map(|kept| kept.credentials))
    }

    async fn shelve(&self, item: Item, octets: Option<Vec<u8>>) -> Result<(), OrderError> {
        let octets = octets.map(Zeroizing::new);
        let put = move |shelf: &Shelf| match octets {
            Some(octets) => shelf.write(&item, &octets),
            None => shelf.remove(&item),
        };
        Ok(on_the_shelf(&self.shelf, put).await?)
    }
}

/// Files may take their time: not on the executor's.
async fn on_the_shelf<T: Send + 'static>(
    shelf: &Arc<Shelf>,
    work: impl FnOnce(&Shelf) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let shelf = Arc::clone(shelf);
    task::spawn_blocking(move || work(&shelf)).await.map_err(io::Error::other)?
}

impl From<instant_acme::Error> for OrderError {
    fn from(error: instant_acme::Error) -> Self {
        match error {
            instant_acme::Error::Api(problem) => Self::Refused(name(&problem)),
            instant_acme::Error::Timeout(_) => Self::Slow,
            instant_acme::Error::Other(error) if error.is::<NoAnswer>() => Self::Unreachable,
            _ => Self::Malformed,
        }
    }
}

const NO_ACCOUNT: &str = "accountDoesNotExist";

/// The reasons of RFC 8555 §6.7, of RFC 8739 and RFC 9773.
#[rustfmt::skip]
const REASONS: &[&str] = &[
    NO_ACCOUNT, "alreadyReplaced", "alreadyRevoked", "badCSR", "badNonce", "badPublicKey", "badRevocationReason",
    "badSignatureAlgorithm", "caa", "compound", "connection", "dns", "externalAccountRequired", "incorrectResponse",
    "invalidContact", "malformed", "orderNotReady", "rateLimited", "rejectedIdentifier", "serverInternal", "tls",
    "unauthorized", "unsupportedContact", "unsupportedIdentifier", "userActionRequired",
];

fn kind(error: &instant_acme::Error) -> Option<&'static str> {
    if let instant_acme::Error::Api(problem) = error { Some(name(problem)) } else { None }
}

/// A reason's name, where it has one that we know.
fn name(problem: &instant_acme::Problem) -> &'static str {
    let kind = problem.r#type.as_deref().and_then(|kind| kind.strip_prefix("urn:ietf:params:acme:error:"));
    REASONS.iter().find(|reason| Some(**reason) == kind).copied().unwrap_or("for a reason of its own")
}

#[cfg(test)]
mod tests;
