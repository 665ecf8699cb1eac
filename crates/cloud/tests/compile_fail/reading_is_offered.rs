//! The way that the others go, up to where they are refused.

use backproof_cloud::SourceAccess;

async fn read(source: SourceAccess) {
    source.backups.list_vaults(None).await.ok();
}

fn main() {
    let _ = read;
}
