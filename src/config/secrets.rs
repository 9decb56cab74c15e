//! Reading secrets from the files that the settings name. They are never printed: a
//! fault names the file and what was expected, not what was found (DESIGN I8).

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use super::values;
use super::{ProviderApi, TokenSource};
use crate::domain::sensitive::Sensitive;
use crate::problem::{Problem, area::config as entries};

/// The secret in a file: its text without white space at the ends.
///
/// # Errors
/// The file cannot be read or holds nothing.
pub fn secret(file: &Path) -> Result<Sensitive<String>, Problem> {
    let place = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Problem::new(&entries::FILE_UNREADABLE)
            .at(&place)
            .with(error.kind().to_string())
    })?;
    let text = text.trim();
    if text.is_empty() {
        let problem = Problem::new(&entries::BAD_SECRET).at(place);
        return Err(problem.with("the file is empty"));
    }
    Ok(Sensitive::new(text.to_owned()))
}

/// The 32 bytes of the master key.
///
/// # Errors
/// The file cannot be read or does not hold 64 hexadecimal digits.
pub fn master_key(file: &Path) -> Result<Sensitive<[u8; 32]>, Problem> {
    let text = secret(file)?;
    let key = values::sha256(text.expose()).map(Sensitive::new);
    key.ok_or_else(|| {
        Problem::new(&entries::BAD_SECRET)
            .at(file.display().to_string())
            .with("expected 64 hexadecimal digits")
    })
}

/// The provider and the SHA-256 digest of each token that may call the provider API.
///
/// # Errors
/// Every token file that cannot be read, at once.
pub fn token_digests(api: &ProviderApi) -> Result<Vec<(String, [u8; 32])>, Vec<Problem>> {
    let mut digests = Vec::new();
    let mut faults = Vec::new();
    for token in &api.tokens {
        match digest_of(&token.source) {
            Ok(digest) => digests.push((token.provider.clone(), digest)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(digests)
    } else {
        Err(faults)
    }
}

fn digest_of(source: &TokenSource) -> Result<[u8; 32], Problem> {
    let file = match source {
        TokenSource::Sha256(digest) => return Ok(*digest),
        TokenSource::File(file) => file,
    };
    let token = secret(file)?;
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.expose().as_bytes()).as_ref());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Token;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("the file can be written");
        file
    }

    #[test]
    fn a_master_key_is_64_hexadecimal_digits_and_is_never_repeated() {
        let good = file(&format!("{}\n", "0a".repeat(32)));
        let key = master_key(good.path()).expect("a key");
        assert_eq!(key.expose(), &[10; 32]);
        let bad = file("hush-hush");
        let fault = master_key(bad.path()).expect_err("no key");
        assert_eq!(fault.entry.code, "WW-CFG-007");
        assert!(!fault.to_string().contains("hush"), "{fault}");
    }

    #[test]
    fn an_empty_secret_and_a_missing_file_are_told_apart() {
        let empty = file(" \n");
        let code = |path: &Path| secret(path).err().map(|fault| fault.entry.code);
        assert_eq!(code(empty.path()), Some("WW-CFG-007"));
        assert_eq!(code(Path::new("no/such/file")), Some("WW-CFG-004"));
    }

    #[test]
    fn tokens_are_known_by_their_digest() {
        // SHA-256 of "abc" (FIPS 180-4, example).
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let expected = values::sha256(abc).expect("64 digits");
        let held = file("abc\n");
        let token = |source| Token {
            provider: "hope-works".to_owned(),
            source,
        };
        let api = |tokens| ProviderApi {
            page_size: 50,
            tokens,
        };
        let both = api(vec![
            token(TokenSource::File(held.path().to_path_buf())),
            token(TokenSource::Sha256(expected)),
        ]);
        let row = ("hope-works".to_owned(), expected);
        assert_eq!(token_digests(&both), Ok(vec![row.clone(), row]));

        let missing = TokenSource::File("no/such/file".into());
        let faulty = api(vec![token(missing.clone()), token(missing)]);
        assert_eq!(
            token_digests(&faulty).map_err(|faults| faults.len()),
            Err(2)
        );
    }
}
