//! The logo: a picture as a `data:` URI.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage, SvgImage};

use crate::PdfError;

/// A picture and its format as Typst calls it.
pub(crate) struct Logo {
    pub(crate) format: &'static str,
    pub(crate) bytes: Bytes,
}

/// Reads a logo and sees whether it can be drawn.
pub(crate) fn read(uri: &str) -> Result<Logo, PdfError> {
    let fail = |reason: String| Err(PdfError::Logo { reason });
    let Some((media_type, data)) = uri.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) else {
        return fail("is no `data:` URI in base64".to_owned());
    };
    let bytes = match STANDARD.decode(data) {
        Ok(bytes) => Bytes::new(bytes),
        Err(error) => return fail(format!("is not base64 ({error})")),
    };
    let (format, drawn) = match media_type {
        "image/png" => ("png", raster(&bytes, ExchangeFormat::Png)),
        "image/jpeg" => ("jpg", raster(&bytes, ExchangeFormat::Jpg)),
        "image/svg+xml" => ("svg", SvgImage::new(bytes.clone()).map(drop).map_err(|_| "it is no SVG".to_owned())),
        other => return fail(format!("is of the type {other:?}")),
    };
    match drawn {
        Ok(()) => Ok(Logo { format, bytes }),
        Err(reason) => fail(format!("cannot be drawn ({reason})")),
    }
}

fn raster(bytes: &Bytes, format: ExchangeFormat) -> Result<(), String> {
    RasterImage::plain(bytes.clone(), format).map(drop).map_err(|reason| reason.to_string())
}
