//! Seals the evidence of a run into a directory, and verifies it offline.
