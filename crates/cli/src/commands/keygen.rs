//! `backproof keygen`: makes the key of an approver, a reviewer or an operator.

use anyhow::Context;
use backproof_signing::PrivateKey;
use rand::TryRng;

use crate::args::plan::Keygen;
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::files;
use crate::output::print_json;

pub(crate) fn perform(common: &Common, keygen: &Keygen) -> anyhow::Result<Exit> {
    let name = keygen.out.display();
    if keygen.out.exists() {
        let problem =
            format!("`{name}` is there already, and a key is never overwritten; name another file with --out");
        return Err(UsageError(problem).into());
    }
    let mut bytes = [0_u8; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
    let key = PrivateKey::of_random_bytes(&bytes);
    files::write_secret(&keygen.out, key.to_pem().trim_end()).map_err(|error| UsageError(format!("{error:#}")))?;
    let public = key.public();
    match common.output {
        Format::Json => print_json(&serde_json::json!({
            "private_key_file": keygen.out,
            "key_id": public.id(),
            "public_key": public.to_base64(),
            "public_key_pem": public.to_pem(),
        }))?,
        Format::Text => {
            println!("The private key is in `{name}`, which nobody but you can read. It is not copied anywhere.");
            println!("key id      {}", public.id());
            println!("public key  {}", public.to_base64());
            println!();
            print!("{}", public.to_pem());
            println!();
            println!("In the trust file:");
            println!();
            println!("[[person]]");
            println!("name = {}", quoted(keygen.person.as_deref().unwrap_or("Your Name")));
            println!("key = \"{}\"", public.to_base64());
            println!("roles = [\"approver\"]");
        }
    }
    Ok(Exit::Passed)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
