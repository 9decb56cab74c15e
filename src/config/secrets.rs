//! Reading secrets from the files that the settings name. They are never printed: a
//! fault names the file and what was expected, not what was found (DESIGN I8).

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use super::values;
use super::{ProviderApi, Settings, StoreUrl, TokenSource};
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
/// Every token file that cannot be read and every token that two providers have, at once.
pub fn token_digests(api: &ProviderApi) -> Result<Vec<(String, [u8; 32])>, Vec<Problem>> {
    let mut digests = Vec::new();
    let mut faults = Vec::new();
    for token in &api.tokens {
        match digest_of(&token.source) {
            Ok(digest) => digests.push((token.provider.clone(), digest)),
            Err(fault) => faults.push(fault),
        }
    }
    faults.extend(shared_tokens(api));
    if faults.is_empty() {
        Ok(digests)
    } else {
        Err(faults)
    }
}

/// Each row whose token an earlier row has given to another provider; never the token. The same
/// provider may have one twice: that lets nobody see more. Files that cannot be read are left
/// out here.
pub fn shared_tokens(api: &ProviderApi) -> Vec<Problem> {
    let rows = api.tokens.iter().enumerate();
    let rows = rows.filter_map(|(row, token)| Some((row, token, digest_of(&token.source).ok()?)));
    let rows: Vec<_> = rows.collect();
    let mut faults = Vec::new();
    for (index, (row, token, digest)) in rows.iter().enumerate() {
        let other = rows[..index]
            .iter()
            .find(|(_, other, known)| known == digest && other.provider != token.provider);
        let Some((before, other, _)) = other else {
            continue;
        };
        let what = format!(
            "the row of `{}` holds the same token as provider_api.tokens[{before}], the row of \
             `{}`",
            token.provider, other.provider
        );
        faults.push(
            Problem::new(&entries::SHARED_TOKEN)
                .at(format!("provider_api.tokens[{row}]"))
                .with(what),
        );
    }
    faults
}

/// A warning for each file of the settings that holds a secret and that everybody on this
/// machine may read, with the setting that names it. The master key is not among them: the
/// gateway does not start with one that is open.
pub fn open_secrets(settings: &Settings) -> Vec<Problem> {
    let tokens = settings.provider_api.tokens.iter().enumerate();
    let tokens = tokens.filter_map(|(row, token)| match &token.source {
        TokenSource::File(file) => Some((format!("provider_api.tokens[{row}].token_file"), file)),
        TokenSource::Sha256(_) => None,
    });
    let providers = settings.providers.iter().filter_map(|(slug, provider)| {
        let file = provider.secret_file.as_ref()?;
        Some((format!("providers.{slug}.secret_file"), file))
    });
    let admin = settings.listen.admin_token_file.as_ref();
    let admin = admin.map(|file| ("listen.admin_token_file".to_owned(), file));
    let alerts = settings.alerts.as_ref();
    let alerts = alerts.map(|alerts| ("alerts.secret_file".to_owned(), &alerts.secret_file));
    let database = match &settings.store.url {
        StoreUrl::Postgres(server) => server.password_file.as_ref(),
        StoreUrl::Sqlite(_) => None,
    };
    let database = database.map(|file| ("store.password_file".to_owned(), file));
    let all = tokens.chain(providers).chain(admin);
    all.chain(alerts)
        .chain(database)
        .filter_map(|(setting, file)| open_secret(&setting, file))
        .collect()
}

/// A warning where everybody on this machine may read the file that a setting names.
#[cfg(unix)]
pub fn open_secret(setting: &str, file: &Path) -> Option<Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    if mode & 0o004 == 0 {
        return None;
    }
    let file = file.display();
    let what = format!("{file} has the mode {mode:04o}; run `chmod o-rwx {file}`");
    let problem = Problem::new(&entries::SECRET_OPEN_TO_OTHERS).at(setting.to_owned());
    Some(problem.with(what).as_warning())
}

/// Where files have no such mode there is nothing to warn of.
#[cfg(not(unix))]
pub fn open_secret(_setting: &str, _file: &Path) -> Option<Problem> {
    None
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

    fn row(provider: &str, source: TokenSource) -> Token {
        Token {
            provider: provider.to_owned(),
            source,
        }
    }

    #[test]
    fn two_providers_with_one_token_are_both_named_and_the_token_is_not() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = TokenSource::Sha256(values::sha256(abc).expect("64 digits"));
        let (one, other) = (file("abc\n"), file(" abc"));
        let in_file = |held: &tempfile::NamedTempFile| TokenSource::File(held.path().to_path_buf());
        for (first, second) in [
            (in_file(&one), in_file(&other)),
            (in_file(&one), digest.clone()),
            (digest.clone(), digest.clone()),
        ] {
            let api = ProviderApi {
                page_size: 50,
                tokens: vec![
                    row("lantern", first),
                    row("hope-works", TokenSource::Sha256([1; 32])),
                    row("borough-works", second),
                ],
            };
            let faults = token_digests(&api).expect_err("one sees the other's cases");
            assert_eq!(faults.len(), 1);
            let text = faults[0].to_string();
            for part in [
                "WW-CFG-011",
                "provider_api.tokens[2]",
                "`borough-works`",
                "provider_api.tokens[0]",
                "`lantern`",
            ] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert!(!text.contains("abc") && !text.contains("ba78"), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_everybody_may_read_is_a_warning_with_the_command_that_closes_it() {
        use std::os::unix::fs::PermissionsExt;
        let held = file("abc\n");
        let with_mode = |mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(held.path(), permissions).expect("set");
            let mut settings = Settings::built_in();
            let source = TokenSource::File(held.path().to_path_buf());
            settings.provider_api.tokens = vec![row("lantern", source)];
            let provider = settings.providers.entry("hope-works".to_owned());
            provider.or_default().secret_file = Some(held.path().to_path_buf());
            open_secrets(&settings)
        };
        for closed in [0o600, 0o400, 0o640] {
            assert_eq!(with_mode(closed), [], "{closed:o}");
        }
        for open in [0o644, 0o444] {
            let warnings = with_mode(open);
            assert!(warnings.iter().all(|found| found.warning));
            let places: Vec<_> = warnings.iter().filter_map(|w| w.path.as_deref()).collect();
            let settings = [
                "provider_api.tokens[0].token_file",
                "providers.hope-works.secret_file",
            ];
            assert_eq!(places, settings, "{open:o}");
            let command = format!("chmod o-rwx {}", held.path().display());
            assert!(warnings[0].to_string().contains(&command));
        }
    }
}
