//! Settings that must not be used are refused by name.

use secrecy::SecretString;
use upstream::{HttpSigningApi, Reach, Settings, SettingsError};
use url::Url;

fn made(base: &str, token: &str, reach: Reach) -> Result<HttpSigningApi, SettingsError> {
    let url = |text: &str| Url::parse(text).unwrap();
    HttpSigningApi::new(Settings::new(url(base), url(token), "client", SecretString::from("marker"), reach))
}

const TOKEN: &str = "https://api.signicat.com/auth/open/connect/token";

#[test]
fn api_06_the_vendor_is_reached_by_https_at_public_addresses_only() {
    for (base, says) in [
        ("http://api.signicat.com/sign", "base URL must begin with https://"),
        ("ftp://api.signicat.com/sign", "base URL must begin with https://"),
        ("https://169.254.169.254/sign", "base URL must not be a private"),
        ("https://[::1]/sign", "base URL must not be a private"),
        ("https://user:marker@api.signicat.com/sign", "base URL must have no user name"),
        ("https://api.signicat.com/sign?key=marker", "base URL must have no user name"),
    ] {
        let error = made(base, TOKEN, Reach::Public).unwrap_err();
        assert!(error.to_string().contains(says), "{base}: {error}");
        assert!(!format!("{error} {error:?}").contains("marker"), "{error:?}");
    }
    let error = made("https://api.signicat.com/sign", "http://localhost/token", Reach::Public).unwrap_err();
    assert!(error.to_string().contains("token URL"), "{error}");
}

#[test]
fn the_embedded_service_is_reached_by_http_on_loopback() {
    made("http://127.0.0.1:9/sign/", "http://127.0.0.1:9/token", Reach::Private).unwrap();
    let error = made("ftp://127.0.0.1/sign", TOKEN, Reach::Private).unwrap_err();
    assert!(matches!(error, SettingsError::Scheme("base URL")), "{error:?}");
}

#[test]
fn a_missing_client_id_and_bad_certificates_are_named() {
    let url = Url::parse(TOKEN).unwrap();
    let mut settings = Settings::new(url.clone(), url, " ", SecretString::from("marker"), Reach::Private);
    assert!(matches!(HttpSigningApi::new(settings.clone()), Err(SettingsError::NoClientId)));
    settings.client_id = "client".to_owned();
    settings.authorities_pem = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----".to_vec();
    assert!(matches!(HttpSigningApi::new(settings), Err(SettingsError::Authorities(_))));
}

#[tokio::test]
async fn api_06_names_that_lead_to_private_addresses_are_not_followed() {
    use upstream::{Fault, SigningApi, UpstreamError};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("https://localhost:{port}/token");
    let api = match made(&url, &url, Reach::Public) {
        Ok(api) => api,
        // A machine without root certificates has no public reach at all.
        Err(error) => return assert!(matches!(error, SettingsError::Client(_)), "{error:?}"),
    };
    let error = api.document("f05d0dce-a7af-432b-b6b8-e455ab7c0852".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unavailable { fault: Fault::Connect(_), .. }), "{error:?}");
    assert!(futures_util::FutureExt::now_or_never(listener.accept()).is_none(), "a connection came");
}
