#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure what the wrapper costs, and print it beside what others need.

  tools/bench.py [--output bench.json] [--docs FILE.md]
  tools/bench.py --clock [--rounds N] [--output bench.json] [--picture FILE.svg]

The first counts guest instructions of one CPU under QEMU, which executes one at a
time and logs each (-singlestep -d exec,nochain): exact, and the same on every
run; what the boot CPU waits for another is left out (libfdt), or the least is taken (cpu_on).
--docs writes them into the table of docs/costs.md. Exit status 1 if a budget is exceeded.

The second takes minutes: it measures the wall clock of booting Debian's Linux, and
divides it by that of QEMU's own loader. These are figures without a budget.

bench.json is a list of {"name", "value", "unit", "budget"}; budget is null
where there is none. Each of the two keeps the other's entries. --picture also writes
FILE.json, the entries that the picture shows.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
from bw import Problem, boards, clock, setup  # noqa: E402
from elftools.elf.elffile import ELFFile  # noqa: E402

KERNEL = 0x82000000

# Peers, measured likewise: guest instructions, resident bytes. "-": has none.
PEERS = {
    "reset_to_kernel_prepared": "original wrapper 83 (no DTB); boot-wrapper-aarch64 3,479; "
                                "TF-A sp_min 7.6 M",
    "reset_to_kernel_libfdt": "original wrapper 322,382 to 457,066; U-Boot 5.5 M",
    "hvc_set_vectors": "original wrapper 4-6 (stays in Hyp mode)",
    "psci_version": "boot-wrapper-aarch64 14; U-Boot 54; TF-A sp_min 172",
    "cpu_on": "boot-wrapper-aarch64 110; TF-A sp_min 515",
    "woken_cpu": "boot-wrapper-aarch64 53; TF-A sp_min 1,510",
    "resident_bytes": "U-Boot 312 to 8,224; boot-wrapper-aarch64 3,360 for 2 CPUs; "
                      "TF-A sp_min 71,851",
}

# The rows of docs/costs.md.
ROWS = {
    "reset_to_kernel_prepared": "reset to the kernel, DTB fixed up by the build",
    "reset_to_kernel_libfdt": "the same, DTB fixed up at boot with libfdt",
    "hvc_set_vectors": "HVC that sets HVBAR, round trip",
    "psci_version": "PSCI_VERSION, round trip",
    "cpu_on": "CPU_ON, round trip, with any number of CPUs",
    "woken_cpu": "a CPU that CPU_ON wakes, to its kernel's entry",
    "resident_bytes": "resident bytes",
}


def trace(image, cpus=1):
    """(CPU, PC) of every instruction executed, from reset on."""
    read, write = os.pipe()
    command = harness.qemu_command(image, cpus=cpus, semihosting=False)
    command[command.index("stdio")] = "null"
    command += ["-singlestep", "-d", "exec,nochain", "-D", f"/dev/fd/{write}"]
    child = subprocess.Popen(command, pass_fds=[write], env=harness.environment(),
                             stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read, errors="replace") as lines:
            for line in lines:
                if line.startswith("Trace "):
                    cpu, rest = line[6:].split(":", 1)
                    yield int(cpu), int(rest.split("/")[1], 16)
    finally:
        child.kill()
        child.wait()


def addresses(image, function):
    with open(image, "rb") as stream:
        symbol, = ELFFile(stream).get_section_by_name(".symtab").get_symbol_by_name(function)
        start = symbol["st_value"] & ~1
        return range(start, start + symbol["st_size"])


def until(image, end, cpus=1):
    """Instructions of the boot CPU before it reaches `end`, without those of wait_for():
    CPUs run side by side, and how long one waits for another is the host's affair."""
    waits = addresses(image, "wait_for")
    count = 0
    for cpu, pc in trace(image, cpus):
        if cpu == 0:
            if pc == end:
                return count
            count += pc not in waits
    raise SystemExit(f"boot-wrapper: {image} ended before {end:#x}")


def between(steps, cpu, begin, end):
    """Instructions of a CPU from its first at `begin` to the next at `end`."""
    own = [pc for which, pc in steps if which == cpu]
    start = own.index(begin)
    return own.index(end, start) - start


def resident_bytes(image):
    """Code, data and stacks for 8 CPUs, without what fills the pages up."""
    with open(image, "rb") as stream:
        return sum(section["sh_size"] for section in ELFFile(stream).iter_sections()
                   if section.name.startswith(".resident"))


def payload_labels():
    """Where the payload's labels are once it has been placed."""
    elf = harness.payload(file="conformance.elf")
    at = harness.symbols(elf)
    return {name: address - at["image_start"] + KERNEL
            for name, address in at.items() if name.startswith("bench_")}


# What there are labels for in kernels/conformance.S.
CALLS = {"hvc": "hvc_set_vectors", "psci": "psci_version", "cpu_on": "cpu_on"}


def calls(cpus):
    """(image, labels, traces) of a payload that makes each call, CPU_ON of the last CPU."""
    image = harness.conformance(f"bench-calls-{cpus}", "conformance=bench", SMP=cpus, QUIET=1)
    return image, payload_labels(), [list(trace(image, cpus)) for _ in range(3)]


def cost(call, at, runs):
    """The caller's instructions; CPUs run side by side: what one waits for is not its own."""
    return min(between(run, 0, at[f"bench_{call}_begin"], at[f"bench_{call}_end"])
               for run in runs)


def measure():
    quiet = {"SMP": 1, "QUIET": 1}
    fast = "conformance=fast"
    yield ("reset_to_kernel_prepared", "instructions", 850,
           until(harness.conformance("bench-prepared", fast, **quiet), KERNEL))
    # Debian's DTB as it is, with two CPUs.
    libfdt = harness.conformance("bench-libfdt", fast, DTB_MEND="boot", QUIET=1,
                                 INITRD=harness.initramfs())
    yield ("reset_to_kernel_libfdt", "instructions", 80000,
           until(libfdt, KERNEL, cpus=2))

    image, at, runs = calls(cpus=2)
    for name, budget in (("hvc", 12), ("psci", 20), ("cpu_on", 145)):
        yield CALLS[name], "instructions", budget, cost(name, at, runs)
    own = [pc for cpu, pc in runs[0] if cpu == 1]
    end = own.index(at["bench_woken"])
    waits = {pc for pc, (_, text) in harness.disassembly(image)[0].items() if text == "wfi"}
    last_wait = max(i for i, pc in enumerate(own[:end]) if pc in waits)
    yield "woken_cpu", "instructions", 205, end - last_wait

    yield "resident_bytes", "bytes", 6144, resident_bytes(image)


def clock_cases():
    """{(board, cpus): (our command, that of QEMU's own loader)}; both boot the same kernel."""
    for name in boards.names():
        board = boards.Board(name)
        for cpus in board.clock_cpus:
            build = f"clock-{name}-{cpus}"
            dtb = harness.DEPS / "dtbs" / board.dtb if board.dtb else \
                harness.build(build, harness.CHECK / build / name / f"qemu-{cpus}.dtb",
                              BOARD=name) / f"qemu-{cpus}.dtb"
            # With earlycon, the console shows the kernel's first line at once.
            bootargs = f"{board.bootargs} earlycon={board.earlycon}"
            image = harness.linux(build, BOARD=name, SMP=cpus, DTB=dtb, BOOTARGS=bootargs)
            machine = setup.value_of(board.qemu, "-M", "-machine")
            common = ["-smp", str(cpus), "-display", "none", "-nic", "none", "-no-reboot", *board.serial,
                      "-serial", "stdio"]
            own = ["qemu-system-arm", *setup.override(board.qemu, f"{machine},secure=off", "-M"), *common,
                   "-kernel", str(harness.VMLINUZ), "-initrd", str(harness.initramfs()), "-append", bootargs]
            if board.dtb:
                own += ["-dtb", str(without_psci(image.parent / "payload.dtb", cpus))]
            yield (name, cpus), (["qemu-system-arm", *board.qemu, *common, *setup.HOST, "-kernel", str(image)],
                                 own)


def without_psci(dtb, cpus):
    """The DTB of our image, with all CPUs, for a loader that has no PSCI."""
    path = dtb.parent / "own.dtb"
    path.write_bytes(dtb.read_bytes())
    for cpu in range(cpus):
        for name in ("enable-method", "cpu-release-addr"):
            subprocess.run(["fdtput", "-d", path, f"/cpus/cpu@{cpu}", name], stderr=subprocess.DEVNULL)
    subprocess.run(["fdtput", "-r", path, "/psci"], check=True)
    return path


def measure_clock(rounds, output, picture):
    """Saves after each round, so that a run that is stopped leaves what it has measured."""
    for entries in clock.measure(dict(clock_cases()), rounds, lambda text: print(text, flush=True)):
        save(output, entries, clocks=True)
        if picture:
            pathlib.Path(picture).write_text(clock.draw(entries))
            pathlib.Path(picture).with_suffix(".json").write_text(json.dumps(entries, indent=1) + "\n")
    for entry in entries:
        print(f"{entry['name']:40}{entry['value']:6.2f} ({entry['low']:.2f} to {entry['high']:.2f})  "
              f"{entry['ours']:.2f} s, QEMU's own loader {entry['qemu']:.2f} s")


def update(text, results):
    """The text of docs/costs.md with the figures measured. A row that says "about" keeps its
    figure while that is within 5 %."""
    for entry in results:
        row = re.compile(rf"^(\| {re.escape(ROWS[entry['name']])} \| )(about )?([\d,]+)", re.M)
        match = row.search(text)
        if not match:
            raise Problem(f"docs/costs.md: no row \"{ROWS[entry['name']]}\" with a figure; restore it")
        value, told = entry["value"], int(match[3].replace(",", ""))
        if match[2]:
            value = told if abs(value - told) <= told * 0.05 else \
                round(value, -3) if value >= 10000 else value
        text = text[:match.start()] + f"{match[1]}{match[2] or ''}{value:,}" + text[match.end():]
    return text


def save(path, entries, clocks):
    """Write entries, and keep those of the other kind that the file has."""
    try:
        kept = [entry for entry in json.loads(path.read_text())
                if entry["name"].startswith("clock_") != clocks]
    except (OSError, ValueError, TypeError, KeyError):
        kept = []
    path.write_text(json.dumps(sorted(kept + entries, key=lambda entry: "mark" in entry),
                               indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="bench.json", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--docs", metavar="FILE", type=pathlib.Path, help="put the counts into its table")
    parser.add_argument("--clock", action="store_true", help="wall clock, beside QEMU's own loader")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="boots of each kind (5)")
    parser.add_argument("--picture", metavar="FILE", help="with --clock: draw it as SVG")
    args = parser.parse_args()
    if args.clock:
        measure_clock(max(args.rounds, 1), args.output, args.picture)
        return 0

    results, failed = [], False
    print(f"{'':26}{'ours':>9} {'budget':>9}  peers")
    for name, unit, budget, value in measure():
        results.append({"name": name, "value": value, "unit": unit, "budget": budget})
        over = budget is not None and value > budget
        failed |= over
        print(f"{name:26}{value:9,} {budget if budget is not None else '-':>9}  {PEERS[name]}"
              f"{'  OVER BUDGET' if over else ''}", flush=True)
    save(args.output, results, clocks=False)
    if args.docs:
        args.docs.write_text(update(args.docs.read_text(), results))
    return failed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as error:
        sys.exit(f"boot-wrapper: {error}")
    except OSError as error:
        sys.exit(f"boot-wrapper: {error.filename}: {error.strerror}; name another file")
