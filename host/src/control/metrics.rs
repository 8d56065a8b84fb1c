//! `metrics`: figures for Prometheus.

use super::{Answer, Control, ControlError, respond_with};
use crate::components::deploy::Runtime;
use crate::metrics;
use http::StatusCode;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub fn show<R: Runtime>(control: &Control<R>) -> Answer {
    let text = metrics::text(&control.stores).map_err(|error| ControlError::Internal(error.to_string()))?;
    respond_with(StatusCode::OK, OPEN_METRICS, text.into())
}
