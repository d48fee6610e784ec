//! That a rule of the site was set aside when a patch came is no word of whoever planted the history.

use super::{copy, person, scene, stranger};

#[test]
fn a_rule_that_a_planted_history_set_aside_is_asked_about_where_the_patch_comes_back() {
    let sandbox = scene();
    sandbox.write("machine/trust.toml", "format = \"patchwright-trust/1\"\n[policy]\ntests = true\n");
    copy(&sandbox, "app", "planted");
    stranger(&sandbox)
        .done("apply $/signed.patchbundle $/planted --yes --allow-unsigned --allow-site-rules=theirs");
    let console = person(&sandbox);
    console.done("rollback $/planted --yes");
    let before = sandbox.read("planted/readme.txt");
    let refused = console.run("reapply $/planted --yes --allow-unsigned");
    assert!(refused.code != 0 && refused.err.contains("E-POLICY"), "{refused}");
    assert_eq!(sandbox.read("planted/readme.txt"), before);
}

#[test]
fn twin_what_this_person_set_aside_stays_aside() {
    let sandbox = scene();
    sandbox.write("machine/trust.toml", "format = \"patchwright-trust/1\"\n[policy]\ntests = true\n");
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes --allow-site-rules=mine");
    console.done("rollback $/app --yes");
    let done = console.done("reapply $/app --yes");
    let told = done.printed().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("that was set aside when the patch came, and still is"), "{told}");
}
