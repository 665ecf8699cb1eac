//! Puts sealed bundles where nobody can change them, and shows that they are there.
