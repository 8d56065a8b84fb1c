//! The plain hyper server: another process of this same program.

use std::process::Command;

use super::dialect::Dialect;
use super::{Kind, Subject};
use crate::cores::Cores;

static DIALECT: Dialect = Dialect {
    command: |program, _data, address| {
        let mut command = Command::new(program);
        command.args(["hyper-hello", "--address", &address.to_string()]);
        command
    },
    ready: "/",
    hello: "/",
    // It serves no records; `Subject::answers` keeps it out of those scenarios.
    records: "",
    subscription: None,
    owned: None,
    list: |_age| String::new(),
    rows: "",
    id: |_number| String::new(),
    sends_ids: false,
    inserted_id: |_answer| None,
};

pub async fn prepare(cores: Cores) -> anyhow::Result<Subject> {
    Subject::start(Kind::Hyper, &DIALECT, std::env::current_exe()?, cores).await
}
