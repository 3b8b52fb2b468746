# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's monitor, by QMP: Client.

  with Client(path) as qemu:
      qemu.ask("stop")
      data = qemu.memory(0x80000000, 4096, tmp_path / "dump")
"""

import json
import pathlib
import socket


class Client:
    """Raises OSError if QEMU does not answer, ValueError if it reports an error."""

    def __init__(self, path, seconds=5):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.settimeout(seconds)
            self.socket.connect(str(path))
            self.stream = self.socket.makefile("rw")
            self.stream.readline()          # the greeting
            self.ask("qmp_capabilities")
        except BaseException:
            self.socket.close()
            raise

    def ask(self, command, **arguments):
        """The answer to a command; an underscore in an argument's name means "-"."""
        arguments = {name.replace("_", "-"): value for name, value in arguments.items()}
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        while line := self.stream.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise ValueError(f"QEMU: {command}: {answer['error'].get('desc')}")
            if "return" in answer:
                return answer["return"]
        raise OSError("QEMU has closed its monitor")

    def command(self, line):
        """The output of a command for people."""
        return self.ask("human-monitor-command", command_line=line)

    def memory(self, start, size, file, cpu=None):
        """Bytes of physical memory or, with a CPU's number, of memory as that CPU sees it.

        QEMU writes them to the file, which stays.
        """
        where = {"val": start, "size": size, "filename": str(file)}
        if cpu is None:
            self.ask("pmemsave", **where)
        else:
            self.ask("memsave", **where, cpu_index=cpu)
        return pathlib.Path(file).read_bytes()

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
