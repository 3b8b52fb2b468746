# SPDX-License-Identifier: BSD-2-Clause
"""bootcheck: its items, its page, and what it finds out about other loaders."""

import importlib.machinery
import importlib.util
import re
import subprocess

import pytest

import harness
from harness.bootcheck import by_bw_run, found

TOOL = harness.TOP / "tools" / "bootcheck-items"
loader = importlib.machinery.SourceFileLoader("bootcheck_items", str(TOOL))
bootcheck_items = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("bootcheck_items", loader))
loader.exec_module(bootcheck_items)
ITEMS = {item[1]: item for item in bootcheck_items.items()}


def test_page_has_each_item():
    page = bootcheck_items.PAGE.read_text()
    assert bootcheck_items.page_with(bootcheck_items.tables()) == page, \
        "run tools/bootcheck-items --write"
    assert len(ITEMS) >= 120
    for name, (heading, _, severity, *texts) in ITEMS.items():
        assert heading and all(texts), name
        assert texts[2].count(".") >= 1 and page.count(f"| `{name}` | {severity} |") == 1


def test_each_item_is_checked_somewhere():
    sources = "\n".join(path.read_text() for path in
                        (harness.TOP / "kernels" / "bootcheck").glob("*.c"))
    calls = set(re.findall(r"\b(?:check|check_is|skip|svc_works|refused|check_stub_call|"
                           r"check_timer)\(\s*(\w+)", sources))
    calls |= set(re.findall(r"\bitem_(\w+)", sources))
    assert not set(ITEMS) - calls


@pytest.fixture(scope="module")
def image():
    """bootcheck.bin, which plain make builds."""
    return harness.build("bootcheck", "wrapper") / "bootcheck.bin"


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_size(toolchain):
    """Less than 48 KiB, its bss and stacks included."""
    image = harness.build(f"size-{toolchain}", "wrapper", **harness.TOOLCHAINS[toolchain])
    assert (image / "bootcheck.bin").stat().st_size < 48 << 10


def run(image, machine, cpus=2, cpu="cortex-a15", status=None, dtb=None, **options):
    """bootcheck under QEMU's own loader, or a wrapper's image: {(id, ok)}."""
    extra = ["-cpu", cpu] if cpu else []
    extra += ["-dtb", str(dtb)] if dtb else []
    text, ended = harness.console(image, cpus=cpus, machine=machine, extra=extra, **options)
    what = found(text)
    plan = re.search(r"^1\.\.(\d+)$", text, re.M)
    assert plan and int(plan[1]) == what.checks and text.startswith("TAP version 13\n") or \
        "boot-wrapper: " in text, text
    assert what.items <= set(ITEMS)
    assert ("conformance: PASS" in text) == (not what.failed), text
    if status is not None:
        assert ended == status, text
    return what.items, what.failed, text


def test_qemus_loader_on_virt(image):
    """In SVC mode, with PSCI by HVC, and no word of ours in r3."""
    seen, failed, text = run(image, "virt,secure=off,virtualization=off")
    assert not [name for name in seen if ITEMS[name][2] == "ours"], text
    assert {"irq_spi", "on_arrives", "counter_same", "memory_there"} <= seen
    assert failed <= {"on_contention", "smc_keeps_registers"}, text


def test_qemus_loader_in_hyp_mode(image):
    seen, failed, text = run(image, "virt,secure=off,virtualization=on")
    assert {"irq_sgi", "hstr", "timer_hyp"} <= seen
    assert not {name for name in failed if name.startswith(("irq_", "timer_", "gic"))}, text


def test_gic_v3(image):
    seen, failed, text = run(image, "virt,secure=off,virtualization=off,gic-version=3")
    assert {"gicr_found", "icc_sre", "irq_spi"} <= seen
    assert not {name for name in failed if name.startswith(("irq_", "timer_", "gic", "icc"))}, text


def test_ours(image):
    """The wrapper as loader: the contract is checked because r3 says so."""
    system = harness.build("bootcheck-ours", "all", KERNEL=image, DTB=harness.DTB, SMP=2,
                           BOOTARGS="") / "linux-system.axf"
    seen, failed, text = run(system, harness.MACHINE, cpu=None, status=0)
    assert not failed, text
    assert {"word_mode", "irq_sgi_svc", "ttbcr_clear", "hvc_sets", "no_other_functions"} <= seen


@pytest.mark.parametrize("board, machine, fails", [
    ("virt", "secure=off,virtualization=on", set()),
    ("virt", "secure=off,virtualization=off", set()),
    ("virt", "secure=off,virtualization=off,gic-version=3", set()),
    ("raspi2b", None, {"actlr_smp"}),       # QEMU's loader leaves it clear
])
def test_ours_below_other_firmware(board, machine, fails):
    """What the other firmware does, or leaves to the kernel, is not held against the contract."""
    text = by_bw_run(board, "prepended", *(["--machine", machine] if machine else []))
    assert "boot-wrapper: entered in " in text and "\n1.." in text, text
    assert found(text).failed == fails, text
    assert "word_mode" in found(text).items


def test_failure_ends_a_host(image, tmp_path):
    """A DTB without a timer: not ok, and status 1."""
    dtb = tmp_path / "dtb"
    dtb.write_bytes(harness.qemu_dtb("virt,secure=off,virtualization=off", 1, "-cpu",
                                     "cortex-a15").read_bytes())
    subprocess.run(["fdtput", "-ts", dtb, "/timer", "compatible", "none"], check=True)
    _, failed, text = run(image, "virt,secure=off,virtualization=off", cpus=1, dtb=dtb, status=1)
    assert "timer_node" in failed, text


LOG = """boot loader of somebody
TAP version 13
ok 1 - cpu0 entry: IRQ is masked [entry_irq_masked]
not ok 2 - cpu0 CNTFRQ is not 0 [cntfrq_set]: got 00000000
not ok 3 - cpu1 CNTFRQ is not 0 [cntfrq_set]: got 00000000
not ok 4 - cpu0 entry: the mode is Hyp where the CPU has it [entry_hyp_if_there] # TODO advice
1..4
conformance: FAIL (2 of 4)
"""


@pytest.mark.parametrize("text, status, words", [
    (LOG, 1, ["not ok cntfrq_set, 2 times, first: cpu0 CNTFRQ is not 0: got 00000000",
              "bootcheck: 4 checks, 1 items fail, 1 are against advice"]),
    (LOG.replace("not ok 2", "ok 2").replace("not ok 3", "ok 3"), 0, ["0 items fail"]),
    (LOG.partition("not ok 4")[0], 1, ["has not come to its end", "[cntfrq_set]"]),
    ("U-Boot 2023.01\n", 1, ["it has not started, or the console is another"]),
], ids=["a failure", "advice only", "cut short", "another program's"])
def test_explained_log(tmp_path, text, status, words):
    """bw-run --bootcheck LOG: what a board has printed, item by item, with the remedy."""
    log = tmp_path / "console.log"
    log.write_bytes(text.replace("\n", "\r\n").encode())
    done = subprocess.run([harness.TOP / "tools" / "bw-run", "--bootcheck", log], capture_output=True,
                          text=True)
    assert done.returncode == status and not done.stderr, done.stderr
    assert all(word in done.stdout for word in words), done.stdout


@pytest.mark.parametrize("text, status, verdict", [
    (LOG, 1, "not ok 1 - bc"), (LOG.replace("FAIL (2 of 4)", "PASS"), 0, "ok 1 - bc")])
def test_verdict_is_the_boots(tmp_path, text, status, verdict):
    """In TAP for a CI, too, a boot of bootcheck passes only if bootcheck does."""
    (tmp_path / "text").write_text(text)
    qemu = tmp_path / "qemu"
    qemu.write_text(f"#!/bin/sh\ncat {tmp_path}/text\nsleep 20\n")
    qemu.chmod(0o755)
    (tmp_path / "image").touch()
    done = subprocess.run([harness.TOP / "tools" / "bw-run", "--bootcheck", "--tap", "--name=bc",
                           f"--qemu={qemu}", f"--image={tmp_path}/image", f"--results={tmp_path}"],
                          capture_output=True, text=True)
    assert done.returncode == status and f"\n{verdict}" in done.stdout, done.stdout + done.stderr


def test_bw_run_starts_it(tmp_path):
    """bw-run --bootcheck, without a kernel's name: behind the board's wrapper."""
    directory = harness.build("bootcheck", "wrapper")
    done = subprocess.run([harness.TOP / "tools" / "bw-run", "--bootcheck", "--quiet", f"--results={tmp_path}",
                           f"--deps={harness.DEPS}", f"--wrapper-dir={directory}"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and " 0 items fail" in done.stdout, done.stdout + done.stderr


def test_unknown_uart(tmp_path):
    """Of a UART that bootcheck does not know it says so, and bw-run finds its lines on the
    semihosting console, which is QEMU's stderr."""
    dtb = tmp_path / "dtb"
    dtb.write_bytes(harness.DTB.read_bytes())
    console = subprocess.run(["fdtget", dtb, "/aliases", "serial0"], check=True,
                             capture_output=True, text=True).stdout.strip()
    subprocess.run(["fdtput", "-ts", dtb, console, "compatible", "cdns,uart-r1p12"], check=True)
    directory = harness.build("bootcheck", "wrapper")
    done = subprocess.run([harness.TOP / "tools" / "bw-run", "--bootcheck", "--quiet", f"--dtb={dtb}",
                           f"--results={tmp_path}", f"--wrapper-dir={directory}"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and " 0 items fail, 1 are against advice" in done.stdout, \
        done.stdout + done.stderr
    assert "advice stdout_node, 1 times" in done.stdout
