//! Whom the client believes to be the signing API.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use upstream::{Fault, HttpSigningApi, SigningApi, UpstreamError};
use url::Url;

use crate::stub::{ID, Stub};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Something that speaks TLS with a certificate for `name`, and how many got through.
async fn speaking_tls(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (SocketAddr, Arc<AtomicUsize>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let through = Arc::<AtomicUsize>::default();
    let told = Arc::clone(&through);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if acceptor.accept(stream).await.is_ok() {
                told.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (address, through)
}

#[tokio::test]
async fn api_11_only_a_certificate_that_is_vouched_for_will_do() {
    let (ours, theirs) = (authority(), authority());
    let tokens = Stub::spawn(axum::Router::new()).await;
    let cases = [("127.0.0.1", &ours, true), ("127.0.0.1", &theirs, false), ("192.0.2.1", &ours, false)];
    for (name, signer, is_good) in cases {
        let (address, through) = speaking_tls(signer, name).await;
        let mut settings = tokens.settings();
        settings.base_url = Url::parse(&format!("https://{address}/sign")).unwrap();
        settings.authorities_pem = ours.pem().into_bytes();
        let error = HttpSigningApi::new(settings).unwrap().document(ID.parse().unwrap()).await.unwrap_err();
        let refused = matches!(error, UpstreamError::Unavailable { fault: Fault::Connect(_), .. });
        assert_eq!(refused, !is_good, "a certificate for {name}: {error:?}");
        // Repeated, as failures to connect are; what is no TLS for us never got through.
        assert_eq!(through.load(Ordering::SeqCst) > 0, is_good, "a certificate for {name}");
    }
}
