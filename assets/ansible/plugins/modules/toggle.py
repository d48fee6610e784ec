#!/usr/bin/python
# Licensed under MIT or Apache-2.0, at your choice.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: toggle
short_description: Turn a switch of a patch on or off
version_added: "0.1.0"
description:
  - Runs C(patchwright toggle) on the managed host. The patch stays; one value of a settings file changes.
author:
  - The Patchwright authors (@patchwright)
options:
  path:
    description: The product folder.
    type: path
    required: true
  id:
    description: The switch, such as C(new-parser) or C(ACME-HF-1042/new-parser).
    type: str
    required: true
  state:
    description: Where it is to stand.
    type: str
    choices: ["on", "off"]
    required: true
  reason:
    description: Why, for the history. Needed where a vulnerability is open again while the switch is off.
    type: str
  executable:
    description: The program on the managed host.
    type: path
    default: patchwright
attributes:
  check_mode:
    description: Shows what would happen, and writes nothing to the folder.
    support: full
  diff_mode:
    description: Shows the file that changes.
    support: full
"""

EXAMPLES = r"""
- name: Turn the new parser off
  patchwright.patchwright.toggle:
    path: /opt/app
    id: new-parser
    state: "off"
    reason: hangs on large files, ticket 4711
"""

RETURN = r"""
outcome:
  description: What the program says; C(done) or C(nothing-to-do), or how it failed.
  type: str
  returned: always
  sample: done
takes_effect:
  description: When the program sees it; C(live) or C(restart).
  type: str
  returned: if the switch was moved
  sample: live
entry:
  description: The entry of the folder's history.
  type: dict
  returned: if the switch was moved
code:
  description: The code of the failure.
  type: str
  returned: failure
  sample: E-UNKNOWN-PATCH
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.patchwright.patchwright.plugins.module_utils.program import (
    COMMON,
    Failed,
    ask,
    fail,
    flags,
    steps_as_text,
)

TOLD = ("outcome", "name", "position", "takes_effect", "when_off", "open_again", "notes", "checks", "entry", "steps")


def moved(module):
    move = ["toggle", module.params["state"]]
    rest = flags(module.params, ["reason"]) + ["--", module.params["id"], module.params["path"]]
    told = ask(module, *(move + ["--dry-run"] + rest))
    is_idle = told["outcome"] == "nothing-to-do"
    result = {"changed": not is_idle}
    if module._diff and not is_idle:
        result["diff"] = {"prepared": steps_as_text(told)}
    if not (module.check_mode or is_idle):
        told = ask(module, *(move + ["--yes", "--expect=" + told["fingerprint"]] + rest))
    result.update((name, told[name]) for name in TOLD if name in told)
    return result


def main():
    arguments = {
        "id": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["on", "off"], "required": True},
        "reason": {"type": "str"},
    }
    arguments.update(COMMON)
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    try:
        result = moved(module)
    except Failed as failed:
        fail(module, failed)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
