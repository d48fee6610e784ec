#!/usr/bin/python
# Licensed under MIT or Apache-2.0, at your choice.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: patch_info
short_description: Tell which patches are in a product folder, and which files aren't as expected
version_added: "0.1.0"
description:
  - Runs C(patchwright status) on the managed host, and C(patchwright history) if C(history=true). Changes nothing.
author:
  - The Patchwright authors (@patchwright)
options:
  path:
    description: The product folder.
    type: path
    required: true
  history:
    description: Whether to return the entries of the folder's history, too.
    type: bool
    default: false
  withdrawn:
    description: Lists of withdrawn patches on the managed host, besides its own.
    type: list
    elements: path
    default: []
  executable:
    description: The program on the managed host.
    type: path
    default: patchwright
attributes:
  check_mode:
    description: Changes nothing in any mode.
    support: full
"""

EXAMPLES = r"""
- name: Look at a folder
  patchwright.patchwright.patch_info:
    path: /opt/app
  register: folder

- name: Stop where a file isn't as the patches left it
  ansible.builtin.assert:
    that: folder.status.drift | length == 0
"""

RETURN = r"""
ids:
  description: The ids of the patches in the folder that are active.
  type: list
  elements: str
  returned: success
  sample: [ACME-HF-1042]
status:
  description: All that C(patchwright status --json) says.
  type: dict
  returned: success
  contains:
    product:
      description: The product.
      type: str
    version:
      description: Its version.
      type: str
    patches:
      description: The patches, with their revisions, times and states.
      type: list
      elements: dict
    drift:
      description: Files that aren't as expected.
      type: list
      elements: dict
    switches:
      description: The switches of the patches, and where they stand.
      type: list
      elements: dict
    unfinished:
      description: The interrupted change, if there is one.
      type: dict
history:
  description: The entries of the folder's history, the oldest first.
  type: list
  elements: dict
  returned: if C(history=true)
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.patchwright.patchwright.plugins.module_utils.program import COMMON, Failed, ask, fail, flags


def main():
    arguments = {
        "history": {"type": "bool", "default": False},
        "withdrawn": {"type": "list", "elements": "path", "default": []},
    }
    arguments.update(COMMON)
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    path = ["--", module.params["path"]]
    try:
        status = ask(module, *(["status"] + flags(module.params, ["withdrawn"]) + path))
        result = {"status": status, "ids": [one["id"] for one in status["patches"] if one["state"] == "active"]}
        if module.params["history"]:
            result["history"] = ask(module, *(["history"] + path))["entries"]
    except Failed as failed:
        fail(module, failed)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
