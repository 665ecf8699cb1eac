//! How much room the disk under the state directory has.

use crate::{Store, StoreError};

impl Store {
    /// How many bytes this process may still write to the file system of the state directory.
    ///
    /// # Errors
    /// Fails where the operating system does not tell.
    pub fn free_bytes(&self) -> Result<u64, StoreError> {
        let directory = self.directory();
        let found = rustix::fs::statvfs(directory).map_err(|error| StoreError::files(directory)(error.into()))?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}
