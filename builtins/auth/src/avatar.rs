//! Pictures of people, as rows of `_user_avatar`.

use guesthouse::sqlite::{Database, blob};
use imagesize::ImageType;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::limits;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    pub file: Vec<u8>,
    pub media_type: String,
    pub digest: Vec<u8>,
}

/// Nothing where the account is gone.
const SET: &str = "INSERT INTO _user_avatar (user, file, type, digest) SELECT id, ?2, ?3, ?4 FROM _user WHERE id = ?1
    ON CONFLICT (user) DO UPDATE SET file = excluded.file, type = excluded.type, digest = excluded.digest, updated = unixepoch()";

impl Avatar {
    /// Takes a file for what its bytes say that it is, whatever the client says.
    pub fn of_file(file: Vec<u8>) -> Result<Self, Error> {
        if file.len() as u64 > limits::AVATAR_BYTES_MAX {
            return Err(Error::PictureTooLarge);
        }
        let media_type = match imagesize::image_type(&file) {
            Ok(ImageType::Png) => "image/png",
            Ok(ImageType::Jpeg) => "image/jpeg",
            _ => return Err(Error::Invalid("the file is neither a PNG nor a JPEG")),
        };
        let size = imagesize::blob_size(&file).map_err(|_| Error::Invalid("the picture is broken"))?;
        let allowed = 1..=limits::AVATAR_PIXELS_MAX;
        if !allowed.contains(&size.width) || !allowed.contains(&size.height) {
            return Err(Error::Invalid(
                "the picture must have at most 4096 pixels in each direction",
            ));
        }
        Ok(Self {
            digest: Sha256::digest(&file).to_vec(),
            media_type: media_type.into(),
            file,
        })
    }

    /// What somebody looks like, if they say so.
    pub async fn of_user(database: &Database, user: &[u8]) -> Result<Option<Self>, Error> {
        let sql = "SELECT file, type, digest FROM _user_avatar WHERE user = ?1";
        let rows = database.query(sql, vec![blob(user)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Self {
            file: row.get::<&[u8]>(0)?.to_vec(),
            media_type: row.get(1)?,
            digest: row.get::<&[u8]>(2)?.to_vec(),
        }))
    }

    pub async fn set(self, database: &Database, user: &[u8]) -> Result<(), Error> {
        let parameters = vec![blob(user), blob(self.file), self.media_type.into(), blob(self.digest)];
        database.execute(SET, parameters).await?;
        Ok(())
    }
}

pub async fn remove(database: &Database, user: &[u8]) -> Result<(), Error> {
    database
        .execute("DELETE FROM _user_avatar WHERE user = ?1", vec![blob(user)])
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of a PNG, which say how large it is.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let start = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [
            start.as_slice(),
            &width.to_be_bytes(),
            &height.to_be_bytes(),
            &[8, 2, 0, 0, 0],
        ]
        .concat()
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let avatar = Avatar::of_file(png(4096, 1)).unwrap();
        assert_eq!((avatar.media_type.as_str(), avatar.digest.len()), ("image/png", 32));
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0";
        assert_eq!(Avatar::of_file(jpeg.to_vec()).unwrap().media_type, "image/jpeg");
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let wide = Error::Invalid("the picture must have at most 4096 pixels in each direction");
        for size in [(4097, 1), (1, 4097), (0, 1)] {
            assert_eq!(Avatar::of_file(png(size.0, size.1)), Err(wide.clone()), "{size:?}");
        }
        for file in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a\x01\0\x01\0",
            &png(1, 1)[..17],
            b"\xff\xd8\xff",
        ] {
            assert!(
                matches!(Avatar::of_file(file.to_vec()), Err(Error::Invalid(_))),
                "{file:?}"
            );
        }
        let large = [png(1, 1), vec![0; 512 * 1024]].concat();
        assert_eq!(Avatar::of_file(large), Err(Error::PictureTooLarge));
    }
}
