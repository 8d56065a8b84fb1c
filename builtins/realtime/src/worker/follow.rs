//! Following one table: what is committed there is judged, and sent.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

use futures_util::future::select;
use guesthouse::changes::{Batch, Error as ChangesError, Log, Position};
use record_api::error::Error as RecordError;

use super::census::{Census, Served};
use super::configuration::{check, is_passing};
use super::signal::Signal;
use super::{send, sleep};
use crate::evaluate::Mistake;
use crate::feed::Plan;
use crate::limits;
use crate::place::Place;

/// Follows a table, until it cannot be. `came` is given when somebody begins to listen to it.
pub async fn follow(census: Rc<RefCell<Census>>, place: Place, came: Rc<Signal>) -> (Place, ChangesError) {
    match Follower::begin(&census, &place) {
        Ok(mut follower) => loop {
            follower.wait_for_listeners(&came).await;
            if let Err(error) = follower.step().await {
                break (place, error);
            }
        },
        Err(error) => (place, error),
    }
}

struct Follower<'a> {
    census: &'a RefCell<Census>,
    place: &'a Place,
    log: Log,
    /// What is before it has been sent, or was for nobody.
    position: Position,
    /// Where those who can resume were moved on to last, and when.
    moved: (Position, Instant),
}

impl<'a> Follower<'a> {
    /// Begins as far back as nobody can miss anything: who was given an event already does not get it again. Where that is too far,
    /// something may be lost.
    fn begin(census: &'a RefCell<Census>, place: &'a Place) -> Result<Self, ChangesError> {
        let log = Log::open(&place.database, &[&place.table])?;
        let (start, end) = (log.start(), log.end());
        let is_near = end.number - start.number <= limits::CATCH_UP_CHANGES_MAX;
        if !is_near {
            send::lose(place);
        }
        Ok(Self {
            census,
            place,
            log,
            position: if is_near { start } else { end },
            moved: (end, Instant::now()),
        })
    }

    /// While nobody listens, nothing is read. The position moves on, so that whoever comes does not have to wait for what was before.
    async fn wait_for_listeners(&mut self, came: &Signal) {
        loop {
            // Whoever comes after this and is not seen below listens to what is behind it.
            let end = self.log.end();
            let is_listened_to = {
                let mut census = self.census.borrow_mut();
                census.refresh();
                census.listens_to(self.place)
            };
            if is_listened_to {
                return;
            }
            self.position = end;
            select(pin!(came.wait()), pin!(sleep(limits::IDLE_INTERVAL))).await;
        }
    }

    /// Moves those on who can resume, now and then: else whoever hears nothing falls out of the window.
    fn move_on(&mut self) {
        let (moved, at) = self.moved;
        if moved != self.position && at.elapsed() >= limits::IDS_INTERVAL {
            send::move_on(self.place, self.position);
            self.moved = (self.position, Instant::now());
        }
    }

    /// Waits for changes, and sends them.
    async fn step(&mut self) -> Result<(), ChangesError> {
        let read = self.log.read(self.position, limits::BATCH_CHANGES_MAX);
        let read = match guesthouse::within(limits::IDS_INTERVAL, read).await {
            Some(read) => read,
            // The table is silent, and the rest of the database may not be.
            None => self.log.read(self.position, 0).await,
        };
        match read {
            Ok(batch) => {
                if !batch.changes.is_empty() {
                    self.deliver(&batch).await;
                }
                self.position = batch.next;
                self.move_on();
            }
            Err(ChangesError::FellBehind(oldest)) if oldest.epoch == self.position.epoch => {
                self.position = self.log.end();
                send::lose(self.place);
            }
            Err(ChangesError::FellBehind(_)) => {
                self.position = self.log.end();
                send::lose_for_good(self.place);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn deliver(&self, batch: &Batch) {
        // Whoever listened when one of these changes was made is seen now.
        self.census.borrow_mut().refresh();
        let apis = self.census.borrow().apis_over(self.place);
        for served in apis {
            if let Err(error) = self.deliver_to(&served, batch).await {
                eprintln!("changes for the record API {} could not be told: {error}", served.1);
                send::lose(self.place);
            }
        }
    }

    /// Sends what the batch is for those who listen to one API. What fails for a reason that passes is tried again.
    async fn deliver_to(&self, served: &Served, batch: &Batch) -> Result<(), RecordError> {
        let mut attempts = 1;
        loop {
            match self.try_to_deliver(served, batch).await {
                Err(error) if is_passing(&error) && attempts < limits::ATTEMPTS_MAX => {
                    attempts += 1;
                    sleep(limits::RETRY_PAUSE).await;
                }
                result => return result,
            }
        }
    }

    async fn try_to_deliver(&self, served: &Served, batch: &Batch) -> Result<(), RecordError> {
        let Some(now) = check(self.census, served).await? else {
            return Ok(());
        };
        let plan = match self.census.borrow_mut().entry(served) {
            Some(entry) => Plan::new(&now.api, &entry.listening, batch, u64::MAX),
            None => return Ok(()),
        };
        let plan = plan.map_err(|mistake| match mistake {
            Mistake::Outdated(outdated) => RecordError::Internal(outdated.to_string()),
            Mistake::Filter(error) => error,
        })?;
        let outcomes = plan.outcomes(&now.database, batch, self.position.epoch).await?;
        send::act(outcomes);
        Ok(())
    }
}
