//! Nothing of its own: this package holds the tests of all parts together, in `tests/it`.
