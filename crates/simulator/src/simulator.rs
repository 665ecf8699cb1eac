//! The way of one call: read, count, sign in, meet faults, be served, be written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backproof_clock::SharedClock;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use jiff::Timestamp;
use serde_json::Value;

use crate::backup::JobSummary;
use crate::damage;
use crate::faults::{FaultAt, Met};
use crate::iam;
use crate::kms;
use crate::logs;
use crate::request::{self, Incoming, Input, NotJson};
use crate::secrets;
use crate::service_quotas;
use crate::sign_in;
use crate::sns::Published;
use crate::ssm::{SilentListener, Surroundings};
use crate::state::{CallRecord, State};
use crate::sts;
use crate::throttle;
use crate::wire::{Answer, ApiError, CallContext, Service, render_answer, render_error};
use crate::world::{FaultKind, World};

/// How long a call that meets [`FaultKind::Timeout`] hangs before its connection dies.
const HANGING: Duration = Duration::from_hours(1);

/// The connection dies before an answer comes. The call may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was closed before an answer came")]
pub struct LostAnswer;

/// A simulated AWS. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct Simulator {
    pub(crate) world: Arc<World>,
    pub(crate) clock: SharedClock,
    state: Arc<Mutex<State>>,
}

/// What became of a call under the lock.
enum Fate {
    Answered(Response<Bytes>),
    Lost,
    Hanging,
}

impl Simulator {
    /// Makes a world live. The clock should read the world's start.
    pub fn new(world: World, clock: SharedClock) -> Self {
        let world = Arc::new(world);
        let state = Arc::new(Mutex::new(State::new(&world)));
        Self { world, clock, state }
    }

    /// The world that is simulated, as it was at the start.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Answers one HTTP request of any AWS client.
    ///
    /// # Errors
    /// A fault of the world has the connection die; see [`FaultKind::LostAnswer`] and [`FaultKind::Timeout`].
    pub async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, LostAnswer> {
        match self.serve_call(&request) {
            Fate::Answered(response) => Ok(response),
            Fate::Lost => Err(LostAnswer),
            Fate::Hanging => {
                self.clock.sleep(HANGING).await;
                Err(LostAnswer)
            }
        }
    }

    /// Has a call meet a fault.
    pub fn inject(&self, fault: FaultAt) {
        self.state().faults.inject(fault);
    }

    /// Every call so far, in the order of arrival.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().calls.clone()
    }

    /// The ARNs of what exists in an account that a restore could have created, in all Regions: tables, DB instances,
    /// automated backups of instances that are gone, snapshots made since the start, log groups and secrets of restored
    /// instances.
    pub fn existing_resources(&self, account: &str) -> Vec<String> {
        let now = self.now();
        let mut state = self.state();
        state.build_tables_of(&self.world, account);
        state.advance(now);
        let mut arns = state.tables.arns(account, now);
        arns.extend(state.rds.arns(account));
        arns.extend(state.networks.arns(account));
        arns
    }

    /// The ARNs of the recovery points in an account's vaults, copies included, in all Regions.
    pub fn recovery_points(&self, account: &str) -> Vec<String> {
        let now = self.now();
        let mut state = self.state();
        state.advance(now);
        state.backup.point_arns(account)
    }

    /// Every restore job of every account, in the order of starting, as it stands now.
    pub fn restore_jobs(&self) -> Vec<JobSummary> {
        let now = self.now();
        let mut state = self.state();
        state.advance(now);
        state.backup.job_summaries()
    }

    /// Every message that was published to a topic, in the order of publishing.
    pub fn published(&self) -> Vec<Published> {
        self.state().topics.published.clone()
    }

    /// What time it is in AWS.
    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock_behind.before(self.world.clock_ahead.after(self.clock.now()))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve_call(&self, request: &Request<Bytes>) -> Fate {
        let mut incoming = request::read(request);
        let now = self.now();
        let mut state = self.state();
        let (service, operation) = (incoming.service, incoming.operation.clone());
        let region = incoming.scope.region.clone();
        let region = region.unwrap_or_else(|| self.world.region_or_default(None).to_owned());
        let caller = sign_in::caller(&incoming.scope.access_key, &state.sessions, &self.world, service, now);
        let account = caller.as_ref().map(|caller| caller.account.clone()).unwrap_or_default();
        let index = state.calls.len() as u64 + 1;
        let passed = now.duration_since(self.world.start);
        let fault = state.faults.meet(&Met { index, passed, service, operation: &operation, account: &account });
        let record = CallRecord { index, account, region: region.clone(), service, operation, at: now, status: None };
        tracing::debug!(index, service = service.name(), operation = record.operation, ?fault, "call");
        let place = state.calls.len();
        state.calls.push(record);
        if fault == Some(FaultKind::Timeout) {
            return Fate::Hanging;
        }
        if let Some(moved @ (FaultKind::PageBeginsEarlier | FaultKind::PageBeginsLater)) = fault {
            damage::move_page(&mut incoming, moved == FaultKind::PageBeginsEarlier);
        }
        state.strip_tags(&self.world);
        let request_id = crate::ids::named("request", &index.to_string()).to_string();
        let served = caller.and_then(|caller| {
            let ctx = CallContext {
                account: caller.account.clone(),
                region,
                caller_arn: caller.arn.clone(),
                role: caller.role.clone(),
                now,
                request_id: request_id.clone(),
            };
            let admitted = self.admit(&mut state, &incoming, &caller, &ctx, fault);
            let served = admitted.and_then(|()| self.dispatch(&mut state, &incoming, &ctx));
            state.events.note(service, &incoming.operation, &incoming.input, &ctx, &served);
            served
        });
        if fault == Some(FaultKind::LostAnswer) {
            return Fate::Lost;
        }
        let mut response = match served {
            Ok(mut answer) => {
                if fault == Some(FaultKind::RepeatPageToken) {
                    damage::repeat_page_token(&mut answer, &incoming);
                }
                render_answer(service, &incoming.operation, answer, &request_id)
            }
            Err(error) => render_error(service, &error, &request_id),
        };
        if fault == Some(FaultKind::TruncatedBody) {
            damage::truncate(&mut response);
        }
        date(&mut response, now);
        state.calls[place].status = Some(response.status().as_u16());
        Fate::Answered(response)
    }

    /// Everything that can refuse a call before the service sees it.
    fn admit(
        &self,
        state: &mut State,
        incoming: &Incoming,
        caller: &sign_in::Caller,
        ctx: &CallContext,
        fault: Option<FaultKind>,
    ) -> Result<(), ApiError> {
        let (service, operation) = (incoming.service, incoming.operation.as_str());
        match fault {
            Some(FaultKind::Throttle) => return Err(throttle::rate_exceeded(service)),
            Some(FaultKind::ServerError) => return Err(damage::server_error(service)),
            Some(FaultKind::AccessDenied) => {
                return Err(sign_in::denied(service, &caller.arn, &format!("{}:{operation}", service.name())));
            }
            Some(FaultKind::ExpiredToken) => return Err(sign_in::expired(service)),
            Some(
                FaultKind::LostAnswer
                | FaultKind::Timeout
                | FaultKind::RepeatPageToken
                | FaultKind::TruncatedBody
                | FaultKind::PageBeginsEarlier
                | FaultKind::PageBeginsLater,
            )
            | None => {}
        }
        if self.world.throttling {
            state.throttle.admit(service, operation, &ctx.account, &ctx.region, ctx.now)?;
        }
        sts::check_permission(service, operation, caller, &self.world)
    }

    fn dispatch(&self, state: &mut State, incoming: &Incoming, ctx: &CallContext) -> Result<Answer, ApiError> {
        if incoming.service == Service::DynamoDb || incoming.operation == "StartRestoreJob" {
            state.build_tables(&self.world, &ctx.account, &ctx.region);
        }
        state.advance(ctx.now);
        let State { backup, tables, networks, rds, port_sessions, probe, sessions, topics, events, ids, .. } = state;
        let operation = incoming.operation.as_str();
        match (incoming.service, incoming.input.clone()) {
            (Service::Backup, Input::Rest { labels, query, body }) => {
                backup.call(operation, &crate::backup::Asked { ctx, labels, query, body: json(body)? })
            }
            (Service::DynamoDb, Input::Json(body)) => tables.call(operation, json(body)?, ctx),
            (Service::Sts, Input::Form(params)) => {
                sts::call(operation, &params, ctx, &self.world, sessions, ids).map(Answer::xml)
            }
            (Service::Rds, Input::Form(params)) => rds.call(operation, &params, ctx, networks).map(Answer::xml),
            (Service::Ec2, Input::Form(params)) => networks.call(operation, &params, ctx).map(Answer::xml),
            (Service::Logs, Input::Json(body)) => logs::call(operation, &json(body)?, ctx, rds.site(ctx)),
            (Service::SecretsManager, Input::Json(body)) => secrets::call(operation, &json(body)?, rds.site(ctx)),
            (Service::Iam, Input::Form(params)) => iam::call(operation, &params, ctx, &self.world).map(Answer::xml),
            (Service::Sns, Input::Form(params)) => topics.call(operation, &params, ctx, &self.world).map(Answer::xml),
            (Service::Kms, Input::Json(body)) => kms::call(operation, &json(body)?, ctx, &self.world),
            (Service::ServiceQuotas, Input::Json(body)) => {
                service_quotas::call(operation, &json(body)?, ctx, &self.world)
            }
            (Service::CloudTrail, Input::Json(body)) => events.call(operation, &json(body)?, ctx, &self.world),
            (Service::Ssm, Input::Json(body)) => {
                let probe = probe.as_ref().map(SilentListener::port);
                let is_inside = |port| Some(port) == probe || rds.owns_port(&ctx.account, port);
                let instances = &networks.of(&ctx.account, &ctx.region).tunnel_instances;
                let around = Surroundings { instances, is_inside: &is_inside };
                port_sessions.call(operation, &json(body)?, ctx, &around)
            }
            (service, Input::Rest { .. } | Input::Json(_) | Input::Form(_)) => {
                Err(ApiError::unknown_operation(service.name(), operation))
            }
        }
    }
}

/// Says what time it is in AWS, as all its answers do.
fn date(response: &mut Response<Bytes>, now: Timestamp) {
    let told = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(told) = HeaderValue::from_str(&told) {
        response.headers_mut().insert(header::DATE, told);
    }
}

/// A body that must be JSON.
fn json(body: Result<Value, NotJson>) -> Result<Value, ApiError> {
    body.map_err(|NotJson| ApiError::client("SerializationException", "the body is not JSON"))
}
