#!/usr/bin/python
# Licensed under MIT or Apache-2.0, at your choice.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: patch
short_description: Apply a patch to a product folder, roll it back, or keep it for good
version_added: "0.1.0"
description:
  - Runs C(patchwright) on the managed host. A patch is applied as a whole or not at all.
  - If the patch is in the folder already, nothing is done.
  - With C(--check), shows what would happen, and fails where the change would be refused.
  - The diff mode shows the changes from the patch file only, never files of the managed host, and at most 64 KiB.
  - If the program refuses or fails, the task fails with its code (such as E-DRIFT), its message and its hints.
author:
  - The Patchwright authors (@patchwright)
options:
  path:
    description: The product folder.
    type: path
    required: true
  src:
    description:
      - The patch files or text patches. Several are one change, in the order that they require.
      - They are copied from the control node, unless C(remote_src=true).
      - Required if C(state=present).
    type: list
    elements: path
  remote_src:
    description: Whether the files of C(src) are on the managed host already. A folder with a series needs it.
    type: bool
    default: false
  state:
    description:
      - C(present) applies the patches of C(src).
      - C(absent) rolls back the patch C(id), or C(to) and everything newer.
      - C(accepted) keeps the patch C(id), and every older one, for good. Their backups are deleted.
    type: str
    choices: [present, absent, accepted]
    default: present
  id:
    description: The patch to roll back or to keep.
    type: str
  to:
    description: Roll back this patch and everything newer.
    type: str
  expect:
    description: Continue only if the change has this fingerprint, as a dry run or C(patchwright plan --json) prints it.
    type: str
  plan:
    description: Continue only if the changes are exactly those of this saved plan, a file on the managed host.
    type: path
  allow_unsigned:
    description: Apply a patch that isn't signed by anyone you trust; the history records it.
    type: bool
    default: false
  allow_downgrade:
    description: Why to apply a patch that is older than one that was in the folder.
    type: str
  allow_other_product:
    description: Why to apply a patch that says it's for another product.
    type: str
  allow_site_rules:
    description: Why to apply a patch that lacks what the trust rules ask for.
    type: str
  allow_dangerous:
    description:
      - Why to apply an unsigned patch with content that runs with special rights, or that lets more people read a file.
    type: str
  allow_undo:
    description: Why to apply a patch although part of another one would be undone.
    type: str
  allow_related:
    description:
      - Why to apply a patch although what it says about a patch by another author, or for another product, isn't shown
        by their files.
    type: str
  accept_weak_volume:
    description: Continue on a disk that can't guarantee recovery (FAT, network).
    type: bool
    default: false
  run_scripts:
    description:
      - Let the scripts of the patch run on the managed host.
      - C(all), or the SHA-256 that C(patchwright plan --json) shows with them.
    type: str
  keep_mine:
    description: Edited files of which the version in the folder is kept.
    type: list
    elements: str
    default: []
  take_theirs:
    description: Edited files of which the patch's version is used; the other is backed up.
    type: list
    elements: str
    default: []
  merged:
    description: Edited files, each with the file on the managed host in which both versions were merged.
    type: dict
    default: {}
  withdrawn:
    description: Lists of withdrawn patches on the managed host, besides its own.
    type: list
    elements: path
    default: []
  strip:
    description: Of text patches, how many folders to strip from the start of each name.
    type: int
  fuzz:
    description: Of text patches, how many lines around a change may differ.
    type: int
  ignore_whitespace:
    description: Of text patches, ignore differences in white space.
    type: bool
    default: false
  reverse:
    description: Of text patches, remove one from a folder that has no history of it.
    type: bool
    default: false
  without_uncarried:
    description: Apply the rest of a text patch that names changes it doesn't contain.
    type: bool
    default: false
  base:
    description: Of text patches, the product as it was when the patch was made, a folder on the managed host.
    type: path
  with_dependents:
    description: Also roll back the patches that depend on C(id).
    type: bool
    default: false
  keep_edits:
    description: Roll back although files were edited since; the edited versions are backed up.
    type: bool
    default: false
  from:
    description: Patch files on the managed host from which missing or damaged backups are taken.
    type: list
    elements: path
    default: []
  leave_damaged:
    description: Leave files with a missing or damaged backup as they are, and restore the others.
    type: bool
    default: false
  without_scripts:
    description: Restore only the files, and keep what the scripts of the patch did.
    type: bool
    default: false
  executable:
    description: The program on the managed host.
    type: path
    default: patchwright
attributes:
  check_mode:
    description: Shows what would happen, and writes nothing to the folder.
    support: full
  diff_mode:
    description: Shows the changes from the patch file; of a rollback, the files that change.
    support: full
seealso:
  - module: patchwright.patchwright.patch_info
  - module: patchwright.patchwright.toggle
"""

EXAMPLES = r"""
- name: Apply a patch
  patchwright.patchwright.patch:
    path: /opt/app
    src: fix.patchbundle

- name: Apply a patch that is on the host already, for a reason that the history records
  patchwright.patchwright.patch:
    path: /opt/app
    src: /srv/patches/older.patchbundle
    remote_src: true
    allow_downgrade: ticket 4711

- name: Roll a patch back
  patchwright.patchwright.patch:
    path: /opt/app
    id: ACME-HF-1042
    state: absent
"""

RETURN = r"""
outcome:
  description: What the program says; C(done) or C(nothing-to-do), or how it failed.
  type: str
  returned: always
  sample: done
patches:
  description: The patches that were applied, rolled back or kept, each with its id.
  type: list
  elements: dict
  returned: success
applied_at:
  description: When the patch came into the folder, also if it was there before.
  type: str
  returned: if C(state=present), outside of check mode
  sample: "2026-11-29T21:36:45Z"
applied_for:
  description: For how many seconds the patch has been in the folder, by the clock of the managed host.
  type: int
  returned: if C(state=present), and not in check mode
  sample: 3600
entry:
  description: The entry of the folder's history.
  type: dict
  returned: if the folder was changed
notes:
  description: What is worth knowing.
  type: list
  elements: dict
  returned: success
checks:
  description: Health checks and scripts that ran.
  type: list
  elements: dict
  returned: if a patch was applied
restart:
  description: What to restart.
  type: str
  returned: if C(state=present)
  sample: service
steps:
  description: The files that would change.
  type: list
  elements: dict
  returned: in check mode
code:
  description: The code of the failure.
  type: str
  returned: failure
  sample: E-DRIFT
hints:
  description: What to do about the failure.
  type: list
  elements: str
  returned: failure
"""

import calendar
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.patchwright.patchwright.plugins.module_utils.program import (
    COMMON,
    Failed,
    ask,
    bounded,
    fail,
    flags,
    steps_as_text,
)

OVERRIDES = {
    "allow_unsigned": {"type": "bool", "default": False},
    "allow_downgrade": {"type": "str"},
    "allow_other_product": {"type": "str"},
    "allow_site_rules": {"type": "str"},
    "allow_dangerous": {"type": "str"},
    "allow_undo": {"type": "str"},
    "allow_related": {"type": "str"},
    "accept_weak_volume": {"type": "bool", "default": False},
}
READING = {
    "strip": {"type": "int"},
    "fuzz": {"type": "int"},
    "ignore_whitespace": {"type": "bool", "default": False},
    "reverse": {"type": "bool", "default": False},
    "without_uncarried": {"type": "bool", "default": False},
    "base": {"type": "path"},
}
APPLY = dict(
    OVERRIDES,
    keep_mine={"type": "list", "elements": "str", "default": []},
    take_theirs={"type": "list", "elements": "str", "default": []},
    merged={"type": "dict", "default": {}},
    withdrawn={"type": "list", "elements": "path", "default": []},
    **READING
)
ROLLBACK = {
    "to": {"type": "str"},
    "with_dependents": {"type": "bool", "default": False},
    "keep_edits": {"type": "bool", "default": False},
    "from": {"type": "list", "elements": "path", "default": []},
    "leave_damaged": {"type": "bool", "default": False},
    "without_scripts": {"type": "bool", "default": False},
}
TOLD = ("outcome", "patches", "notes", "checks", "restart", "entry", "returned", "untidy")


def told(document, *more):
    """The parts of an answer that a playbook may want."""
    return dict((name, document[name]) for name in TOLD + more if name in document)


def scripts(params):
    if params["run_scripts"] == "all":
        return ["--run-scripts"]
    return flags(params, ["run_scripts"])


def changed(module, look, do, diff):
    """Looks, and does what was seen and nothing else. `diff` says what it is like."""
    seen = ask(module, *look)
    is_idle = seen["outcome"] == "nothing-to-do"
    result = {"changed": not is_idle}
    if module._diff and not is_idle:
        result["diff"] = {"prepared": bounded(diff(seen))}
    if module.check_mode or is_idle:
        return dict(result, **told(seen, "steps", "fingerprint"))
    if not module.params["plan"]:
        do = do[:1] + ["--expect=" + (module.params["expect"] or seen["fingerprint"])] + do[1:]
    return dict(result, **told(ask(module, *do)))


def present(module):
    params = module.params
    options = flags(params, sorted(APPLY)) + scripts(params)
    paths = ["--"] + params["src"] + [params["path"]]
    look = ["apply", "--dry-run"] + flags(params, ["expect", "plan"]) + options + paths
    do = ["apply", "--yes"] + flags(params, ["plan"]) + options + paths
    result = changed(module, look, do, lambda seen: from_the_files(module, seen))
    if not module.check_mode:
        result["applied_at"] = applied_at(module, result)
        if result["applied_at"]:
            result["applied_for"] = applied_for(result)
    return result


def from_the_files(module, seen):
    """What the patch files themselves say that they change. The folder is not asked: it may hold secrets."""
    reading = flags(module.params, sorted(name for name in READING if name != "base"))
    texts = [ask(module, *(["diff"] + reading + ["--", file]), text=True) for file in module.params["src"]]
    return "".join(text if text is not None else steps_as_text(seen) for text in texts)


def applied_at(module, result):
    """When the patches came in; of several, or of what contains them, the last."""
    if "entry" in result:
        return result["entry"]["time"]
    ids = set()
    for coming in result.get("patches", []):
        ids.add(coming["patch"]["id"])
        ids.update(one["id"] for one in coming["relations"] if one["consequence"] == "skip")
    there = ask(module, "status", "--", module.params["path"])["patches"]
    times = sorted(patch["applied"] for patch in there if patch["id"] in ids)
    return times[-1] if times else None


def applied_for(result):
    """For how many seconds they have been there. Only this host's own clock says that: another one may be hours ahead."""
    if result["changed"]:
        return 0
    then = calendar.timegm(time.strptime(result["applied_at"][:19], "%Y-%m-%dT%H:%M:%S"))
    return max(0, int(time.time()) - then)


def absent(module):
    params = module.params
    options = flags(params, sorted(ROLLBACK)) + scripts(params)
    paths = ["--", params["path"]] + ([params["id"]] if params["id"] else [])
    look = ["rollback", "--dry-run"] + options + paths
    do = ["rollback", "--yes"] + options + paths
    try:
        return changed(module, look, do, steps_as_text)
    except Failed as failed:
        if failed.document.get("code") == "E-UNKNOWN-PATCH":
            return {"changed": False, "outcome": "nothing-to-do", "patches": [], "notes": []}
        raise


def accepted(module):
    params = module.params
    there = ask(module, "status", "--", params["path"])["patches"]
    named = [patch for patch in there if patch["id"] == params["id"]]
    if named and all(patch["accepted"] for patch in named):
        return {"changed": False, "outcome": "nothing-to-do", "patches": [], "notes": []}
    if module.check_mode and named:
        return {"changed": True, "outcome": "done", "patches": named, "notes": []}
    return dict(told(ask(module, "accept", "--yes", "--", params["path"], params["id"])), changed=True)


def main():
    arguments = {
        "src": {"type": "list", "elements": "path"},
        "remote_src": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present", "absent", "accepted"], "default": "present"},
        "id": {"type": "str"},
        "expect": {"type": "str"},
        "plan": {"type": "path"},
        "run_scripts": {"type": "str"},
    }
    for more in (COMMON, APPLY, ROLLBACK):
        arguments.update(more)
    module = AnsibleModule(
        argument_spec=arguments,
        required_if=[
            ("state", "present", ("src",)),
            ("state", "absent", ("id", "to"), True),
            ("state", "accepted", ("id",)),
        ],
        mutually_exclusive=[("id", "to"), ("expect", "plan")],
        supports_check_mode=True,
    )
    try:
        result = {"present": present, "absent": absent, "accepted": accepted}[module.params["state"]](module)
    except Failed as failed:
        fail(module, failed)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
