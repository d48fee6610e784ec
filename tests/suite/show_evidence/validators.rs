//! The tools of others, where a machine has them.

use std::process::Command;

use super::{SAVE, console, files, honest};
use crate::support::tools::{Registry, is_here, lacks};

const STATEMENTS: &str = "
import base64, glob, json, sys
try:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
except ImportError as error:
    sys.exit(print(error) or 77)
files = glob.glob(sys.argv[1] + '/*.intoto.json')
assert len(files) == 6, files
for name in files:
    said = json.load(open(name))
    keyid = said['signatures'][0]['keyid']
    envelope = Envelope.from_dict(said)
    key = SSlibKey(keyid, 'ed25519', 'ed25519', {'public': sys.argv[2]})
    assert envelope.verify([key], 1), name
    other = SSlibKey(keyid, 'ed25519', 'ed25519', {'public': '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'})
    try:
        envelope.verify([other], 1)
    except Exception:
        pass
    else:
        raise SystemExit('another key verifies ' + name)
    payload = json.loads(envelope.payload)
    subject = [ResourceDescriptor(name=one['name'], digest=one['digest']) for one in payload['subject']]
    Statement([one.pb for one in subject], payload['predicateType'], payload['predicate']).validate()
    for one in subject:
        one.validate()
";

#[test]
fn the_tools_of_in_toto_take_every_statement() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    for (name, content) in files(&sandbox, "e.zip") {
        if let Some(name) = name.strip_prefix("attestations/") {
            sandbox.write(&format!("said/{name}"), std::str::from_utf8(&content).expect("text"));
        }
    }
    if !is_here("python3", "verifying statements") {
        return;
    }
    let public = sandbox.read("anna.pub").expect("a key");
    let line = public.lines().last().expect("a key");
    let decode = "import base64, sys; print(base64.b64decode(sys.argv[1])[10:].hex())";
    let point = Command::new("python3").args(["-c", decode, line]).output().expect("it runs").stdout;
    let point = String::from_utf8(point).expect("hex");
    let output = Command::new("python3")
        .args(["-c", STATEMENTS])
        .arg(sandbox.path("said"))
        .arg(point.trim())
        .output()
        .expect("it runs");
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        Some(77) => lacks(Registry::PyPi, "verifying statements", told.trim()),
        _ => panic!("{told}"),
    }
}

#[test]
fn stock_programs_check_the_sums_and_their_signature() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    for (name, content) in files(&sandbox, "e.zip") {
        let place = sandbox.path(&format!("pack/{name}"));
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        std::fs::write(place, content).expect("written");
    }
    let run = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        let output = command.args(args).current_dir(sandbox.path("pack")).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program}: {told}");
    };
    if is_here("sha256sum", "checking sums") {
        run("sha256sum", &["--check", "--strict", "--quiet", "SHA256SUMS"]);
    }
    if is_here("minisign", "checking the signature of the sums") {
        run("minisign", &["-V", "-p", "../anna.pub", "-m", "SHA256SUMS", "-x", "SHA256SUMS.minisig"]);
    }
    if !is_here("ssh-keygen", "signing the sums with an SSH key") {
        return;
    }
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", "../ssh"]);
    console(&sandbox).done(&SAVE.replace("$/anna.key", "$/ssh"));
    let packed = files(&sandbox, "e.zip");
    for name in ["SHA256SUMS", "SHA256SUMS.sshsig"] {
        std::fs::write(sandbox.path(&format!("pack/{name}")), &packed[name]).expect("written");
    }
    let public = sandbox.read("ssh.pub").expect("a key");
    sandbox.write("allowed", &format!("anna {public}"));
    let script = "ssh-keygen -Y verify -f ../allowed -I anna -n patchwright-evidence -s SHA256SUMS.sshsig < SHA256SUMS";
    run("sh", &["-c", script]);
    let shown = console(&sandbox).run("evidence verify $/e.zip");
    assert!(shown.code == 4 && shown.out.contains("a key you haven't trusted"), "{shown}");
}
