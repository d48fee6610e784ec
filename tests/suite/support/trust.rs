//! Keys that are made for one story, and a command line that trusts some of them.

use patchwright::trust::SecretKey;
use patchwright::workbench::Workbench;
use zeroize::Zeroizing;

use super::console::{Console, fixed_environment};
use super::sandbox::Sandbox;

/// A workbench that knows the keys which [`Console::with_keys`] knows.
pub fn bench_with_keys(sandbox: &Sandbox) -> Workbench {
    let mut environment = fixed_environment();
    environment.trust_file = Some(sandbox.path("settings/trust.toml"));
    Workbench::new(environment)
}

/// Writes `$/NAME.key`, which nothing protects, and `$/NAME.pub`; `seed` makes keys different from each other.
pub fn write_key(sandbox: &Sandbox, name: &str, seed: u8) -> SecretKey {
    let key = SecretKey::of_random(&Zeroizing::new([seed; 40]));
    sandbox.write(&format!("{name}.key"), &key.file(None, [0; 32]));
    sandbox.write(&format!("{name}.pub"), &key.public().file());
    key
}

/// The same, and trusts it as `role` for every product.
pub fn write_trusted_key(sandbox: &Sandbox, name: &str, seed: u8, role: &str) -> SecretKey {
    let key = write_key(sandbox, name, seed);
    let print = key.public().fingerprint();
    let command = format!(
        "key trust $/{name}.pub --name {name} --role {role} --every-product --fingerprint {print} --yes"
    );
    Console::new(sandbox).with_keys().done(&command);
    key
}
