//! What became of the planted faults, in words.

use serde::Serialize;

use crate::run::RunEvidence;
use crate::words::{counted, grouped};

/// What became of the planted faults of all validators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ControlsReading {
    /// Faults that were planted.
    pub planted: u64,
    /// Faults that were caught.
    pub caught: u64,
    /// In one sentence.
    pub sentence: String,
    /// Each control that did not come out as it must, and each validator whose controls could not be tried.
    pub troubles: Vec<String>,
}

/// Reads the controls of all validators.
pub(crate) fn controls(run: &RunEvidence) -> ControlsReading {
    let Some(tried) = run.controls.as_ref().filter(|tried| !tried.validators.is_empty()) else {
        let sentence = "No faults were planted: nothing shows that the validators would notice one.".to_owned();
        return ControlsReading { sentence, ..ControlsReading::default() };
    };
    let mut reading = ControlsReading::default();
    for validator in &tried.validators {
        reading.planted += validator.planted().count() as u64;
        reading.caught += validator.caught() as u64;
        if let Some(problem) = &validator.problem {
            reading.troubles.push(format!("{}: the controls could not be tried: {problem}", validator.validator));
        }
        let misses = validator.controls.iter().filter(|control| !control.as_expected);
        reading.troubles.extend(misses.map(|control| {
            let (planted, must, said) = (&control.planted, &control.expected_verdict, &control.verdict);
            format!("{}: \u{201c}{planted}\u{201d} must come out as {must}, and was {said}", validator.validator)
        }));
    }
    let voids = if reading.troubles.is_empty() {
        "."
    } else {
        "; where a control did not come out as it must, that validator's verdicts are void."
    };
    let (caught, planted) = (grouped(reading.caught), counted(reading.planted, "planted fault"));
    reading.sentence = format!("{caught} of {planted} caught{voids}");
    reading
}
