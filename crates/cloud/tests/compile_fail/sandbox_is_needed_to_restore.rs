use backproof_cloud::{RunRestores, StartRestore};

async fn restore(restores: &dyn RunRestores, request: &StartRestore) {
    restores.start_restore(request).await.ok();
}

fn main() {}
