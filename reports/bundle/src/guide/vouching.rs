//! How to check who vouches for a bundle. The same for every bundle: attestations come after the sealing.

/// Signatures, by openssl alone.
pub(super) const SIGNATURES: &str = r#"## 8. Signatures

Each `attestations/*.dsse.json` is a DSSE envelope around an in-toto statement. What is signed is `DSSEv1`, the length and
text of the payload's type, the length and text of the payload. The statement carries the signer's public key; whose key
that is, it cannot say: compare its SHA-256 with what the person told you, or with your trust file.

```sh
mkdir "$work/keys"
for envelope in attestations/*.dsse.json; do
  [ -e "$envelope" ] || { echo "nobody has signed this bundle"; break; }
  tr -d ' \n' < "$envelope" | sed 's/.*"payload":"\([^"]*\)".*/\1/' | base64 -d > "$work/payload"
  key=$(grep -o '"public_key":"[^"]*"' "$work/payload" | cut -d'"' -f4)
  [ -z "$key" ] || printf %s "$key" | base64 -d > "$work/keys/$(basename "$envelope").der"
done
for envelope in attestations/*.dsse.json; do
  [ -e "$envelope" ] || break
  tr -d ' \n' < "$envelope" | sed 's/.*"payload":"\([^"]*\)".*/\1/' | base64 -d > "$work/payload"
  tr -d ' \n' < "$envelope" | sed 's/.*"sig":"\([^"]*\)".*/\1/' | base64 -d > "$work/signature"
  type=$(tr -d ' \n' < "$envelope" | sed 's/.*"payloadType":"\([^"]*\)".*/\1/')
  { printf 'DSSEv1 %s %s %s ' "${#type}" "$type" "$(wc -c < "$work/payload")"; cat "$work/payload"; } > "$work/signed"
  verdict="WRONG: no key signed it"
  for key in "$work"/keys/*.der; do
    case $(openssl pkey -pubin -inform DER -in "$key" -noout -text) in
      *ED25519*) openssl pkeyutl -verify -pubin -keyform DER -inkey "$key" -rawin -in "$work/signed" \
        -sigfile "$work/signature" > /dev/null 2>&1 ;;
      *) openssl dgst -sha256 -verify "$key" -keyform DER -signature "$work/signature" "$work/signed" > /dev/null 2>&1 ;;
    esac && verdict="signed by key $(sha256sum "$key" | cut -d' ' -f1)"
  done
  grep -qF "\"sha256\":\"$seal\"" "$work/payload" || verdict="WRONG: it is about another seal"
  echo "$envelope: $verdict"
done
```

What somebody stated, and in which role, stands in the payload:

```sh
for envelope in attestations/*.dsse.json; do
  [ -e "$envelope" ] || break
  tr -d ' \n' < "$envelope" | sed 's/.*"payload":"\([^"]*\)".*/\1/' | base64 -d; echo
done
```

The operator is named in `run.json`. A sign-off counts only where it is by somebody else, with another key.

"#;

/// Time-stamps, by openssl alone.
pub(super) const TIME_STAMPS: &str = r#"## 9. Time-stamps

Each `attestations/*.tsr` is the answer of a time-stamping authority (RFC 3161) over `SHA256SUMS` or over one of the
envelopes. Put the certificates of authorities that you trust, in PEM, into a file and name it:

```sh
authorities=${authorities:-authorities.pem}
for stamp in attestations/*.tsr; do
  [ -e "$stamp" ] || { echo "there is no time-stamp"; break; }
  verdict="WRONG: of none of the files, or by nobody in $authorities"
  for file in SHA256SUMS attestations/*.dsse.json; do
    openssl ts -verify -data "$file" -in "$stamp" -CAfile "$authorities" > /dev/null 2>&1 && verdict="of $file"
  done
  echo "$stamp: $verdict"
  openssl ts -reply -in "$stamp" -text 2> /dev/null | grep '^Time stamp:'
done
```

"#;
