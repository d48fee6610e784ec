#!/usr/bin/python
# Licensed under MIT or Apache-2.0, at your choice.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: wanted
short_description: Bring the folders of a host in line with a state file
version_added: "0.1.0"
description:
  - Runs C(patchwright reconcile) on the managed host, with a state file and patch files that are there.
  - What a person did by hand is not undone. Such a folder is told in C(left), and fails nothing.
  - Patches that the host doesn't trust aren't applied, whatever the state file says.
author:
  - The Patchwright authors (@patchwright)
options:
  state_file:
    description: The state file on the managed host.
    type: path
    required: true
  folder:
    description: Only this folder of the file.
    type: path
  again:
    description: Follow the file also where a person did something else by hand.
    type: bool
    default: false
  max_rolled_back:
    description: Roll back at most this many patches; if more would be, nothing is changed.
    type: int
    default: 1
  commit:
    description: The commit that the file is from; the history records it.
    type: str
  executable:
    description: The program on the managed host.
    type: path
    default: patchwright
attributes:
  check_mode:
    description: Compares, and changes nothing.
    support: full
  diff_mode:
    description: Shows each folder with what differs.
    support: full
"""

EXAMPLES = r"""
- name: Bring all folders of the host in line
  patchwright.patchwright.wanted:
    state_file: /etc/patchwright/state.toml
"""

RETURN = r"""
folders:
  description: Each folder with its expectations, and how they stand.
  type: list
  elements: dict
  returned: success
left:
  description: Folders that differ and are left to people.
  type: list
  elements: str
  returned: success
  sample: [/srv/app]
code:
  description: The code of the first failure.
  type: str
  returned: failure
  sample: E-MISSING
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.patchwright.patchwright.plugins.module_utils.program import (
    COMMON,
    Failed,
    ask,
    bounded,
    fail,
    flags,
)

# Every folder is in line, or one differs and is left to people.
FINE = (0, 7)


def as_text(folders):
    """What differs in each folder, a line for each."""
    lines = []
    for folder in folders:
        for one in folder["expectations"]:
            if one["standing"] != "met":
                lines.append("%s: %s: %s\n" % (folder["folder"], one["name"], one["sentence"]))
    return "".join(lines)


def first_failure(document):
    """What went wrong in the first folder where something did, as the program tells a failure."""
    if "code" in document:
        return document
    for folder in document.get("folders", []):
        told = folder.get("failure")
        blocked = [one for one in folder["expectations"] if one["standing"] == "blocked"]
        if told or blocked:
            told = told or {"code": blocked[0]["code"], "message": blocked[0]["sentence"], "hints": [blocked[0]["hint"]]}
            return dict(told, message="%s: %s" % (folder["folder"], told["message"]), outcome=document["outcome"])
    return document


def reconciled(module):
    options = flags(module.params, ["folder", "again", "max_rolled_back", "commit"])
    options += [] if module.check_mode else ["--apply"]
    command = ["reconcile"] + options + ["--", module.params["state_file"]]
    try:
        told = ask(module, *command, codes=FINE)
    except Failed as failed:
        raise Failed(failed.code, first_failure(failed.document))
    folders = told["folders"]
    standings = set(one["standing"] for folder in folders for one in folder["expectations"])
    result = {"folders": folders, "left": [one["folder"] for one in folders if one["state"] != "in-line"]}
    if module.check_mode:
        result["changed"] = "due" in standings
    else:
        result["changed"] = any(folder.get("entries") for folder in folders)
    if module._diff and result["changed"]:
        result["diff"] = {"prepared": bounded(as_text(folders))}
    return result


def main():
    arguments = {
        "state_file": {"type": "path", "required": True},
        "folder": {"type": "path"},
        "again": {"type": "bool", "default": False},
        "max_rolled_back": {"type": "int", "default": 1},
        "commit": {"type": "str"},
        "executable": COMMON["executable"],
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    try:
        result = reconciled(module)
    except Failed as failed:
        fail(module, failed)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
