//! An upload in parts: what S3 has already is not sent again.

use std::collections::BTreeMap;

use backproof_clock::SharedClock;
use backproof_cloud::{Answered, NewObject, ObjectArchive, StoredPart, Trouble, Written};

use crate::fingerprint::Fingerprint;
use crate::progress::{Progress, ProgressFile};
use crate::{ArchiveError, Content};

/// Begins or goes on, until S3 has made a version of it.
pub(crate) async fn upload(
    objects: &dyn ObjectArchive,
    object: &NewObject,
    content: &Content,
    print: &Fingerprint,
    progress: &ProgressFile,
    clock: &SharedClock,
) -> Result<Answered<Written>, ArchiveError> {
    let of_call = ArchiveError::of_call(objects.address());
    let found = unfinished(objects, object, print, progress).await?;
    let Begun { upload_id, parts: stored } = match found {
        Some(begun) => begun,
        None => {
            Begun { upload_id: objects.begin_upload(object).await.map_err(&of_call)?.value, parts: BTreeMap::new() }
        }
    };
    progress.write(&Progress {
        bucket: objects.address().bucket.clone(),
        key: object.key.clone(),
        sha256: hex::encode(print.sha256),
        upload_id: upload_id.clone(),
        begun_at: clock.now(),
    })?;
    let mut parts = Vec::new();
    for (number, sha256) in (1..).zip(&print.parts) {
        if let Some(part) = stored.get(&number) {
            parts.push(part.clone());
            continue;
        }
        let (content, print) = (content.clone(), print.clone());
        let body = crate::archive::blocking(clock, move || print.part(&content, number)).await?;
        let answer = objects.put_part(&object.key, &upload_id, number, *sha256, body).await.map_err(&of_call)?;
        parts.push(StoredPart { sha256: Some(*sha256), ..answer.value });
    }
    let written = objects.complete_upload(&object.key, &upload_id, &parts).await.map_err(&of_call)?;
    progress.forget();
    Ok(written)
}

/// An upload that was begun, with the parts of it that are what they must be.
struct Begun {
    upload_id: String,
    parts: BTreeMap<u32, StoredPart>,
}

/// The unfinished upload of this content that has most of it: the one that is remembered, or any that S3 lists.
async fn unfinished(
    objects: &dyn ObjectArchive,
    object: &NewObject,
    print: &Fingerprint,
    progress: &ProgressFile,
) -> Result<Option<Begun>, ArchiveError> {
    let of_call = ArchiveError::of_call(objects.address());
    let remembered = progress.read(&hex::encode(print.sha256)).map(|progress| progress.upload_id);
    let listed = objects.unfinished_uploads(&object.key).await.map_err(&of_call)?;
    let mut candidates: Vec<String> = remembered.iter().cloned().collect();
    candidates.extend(listed.into_iter().map(|upload| upload.upload_id).filter(|id| remembered.as_ref() != Some(id)));
    let mut best: Option<Begun> = None;
    for upload_id in candidates {
        let stored = match objects.parts(&object.key, &upload_id).await {
            Ok(stored) => stored,
            Err(error) if error.trouble == Trouble::NotFound => continue,
            Err(error) => return Err(of_call(error)),
        };
        let has_none = stored.is_empty();
        let parts: BTreeMap<u32, StoredPart> =
            stored.into_iter().filter(|part| is_what_it_must_be(part, print)).map(|part| (part.number, part)).collect();
        // Parts of which none fits are another content's.
        let serves = has_none || !parts.is_empty() || remembered.as_deref() == Some(&upload_id);
        if serves && best.as_ref().is_none_or(|best| best.parts.len() < parts.len()) {
            best = Some(Begun { upload_id, parts });
        }
    }
    Ok(best)
}

fn is_what_it_must_be(part: &StoredPart, print: &Fingerprint) -> bool {
    let expected = part.number.checked_sub(1).and_then(|index| print.parts.get(index as usize));
    expected.is_some() && part.sha256.as_ref() == expected && part.bytes == print.bytes_of_part(part.number)
}
