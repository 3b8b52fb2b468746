# SPDX-License-Identifier: BSD-2-Clause
"""Files of the host: readable() and read() check a file, writable() checks a place,
write() replaces a file. Each raises Problem; none waits for a pipe's other end.
open_standard_streams() is for the start of a tool."""

import os
import pathlib
import stat
import sys
import tempfile

from . import Problem

KINDS = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
         (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"))


def open_standard_streams():
    """Open those that are closed, lest a file opened later gets their number, and let
    them print any text."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")


def short(path):
    """A file's name relative to the current directory, if that is shorter."""
    path = str(path)
    try:
        return min(path, os.path.relpath(path), key=len) if os.path.isabs(path) else path
    except OSError:         # the current directory has been removed
        return path


def reason(error):
    """An OSError in words."""
    return error.strerror or str(error)


def kind(mode):
    """Why a file that is not a regular one is refused."""
    what = next((name for test, name in KINDS if test(mode)), "something else")
    return f"not a file ({what})"


def readable(option, path, remedy="correct the name", empty_is_wrong=True):
    """The path, if it names a regular file that can be read and is not empty."""
    path = pathlib.Path(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise Problem(f"{option} {short(path)}: no such file; {remedy}") from None
    except OSError as error:
        raise Problem(f"{option} {short(path)}: {reason(error)}; {remedy}") from None
    if not stat.S_ISREG(status.st_mode):
        raise Problem(f"{option} {short(path)}: {kind(status.st_mode)}; {remedy}")
    if not os.access(path, os.R_OK):
        raise Problem(f"{option} {short(path)}: cannot be read; change its permissions")
    if empty_is_wrong and not status.st_size:
        raise Problem(f"{option} {short(path)}: the file is empty; copy it again")
    return path


def fingerprint(path):
    """A value that changes when a file is replaced or written to."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def read(path, limit=1 << 32):
    """The bytes of a file that does not change meanwhile."""
    name = short(path)
    try:
        # O_NONBLOCK: opening a pipe that has no writer returns at once.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            os.close(descriptor)
            raise Problem(f"{name}: {kind(before.st_mode)}; name a file")
        with open(descriptor, "rb") as stream:
            if before.st_size > limit:
                raise Problem(f"{name}: {before.st_size} bytes, and {limit} is the most; name a "
                              "smaller file")
            data = stream.read()
            after = os.fstat(descriptor)
    except OSError as error:
        raise Problem(f"{name}: {reason(error)}; correct the name") from None
    except MemoryError:
        raise Problem(f"{name}: not enough memory to read it; name a smaller file") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or \
            len(data) != before.st_size:
        raise Problem(f"{name}: changed while it was read; wait until it is complete, then try "
                      "again")
    if not data:
        raise Problem(f"{name}: the file is empty; copy it again")
    return data


def text(option, path):
    """The text of a file."""
    try:
        return read(readable(option, path)).decode()
    except UnicodeDecodeError:
        raise Problem(f"{option} {short(path)}: not text; correct the name") from None


def writable(option, path, devices=False):
    """Check that write() or open() can succeed; creates the directory.

    `devices`: a character device, for example /dev/null, is accepted.
    """
    path = pathlib.Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode if path.exists() else None
        if mode is not None and not stat.S_ISREG(mode) and not (devices and stat.S_ISCHR(mode)):
            raise Problem(f"{option} {short(path)}: {kind(mode)}; name a file")
        if mode is None and len(os.fsencode(path.name)) > os.pathconf(path.parent, "PC_NAME_MAX"):
            raise Problem(f"{option} {short(path)}: File name too long; name another file")
    except FileExistsError:
        raise Problem(f"{option} {short(path)}: {short(path.parent)} is not a directory; name "
                      "another file") from None
    except OSError as error:
        raise Problem(f"{option} {short(path)}: {reason(error)}; name another file") from None
    if not os.access(path.parent if mode is None else path, os.W_OK):
        raise Problem(f"{option} {short(path)}: cannot be written; name another file")
    return path


def write(path, data, option=None):
    """Write all of a file, or leave it as it was."""
    path = pathlib.Path(path)
    name = f"{option} {short(path)}" if option else short(path)
    try:
        if path.exists() and not path.is_file():
            raise Problem(f"{name}: {kind(path.stat().st_mode)}; name a file")
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            try:
                stream.write(data)
                stream.close()
                umask = os.umask(0)
                os.umask(umask)
                os.chmod(stream.name, 0o666 & ~umask)
                os.replace(stream.name, path)
            except BaseException:
                os.unlink(stream.name)
                raise
    except OSError as error:
        raise Problem(f"{name}: {reason(error)}; name a file that can be written") from None
