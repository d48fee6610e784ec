//! What the real programs sign and verify. Skipped loudly where they are not installed.

use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

/// The stories decide in the same way what happens without a program.
#[path = "../../../tests/suite/support/tools.rs"]
#[allow(dead_code, reason = "the stories of the suite need more of it")]
mod tools;

/// A program that answers, or a word of why the test does nothing.
fn program(name: &str) -> Option<Command> {
    tools::is_here(name, module_path!()).then(|| Command::new(name))
}

#[track_caller]
fn run(command: &mut Command) -> std::process::Output {
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("written");
    path
}

#[test]
fn minisign_verifies_what_we_sign() {
    let Some(mut minisign) = program("minisign") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = write(folder.path(), "manifest.json", MANIFEST);
    let signature = write(folder.path(), "s.minisig", by(ANNA, SignerRole::Author).bytes);
    minisign.args(["-V", "-m"]).arg(&manifest).arg("-x").arg(signature).args(["-P", &anna().key.line()]);
    run(&mut minisign);
}

#[test]
fn what_minisign_signs_counts_with_the_right_comment() {
    let Some(mut minisign) = program("minisign") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = write(folder.path(), "manifest.json", MANIFEST);
    let public = folder.path().join("k.pub");
    let secret = folder.path().join("k.key");
    run(minisign.args(["-G", "-W", "-p"]).arg(&public).arg("-s").arg(&secret));
    let comment = statement(StatementKind::Bundle, SignerRole::Author).comment();
    let mut sign = Command::new("minisign");
    sign.args(["-S", "-t", &comment, "-m"]).arg(&manifest).arg("-s").arg(&secret);
    run(&mut sign);
    let bytes = std::fs::read(folder.path().join("manifest.json.minisig")).expect("signed");
    let mut key = anna();
    key.key = PublicKey::parse(&std::fs::read_to_string(public).expect("a key")).expect("readable");
    let verdict = judged(&[Attached { scheme: SignatureScheme::Minisign, bytes }], &[], &ring([key.clone()]));
    assert_eq!(verdict.standing, Standing::Trusted, "{:?}", verdict.doubts);
    // Its secret key is read here, too.
    let text = std::fs::read_to_string(secret).expect("a key");
    assert_eq!(SecretKey::open(&text, None).expect("opened").public(), key.key);
}

#[test]
fn minisign_signs_with_our_secret_key() {
    let Some(mut minisign) = program("minisign") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = write(folder.path(), "manifest.json", MANIFEST);
    let key = secret(ANNA);
    let file = write(folder.path(), "k.key", key.file(None, [0; 32]).as_bytes());
    let comment = statement(StatementKind::Bundle, SignerRole::Author).comment();
    run(minisign.args(["-S", "-t", &comment, "-m"]).arg(&manifest).arg("-s").arg(file));
    let bytes = std::fs::read(folder.path().join("manifest.json.minisig")).expect("signed");
    let verdict = judged(&[Attached { scheme: SignatureScheme::Minisign, bytes }], &[], &ring([anna()]));
    assert_eq!(verdict.standing, Standing::Trusted, "{:?}", verdict.doubts);
}

/// A new SSH key of a kind, and what `ssh-keygen` signs with it for a purpose.
fn ssh_signature(folder: &Path, kind: &[&str], namespace: &str) -> (String, Attached) {
    let key = folder.join(format!("key-{namespace}"));
    run(Command::new("ssh-keygen").args(["-q", "-N", "", "-C", "test", "-t"]).args(kind).arg("-f").arg(&key));
    let manifest = write(folder, &format!("manifest-{namespace}"), MANIFEST);
    run(Command::new("ssh-keygen").args(["-Y", "sign", "-n", namespace, "-f"]).arg(&key).arg(&manifest));
    let public = std::fs::read_to_string(key.with_extension("pub")).expect("a key");
    let mut signature = manifest.into_os_string();
    signature.push(".sig");
    (public, Attached { scheme: SignatureScheme::Ssh, bytes: std::fs::read(signature).expect("signed") })
}

#[test]
fn what_ssh_keygen_signs_counts_for_its_purpose_only() {
    if program("ssh-keygen").is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (public, signature) = ssh_signature(folder.path(), &["ed25519"], "patchwright-bundle");
    let known = |public: &str| {
        let mut key = anna();
        key.key = PublicKey::parse(public).expect("readable");
        ring([key])
    };
    let verdict = judged(std::slice::from_ref(&signature), &[], &known(&public));
    expect(&verdict, Standing::Trusted, "Trusted: signed by Anna as author");
    assert_eq!(judged(&[signature], &[], &ring([])).unknown_keys.len(), 1);

    // H85: made for plain files, or for reviews.
    for namespace in ["file", "patchwright-review"] {
        let (public, signature) = ssh_signature(folder.path(), &["ed25519"], namespace);
        let verdict = judged(&[signature], &[], &known(&public));
        assert_eq!(verdict.standing, Standing::Broken);
        let why = "The signature by Anna is not valid: it was made for another purpose";
        assert_eq!(verdict.doubts[0].sentence(), why);
    }
}

#[test]
fn h85_ssh_keys_of_other_kinds_do_not_count() {
    if program("ssh-keygen").is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for kind in [["rsa", "-b", "1024"], ["ecdsa", "-b", "256"]] {
        let sub = folder.path().join(kind[0]);
        std::fs::create_dir(&sub).expect("made");
        let (public, signature) = ssh_signature(&sub, &kind, "patchwright-bundle");
        assert!(matches!(PublicKey::parse(&public), Err(KeyError::OtherKind(_))));
        let verdict = judged(&[signature], &[], &ring([anna()]));
        assert_eq!(verdict.standing, Standing::Untrusted);
        assert!(verdict.doubts[0].sentence().contains("an Ed25519 key"), "{:?}", verdict.doubts);
    }
}

/// What a security device would answer: there is none in a test, so its part is played here (PROTOCOL.u2f).
fn device_signature(flags: u8) -> (PublicKey, Attached) {
    use ed25519_dalek::Signer;
    use ssh_key::public::{Ed25519PublicKey, KeyData, SkEd25519};
    let key = secret(ANNA);
    let point = *key.signing_key().verifying_key().as_bytes();
    let data = KeyData::SkEd25519(SkEd25519::new(Ed25519PublicKey(point), "ssh:"));
    let namespace = StatementKind::Bundle.namespace();
    let signed =
        ssh_key::SshSig::signed_data(namespace, ssh_key::HashAlg::Sha512, MANIFEST).expect("signable");
    let trailer = [flags, 0, 0, 0, 9];
    let (application, content) = (Digest::compute(b"ssh:"), Digest::compute(&signed));
    let message = [application.as_bytes().as_slice(), &trailer, content.as_bytes()].concat();
    let raw = [key.signing_key().sign(&message).to_bytes().as_slice(), &trailer].concat();
    let signature = ssh_key::Signature::new(ssh_key::Algorithm::SkEd25519, raw).expect("a signature");
    let sealed =
        ssh_key::SshSig::new(data.clone(), namespace, ssh_key::HashAlg::Sha512, signature).expect("sealed");
    let bytes = sealed.to_pem(ssh_key::LineEnding::LF).expect("text").into_bytes();
    (PublicKey::of_ssh(&data).expect("a good key"), Attached { scheme: SignatureScheme::Ssh, bytes })
}

#[test]
fn h85_a_security_device_must_have_been_touched() {
    let mut key = anna();
    let (public, touched) = device_signature(1);
    key.key = public;
    let keys = ring([key]);
    assert_eq!(judged(std::slice::from_ref(&touched), &[], &keys).standing, Standing::Trusted);
    let verdict = judged(&[device_signature(0).1], &[], &keys);
    assert_eq!(verdict.standing, Standing::Broken);
    let why = "The signature by Anna is not valid: nobody touched the device when it was made";
    assert_eq!(verdict.doubts[0].sentence(), why);
    // The real program agrees.
    if program("ssh-keygen").is_some() {
        let folder = tempfile::tempdir().expect("a folder");
        let allowed = write(folder.path(), "allowed", format!("anna {}\n", keys.person.keys[0].key.line()));
        let signature = write(folder.path(), "s.sig", touched.bytes);
        let manifest = write(folder.path(), "manifest.json", MANIFEST);
        let mut verify = Command::new("ssh-keygen");
        verify
            .args(["-Y", "verify", "-I", "anna", "-n", StatementKind::Bundle.namespace(), "-f"])
            .arg(allowed);
        verify.arg("-s").arg(signature).stdin(std::fs::File::open(manifest).expect("there"));
        let output = verify.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
