use backproof_cloud::SourceAccess;
use backproof_model::RecoveryPointArn;

async fn delete(source: SourceAccess, point: &RecoveryPointArn) {
    source.backups.delete_recovery_point("daily", point).await.ok();
}

fn main() {}
