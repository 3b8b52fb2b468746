# SPDX-License-Identifier: BSD-2-Clause
"""The mended DTB: what changed, that nothing else did, and hostile ones."""

import base64
import re
import shutil
import struct
import subprocess

import libfdt
import pytest
from elftools.elf.elffile import ELFFile

import harness

RESIDENT = 0x87E10000


def tree(blob):
    """{path: {property: bytes}} of a DTB."""
    fdt = libfdt.FdtRo(bytes(blob))
    nodes = {}

    def visit(offset, path):
        properties = {}
        at = fdt.first_property_offset(offset, libfdt.QUIET_NOTFOUND)
        while at >= 0:
            entry = fdt.get_property_by_offset(at)
            properties[entry.name] = bytes(entry)
            at = fdt.next_property_offset(at, libfdt.QUIET_NOTFOUND)
        nodes[path] = properties
        child = fdt.first_subnode(offset, libfdt.QUIET_NOTFOUND)
        while child >= 0:
            visit(child, f"{path.rstrip('/')}/{fdt.get_name(child)}")
            child = fdt.next_subnode(child, libfdt.QUIET_NOTFOUND)

    visit(0, "/")
    return nodes


def compiled(source, tmp_path):
    path = tmp_path / "t.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path], input=source, text=True,
                   check=True)
    return path


def prepared(name, dtb, **variables):
    """The DTB that the build makes of one, which dtc has nothing against."""
    settings = {"KERNEL": harness.VMLINUZ, "DTB": dtb, **variables}
    path = harness.build(name, "all", **settings) / "payload.dtb"
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "-o", "/dev/null", path], check=True)
    return tree(path.read_bytes())


CHOSEN = {
    "boot-wrapper,boot-mode": b"hyp\0",
    "boot-wrapper,owns-hyp": b"",
    "boot-wrapper,version": b"0.1.0\0",
}
PSCI = {"compatible": b"arm,psci-1.0\0arm,psci-0.2\0", "method": b"smc\0"}
PSCI_0_1 = {"compatible": PSCI["compatible"] + b"arm,psci\0", "method": b"smc\0",
            "cpu_suspend": struct.pack(">I", 0x84000001),
            "cpu_off": struct.pack(">I", 0x84000002), "cpu_on": struct.pack(">I", 0x84000003)}


def test_only_what_must_change_changes(tmp_path):
    before = tree(harness.DTB.read_bytes())
    after = prepared("dtb-psci", harness.DTB, BOOTARGS="x y", INITRD=harness.initramfs())
    size = harness.initramfs().stat().st_size

    expected = {path: dict(properties) for path, properties in before.items()}
    expected["/chosen"].update(CHOSEN)
    expected["/chosen"].update({
        "bootargs": b"x y\0",
        "linux,initrd-start": struct.pack(">I", 0x88000000),
        "linux,initrd-end": struct.pack(">I", 0x88000000 + size)})
    expected["/psci"] = PSCI
    for cpu in ("/cpus/cpu@0", "/cpus/cpu@1"):
        expected[cpu]["enable-method"] = b"psci\0"
    expected[f"/reserved-memory/boot-wrapper@{RESIDENT:x}"] = {
        "reg": struct.pack(">QQ", RESIDENT, 0x3000), "no-map": b""}
    assert after == expected


def test_with_the_pen_and_nothing_asked_for():
    """No PSCI; the DTB's own bootargs (none here); no initrd properties."""
    before = tree(harness.DTB.read_bytes())
    after = prepared("dtb-pen", harness.DTB, SMP_METHOD="pen")
    expected = {path: dict(properties) for path, properties in before.items()}
    expected["/chosen"].update(CHOSEN)
    expected[f"/reserved-memory/boot-wrapper@{RESIDENT:x}"] = {
        "reg": struct.pack(">QQ", RESIDENT, 0x3000), "no-map": b""}
    assert after == expected


@pytest.mark.parametrize("cpus", [1, 3, 8])
def test_cpu_nodes(cpus):
    after = prepared(f"dtb-smp-{cpus}", harness.DTB, SMP=cpus)
    nodes = [path for path in after if re.match(r"/cpus/cpu@", path)]
    assert nodes == [f"/cpus/cpu@{n}" for n in range(cpus)]
    for number, path in enumerate(nodes):
        assert after[path] == {"device_type": b"cpu\0", "compatible": b"arm,cortex-a15\0",
                               "reg": struct.pack(">I", number), "enable-method": b"psci\0"}


def test_cpu_nodes_are_copied_whole(tmp_path):
    """Subnodes stay; a copy has them too, without the phandles."""
    source = small().replace("reg = <1>;", "reg = <1>; big = [%s]; l2: cache { phandle = <7>; "
                             "cache-level = <2>; };" % ("00 " * 1000))
    dtb = compiled(source, tmp_path)
    two, eight = prepared("dtb-cpu-2", dtb, SMP=2), prepared("dtb-cpu-8", dtb, SMP=8)
    assert two["/cpus/cpu@1/cache"]["phandle"] == struct.pack(">I", 7)
    assert two == {path: value for path, value in eight.items()
                   if not re.match(r"/cpus/cpu@[2-7]", path)}
    assert eight["/cpus/cpu@7/cache"] == {"cache-level": struct.pack(">I", 2)}
    assert len(eight["/cpus/cpu@7"]["big"]) == 1000


def test_mended_at_boot_is_mended_at_build():
    """What Linux gets is the same tree, whoever has mended it."""
    trees = []
    for mend in ("build", "boot"):
        image = harness.linux(f"linux-2-psci-{mend}", SMP=2, SMP_METHOD="psci", DTB_MEND=mend)
        with harness.Guest(image, cpus=2) as guest:
            text = guest.run("base64 /sys/firmware/fdt")
        blob = base64.b64decode("".join(re.findall(r"^[A-Za-z0-9+/=]{4,}$", text, re.M)))
        trees.append(tree(blob))
    assert trees[0] == trees[1]
    assert trees[0]["/psci"] == PSCI


SMALL = """/dts-v1/;
/ {
	%s
	#address-cells = <%d>;
	#size-cells = <%d>;
	cpus { #address-cells = <1>; #size-cells = <0>;
		cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a15"; reg = <0>; %s };
		cpu@1 { device_type = "cpu"; compatible = "arm,cortex-a15"; reg = <1>; %s };
	};
	memory { device_type = "memory"; reg = %s; };
	%s
};
"""


def small(root="", cells=(1, 1), cpu="", memory="<0x80000000 0x40000000>", nodes=""):
    """`cells`: the root's, None for a root without any."""
    source = SMALL % (root, *(cells or (0, 0)), cpu, cpu, memory, nodes)
    if not cells:
        source = re.sub(r"\t#(address|size)-cells = <0>;\n", "", source)
    return source


def test_missing_nodes_are_made(tmp_path):
    """No /chosen, no /reserved-memory, cells of one; GIC within a bus."""
    bus = """soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x2c000000 0x10000>;
             gic: anything@1000 { compatible = "arm,gic-400"; interrupt-controller;
             #interrupt-cells = <3>; reg = <0x1000 0x1000 0x2000 0x2000>; }; };"""
    after = prepared("dtb-small", compiled(small(nodes=bus), tmp_path), BOOTARGS="z")
    assert after["/chosen"] == {**CHOSEN, "bootargs": b"z\0"}
    assert after["/psci"] == PSCI
    assert after["/reserved-memory"] == {"#address-cells": b"\0\0\0\1", "#size-cells": b"\0\0\0\1",
                                         "ranges": b""}
    assert after[f"/reserved-memory/boot-wrapper@{RESIDENT:x}"]["reg"] == \
        struct.pack(">II", RESIDENT, 0x3000)
    layout = (harness.CHECK / "dtb-small" / harness.BOARD / "layout.h").read_text()
    assert ".gicd = 0x2c001000," in layout and ".gicc = 0x2c002000," in layout


@pytest.mark.parametrize("where", ["first", "last"])
def test_psci_node(tmp_path, mended, where):
    """The node of other firmware is replaced by ours (PSCI 0.1's numbers collide), or stays."""
    psci = 'psci { compatible = "arm,psci"; method = "hvc"; cpu_off = <0x84000004>; };'
    source = small(cpu='enable-method = "psci";', nodes=psci if where == "last" else "")
    if where == "first":
        source = source.replace("\tcpus {", f"\t{psci}\n\tgone {{ }};\n\tcpus {{")
    dtb = compiled(source, tmp_path)
    # A node that somebody has replaced with FDT_NOPs is behind it, then.
    gone = struct.pack(">I8sI", 1, b"gone", 2)
    assert (gone in dtb.read_bytes()) == (where == "first")
    dtb.write_bytes(dtb.read_bytes().replace(gone, struct.pack(">4I", 4, 4, 4, 4)))

    before = tree(dtb.read_bytes())
    # Who will be below the wrapper, the build cannot know: it leaves that to the boot.
    assert prepared("dtb-old-psci", dtb) == {**before}
    after = tree(mended(dtb, "ours"))
    assert after["/psci"] == PSCI_0_1 and after["/cpus/cpu@1"] == before["/cpus/cpu@1"]
    after = tree(mended(dtb, "none"))
    assert "/psci" not in after and "enable-method" not in after["/cpus/cpu@0"]
    after = tree(mended(dtb, "firmware's"))
    assert after["/psci"] == before["/psci"] and after["/cpus/cpu@1"] == before["/cpus/cpu@1"]
    assert after["/chosen"] == CHOSEN


def test_kernel_that_knows_psci_0_1_only(tmp_path):
    """A node of PSCI 0.1 becomes ours, with its function IDs: Linux boots and hotplugs by them."""
    dtb = tmp_path / "t.dtb"
    shutil.copy(harness.DTB, dtb)
    for arguments in (["-c", "/psci"], ["-ts", "/psci", "compatible", "arm,psci"],
                      ["-ts", "/psci", "method", "smc"],
                      ["-tx", "/psci", "cpu_on", "95c10002"],
                      ["-tx", "/psci", "cpu_off", "95c10001"]):
        subprocess.run(["fdtput", arguments[0], dtb, *arguments[1:]], check=True)
    # Linux takes the latest version that it finds: hide the others in the wrapper's text.
    image = harness.linux("dtb-psci-0-1", DTB=dtb, SMP=2)
    hidden = tmp_path / "hidden.axf"
    data = image.read_bytes()
    assert data.count(b"arm,psci-1.0\0arm,psci-0.2\0arm,psci") == 1
    hidden.write_bytes(data.replace(b"arm,psci-1.0\0arm,psci-0.2\0arm,psci",
                                    b"none,not-1.0\0none,not-0.2\0arm,psci"))
    with harness.Guest(hidden, cpus=2) as guest:
        assert "psci: Using PSCI v0.1 Function IDs from DT" in guest.log
        assert "PSCIv1.1" not in guest.log and "Brought up 1 node, 2 CPUs" in guest.log
        assert "84000003" in guest.run("hexdump -e '4/1 \"%02x\"' /proc/device-tree/psci/cpu_on")
        cpu1 = "/sys/devices/system/cpu/cpu1/online"
        for state in "0101":
            assert guest.run(f"echo {state} >{cpu1}; cat {cpu1}").strip() == state
        assert not re.search("failed|may not have", guest.run("dmesg | grep -i -e psci -e CPU1"))


def test_reserved_range(tmp_path, mended):
    """Of a DTB that the build has mended, the boot may reserve less, or nothing."""
    harness.build("dtb-reserved", "all", KERNEL=harness.VMLINUZ, DTB=harness.DTB)
    dtb = harness.CHECK / "dtb-reserved" / harness.BOARD / "payload.dtb"
    node = f"/reserved-memory/boot-wrapper@{RESIDENT:x}"
    assert tree(dtb.read_bytes())[node]["reg"][-4:] == struct.pack(">I", 0x3000)
    assert tree(mended(dtb, "ours", RESIDENT + 0x1000))[node]["reg"][-4:] == struct.pack(">I", 0x1000)
    after = tree(mended(dtb, "none", 0))
    assert node not in after and "/psci" not in after
    assert node not in tree(mended(harness.DTB, "none", 0))


RANGE = struct.pack(">QQ", RESIDENT, 0x3000)
ODD_RESERVATIONS = {
    # (the node's content, what Linux then reads: {child: {property: bytes}})
    "fewer cells": ("""#address-cells = <1>; #size-cells = <1>; ranges;
        v@18000000 { reg = <0x18000000 0x800000 0x1000 0x2000>; no-map; };
        pool { size = <0x100000>; alloc-ranges = <0x80000000 0x10000000>; alignment = <0x1000>; };
        plain { x; };""",
        {"v@18000000": {"reg": struct.pack(">4Q", 0x18000000, 0x800000, 0x1000, 0x2000),
                        "no-map": b""},
         "pool": {"size": struct.pack(">Q", 0x100000), "alignment": struct.pack(">I", 0x1000),
                  "alloc-ranges": struct.pack(">2Q", 0x80000000, 0x10000000)},
         "plain": {"x": b""}}),
    "no ranges": ("""#address-cells = <2>; #size-cells = <2>;
        v@18000000 { reg = <0 0x18000000 0 0x800000>; no-map; };""",
        {"v@18000000": {"reg": struct.pack(">2Q", 0x18000000, 0x800000), "no-map": b""}}),
    "no cells": ("v@18000000 { reg = <0 0x18000000 0 0x800000>; };",
                 {"v@18000000": {"reg": struct.pack(">2Q", 0x18000000, 0x800000)}}),
    "mixed cells": ("""#address-cells = <2>; #size-cells = <1>; ranges;
        v@18000000 { reg = <1 0x18000000 0x800000>; };""",
        {"v@18000000": {"reg": struct.pack(">2Q", 0x118000000, 0x800000)}}),
}


@pytest.mark.parametrize("name", ODD_RESERVATIONS)
def test_reserved_memory_that_linux_ignores(tmp_path, mended, name):
    """Linux wants the root's cells and ranges, or it ignores the node and our range in it."""
    content, children = ODD_RESERVATIONS[name]
    source = small(cells=(2, 2), memory="<0 0x80000000 0 0x40000000>",
                   nodes="reserved-memory { %s }; after { y = <1>; };" % content)
    dtb = compiled(source, tmp_path)
    for after in (prepared("dtb-odd-reserved", dtb), tree(mended(dtb, "ours"))):
        assert after["/reserved-memory"] == {"#address-cells": b"\0\0\0\2", "ranges": b"",
                                             "#size-cells": b"\0\0\0\2"}
        assert after[f"/reserved-memory/boot-wrapper@{RESIDENT:x}"] == {"reg": RANGE, "no-map": b""}
        for child, properties in children.items():
            assert after[f"/reserved-memory/{child}"] == properties
        assert after["/after"] == {"y": b"\0\0\0\1"}
    # A range that stays unreserved leaves the node as it is.
    before = tree(dtb.read_bytes())
    after = tree(mended(dtb, "none", 0))
    assert {path: value for path, value in after.items() if path.startswith("/reserved")} == \
        {path: value for path, value in before.items() if path.startswith("/reserved")}


def test_reserved_memory_in_more_cells(tmp_path, mended):
    """What a root of one cell cannot address is left out, the rest is kept."""
    source = small(nodes="""reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        v { reg = <0 0x18000000 0 0x800000  8 0 0 0x1000  0 0x19000000 0 0x1000>; }; };""")
    after = tree(mended(compiled(source, tmp_path), "ours"))
    assert after["/reserved-memory/v"]["reg"] == struct.pack(">4I", 0x18000000, 0x800000,
                                                            0x19000000, 0x1000)
    assert after[f"/reserved-memory/boot-wrapper@{RESIDENT:x}"]["reg"] == \
        struct.pack(">II", RESIDENT, 0x3000)


def test_reserved_memory_that_nobody_can_read(tmp_path, mended):
    """Cells that are no cells: the range is reserved in the list before the tree."""
    source = small(nodes="""reserved-memory { #address-cells = <4>; #size-cells = <4>; ranges;
        v { reg = <0>; }; };""")
    blob = mended(compiled(source, tmp_path), "ours")
    fdt = libfdt.FdtRo(bytes(blob))
    assert (fdt.get_mem_rsv(0)[-2:], fdt.num_mem_rsv()) == ([RESIDENT, 0x3000], 1)
    assert tree(blob)["/reserved-memory/v"] == {"reg": b"\0\0\0\0"}


def test_linux_keeps_off_the_resident_range(tmp_path):
    """/reserved-memory of cells of its own: Linux reserves the range, and fills its memory."""
    dts = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", harness.DTB], check=True,
                         capture_output=True, text=True).stdout
    dts = re.sub(r"\treserved-memory \{.*?\n\t\};\n", "", dts, flags=re.S)
    dts = re.sub(r"memory-region = <[^>]*>;", "", dts)
    dts += "/ { reserved-memory { #address-cells = <1>; #size-cells = <1>; " \
        "v@8f000000 { reg = <0x8f000000 0x100000>; no-map; }; }; };"
    image = harness.linux("dtb-odd-reserved-linux", DTB=compiled(dts, tmp_path), SMP=2)
    with harness.Guest(image, cpus=2) as guest:
        assert "ignoring" not in guest.run("dmesg | grep -i 'reserved mem'")
        ram = [(int(a, 16), int(b, 16)) for a, b in re.findall(
            r"^([0-9a-f]+)-([0-9a-f]+) : System RAM", guest.run("cat /proc/iomem"), re.M)]
        assert ram and ram[-1][1] == 0xbfffffff
        for start, end in ((RESIDENT, RESIDENT + 0x2fff), (0x8f000000, 0x8f0fffff)):
            assert not any(a <= end and start <= b for a, b in ram), ram
        # All of it is written to; then the Monitor still turns a CPU off and on.
        guest.run("mount -t tmpfs -o size=95% none /tmp;"
                  "dd if=/dev/zero bs=1M of=/tmp/fill 2>/dev/null; rm /tmp/fill")
        cpu1 = "/sys/devices/system/cpu/cpu1/online"
        for state in "0101":
            assert guest.run(f"echo {state} >{cpu1}; cat {cpu1}").strip() == state


def test_stale_properties_go(tmp_path):
    """An initrd that is not there, and a timer that nobody had configured."""
    nodes = """chosen { bootargs = "own"; linux,initrd-start = <1>; linux,initrd-end = <2>; };
               timer { compatible = "arm,armv7-timer"; clock-frequency = <24000000>;
                       arm,cpu-registers-not-fw-configured; };"""
    after = prepared("dtb-stale", compiled(small(nodes=nodes), tmp_path))
    assert after["/chosen"] == {**CHOSEN, "bootargs": b"own\0"}
    assert after["/timer"] == {"compatible": b"arm,armv7-timer\0",
                               "clock-frequency": struct.pack(">I", 24000000)}
    layout = (harness.CHECK / "dtb-stale" / harness.BOARD / "layout.h").read_text()
    assert ".timer_hz = 0x16e3600," in layout


@pytest.mark.parametrize("cells, memory, more, banks", [
    ((1, 1), "<0x80000000 0x40000000>", "", [(0x80000000, 0xc0000000)]),
    # Not below 4 GiB; up to and beyond it; 4 GiB and more in one piece; out of order.
    ((2, 2), "<0 0x80000000 0 0x80000000  8 0x80000000 1 0>", "", [(0x80000000, 0xfffff000)]),
    ((2, 2), "<0 0x80000000 0xffffffff 0xffffffff>", "", [(0x80000000, 0xfffff000)]),
    ((2, 1), "<0 0x80000000 0xc0000000  0 0x1000 0x2000  0 0xfffff000 0x1000>", "",
     [(0x1000, 0x3000), (0x80000000, 0xfffff000)]),
    ((1, 2), "<0x80000000 0 0x20000000  0xa0000000 0 0x20000000>", "",
     [(0x80000000, 0xc0000000)]),
    # Parts of pages, less than a page, and half an entry.
    ((1, 1), "<0x7ffff800 0x10001000  0x1800 0x1000  0x5000 0>, <0x90000000>", "",
     [(0x80000000, 0x90000000)]),
    # An entry that joins others, one twice, an empty one; the cells that Linux assumes.
    ((1, 1), "<0xa0000000 0x1000 0x80000000 0x10000000 0x98000000 0x9000000 0x90000000 0x8000000"
     " 0x80000000 0x10000000 0x70000000 0>", "", [(0x80000000, 0xa1000000)]),
    (None, "<0x80000000 0x10000000>", "", [(0x80000000, 0x90000000)]),
    # More than the Monitor keeps: the smallest gaps are filled.
    ((1, 1), "<0x80000000 0x10000000 0x1000 0x1000 0x3000 0x1000 0x10000 0x1000 0x20000 0x1000"
     " 0x60000000 0x1000 0x62000000 0x1000>", "",
     [(0x1000, 0x21000), (0x60000000, 0x60001000), (0x62000000, 0x62001000),
      (0x80000000, 0x90000000)]),
    # By type, whatever the name; as little of it as Linux may use.
    ((1, 1), "<0x80000000 0x1000>", """
     dram@80000000 { device_type = "memory"; reg = <0x80001000 0xffff000>; };
     memory@0 { device_type = "memory"; reg = <0 0x9000>; linux,usable-memory = <0 0x1000>; };""",
     [(0, 0x1000), (0x80000000, 0x90000000)]),
    # Not okay, of another type, not at the root; several nodes.
    ((1, 1), "<0x80000000 0x10000000>", """
     memory@0 { device_type = "memory"; reg = <0 0x1000>; };
     memory@1000 { device_type = "memory"; reg = <0x1000 0x1000>; status = "disabled"; };
     memory@2000 { device_type = "memory"; reg = <0x2000 0x1000>; status = "okay"; };
     memory@3000 { device_type = "cache"; reg = <0x3000 0x1000>; };
     memory@4000 { reg = <0x4000 0x1000>; };
     memory@5000 { device_type = "memory"; };
     bus { memory@6000 { device_type = "memory"; reg = <0x6000 0x1000>; }; };
     memory@7000 { device_type = "memory"; reg = <0x7000 0x1000>; status = "okay-not"; };
     memory-controller@8000 { device_type = "memory1"; reg = <0x8000 0x1000>; };""",
     [(0, 0x1000), (0x2000, 0x3000), (0x80000000, 0x90000000)]),
])
def test_ram_banks(tmp_path, cells, memory, more, banks):
    """What the build tells the wrapper of the DTB's RAM."""
    dtb = compiled(small(cells=cells, memory=memory, nodes=more), tmp_path)
    prepared("dtb-ram", dtb, KERNEL=harness.VMLINUZ)
    words = [word for bank in banks for word in bank] + [0] * (8 - 2 * len(banks))
    image = harness.CHECK / "dtb-ram" / harness.BOARD / "linux-system.axf"
    with open(image, "rb") as stream:
        [payload] = ELFFile(stream).get_section_by_name(".symtab").get_symbol_by_name("payload")
    # The descriptor's last member has the banks, and the one before it how many.
    end = payload["st_value"] + payload["st_size"]
    assert harness.read_words(image, end - 36, 9) == [len(banks), *words]


@pytest.mark.parametrize("cells, memory, complaint", [
    ((1, 1), "<0 1>, <0x80000000 0x10000000>" + "".join(f", <{n:#x} 0x1000>" for n in
                                                       range(0, 0x20000, 0x2000)),
     "has more than 16 banks"),
    ((3, 1), "<0 0 0x80000000 0x40000000>", "#address-cells or #size-cells"),
    ((1, 0), "<0x80000000>", "#address-cells or #size-cells"),
])
def test_bad_ram(tmp_path, cells, memory, complaint):
    dtb = compiled(small(cells=cells, memory=memory), tmp_path)
    done = harness.run_make("dtb-bad-ram", "all", KERNEL=harness.VMLINUZ, DTB=dtb)
    assert done.returncode != 0 and complaint in done.stderr, done.stderr


def test_failed_cpu_is_none(tmp_path):
    source = small().replace("reg = <1>;", 'reg = <1>; status = "fail-sss";')
    prepared("dtb-failed-cpu", compiled(source, tmp_path))
    layout = (harness.CHECK / "dtb-failed-cpu" / harness.BOARD / "layout.h").read_text()
    assert ".cpu_count = 0x1," in layout


def test_hostile_dtbs(mended):
    """Damaged trees, under the sanitizers: refused or mended, and no access out of bounds."""
    done = subprocess.run([mended.program, harness.DTB, "30000"], capture_output=True, text=True,
                          timeout=120 * harness.PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
