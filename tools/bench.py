#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure what the wrapper costs, and print it beside what others need.

  tools/bench.py [--output bench.json]

Counts are guest instructions of one CPU under QEMU, which executes one at a
time and logs each (-singlestep -d exec,nochain): exact, and the same on every
run, but for the time that the boot CPU waits for another (libfdt, cpu_on).
Exit status 1 if a budget is exceeded.

bench.json is a list of {"name", "value", "unit", "budget"}; budget is null
where there is none.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import harness  # noqa: E402
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


def until(image, end, cpus=1):
    """Instructions of the boot CPU before it reaches `end`."""
    count = 0
    for cpu, pc in trace(image, cpus):
        if cpu == 0:
            if pc == end:
                return count
            count += 1
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
    yield ("reset_to_kernel_prepared", "instructions", 500,
           until(harness.conformance("bench-prepared", fast, **quiet), KERNEL))
    # Debian's DTB as it is: two CPUs, and one that the boot CPU waits for.
    libfdt = harness.conformance("bench-libfdt", fast, DTB_MEND="boot", QUIET=1,
                                 INITRD=harness.initramfs())
    yield ("reset_to_kernel_libfdt", "instructions", 80000,
           min(until(libfdt, KERNEL, cpus=2) for _ in range(3)))

    image, at, runs = calls(cpus=2)
    for name, budget in (("hvc", 12), ("psci", 30), ("cpu_on", 150)):
        yield CALLS[name], "instructions", budget, cost(name, at, runs)
    own = [pc for cpu, pc in runs[0] if cpu == 1]
    end = own.index(at["bench_woken"])
    waits = {pc for pc, (_, text) in harness.disassembly(image)[0].items() if text == "wfi"}
    last_wait = max(i for i, pc in enumerate(own[:end]) if pc in waits)
    yield "woken_cpu", "instructions", 250, end - last_wait

    yield "resident_bytes", "bytes", 6144, resident_bytes(image)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default="bench.json", metavar="FILE")
    args = parser.parse_args()

    results, failed = [], False
    print(f"{'':26}{'ours':>9} {'budget':>9}  peers")
    for name, unit, budget, value in measure():
        results.append({"name": name, "value": value, "unit": unit, "budget": budget})
        over = budget is not None and value > budget
        failed |= over
        print(f"{name:26}{value:9,} {budget if budget is not None else '-':>9}  {PEERS[name]}"
              f"{'  OVER BUDGET' if over else ''}", flush=True)
    pathlib.Path(args.output).write_text(json.dumps(results, indent=1) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
