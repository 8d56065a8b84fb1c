//! A large result on its way into a component, chunk by chunk, as fast as the component takes it.

use super::super::bindings::sqlite::{Error, Row, Value};
use super::Sqlite;
use super::engine::{self, RowStream};
use crate::runtime::State;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{Access, Destination, FutureReader, StreamProducer, StreamReader, StreamResult, VecBuffer};

type Reader = (Vec<String>, StreamReader<Row>, FutureReader<Result<(), Error>>);

/// The columns, the stream of rows, and the future that says whether they were all.
pub fn reader(mut access: Access<'_, State, Sqlite>, rows: RowStream) -> wasmtime::Result<Reader> {
    let (end, ended) = oneshot::channel();
    let columns = rows.columns().to_vec();
    let stream = StreamReader::new(&mut access, Rows { rows, end: Some(end) })?;
    // A stream that is dropped early was not read to its end, and nothing failed.
    let result = FutureReader::new(&mut access, async {
        wasmtime::error::Ok(ended.await.unwrap_or(Ok(())))
    })?;
    Ok((columns, stream, result))
}

struct Rows {
    rows: RowStream,
    end: Option<oneshot::Sender<Result<(), Error>>>,
}

impl Rows {
    fn end(&mut self, result: Result<(), Error>) -> StreamResult {
        if let Some(end) = self.end.take() {
            let _ = end.send(result);
        }
        StreamResult::Dropped
    }
}

impl StreamProducer<State> for Rows {
    type Item = Row;
    type Buffer = VecBuffer<Row>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        mut destination: Destination<'a, Row, VecBuffer<Row>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A read of nothing asks whether there is something: the next real read will tell.
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let next = match self.rows.poll_next(context) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            next => ready!(next),
        };
        Poll::Ready(Ok(match next {
            Some(Ok(chunk)) => {
                destination.set_buffer(VecBuffer::from(chunk.into_iter().map(row).collect::<Vec<_>>()));
                StreamResult::Completed
            }
            Some(Err(error)) => self.end(Err(error.into())),
            None => self.end(Ok(())),
        }))
    }
}

fn row(values: Vec<engine::Value>) -> Row {
    Row {
        values: values.into_iter().map(Value::from).collect(),
    }
}
