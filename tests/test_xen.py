# SPDX-License-Identifier: BSD-2-Clause
"""Debian's Xen, from reset to a shell in its dom0."""

import re
import subprocess
import sys

import pytest
from elftools.elf.elffile import ELFFile

import harness
from harness import PACK
from harness import VIRT_SECURE as SECURE
from harness.inputs import (big_endian, edited_dtb, empty, idle_kernel, small_memory, text_file,
                            truncated)
from harness.qemu import qemu, refused, semihosted, started
from harness.verdicts import ALARMS, check_refusal, own_lines

def dom0_kernel():
    """In the first page behind the initrd."""
    return 0x88000000 + (harness.initramfs().stat().st_size + 4095) // 4096 * 4096


DOM0_HALTED = "Hardware Dom0 halted: halting machine"


def resident_code(image):
    """[(address, bytes)] of the Hyp stub, up to what it is told at boot, and of the Monitor."""
    at = harness.symbols(image)
    with open(image, "rb") as stream:
        elf = ELFFile(stream)
        stub = elf.get_section_by_name(".resident_nonsecure").data()
        monitor = elf.get_section_by_name(".resident_secure").data()
    return [(at["hyp_stub_vectors"], stub[:at["hyp_stub_console"] - at["hyp_stub_vectors"]]),
            (at["monitor_vectors"], monitor)]


# What is typed must be short: Xen keeps 128 bytes that dom0 has not read, and drops more.
@pytest.mark.parametrize("method, mend", [("psci", "build"), ("psci", "boot"), ("pen", "build")])
def test_boot(method, mend, tmp_path):
    """Two CPUs in Xen and in dom0; the resident range stays whole; and off."""
    image = harness.xen(f"xen-{method}-{mend}", SMP_METHOD=method, DTB_MEND=mend)
    monitor = tmp_path / "monitor"
    with harness.Guest(image, cpus=2,
                       extra=("-qmp", f"unix:{monitor},server,nowait")) as guest:
        assert "(XEN) Brought up 2 CPUs" in guest.log
        assert f"(XEN) Loading d0 kernel from boot module @ {dom0_kernel():016x}" in guest.log
        assert "(XEN) Loading ramdisk from boot module @ 0000000088000000" in guest.log
        assert "smp: Brought up 1 node, 2 CPUs" in guest.log
        assert "boot-wrapper-initramfs: ready, 2 CPUs online" in guest.log
        assert guest.run("cat /sys/hypervisor/type").strip() == "xen"
        assert guest.run("cat /proc/cmdline").strip() == "console=hvc0"
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"
        chosen = guest.run("cat /proc/device-tree/chosen/boot-wrapper,*")
        assert "hyp" in chosen

        banner = own_lines(guest.log)
        for what in ("Xen", "dom0 kernel", "initrd", "DTB", "resident"):
            assert any(re.search(rf"\[[0-9a-f]{{8}}\.\.[0-9a-f]{{8}}\] {what}", line)
                       for line in banner), what
        assert not ALARMS.search(guest.log)

        # Xen has scrubbed by now what it takes for free.
        for address, code in resident_code(image):
            assert harness.memory(monitor, address, len(code), tmp_path / "memory") == code

        if method == "psci":
            assert guest.end("poweroff -f") == 0
            assert DOM0_HALTED in guest.log
        else:
            # Xen knows no other way to switch this board off than PSCI.
            guest.child.send("poweroff -f\n")
            guest.wait(DOM0_HALTED)


@pytest.mark.parametrize("method", ["psci", "pen"])
def test_make_run_xen(method):
    """`make run-xen` in a pipe ends when its input does."""
    done = subprocess.run(["make", "-C", harness.TOP, "run-xen", f"O={harness.CHECK}/run-xen",
                           f"DEPS={harness.DEPS}", f"SMP_METHOD={method}"], input="",
                          capture_output=True, text=True, timeout=120 * harness.PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "boot-wrapper-initramfs: ready, 2 CPUs online" in done.stdout
    assert DOM0_HALTED in done.stdout


XEN_BOOTARGS = "console=dtuart dtuart=serial0 dom0_mem=512M"


@pytest.fixture(scope="module")
def wrapper():
    return lambda: harness.build("sources", "wrapper")


@pytest.mark.parametrize("source", ["semihosting", "packed"])
def test_not_linked(wrapper, tmp_path, source):
    """Xen, dom0's kernel and ramdisk from the host, or packed behind the wrapper."""
    parts = {"--xen": harness.XEN, "--kernel": harness.VMLINUZ, "--initrd": harness.initramfs()}
    if source == "semihosting":
        files = " ".join(f"{option} {path}" for option, path in parts.items())
        command = semihosted(
            wrapper, f'{files} --xen-bootargs "{XEN_BOOTARGS}" -- console=hvc0 sources=all',
            "-dtb", harness.DTB)
    else:
        packed = tmp_path / "packed"
        subprocess.run([sys.executable, PACK, "--wrapper", wrapper() / "boot-wrapper.bin", "-o",
                        packed, "--xen-bootargs", XEN_BOOTARGS, *sum(parts.items(), ())],
                       check=True, capture_output=True)
        command = qemu(harness.MACHINE, "-kernel", packed, "-dtb", harness.DTB, "-append",
                       "console=hvc0 sources=all")
    with harness.Guest(command=command) as guest:
        assert "the kernel takes hyp (it is Xen)" in guest.log
        assert "(XEN) Brought up 2 CPUs" in guest.log
        assert "smp: Brought up 1 node, 2 CPUs" in guest.log
        assert guest.run("cat /proc/cmdline").strip() == "console=hvc0 sources=all"
        assert guest.end("poweroff -f") == 0
        assert DOM0_HALTED in guest.log


def test_firmware(tmp_path):
    """virt: Xen by fw_cfg, and dom0's parts where QEMU's guest-loader has put them."""
    wrapper = harness.build("sources", "wrapper", BOARD="virt")
    with harness.Guest(command=qemu(
            SECURE, "-cpu", "cortex-a15", "-bios", wrapper / "boot-wrapper.bin", "-kernel",
            harness.XEN, "-append", "console=dtuart dom0_mem=512M", "-device",
            f"guest-loader,addr=0x49000000,kernel={harness.VMLINUZ},bootargs=console=hvc0", "-device",
            f"guest-loader,addr=0x4a000000,initrd={harness.initramfs()}")) as guest:
        assert "(XEN) Brought up 2 CPUs" in guest.log
        assert "smp: Brought up 1 node, 2 CPUs" in guest.log
        assert "(XEN) Loading d0 kernel from boot module @ 0000000049000000" in guest.log
        assert guest.end("poweroff -f") == 0


def test_modules_from_the_host(wrapper, tmp_path):
    """They lie where /chosen says, in the order given, below a kernel that does nothing."""
    names = "first", "second"
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 1000)
    monitor, dtb = tmp_path / "monitor", tmp_path / "dtb"
    command = semihosted(wrapper, f"--kernel {idle_kernel(tmp_path)} --module {tmp_path}/first,xen,xsm-policy "
                         f"--module {tmp_path}/second", "-dtb", harness.DTB, "-qmp",
                         f"unix:{monitor},server,nowait")
    with started(command) as (_, start, last):
        harness.memory(monitor, start, last + 1 - start, dtb)
        nodes = subprocess.run(["fdtget", "-l", dtb, "/chosen"], check=True, capture_output=True,
                               text=True).stdout.split()
        assert [fdtget(dtb, f"/chosen/{node}", "compatible") for node in nodes] == [
            "xen,xsm-policy multiboot,module", "multiboot,module"]
        for name, node in zip(names, nodes):
            _, at, _, size = [int(cell, 16) for cell in
                              fdtget(dtb, "-t", "x", f"/chosen/{node}", "reg").split()]
            assert node == f"module@{at:x}" and size == 1000 * len(name)
            assert harness.memory(monitor, at, size, tmp_path / "memory") == name.encode() * 1000


BAD_SOURCES = {
    "Linux for Xen": ("--xen {k} --kernel {k}", "not Xen, which Debian has as "),
    "Xen without a kernel": ("--xen {xen}", "no kernel: "),
    "text for dom0": ("--xen {xen} --kernel {text}", "Xen takes only that for dom0; "),
    "a truncated kernel": ("--xen {xen} --kernel {cut}", "the kernel .*: truncated zImage; "),
    "a mode that is not Xen's": ("--xen {xen} --kernel {k} --mode svc",
                                 r"mode=svc: the Xen image \(.*\) takes hyp only; "),
    "bootargs of no Xen": ("--kernel {k} --xen-bootargs x", "no Xen; "),
    "modules that are too many": ("--kernel {k}" + " --module {text}" * 5,
                                  "4 modules are the most; "),
    "no module": ("--kernel {k} --module", "--module: it needs a value; "),
}


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_bad_sources(wrapper, tmp_path, case):
    line, pattern = BAD_SOURCES[case]
    line = line.format(xen=harness.XEN, k=harness.VMLINUZ, cut=truncated(tmp_path),
                       text=text_file(tmp_path))
    refused(semihosted(wrapper, line, "-dtb", harness.DTB), pattern, status=1)


def fdtget(dtb, *arguments):
    return subprocess.run(["fdtget", *arguments[:-2], dtb, *arguments[-2:]], check=True,
                          capture_output=True, text=True).stdout.split("\n")[0]


def modules(name, **variables):
    """{name: (compatible, reg)} of the nodes below /chosen, and the DTB that has them."""
    settings = {"XEN": harness.XEN, "KERNEL": harness.VMLINUZ, "DTB": harness.DTB,
                "INITRD": harness.initramfs(), **variables}
    out = harness.build(name, "all", **settings)
    dtb = out / "payload.dtb"
    names = subprocess.run(["fdtget", "-l", dtb, "/chosen"], check=True, capture_output=True,
                           text=True).stdout.split()
    return {node: (fdtget(dtb, f"/chosen/{node}", "compatible"),
                   fdtget(dtb, "-t", "x", f"/chosen/{node}", "reg")) for node in names}, dtb


KERNEL = "multiboot,kernel multiboot,module"
RAMDISK = "multiboot,ramdisk multiboot,module"


@pytest.mark.parametrize("mend", ["build", "boot"])
def test_module_nodes(mend):
    """Exact addresses and sizes, and both command lines."""
    found, dtb = modules("xen-nodes", XEN_BOOTARGS="for xen", BOOTARGS="for dom0", DTB_MEND=mend)
    kernel, ramdisk = harness.VMLINUZ.stat().st_size, harness.initramfs().stat().st_size
    at = dom0_kernel()
    assert found == {"module@88000000": (RAMDISK, f"0 88000000 0 {ramdisk:x}"),
                     f"module@{at:x}": (KERNEL, f"0 {at:x} 0 {kernel:x}")}
    assert fdtget(dtb, "/chosen", "#address-cells") == "2"
    assert fdtget(dtb, "/chosen", "#size-cells") == "2"
    assert fdtget(dtb, "/chosen", "xen,xen-bootargs") == "for xen"
    assert fdtget(dtb, "/chosen", "xen,dom0-bootargs") == "for dom0"


def test_modules_of_the_dtb_are_replaced(tmp_path):
    """Stale ones go, others stay; cells that are there are kept."""
    dtb = edited_dtb(tmp_path, lambda s: s.replace("chosen {", """chosen {
        #address-cells = <2>; #size-cells = <2>; bootargs = "own";
        module@1 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 1 0 2>; };
        module@2 { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 2 0 3>; };
        module@3 { compatible = "xen,xsm-policy", "multiboot,module"; reg = <0 3 0 4>; };"""))
    kernel = harness.VMLINUZ.stat().st_size
    found, mended = modules("xen-stale", DTB=dtb, INITRD="", KERNEL_ADDR="0x90000000",
                            XEN_BOOTARGS="for xen", BOOTARGS="for dom0")
    assert found == {"module@90000000": (KERNEL, f"0 90000000 0 {kernel:x}"),
                     "module@3": ("xen,xsm-policy multiboot,module", "0 3 0 4")}
    assert fdtget(mended, "/chosen", "bootargs") == "own"


BAD = {
    "no such Xen": ({"XEN": "/nonexistent/xen"}, "XEN=/nonexistent/xen: No such file"),
    "empty Xen": ({"XEN": empty}, "the file is empty"),
    "Linux for Xen": ({"XEN": harness.VMLINUZ}, "Linux, not Xen; set KERNEL= to it"),
    "text for Xen": ({"XEN": text_file}, "not Xen, which starts like a zImage"),
    "no kernel": ({"KERNEL": ""}, "no kernel for dom0: say KERNEL="),
    "no DTB": ({"DTB": ""}, "no DTB: say DTB="),
    "truncated kernel": ({"KERNEL": truncated}, "truncated zImage (2000000 bytes of"),
    "big-endian kernel": ({"KERNEL": big_endian}, "a big-endian zImage"),
    "text for a kernel": ({"KERNEL": text_file}, "not a zImage, but Xen takes only that for dom0"),
    "arguments without Xen": ({"XEN": "", "XEN_BOOTARGS": "x"}, "XEN_BOOTARGS=: no Xen"),
    "an address without Xen": ({"XEN": "", "XEN_ADDR": "0x82000000"}, "XEN_ADDR=: no Xen"),
    "Xen unaligned": ({"XEN_ADDR": "0x82000800"}, "at 82000800 is not at a multiple of 4096"),
    "Xen outside RAM": ({"XEN_ADDR": "0x10000000"}, "exceeds [80000000..bfffffff], where it must "
                                                    "lie; set XEN_ADDR="),
    "Xen's work space outside RAM": ({"XEN_ADDR": "0xbfe00000"}, "set XEN_ADDR="),
    "Xen reaches the wrapper": ({"XEN_ADDR": "0x87d80000"}, ") overlaps the wrapper: [87"),
    "Xen's work space reaches the wrapper": ({"XEN_ADDR": "0x87cff000"},
                                             "'s work space overlaps the wrapper: [87"),
    "Xen over the wrapper": ({"XEN_ADDR": "0x87e10000", "KERNEL_ADDR": "0x90000000",
                              "DTB_ADDR": "0x86000000"},
                             "and [87e00000..87e12fff]; set XEN_ADDR= or WRAPPER_ADDR="),
    "Xen over the DTB": ({"XEN_ADDR": "0x87e20000", "DTB_ADDR": "0x87e20000"},
                         "set XEN_ADDR= or DTB_ADDR="),
    "kernel in Xen": ({"KERNEL_ADDR": "0x81c00000", "XEN_ADDR": "0x82000000"},
                      "set XEN_ADDR= or KERNEL_ADDR="),
    "initrd in Xen's work space": ({"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x82100000",
                                    "XEN_ADDR": "0x82000000"},
                                   "'s work space overlaps the initrd (INITRD="),
    "kernel over the wrapper": ({"KERNEL_ADDR": "0x87d00000"},
                                "overlaps the wrapper: [87d00000.."),
    "kernel over the DTB": ({"KERNEL_ADDR": "0x87e20000", "DTB_ADDR": "0x87e20000"},
                            "set KERNEL_ADDR= or DTB_ADDR="),
    "kernel over the initrd": ({"INITRD": harness.VMLINUZ, "KERNEL_ADDR": "0x88100000",
                                "INITRD_ADDR": "0x88000000"},
                               "set KERNEL_ADDR= or INITRD_ADDR="),
    "kernel above small RAM": ({"DTB": small_memory, "KERNEL_ADDR": "0x88000000"},
                               "exceeds [80000000..87ffffff], where it must lie; set KERNEL_ADDR="),
    "nine CPUs": ({"SMP": "9"}, "say 1 to 8"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case, tmp_path):
    settings, expected = BAD[case]
    check_refusal(tmp_path, {"XEN": harness.XEN, **settings}, expected)
