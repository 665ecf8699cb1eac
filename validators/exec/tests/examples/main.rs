//! The examples in `validators/examples` against real things: a PostgreSQL server, a restored table on the simulator.
//!
//! They need what the examples need: psql, jq, and for Python the packages of `tests/requirements.txt`.

mod boto3;
mod psql;
mod soda;
mod support;
