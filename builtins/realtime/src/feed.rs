//! What a batch of changes means for the classes of one API: first a plan, made at once, then the answers of the database.

use std::rc::Rc;

use guesthouse::changes::{Batch, Change, Position};
use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, Rows};
use guesthouse::sse::Event;
use record_api::access::Operation;
use record_api::api::Api;
use record_api::error::Error;

use crate::evaluate::{self, Mistake, Statement, Verdict};
use crate::image::{self, Image};
use crate::listening::{Listening, Member, Question};
use crate::{event, limits};

/// What is to be done.
#[derive(Debug)]
pub enum Outcome {
    /// These get the event.
    Tell { topics: Vec<Rc<str>>, event: Box<Event> },
    /// These listen to a record that is no longer for them.
    Deny { topics: Vec<Rc<str>>, event: Box<Event> },
}

/// What to ask for a batch, and what the answers decide.
#[derive(Debug)]
pub struct Plan {
    api: Rc<Api>,
    statements: Vec<Statement>,
    parts: Vec<Part>,
}

/// What one statement decides, or nothing has to.
#[derive(Debug)]
struct Part {
    /// The place of the change in the batch.
    change: usize,
    statement: Option<usize>,
    /// Those who listen to tables, and then those who listen to the record, in the order in which they were asked for.
    topics: Vec<Rc<str>>,
    tables: usize,
}

impl Plan {
    /// What to ask for those changes that are not beyond `through`.
    pub fn new(api: &Rc<Api>, listening: &Listening, batch: &Batch, through: u64) -> Result<Self, Mistake> {
        let mut plan = Self {
            api: Rc::clone(api),
            statements: Vec::new(),
            parts: Vec::new(),
        };
        let changes = batch.changes.iter().take_while(|change| change.number <= through);
        for (index, change) in changes.enumerate() {
            let table = &batch.tables[change.table as usize];
            let ids = image::ids(api, table, change);
            for question in listening.questions(&ids) {
                plan.ask(index, &question, Image::of(table, change))?;
            }
        }
        Ok(plan)
    }

    fn ask(&mut self, change: usize, question: &Question<'_>, image: Image<'_>) -> Result<(), Mistake> {
        let members: Vec<&Member> = question.members().collect();
        let portion = match evaluate::asks_for_caller(&self.api) {
            true => limits::STATEMENT_CALLERS_MAX,
            false => members.len(),
        };
        for (index, members) in members.chunks(portion.max(1)).enumerate() {
            let statement = match evaluate::is_asked(&self.api, question.group) {
                true => {
                    let callers: Vec<_> = members.iter().map(|member| &member.audience).collect();
                    self.statements
                        .push(evaluate::statement(&self.api, question.group, image, &callers)?);
                    Some(self.statements.len() - 1)
                }
                false => None,
            };
            self.parts.push(Part {
                change,
                statement,
                topics: members.iter().map(|member| Rc::clone(&member.topic)).collect(),
                tables: question.tables.len().saturating_sub(index * portion).min(members.len()),
            });
        }
        Ok(())
    }

    /// Asks, and says what is to be done, in the order of the changes.
    pub async fn outcomes(&self, database: &Database, batch: &Batch, epoch: u64) -> Result<Vec<Outcome>, Error> {
        let mut verdicts = Vec::with_capacity(self.statements.len());
        for statements in self.statements.chunks(limits::STATEMENTS_MAX) {
            self.answer(database, statements, &mut verdicts).await?;
        }
        self.decide(&verdicts, batch, epoch)
    }

    async fn answer(
        &self,
        database: &Database,
        statements: &[Statement],
        verdicts: &mut Vec<Verdict>,
    ) -> Result<(), Error> {
        let read = |rows: &Rows| Verdict::read(&self.api, rows);
        match database.query_all(statements.to_vec()).await {
            Ok(results) => {
                for rows in &results {
                    verdicts.push(read(rows)?);
                }
            }
            // One that cannot be evaluated must not take the others with it.
            Err(DatabaseError::Host(HostError::Sql(_))) => {
                for (sql, parameters) in statements {
                    verdicts.push(match database.query(sql, parameters.clone()).await {
                        Ok(rows) => read(&rows)?,
                        Err(DatabaseError::Host(HostError::Sql(why))) => {
                            self.api.access.denied_by_mistake(Operation::Read, &why);
                            Verdict::Nobody
                        }
                        Err(error) => return Err(Error::of_server(error)),
                    });
                }
            }
            Err(error) => return Err(Error::of_server(error)),
        }
        Ok(())
    }

    fn decide(&self, verdicts: &[Verdict], batch: &Batch, epoch: u64) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::new();
        let mut parts = self.parts.iter().peekable();
        while let Some(first) = parts.peek() {
            let at = first.change;
            let (mut told, mut denied) = (Vec::new(), Vec::new());
            while let Some(part) = parts.next_if(|part| part.change == at) {
                let verdict = part
                    .statement
                    .map_or(Some(&Verdict::All), |statement| verdicts.get(statement));
                let verdict = verdict.ok_or_else(|| Error::Internal("a question has no answer".into()))?;
                for (place, topic) in part.topics.iter().enumerate() {
                    match verdict.is_for(place) {
                        true => told.push(Rc::clone(topic)),
                        false if place >= part.tables => denied.push(Rc::clone(topic)),
                        false => {}
                    }
                }
            }
            if !told.is_empty() {
                let event = Box::new(self.event(batch, &batch.changes[at], epoch)?);
                outcomes.push(Outcome::Tell { topics: told, event });
            }
            if !denied.is_empty() {
                let event = Event {
                    position: Some(batch.changes[at].number),
                    ..event::denied()
                };
                outcomes.push(Outcome::Deny {
                    topics: denied,
                    event: Box::new(event),
                });
            }
        }
        Ok(outcomes)
    }

    fn event(&self, batch: &Batch, change: &Change, epoch: u64) -> Result<Event, Error> {
        let image = Image::of(&batch.tables[change.table as usize], change);
        let values = image.all(self.api.table.imaged());
        let values = values.map_err(|outdated| Error::Internal(outdated.to_string()))?;
        let position = Position {
            epoch,
            number: change.number,
        };
        Ok(event::of_change(&self.api, change.operation, values, position))
    }
}

#[cfg(test)]
mod tests;
