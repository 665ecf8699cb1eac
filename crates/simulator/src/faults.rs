//! Which call meets which fault.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::wire::Service;
use crate::world::{CallFault, FaultKind};

/// A fault for one call, counted over all services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultAt {
    /// The number of the call, counted from 1 in the order of arrival.
    pub call: u64,
    /// What happens to it.
    pub kind: FaultKind,
}

/// A call that may meet a fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met<'a> {
    /// Its number.
    pub index: u64,
    /// How long after the world's start it came.
    pub passed: SignedDuration,
    /// The service.
    pub service: Service,
    /// The operation.
    pub operation: &'a str,
    /// Who calls.
    pub account: &'a str,
}

/// The faults of a world and those that a test injects.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    planned: Vec<(CallFault, u64)>,
    injected: BTreeMap<u64, FaultKind>,
}

impl Faults {
    /// The faults of a world; no call has been made.
    pub(crate) fn new(planned: &[CallFault]) -> Self {
        Self { planned: planned.iter().map(|fault| (fault.clone(), 0)).collect(), injected: BTreeMap::new() }
    }

    /// Adds a fault for one call.
    pub(crate) fn inject(&mut self, fault: FaultAt) {
        self.injected.insert(fault.call, fault.kind);
    }

    /// The fault that a call meets, if any; counts the call. Call it once for each.
    pub(crate) fn meet(&mut self, call: &Met<'_>) -> Option<FaultKind> {
        let mut met = self.injected.get(&call.index).copied();
        let seconds = call.passed.as_secs();
        for (position, (fault, calls)) in self.planned.iter_mut().enumerate() {
            let concerns = fault.service.as_deref().is_none_or(|name| name == call.service.name())
                && fault.operation.as_deref().is_none_or(|name| name == call.operation)
                && fault.account.as_deref().is_none_or(|name| name == call.account)
                && fault.after.is_none_or(|after| seconds >= i64::from(after.as_seconds()))
                && fault.until.is_none_or(|until| seconds < i64::from(until.as_seconds()));
            if !concerns {
                continue;
            }
            *calls += 1;
            let numbered = fault.nth.is_empty() || fault.nth.contains(calls);
            let drawn = fault.rate.is_none_or(|rate| share(position, *calls) < rate);
            if met.is_none() && numbered && drawn {
                met = Some(fault.kind);
            }
        }
        met
    }
}

/// A number from 0 to 1 that belongs to a call of a fault.
fn share(position: usize, call: u64) -> f64 {
    let digest = Sha256::digest(format!("{position}/{call}"));
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(number) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_and_a_share_of_the_calls_meet_their_fault() {
        let planned: Vec<CallFault> = toml::from_str::<BTreeMap<String, Vec<CallFault>>>(
            r#"
            faults = [
                { service = "backup", operation = "StartRestoreJob", nth = [2], kind = "lost-answer" },
                { operation = "Scan", rate = 0.25, kind = "throttle" },
            ]
            "#,
        )
        .unwrap()
        .remove("faults")
        .unwrap();
        let mut faults = Faults::new(&planned);
        let passed = SignedDuration::ZERO;
        let mut meet =
            |index, service, operation| faults.meet(&Met { index, passed, service, operation, account: "1" });
        assert_eq!(meet(1, Service::Backup, "StartRestoreJob"), None);
        assert_eq!(meet(2, Service::Backup, "ListTags"), None);
        assert_eq!(meet(3, Service::Backup, "StartRestoreJob"), Some(FaultKind::LostAnswer));
        assert_eq!(meet(4, Service::Backup, "StartRestoreJob"), None);
        let throttled = (5..1005).filter(|call| meet(*call, Service::DynamoDb, "Scan").is_some()).count();
        assert!((200..300).contains(&throttled), "{throttled}");
    }

    #[test]
    fn an_injected_fault_meets_its_call_only() {
        let mut faults = Faults::default();
        faults.inject(FaultAt { call: 2, kind: FaultKind::Timeout });
        let (service, operation, passed) = (Service::Sts, "AssumeRole", SignedDuration::ZERO);
        let met: Vec<_> =
            (1..4).map(|index| faults.meet(&Met { index, passed, service, operation, account: "1" })).collect();
        assert_eq!(met, [None, Some(FaultKind::Timeout), None]);
    }

    #[test]
    fn a_fault_has_its_time() {
        let fault = "faults = [{ after = \"10m\", until = \"1h\", kind = \"expired-token\" }]";
        let planned = toml::from_str::<BTreeMap<String, Vec<CallFault>>>(fault).unwrap().remove("faults").unwrap();
        let mut faults = Faults::new(&planned);
        let met = [9, 10, 59, 60].map(|minutes| {
            let passed = SignedDuration::from_mins(minutes);
            let call = Met { index: 1, passed, service: Service::Backup, operation: "ListTags", account: "1" };
            faults.meet(&call).is_some()
        });
        assert_eq!(met, [false, true, true, false]);
    }
}
