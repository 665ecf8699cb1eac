use backproof_cloud::{SourceAccess, StartRestore};

async fn restore(source: SourceAccess, request: &StartRestore) {
    source.restores.start_restore(request).await.ok();
}

fn main() {}
