//! Before anything is measured: does a server really do what the scenario says? A fast wrong answer is worth nothing.

use anyhow::Context as _;
use serde_json::Value;

use super::{Kind, Subject};
use crate::connection::Connection;
use crate::row::{self, Change, Row};
use crate::scenario::Scenario;
use crate::{hello, request};

const LIST_LENGTH: usize = 20;

impl Subject {
    pub async fn check_answers(&self, scenarios: &[Scenario]) -> anyhow::Result<()> {
        for &scenario in scenarios.iter().filter(|&&scenario| self.answers(scenario)) {
            self.check(scenario)
                .await
                .with_context(|| format!("{}: {scenario}", self.kind))?;
        }
        Ok(())
    }

    async fn check(&self, scenario: Scenario) -> anyhow::Result<()> {
        let number = self.next.replace(self.next.get() + 1);
        let mut request = Vec::new();
        self.dialect.write(scenario, self.addressee(), number, &mut request);
        let body = self.answer(&request).await?;
        match scenario {
            Scenario::Hello if self.kind == Kind::PocketBase => Ok(()),
            Scenario::Hello => expect(&body, &hello::TEXT.to_owned()),
            Scenario::Read | Scenario::SignedIn | Scenario::Owned => {
                self.check_read(&parse(&body)?, row::spread(number))
            }
            Scenario::List => self.check_list(&parse(&body)?, number % row::AGES),
            Scenario::Update => self.check_update(number).await,
            Scenario::Insert => self.check_insert(&parse(&body)?, number).await,
        }
    }

    fn check_read(&self, row: &Value, number: u64) -> anyhow::Result<()> {
        expect(&text(&row["id"]), &(self.dialect.id)(number))?;
        expect_row(row, &Row::preloaded(number))
    }

    fn check_list(&self, answer: &Value, age: u64) -> anyhow::Result<()> {
        let rows = answer[self.dialect.rows]
            .as_array()
            .with_context(|| format!("no rows in {answer}"))?;
        let mut numbers: Vec<u64> = (1..=row::PRELOADED)
            .filter(|number| number % row::AGES == age)
            .collect();
        numbers.reverse();
        expect(&rows.len(), &LIST_LENGTH)?;
        rows.iter()
            .zip(numbers)
            .try_for_each(|(row, number)| expect(&row["name"], &Row::preloaded(number).name.into()))
    }

    async fn check_update(&self, number: u64) -> anyhow::Result<()> {
        let row = self.read_back(&(self.dialect.id)(row::spread(number))).await?;
        let change = Change::numbered(number);
        let unchanged = Row::preloaded(row::spread(number));
        expect_row(
            &row,
            &Row {
                score: change.score,
                note: change.note,
                ..unchanged
            },
        )
    }

    async fn check_insert(&self, answer: &Value, number: u64) -> anyhow::Result<()> {
        let id = (self.dialect.inserted_id)(answer).with_context(|| format!("no id in {answer}"))?;
        expect_row(&self.read_back(id).await?, &Row::inserted(number))
    }

    async fn read_back(&self, id: &str) -> anyhow::Result<Value> {
        let mut request = Vec::new();
        request::write::<()>(
            &mut request,
            "GET",
            self.server.host(),
            &self.dialect.path_of_id(id),
            None,
        );
        parse(&self.answer(&request).await?)
    }

    async fn answer(&self, request: &[u8]) -> anyhow::Result<String> {
        let mut connection = Connection::open(self.server.host()).await?;
        let status = connection.exchange(request).await?;
        let body = String::from_utf8_lossy(connection.body()).into_owned();
        anyhow::ensure!(
            status == 200,
            "answered with {status}: {body}; the server's log:\n{}",
            self.server.log_tail()
        );
        Ok(body)
    }
}

fn parse(body: &str) -> anyhow::Result<Value> {
    serde_json::from_str(body).with_context(|| format!("not JSON: {body}"))
}

fn expect_row(found: &Value, wanted: &Row) -> anyhow::Result<()> {
    let Value::Object(columns) = serde_json::to_value(wanted)? else {
        anyhow::bail!("a row is an object")
    };
    columns
        .iter()
        .try_for_each(|(name, value)| expect(&found[name.as_str()], value))
}

fn expect<T: PartialEq + std::fmt::Debug>(found: &T, wanted: &T) -> anyhow::Result<()> {
    anyhow::ensure!(found == wanted, "answered {found:?} where {wanted:?} is right");
    Ok(())
}

/// An id, which is a number in one server and a text in another.
fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
