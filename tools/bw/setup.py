# SPDX-License-Identifier: BSD-2-Clause
"""One boot from its options: Setup checks them, and has QEMU's command line, the
patterns to look for and what is said of the boot before it starts."""

import os
import pathlib
import re
import shlex
import tempfile

from . import bootcheck, dtb, files, qemu, Problem, TOP
from .options import PASSED
from .boards import Board
from .files import short

SOURCES = {"image": None, "semihosting": "linux-system-semi.axf", "prepended": "boot-wrapper.bin",
           "firmware": "boot-wrapper.bin", "none": None}
HOST = ["-semihosting-config", "enable=on,target=native"]

# Options that need a wrapper that reads a command line of the host.
WRAPPER_OPTIONS = (*(name.replace("-", "_") for name in PASSED), "xen", "xen_bootargs")
# Options that one boot cannot have both of: one of a boot's own hides the other's default.
EXCLUSIVE = (("kernel", "image"), ("source", "no_wrapper"), ("initrd", "no_initrd"))

USERSPACE = r"boot-wrapper-initramfs: ready|^[\w.-]* ?login: ?$"
# A line that matches one of these has failed the boot.
FAILURES = (
    r"Kernel panic - not syncing",
    r"Internal error: ",
    r"Unable to handle kernel ",
    r"\bOops\b",
    r"\bBUG: ",
    r"\bWARNING: ",
    r"started in wrong/inconsistent modes",
    r"CPU\d+: failed to (?:boot|come online)",
    r"detected stall|self-detected stall",
    r"boot-wrapper: .*; this CPU stops",
    r"\(XEN\) Panic on CPU",
)
LONGEST = 7 * 24 * 3600         # seconds


def dashed(name):
    return f"--{name.replace('_', '-')}"


def pattern(option, text):
    """A regular expression that does not match everything."""
    try:
        compiled = re.compile(text, re.M)
    except (re.error, OverflowError, RecursionError) as error:
        raise Problem(f"{option} {text!r} is not a regular expression: {error}; correct it") from None
    if compiled.search(""):
        raise Problem(f"{option} {text!r} matches any console; specify what it has to show")
    return compiled


def override(arguments, value, option, *aliases):
    """Replace an option's value, or add both."""
    for at, word in enumerate(arguments[:-1]):
        if word in (option, *aliases):
            return [*arguments[:at + 1], value, *arguments[at + 2:]]
    return [*arguments, option, value]


def value_of(arguments, *options):
    return next((value for word, value in zip(arguments, arguments[1:]) if word in options), None)


def make_scratch():
    """A directory for what one boot makes; its name has no space."""
    try:
        where = tempfile.gettempdir()
        return tempfile.mkdtemp(prefix="bw-run-",
                                dir="/tmp" if re.search(r"\s", where) or len(where) > 80 else where)
    except OSError as error:
        raise Problem(f"cannot create a temporary directory: {files.reason(error)}; set TMPDIR to "
                      "one that can be written") from None


class Setup:
    """The options of a boot, checked. Raises Problem."""

    def __init__(self, args):
        self.args = args
        self.used = {}          # {file: fingerprint} of what QEMU reads
        if args.bootcheck == "":
            self.start_bootcheck()
        self.check_texts()
        if args.board is None:
            raise Problem("no --board, and no Makefile that has a default; pass --board NAME")
        self.board = Board(args.board)
        self.source = self.choose_source()
        self.check_numbers()
        self.compile_patterns()
        self.qemu = self.choose_machine()
        self.choose_files()
        self.name = args.name or "-".join(
            [args.board, self.source] + [args.mode] * bool(args.mode) + [f"{args.cpus}cpu"])
        if not re.fullmatch(r"[\w.,=+-]{1,200}", self.name):
            raise Problem(f"--name {self.name!r}: it names a file; use at most 200 letters, digits "
                          "and .,=+-_")
        self.log = pathlib.Path(args.log or pathlib.Path(args.results) / f"{self.name}.log")

    def wrapper_directory(self):
        return pathlib.Path(self.args.wrapper_dir or os.environ.get("BOOT_WRAPPER_DIR") or
                            TOP / "build" / str(self.args.board))

    def start_bootcheck(self):
        """The defaults of a boot of bootcheck.bin."""
        args = self.args
        if not args.kernel and not args.image:
            args.kernel = self.wrapper_directory() / "bootcheck.bin"
        args.no_initrd = not args.initrd and not args.image
        if args.until == USERSPACE:
            args.until = bootcheck.PASSED
        args.fail = [bootcheck.FAILED, *args.fail]

    def check_texts(self):
        for name, value in vars(self.args).items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and "\0" in text:
                    raise Problem(f"{dashed(name)} {text!r}: it contains a NUL character; remove it")
        for name in ("bootargs", "xen_bootargs", "machine", "memory", "cpu", "qemu"):
            text = getattr(self.args, name)
            if text and re.search(r"[\x00-\x1f\x7f]", text):
                raise Problem(f"{dashed(name)} {text!r}: it contains a control character; remove it")
        for name in ("kernel", "image", "dtb", "xen", "wrapper_dir", "machine", "memory", "cpu",
                     "qemu", "board", "log"):
            if getattr(self.args, name) == "":
                raise Problem(f"{dashed(name)} is empty; specify a value, or omit it")

    def check_numbers(self):
        args = self.args
        args.cpus = self.board.cpus if args.cpus is None else args.cpus
        if args.cpus < 1:
            raise Problem(f"--cpus {args.cpus}: not a positive number; correct it")
        if args.cpus > 512:
            raise Problem(f"--cpus {args.cpus}: no machine has so many; correct it")
        if not 0 < args.timeout <= LONGEST:
            raise Problem(f"--timeout {args.timeout:g}: not a positive number up to {LONGEST}; "
                          "correct it")

    def choose_source(self):
        args = self.args
        if args.no_wrapper and args.source not in (None, "none"):
            raise Problem(f"--no-wrapper and --source {args.source} exclude each other; pass one of them")
        wanted = "none" if args.no_wrapper else args.source
        if args.image and args.kernel:
            raise Problem("--image and --kernel exclude each other; pass one of them")
        if args.image:
            if wanted not in (None, "image"):
                raise Problem(f"--image and --source {wanted}: an image contains its own wrapper; "
                              "pass --kernel instead of --image, or omit --source")
            for name in ("dtb", "initrd", "no_initrd", "bootargs", *WRAPPER_OPTIONS):
                if getattr(args, name):
                    raise Problem(f"{dashed(name)} with --image, which has its own; "
                                  "build another image with make, or pass --kernel")
            return "image"
        if wanted == "image":
            raise Problem("--source image: no image; pass --image FILE")
        wanted = wanted or self.board.source
        if wanted not in SOURCES:
            raise Problem(f"boards/{self.board.name}.mk: BOARD_SOURCE {wanted}: unknown source; "
                          f"valid sources: {', '.join(SOURCES)}")
        if wanted != "semihosting":
            for name in WRAPPER_OPTIONS:
                if getattr(args, name):
                    raise Problem(f"{dashed(name)} with --source {wanted}, which cannot pass "
                                  "options to the wrapper; use --source semihosting")
        return wanted

    def compile_patterns(self):
        args = self.args
        self.until = pattern("--until", args.until)
        self.expect = [pattern("--expect", text) for text in args.expect]
        self.failures = [pattern("--fail", text) for text in [*args.fail, *FAILURES]]
        self.allowed = [pattern("--allow", text) for text in args.allow]

    def choose_machine(self):
        """QEMU's options for the board, with those of the command line."""
        args, words = self.args, self.board.qemu
        if args.machine:
            if not all(re.fullmatch(r"[\w.-]+=[^,]+", part) for part in args.machine.split(",")):
                raise Problem(f"--machine {args.machine}: not NAME=VALUE,...; correct it")
            name = value_of(words, "-M", "-machine")
            if not name:
                raise Problem(f"--machine: BOARD_QEMU of boards/{self.board.name}.mk has no -M; "
                              "use --qemu-args")
            words = override(words, f"{name},{args.machine}", "-M", "-machine")
        if args.memory:
            if not re.fullmatch(r"(?=.*[1-9])\d{1,15}(\.\d{1,9})?[bBkKmMgGtT]?", args.memory):
                raise Problem(f"--memory {args.memory}: not a size; use a number and K, M or G, "
                              "for example 512M")
            words = override(words, args.memory, "-m")
        if args.cpu:
            words = override(words, args.cpu, "-cpu")
        try:
            self.more = shlex.split(args.qemu_args)
        except ValueError as error:
            raise Problem(f"--qemu-args {args.qemu_args}: {error}; correct the quotes") from None
        return words

    def use(self, option, path, *remedy, **options):
        path = files.readable(option, path, *remedy, **options)
        self.used[path] = files.fingerprint(path)
        return path

    def choose_files(self):
        args, board = self.args, self.board
        self.dtb = self.passed_dtb = self.initrd = self.xen = self.wrapper = None
        if self.source == "image":
            self.kernel = self.use("--image", args.image, "build it with make KERNEL= DTB=",
                                   empty_is_wrong=qemu.is_named_qemu(args.qemu))
            self.described = f"image {short(self.kernel)}"
            return
        self.kernel = self.use("--kernel", args.kernel or pathlib.Path(args.deps) / "vmlinuz",
                               "correct the name" if args.kernel else
                               "run \"make deps\", or pass --kernel FILE or --image FILE")
        if args.xen:
            self.xen = self.use("--xen", args.xen)
        if args.dtb:
            self.dtb = self.use("--dtb", args.dtb)
        elif board.dtb:
            self.dtb = self.use("--dtb", pathlib.Path(args.deps) / "dtbs" / board.dtb,
                                "pass --dtb FILE, or run \"make deps\"")
        elif self.source == "semihosting":
            raise Problem(f"no DTB for {board.name}; pass --dtb FILE, or --source firmware")
        self.passed_dtb = self.dtb
        if args.initrd and args.no_initrd:
            raise Problem("--initrd and --no-initrd exclude each other; pass one of them")
        default_initrd = TOP / "build/initramfs.cpio.gz"
        if args.initrd:
            self.initrd = self.use("--initrd", args.initrd)
        elif not args.no_initrd and (default_initrd.exists() or not args.kernel):
            self.initrd = self.use("--initrd", default_initrd, "run \"make run\", which makes it")
        if args.xen_bootargs is not None and not args.xen:
            raise Problem("--xen-bootargs without --xen; pass --xen FILE as well")
        self.bootargs = args.bootargs
        if self.bootargs is None:
            self.bootargs = board.dom0_bootargs if args.xen else board.bootargs
        self.xen_bootargs = args.xen_bootargs
        if self.xen_bootargs is None:
            self.xen_bootargs = board.xen_bootargs
        if self.xen and '"' in self.xen_bootargs:
            raise Problem(f"--xen-bootargs {self.xen_bootargs}: semihosting cannot pass a double "
                          "quote to Xen; remove it")
        if file := SOURCES[self.source]:
            self.wrapper = self.use("the wrapper's", self.wrapper_directory() / file,
                                    f"run \"make BOARD={board.name}\", or pass --wrapper-dir DIR")
        self.described = ", ".join(
            ([f"Xen {short(self.xen)}"] if self.xen else []) +
            [f"kernel {short(self.kernel)}",
             f"DTB {short(self.dtb)}" if self.dtb else "QEMU's DTB",
             f"initrd {short(self.initrd)}" if self.initrd else "no initrd",
             f"bootargs \"{self.bootargs}\"",
             f"started by {short(self.wrapper)} ({self.source})" if self.wrapper else
             "started by QEMU's own loader"])

    def describe(self):
        return f"{self.board.name}, {self.args.cpus} CPU{'s'[:self.args.cpus > 1]}: {self.described}"

    def preflight(self):
        """What need not be there for --dry-run."""
        qemu.find(self.args.qemu, "pass --qemu FILE")
        files.writable("--log", self.log, devices=True)

    def changed(self):
        """A file that is not what it was when it was checked."""
        return next((path for path, was in self.used.items() if files.fingerprint(path) != was),
                    None)

    def command(self, scratch):
        """QEMU's command line; `scratch` is a directory for files made for it."""
        args, scratch = self.args, pathlib.Path(scratch)
        if self.dtb and self.board.memory:
            self.passed_dtb = scratch / "dtb"
            self.passed_dtb.write_bytes(files.read(self.dtb))
            dtb.set_memory(self.passed_dtb, self.board.memory)
        return [args.qemu, *self.qemu, "-smp", str(args.cpus), "-display", "none", "-nic", "none",
                "-no-reboot", *self.board.serial, "-serial", "mon:stdio" if args.interactive else "stdio",
                *getattr(self, f"{self.source}_arguments")(scratch), *self.more]

    def image_arguments(self, _scratch):
        return [*HOST, "-kernel", str(self.kernel)]

    def semihosting_arguments(self, scratch):
        """QEMU joins the words by spaces, and the wrapper parts them at spaces and quotes: a
        file whose name has one is passed by a link. Bootargs go last, as they are."""
        words = ["boot-wrapper"]
        for option, path in (("kernel", self.kernel), ("dtb", self.passed_dtb), ("initrd", self.initrd),
                             ("xen", self.xen)):
            if path:
                if re.search(r"[\s\"]", str(path)) or str(path).startswith("-"):
                    link = scratch / option
                    link.symlink_to(path.resolve())
                    path = link
                words += [f"--{option}", str(path)]
        if not self.initrd:
            words += ["--no-initrd"]
        for option in PASSED:
            if value := getattr(self.args, option.replace("-", "_")):
                words += [f"--{option}", value]
        if self.xen and self.xen_bootargs:
            words += ["--xen-bootargs", f'"{self.xen_bootargs}"']
        words += ["--", *[self.bootargs] * bool(self.bootargs)]
        return [HOST[0], ",".join([HOST[1], *(f"arg={qemu.comma(word)}" for word in words)]),
                "-kernel", str(self.wrapper)]

    def linux_arguments(self):
        return ([*(["-dtb", str(self.passed_dtb)] if self.passed_dtb else []),
                 *(["-initrd", str(self.initrd)] if self.initrd else []),
                 "-append", self.bootargs])

    def prepended_arguments(self, scratch):
        image = scratch / "prepended.bin"
        image.write_bytes(files.read(self.wrapper) + files.read(self.kernel))
        return [*HOST, "-kernel", str(image), *self.linux_arguments()]

    def firmware_arguments(self, _scratch):
        return [*HOST, "-bios", str(self.wrapper), "-kernel", str(self.kernel),
                *self.linux_arguments()]

    def none_arguments(self, _scratch):
        return ["-kernel", str(self.kernel), *self.linux_arguments()]
