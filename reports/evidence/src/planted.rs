//! What became of the planted faults, in words.

use backproof_model::record::ValidatorControls;
use schemars::JsonSchema;
use serde::Serialize;

use crate::run::RunEvidence;
use crate::words::{counted, grouped};

/// What became of the planted faults of all validators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
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

/// What one validator made of planted faults, once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Planted<'a> {
    /// The chain of the restore test beside whose data they were planted; none where it was a scratch resource of the
    /// run.
    pub whose: Option<&'a str>,
    /// What was tried, and what came of it.
    pub tried: &'a ValidatorControls,
}

impl RunEvidence {
    /// All planted faults: those of the run's scratch resources first, then those beside restored data.
    pub fn planted(&self) -> impl Iterator<Item = Planted<'_>> {
        let of_run = self.controls.iter().flat_map(|tried| &tried.validators);
        let of_run = of_run.map(|tried| Planted { whose: None, tried });
        let of_tests = self.tests.iter().flat_map(|test| {
            let validated = test.attempts.iter().filter_map(|attempt| attempt.validated.as_ref());
            let tried = validated.flat_map(|validated| &validated.controls);
            tried.map(|tried| Planted { whose: Some(&test.chain), tried })
        });
        of_run.chain(of_tests)
    }
}

/// Reads the controls of all validators.
pub(crate) fn controls(run: &RunEvidence) -> ControlsReading {
    let mut reading = ControlsReading::default();
    let mut tried = run.planted().peekable();
    if tried.peek().is_none() {
        let sentence = "No faults were planted: nothing shows that the validators would notice one.".to_owned();
        return ControlsReading { sentence, ..reading };
    }
    for Planted { whose, tried: validator } in tried {
        let named = format!("{}{}", validator.validator, whose.map_or_else(String::new, |test| format!(" ({test})")));
        reading.planted += validator.planted().count() as u64;
        reading.caught += validator.caught() as u64;
        if let Some(problem) = &validator.problem {
            reading.troubles.push(format!("{named}: the controls could not be tried: {problem}"));
        }
        let misses = validator.controls.iter().filter(|control| !control.as_expected);
        reading.troubles.extend(misses.map(|control| {
            let (planted, must, said) = (&control.planted, &control.expected_verdict, &control.verdict);
            format!("{named}: \u{201c}{planted}\u{201d} must come out as {must}, and was {said}")
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
