//! What must be listed in source accounts.

use backproof_cloud::SourceAccess;
use futures_util::future::join_all;

use super::identities::Opened;
use super::{Examined, Subject};

pub(super) async fn examine(opened: &Opened) -> Vec<Examined> {
    join_all(opened.sources.iter().map(account)).await.concat()
}

async fn account(source: &SourceAccess) -> Vec<Examined> {
    let subject = Subject::Source;
    let what = format!("source account {} in {}", source.account, source.region);
    let (vaults, resources) =
        tokio::join!(source.backups.list_vaults(None), source.backups.list_protected_resources(None));
    let vaults = {
        let (what, how) = (format!("{what}: vaults"), "backup:ListBackupVaults");
        match vaults {
            Ok(page) if page.items.is_empty() => {
                let mend = "check scope.regions, and whether anything is backed up there";
                subject.doubtful(what, how, "there are none on the first page", mend)
            }
            Ok(page) => subject.good(what, how, format!("{} on the first page", page.items.len())),
            Err(error) => {
                subject.bad(what, how, error.to_string(), "allow backup:List* and backup:Describe* to the source role")
            }
        }
    };
    let resources = {
        let (what, how) = (format!("{what}: protected resources"), "backup:ListProtectedResources");
        match resources {
            Ok(page) => subject.good(what, how, format!("{} on the first page", page.items.len())),
            Err(error) => subject.bad(
                what,
                how,
                error.to_string(),
                "allow backup:ListProtectedResources to the source role; without it nobody can say what is not covered",
            ),
        }
    };
    vec![vaults, resources]
}
