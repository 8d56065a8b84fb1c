//! QR codes as pictures.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::Error;

/// Modules of white around the code, as the standard asks for.
const MARGIN: i32 = 4;
/// Pixels of a module's side.
const SCALE: i32 = 5;

/// A text as a black and white PNG.
pub fn png(text: &str) -> Result<Vec<u8>, Error> {
    let failed = |why: String| Error::Internal(format!("a QR code cannot be made: {why}"));
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|error| failed(error.to_string()))?;
    let side = (code.size() + 2 * MARGIN) * SCALE;
    let is_dark = |x: i32, y: i32| code.get_module(x / SCALE - MARGIN, y / SCALE - MARGIN);
    let row = |y: i32| (0..side).map(move |x| if is_dark(x, y) { 0 } else { u8::MAX });
    let pixels: Vec<u8> = (0..side).flat_map(row).collect();

    let mut file = Vec::new();
    let pixels_wide = u32::try_from(side).unwrap_or_default();
    let mut encoder = png::Encoder::new(&mut file, pixels_wide, pixels_wide);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().map_err(|error| failed(error.to_string()))?;
    writer
        .write_image_data(&pixels)
        .map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_with_its_corners_marked() {
        let file = png("otpauth://totp/a?secret=b").unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        let at = |x: u32, y: u32| pixels[(y * info.width + x) as usize];
        assert_eq!((at(0, 0), at(20, 20), at(25, 25), at(30, 30)), (255, 0, 255, 0));
    }
}
