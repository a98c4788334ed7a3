//! The object that holds the keys of a share of one region's inboxes: in its memory and nowhere else.
//!
//! Its storage holds the time of its next alarm and nothing more. While it holds keys it wakes itself, for an object
//! that is still is forgotten with all that it knows.

use std::cell::RefCell;

use protocol::{id::InboxId, time::Timestamp};
use worker::{DurableObject, Env, Method, Request, Response, Result, State, durable_object};
use zeroize::Zeroizing;

use super::{clock, parameter};
use crate::keys::{AWAKE, Book, KEYS_HELD, Order};

/// Keys of wrapped mail.
#[durable_object]
pub struct MailKeys {
    state: State,
    book: RefCell<Book>,
}

impl DurableObject for MailKeys {
    fn new(state: State, _env: Env) -> Self {
        Self { state, book: RefCell::new(Book::new(KEYS_HELD)) }
    }

    /// `POST`: orders. `GET`: an inbox's keys, or 204.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let now = Timestamp::from_millis(parameter(&request, "now")?);
        if request.method() == Method::Post {
            let orders = Zeroizing::new(request.bytes().await?);
            let orders = Order::read(&orders).ok_or_else(|| worker::Error::from("no orders"))?;
            self.carry_out(orders, now);
            if self.state.storage().get_alarm().await?.is_none() {
                self.state.storage().set_alarm(AWAKE.as_duration()).await?;
            }
            return Response::empty();
        }
        let inbox: InboxId = parameter(&request, "inbox")?;
        let found = self.book.borrow().find(inbox, now);
        match found {
            Some(keys) => Response::from_bytes(keys.pack().to_vec()),
            None => Ok(Response::empty()?.with_status(204)),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now();
        let empty = {
            let mut book = self.book.borrow_mut();
            book.sweep_all(now);
            book.is_empty()
        };
        if !empty {
            self.state.storage().set_alarm(AWAKE.as_duration()).await?;
        }
        Response::empty()
    }
}

impl MailKeys {
    fn carry_out(&self, orders: Vec<Order>, now: Timestamp) {
        let mut book = self.book.borrow_mut();
        for order in orders {
            match order {
                Order::Learn { inbox, until, keys } => book.learn(inbox, keys, until, now),
                Order::Erase { inbox } => book.erase(inbox, now),
            }
        }
    }
}
