# Licensed under MIT or Apache-2.0, at your choice.
"""Copies the patch files of a task to the managed host, then runs the module there."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible.errors import AnsibleError
from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    TRANSFERS_FILES = True

    def run(self, tmp=None, task_vars=None):
        result = super(ActionModule, self).run(tmp, task_vars)
        arguments = self._task.args.copy()
        sources = arguments.get("src")
        if isinstance(sources, str):
            sources = [one.strip() for one in sources.split(",")]
        is_there = boolean(arguments.get("remote_src", False), strict=False)
        try:
            if sources and not is_there:
                arguments.update(src=self._copied(sources), remote_src=True)
            result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
            if not is_there:
                # The copies are gone when somebody reads this.
                for patch in result.get("patches", []):
                    patch.pop("file", None)
        except AnsibleError as error:
            result.update(failed=True, msg=to_text(error))
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _copied(self, sources):
        """Where the files are on the managed host. Their names stay: how a file is read depends on its ending."""
        folder = self._make_tmp_path() if not self._connection._shell.tmpdir else self._connection._shell.tmpdir
        remote = []
        for number, source in enumerate(sources):
            found = self._find_needle("files", source)
            if os.path.isdir(found):
                raise AnsibleError("%s is a folder; copy it to the host, and use remote_src: true" % source)
            name = os.path.basename(found)
            if any(os.path.basename(other) == name for other in remote):
                name = "%d-%s" % (number, name)
            place = self._connection._shell.join_path(folder, name)
            remote.append(self._transfer_file(self._loader.get_real_file(found), place))
        self._fixup_perms2([folder] + remote)
        return remote
