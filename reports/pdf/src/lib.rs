//! A report as PDF, laid out by Typst.
