//! What the service answers to machines.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use backproof_service::Service;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::stage::{Script, Stage, daily};

async fn ask(service: &Arc<Service>, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = service.router("1.2.3").oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn health(service: &Arc<Service>) -> (StatusCode, Value) {
    let (status, body) = ask(service, "/healthz").await;
    (status, serde_json::from_str(&body).unwrap())
}

#[test]
fn health_turns_bad_when_the_loop_hangs_and_good_when_it_goes_on() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (service, _stop, task) = player.serve();
        stage.until("2026-03-02T03:30:00Z").await;
        let (status, said) = health(&service).await;
        assert_eq!((status, &said["healthy"]), (StatusCode::OK, &Value::Bool(true)));
        assert!(said["working_on"][0].as_str().unwrap().contains("2026-03-02T02:00:00Z"), "{said}");
        stage.until("2026-03-02T12:00:00Z").await;
        player.change(|script| script.hangs = true);
        stage.until("2026-03-02T12:15:00Z").await;
        let (status, said) = health(&service).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(said["problems"][0].as_str().unwrap().contains("has not looked"), "{said}");
        task.abort();
    });
}

#[test]
fn metrics_tell_two_clocks_and_survive_a_restart() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (service, stop, task) = player.serve();
        stage.until("2026-03-03T12:00:00Z").await;
        let (status, first) = ask(&service, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        stop.cancel();
        task.await.unwrap();
        player.store.clone().close().await;

        let player = stage.player(daily()).await;
        let (service, stop, task) = player.serve();
        stage.until("2026-03-03T12:10:00Z").await;
        let (_, second) = ask(&service, "/metrics").await;
        stop.cancel();
        task.await.unwrap();
        let but_for_looks = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("last_look"));
            lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(but_for_looks(&first), but_for_looks(&second));
        for line in [
            "backproof_build_info{version=\"1.2.3\"} 1",
            "backproof_overdue{plan=\"daily\"} 0.0",
            "backproof_missed_occurrences{plan=\"daily\"} 0.0",
            "backproof_last_run_outcomes{plan=\"daily\",outcome=\"passed\"} 1.0",
            "backproof_last_run_outcomes{plan=\"daily\",outcome=\"failed\"} 0.0",
            "backproof_last_run_cost_estimate{plan=\"daily\",currency=\"USD\"} 1.25",
            "backproof_open_exceptions{plan=\"daily\"} 0.0",
            "backproof_leftovers{plan=\"daily\"} 0.0",
            "backproof_next_due_timestamp_seconds{plan=\"daily\"} 1772589600.0",
        ] {
            assert!(second.lines().any(|found| found == line), "{line} is not in\n{second}");
        }
        let of = |name: &str| {
            let line = second.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{second}"));
            line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
        };
        let (run, success) =
            (of("backproof_last_run_timestamp_seconds"), of("backproof_last_success_timestamp_seconds"));
        assert!((1_772_500_000.0..1_772_540_000.0).contains(&run), "{run}");
        assert!((run..run + 60.0).contains(&success), "{run} {success}");
        assert!(second.ends_with("# EOF\n") && !second.contains("arn:"));
    });
}

#[test]
fn nothing_else_is_answered_and_nothing_can_be_changed() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(Script::default()).await;
        let (service, stop, task) = player.serve();
        for path in ["/", "/metrics/", "/healthz/x", "/run"] {
            assert_eq!(ask(&service, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let post = Request::post("/healthz").body(Body::empty()).unwrap();
        let response = service.router("1.2.3").oneshot(post).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        stop.cancel();
        task.await.unwrap();
    });
}
