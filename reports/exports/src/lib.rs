//! Evidence in the formats of others: tables, OSCAL, OCSF, JUnit.
