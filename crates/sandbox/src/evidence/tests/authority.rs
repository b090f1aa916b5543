//! The authority across restarts, renewals and damage.

use std::{fs, path::Path};

use time::Duration;

use super::*;

fn load(dir: &Path, now: OffsetDateTime, seed: u8) -> Result<Authority, EvidenceError> {
    Authority::load_or_create(dir, now, &mut seeded(seed))
}

fn seal_certificate(authority: &Authority) -> &str {
    &authority.seal_identity().certificate
}

#[test]
fn it_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let nested = dir.path().join("not/there/yet");
    let first = load(&nested, NOW, 1).unwrap();
    let again = load(&nested, NOW + Duration::days(700), 2).unwrap();
    assert_eq!(first.root_pem(), again.root_pem());
    assert_eq!(seal_certificate(&first), seal_certificate(&again));
    assert_eq!(
        sign_document(&first, &contract_pdf(), NOW).unwrap(),
        sign_document(&again, &contract_pdf(), NOW).unwrap(),
        "signing is deterministic"
    );
}

#[cfg(unix)]
#[test]
fn its_file_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    // A draft that a crash left behind, readable by all, is neither used nor in the way.
    fs::write(dir.path().join("authority.new"), "draft").unwrap();
    load(dir.path(), NOW, 1).unwrap();
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_seal_near_its_end_is_renewed_under_the_same_root() {
    let dir = tempfile::tempdir().unwrap();
    let first = load(dir.path(), NOW, 1).unwrap();
    let later = NOW + Duration::days(822 - 89);
    let renewed = load(dir.path(), later, 2).unwrap();
    assert_eq!(first.root_pem(), renewed.root_pem());
    assert_ne!(seal_certificate(&first), seal_certificate(&renewed));
    assert!(renewed.seal_is_valid_at(later + Duration::days(800)));
    assert_eq!(seal_certificate(&renewed), seal_certificate(&load(dir.path(), later, 3).unwrap()), "it was stored");
}

#[test]
fn a_root_near_its_end_is_renewed_and_older_results_still_verify() {
    let dir = tempfile::tempdir().unwrap();
    let first = load(dir.path(), NOW, 1).unwrap();
    let xml = sign_document(&first, &contract_pdf(), NOW).unwrap();
    // Renewal under a clock that stands before the first certificate: the new root is valid at the judge's moment.
    let renewed = load(dir.path(), NOW - Duration::days(30), 2).unwrap();
    assert_ne!(first.root_pem(), renewed.root_pem());

    let judge = Judge::new(&renewed);
    judge.put("contract.pdf", PDF);
    judge.put("result.xml", xml.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);

    let after_nine_years = load(dir.path(), NOW + Duration::days(9 * 365), 3).unwrap();
    assert_ne!(renewed.root_pem(), after_nine_years.root_pem());
    assert!(after_nine_years.seal_is_valid_at(NOW + Duration::days(11 * 365)));
}

#[test]
fn a_file_from_before_there_were_time_stamps_keeps_its_root() {
    let dir = tempfile::tempdir().unwrap();
    let first = load(dir.path(), NOW, 1).unwrap();
    let path = dir.path().join("authority.pem");
    let whole = fs::read_to_string(&path).unwrap();
    let (third_key, _) = whole.rmatch_indices("-----BEGIN PRIVATE KEY").next().unwrap();
    fs::write(&path, &whole[..third_key]).unwrap();
    let upgraded = load(dir.path(), NOW, 2).unwrap();
    assert_eq!(first.root_pem(), upgraded.root_pem());
    assert_eq!(fs::read_to_string(&path).unwrap().matches("-----BEGIN").count(), 6);
}

#[test]
fn nothing_is_sealed_outside_the_certificate_s_life() {
    let authority = authority(1);
    for outside in [NOW - Duration::days(2), NOW + Duration::days(823)] {
        let refused = sign_document(&authority, &contract_pdf(), outside);
        assert!(matches!(refused, Err(EvidenceError::SealNotValid { at }) if at == outside), "{refused:?}");
    }
}

#[test]
fn damage_is_reported_and_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    load(dir.path(), NOW, 1).unwrap();
    let path = dir.path().join("authority.pem");
    let whole = fs::read(&path).unwrap();
    let other = tempfile::tempdir().unwrap();
    load(other.path(), NOW, 2).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let stranger = fs::read_to_string(other.path().join("authority.pem")).unwrap();
    let parts = |text: &str| {
        let starts: Vec<usize> = text.match_indices("-----BEGIN").map(|(at, _)| at).collect();
        [&text[..starts[1]], &text[starts[1]..starts[2]], &text[starts[2]..starts[3]], &text[starts[3]..]]
            .map(str::to_owned)
    };
    let ([root_key, root, seal_key, seal], [their_root_key, their_root, ..]) = (parts(&text), parts(&stranger));

    for damage in [
        Vec::new(),
        b"\xff\xfe".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 40].to_vec(),
        whole.iter().map(|byte| if *byte == b'M' { b'*' } else { *byte }).collect(),
        [&root_key, &root, &root_key, &seal].map(String::as_str).concat().into(),
        [&their_root_key, &their_root, &seal_key, &seal].map(String::as_str).concat().into(),
    ] {
        fs::write(&path, &damage).unwrap();
        let refused = load(dir.path(), NOW, 3);
        assert!(matches!(refused, Err(EvidenceError::DamagedAuthority { .. })), "{refused:?}");
        assert_eq!(fs::read(&path).unwrap(), damage, "left as it is");
    }
}

#[test]
fn without_randomness_or_a_place_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let mut refusing = |_: &mut [u8]| Err(getrandom::Error::UNSUPPORTED);
    let refused = Authority::load_or_create(dir.path(), NOW, &mut refusing);
    assert!(matches!(refused, Err(EvidenceError::Randomness(Some(_)))), "{refused:?}");
    let mut zeros = |bytes: &mut [u8]| {
        bytes.fill(0);
        Ok(())
    };
    let refused = Authority::load_or_create(dir.path(), NOW, &mut zeros);
    assert!(matches!(refused, Err(EvidenceError::Randomness(None))), "{refused:?}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

    let file = dir.path().join("a-file");
    fs::write(&file, "").unwrap();
    let refused = load(&file, NOW, 1);
    assert!(matches!(refused, Err(EvidenceError::Storage { .. })), "{refused:?}");
}

#[test]
fn its_debug_form_holds_no_key() {
    let shown = format!("{:?}", authority(1));
    assert_eq!(shown.matches("key: SigningKey { .. }").count(), 3, "{shown}");
}
