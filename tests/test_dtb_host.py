# SPDX-License-Identifier: BSD-2-Clause
"""loader/dtb.c on the host: damaged DTBs, blocks in any order, and too little room."""

import ctypes
import itertools
import struct
import subprocess

import libfdt
import pytest

import harness

NONE, OURS, FIRMWARES = range(3)
RESIDENT = 0x87E10000
ALIGNMENT, TRUNCATED, NOSPACE, BADSTRUCTURE = -19, -8, -3, -11


class Changes(ctypes.Structure):
    _fields_ = [("boot_mode", ctypes.c_uint32), ("bootargs", ctypes.c_char_p),
                ("initrd", ctypes.c_uint32), ("initrd_end", ctypes.c_uint32),
                ("reserve", ctypes.c_uint32), ("reserve_end", ctypes.c_uint32),
                ("psci", ctypes.c_int), ("absent", ctypes.c_uint32)]


@pytest.fixture(scope="module")
def c():
    library = harness.host_library("dtb", "loader/dtb.c", "plan.c")
    for name in ("dtb_read", "dtb_check_ram"):
        getattr(library, name).restype = ctypes.c_char_p
    return library


class Blob:
    """A DTB in memory of a given size."""

    def __init__(self, c, data, room=None):
        self.c, self.room = c, room or len(data) + 8192
        self.memory = ctypes.create_string_buffer(self.room + 8)
        self.at = ctypes.addressof(self.memory)
        ctypes.memmove(self.at, bytes(data), len(data))
        self.nodes, self.platform = (ctypes.create_string_buffer(4096) for _ in range(2))

    def open(self):
        return self.c.dtb_open(ctypes.c_void_p(self.at), self.room, self.nodes)

    def read(self):
        wrong = self.c.dtb_read(ctypes.c_void_p(self.at), self.nodes, self.platform)
        return wrong and wrong.decode()

    def reserved(self, room=16):
        ranges = (ctypes.c_uint32 * 64)()
        count = self.c.dtb_read_reserved(ctypes.c_void_p(self.at), self.nodes, ranges, room)
        return count, [(ranges[2 * i], ranges[2 * i + 1]) for i in range(min(count, room))]

    def mend(self, **changes):
        settings = {"boot_mode": 0x424D0022, "reserve": RESIDENT, "reserve_end": RESIDENT + 0x3000,
                    "psci": OURS, **changes}
        return self.c.dtb_mend(ctypes.c_void_p(self.at), self.nodes,
                               ctypes.byref(Changes(**settings)))

    def bytes(self):
        return bytes(self.memory)[:self.room]


SOURCE = """/dts-v1/;
/memreserve/ 0x80000000 0x10000;
/memreserve/ 0xfffff000 0x1000;
/memreserve/ 0x90000000 0xffffffffffffffff;
/memreserve/ 0xf0000000 0x20000000;
/ { #address-cells = <2>; #size-cells = <2>; compatible = "x";
	empty { };
	chosen { bootargs = "a long command line that becomes another"; linux,initrd-start = <0 1>;
		#address-cells = <1>; #size-cells = <1>;
		domU1 { #address-cells = <2>; #size-cells = <2>;
			module@84000000 { reg = <0 0x84000000 0 0x1001>; };
			deeper { module@88800000 { reg = <0 0x88800000 0 0x1000>; }; }; };
		module@84100000 { reg = <0x84100000 0x1000>; };
		module@84200000 { reg = <0x84200000 0x1000>; status = "disabled"; };
		odd { #size-cells = <0>; x { reg = <1>; }; }; };
	cpus { #address-cells = <1>; #size-cells = <0>;
		cpu@0 { device_type = "cpu"; reg = <0>; enable-method = "psci"; };
		cpu@1 { device_type = "cpu"; reg = <1>; enable-method = "other"; }; };
	memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x40000000>; };
	psci { compatible = "arm,psci"; method = "hvc"; };
	timer { compatible = "arm,armv7-timer"; clock-frequency = <24000000>;
		arm,cpu-registers-not-fw-configured; };
	reserved-memory { #address-cells = <1>; #size-cells = <1>;
		v@98000000 { reg = <0x98000000 0x800000 0x9a000000 0x1000>; no-map; };
		pool { size = <0x1000>; alloc-ranges = <0x80000000 0x10000000>; };
		boot-wrapper@87e10000 { reg = <0x87e10000 0x1000>; }; };
	intc: interrupt-controller@2c001000 { compatible = "arm,gic-400";
		reg = <0 0x2c001000 0 0x1000 0 0x2c002000 0 0x1000>; };
};
"""


def compiled(source, *options):
    return subprocess.run(["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", *options],
                          input=source.encode(), capture_output=True, check=True).stdout


def tree(data):
    return subprocess.run(["dtc", "-q", "-s", "-I", "dtb", "-O", "dts"], input=data,
                          capture_output=True, check=True).stdout


def test_ranges(c):
    """Reservations of all kinds, sorted and joined; how many there are, if that is too many."""
    blob = Blob(c, compiled(SOURCE))
    assert blob.open() == 0
    expected = [(0x80000000, 0x80010000), (0x84000000, 0x84002000), (0x84100000, 0x84101000),
                (0x87E10000, 0x87E11000), (0x88800000, 0x88801000), (0x90000000, 0xFFFFF000)]
    assert blob.reserved() == (len(expected), expected)
    for room in range(len(expected)):
        assert blob.reserved(room)[0] == room + 1


def blocks(data):
    names = ("magic", "total", "struct", "strings", "reserved", "version", "oldest", "cpu",
             "strings_size", "struct_size")
    return dict(zip(names, struct.unpack_from(">10I", data)))


def laid_out(data, order, skew=0, gap=0):
    """The same DTB with its blocks in another order, at other alignments."""
    head = blocks(data)
    parts = {"reserved": data[head["reserved"]:head["struct"]],
             "struct": data[head["struct"]:head["struct"] + head["struct_size"]],
             "strings": data[head["strings"]:head["strings"] + head["strings_size"]]}
    body = b""
    for name in order:
        body += bytes(-(40 + len(body)) % 8)
        if name == "struct":
            body += bytes(skew)
        head[name] = 40 + len(body)
        body += parts[name]
    head["total"] = 40 + len(body) + gap
    return struct.pack(">10I", *head.values()) + body + bytes(gap)


ORDERS = [("reserved", "struct", "strings"), ("reserved", "strings", "struct"),
          ("struct", "strings", "reserved"), ("strings", "reserved", "struct"),
          ("struct", "reserved", "strings"), ("strings", "struct", "reserved")]


@pytest.mark.parametrize("skew", range(4))
@pytest.mark.parametrize("order", ORDERS)
def test_blocks_in_any_order(c, order, skew):
    """What Linux reads is read, and means the same."""
    plain = compiled(SOURCE)
    wanted = Blob(c, plain)
    assert (wanted.open(), wanted.read()) == (0, None)
    for gap in (0, 1, 7):
        blob = Blob(c, laid_out(plain, order, skew, gap))
        assert (blob.open(), blob.read()) == (0, None)
        assert blocks(blob.bytes())["struct"] % 4 == 0      # the wrapper loads whole words
        assert blob.platform.raw == wanted.platform.raw and blob.reserved() == wanted.reserved()
        assert blob.mend() == 0


def test_as_much_room_as_it_takes(c):
    """With less, libfdt's error, and no byte behind the room is touched."""
    data, fits = compiled(SOURCE), None
    for extra in range(0, 3000, 4):
        room = len(data) + extra
        blob = Blob(c, data, room)
        ctypes.memmove(blob.at + room, b"\xa5" * 8, 8)
        error = blob.open() or blob.mend(bootargs=b"x" * 100, initrd=1, initrd_end=2, absent=2)
        assert bytes(blob.memory)[room:] == b"\xa5" * 8
        assert error in (0, NOSPACE)
        if error == 0 and fits is None:
            fits, text = extra, tree(blob.bytes())
        assert (error == 0) == (fits is not None)
        if error == 0:
            assert tree(blob.bytes()) == text
    assert fits and fits < 2000


@pytest.mark.parametrize("psci", [NONE, OURS, FIRMWARES])
@pytest.mark.parametrize("source", ids=itertools.count(), argvalues=[
    SOURCE, "/dts-v1/; / { };", *(
        "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; reserved-memory { #address-cells = "
        f"<1>; #size-cells = <1>; v {{ {name} = <{'1 ' * 200}>; }}; w {{ x; }}; }}; }};"
        for name in ("reg", "alloc-ranges", "size")), SOURCE.replace("#address-cells = <1>; #size-cells = <1>;\n\t\tv@",
                                               "#address-cells = <5>; #size-cells = <1>;\n\t\tv@"),
    "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; reserved-memory { #address-cells = <2>; "
    "#size-cells = <2>; v { reg = <0 1 0 2 1 0 0 4 0 1 1 0 0>; size = <1>; }; }; };"])
def test_too_little_room_anywhere(c, psci, source):
    data = compiled(source)
    results = {Blob(c, data, len(data) - 8).open()}
    for extra in range(0, 3600, 4):
        blob = Blob(c, data, len(data) + extra)
        results.add(blob.open() or blob.mend(psci=psci, bootargs=b"y" * 60, absent=1))
    assert results == {0, NOSPACE}


def nodes(data):
    """{path: {property: value}}, read without libfdt."""
    head, result, path = blocks(data), {}, []
    at, strings = head["struct"], head["strings"]
    while True:
        tag, = struct.unpack_from(">I", data, at)
        at += 4
        if tag == 1:
            end = data.index(b"\0", at)
            path.append(data[at:end].decode())
            result["/".join(path)] = {}
            at = (end + 4) & ~3
        elif tag == 2:
            path.pop()
        elif tag == 3:
            size, name = struct.unpack_from(">2I", data, at)
            end = data.index(b"\0", strings + name)
            result["/".join(path)][data[strings + name:end].decode()] = data[at + 8:at + 8 + size]
            at = (at + 8 + size + 3) & ~3
        elif tag == 9:
            return result


def test_dtbs_of_the_field(c):
    """All of Debian's DTBs: nothing is lost or changed but what docs/contract.md lists."""
    files = sorted((harness.DEPS / "dtbs").glob("*.dtb"))
    assert len(files) > 300
    for file in files:
        data = file.read_bytes()
        blob = Blob(c, data)
        assert blob.open() == 0, file
        blob.read()         # not each is a board that the wrapper could start on
        assert blob.mend(bootargs=b"x y", initrd=1, initrd_end=2) == 0, file
        before, after = nodes(data), nodes(blob.bytes())
        ours = f"/reserved-memory/boot-wrapper@{RESIDENT:x}"
        size = 4 * sum(after[""].get(name, b"\0\0\0\1")[3]
                       for name in ("#address-cells", "#size-cells"))
        assert len(after.pop(ours)["reg"]) == size, file
        assert after["/psci"].pop("method") == b"smc\0"
        for path in set(before) | set(after):
            was, now = before.get(path, {}), after.get(path, {})
            for name in set(was) | set(now):
                if was.get(name) == now.get(name):
                    continue
                assert (path == "/chosen" and name.startswith(("bootargs", "linux,initrd", "boot-w"))
                        or path.startswith("/psci") or path == "/reserved-memory" and
                        name in ("#address-cells", "#size-cells", "ranges")
                        or path.startswith("/cpus/cpu") and name == "enable-method"
                        or path == "/timer" and name == "arm,cpu-registers-not-fw-configured"), \
                    (file, path, name)


def test_alignment_takes_room(c):
    """A structure block that must move by a few bytes, in a DTB that fills its memory."""
    data = laid_out(compiled(SOURCE), ORDERS[0], skew=1)
    assert Blob(c, data, len(data)).open() == NOSPACE


def test_sizes_of_other_cells(c):
    """A /reserved-memory with the root's address cells, and other size cells."""
    blob = Blob(c, compiled("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; "
                            "reserved-memory { #address-cells = <1>; #size-cells = <2>; "
                            "v { reg = <0x1000 0 0x2000>; }; }; };"))
    assert blob.open() == 0 and blob.mend() == 0
    assert nodes(blob.bytes())["/reserved-memory/v"]["reg"] == struct.pack(">2I", 0x1000, 0x2000)


def test_cpu_without_a_method(c):
    """Without PSCI, it has none to lose."""
    blob = Blob(c, compiled("/dts-v1/; / { cpus { cpu@0 { reg = <0>; }; }; };"))
    assert blob.open() == 0 and blob.mend(psci=NONE) == 0
    assert nodes(blob.bytes())["/cpus/cpu@0"] == {"reg": bytes(4)}


def test_nothing_reserved(c):
    """A range that the build has reserved goes; a node of any other stays as it was."""
    blob = Blob(c, compiled(SOURCE))
    assert blob.open() == 0 and blob.mend(reserve_end=0, psci=FIRMWARES) == 0
    text = tree(blob.bytes()).decode()
    assert "boot-wrapper@87e10000" not in text and "v@98000000" in text
    assert text.count("#address-cells = <0x01>") == 3


def test_root_without_usable_cells(c):
    blob = Blob(c, compiled("/dts-v1/; / { #address-cells = <3>; reserved-memory { }; };"))
    assert blob.open() == 0
    assert c.dtb_check_ram(ctypes.c_void_p(blob.at), blob.nodes).startswith(b"has a root whose")
    assert blob.mend() == -libfdt.FDT_ERR_BADNCELLS if hasattr(libfdt, "FDT_ERR_BADNCELLS") else -14
    blob = Blob(c, compiled("/dts-v1/; / { #address-cells = <1 2>; };"))
    assert blob.open() == 0
    assert c.dtb_check_ram(ctypes.c_void_p(blob.at), blob.nodes).startswith(b"has a root whose")


CPUS = "/dts-v1/; / { %s };"


ONE = "cpus { cpu@0 { reg = <0>; }; }; "
GIC = '%s { compatible = "arm,cortex-a15-gic"; %s };'
BUS = "bus { #address-cells = <1>; #size-cells = <1>; %s %s };"
MEMORY = 'memory { device_type = "memory"; reg = <%s>; };'


@pytest.mark.parametrize("source, wrong", [
    (CPUS % "cpus { };", "has no CPU under /cpus"),
    (CPUS % f"cpus {{ {''.join(f'cpu@{n} {{ reg = <{n}>; }};' for n in range(9))} }};",
     "has more than 8 CPUs under /cpus"),
    (CPUS % "cpus { cpu@0 { }; };", "has a CPU without reg under /cpus"),
    (CPUS % "cpus { cpu@0 { reg = <0 0 0>; }; };", "has a CPU without reg under /cpus"),
    (CPUS % ("#size-cells = <0>; " + ONE),
     "has a root whose #address-cells or #size-cells is neither 1 nor 2"),
    (CPUS % ('cpus { cpu@0 { reg = <0 1>; }; cpu@2 { status = "fail"; }; other { }; }; '
             'timer { compatible = "arm,armv7-timer"; clock-frequency = <1 2>; };'), None),
    (CPUS % (ONE + 'timer { compatible = "arm,armv8-timer"; }; timer@1 { };'), None),
    (CPUS % (ONE + 'timer { compatible = "arm,armv7-timer"; };'), None),
    # The GIC: where it is, seen through buses, if it can be seen.
    (CPUS % ("#address-cells = <1>; #size-cells = <1>; " + ONE + GIC % ("gic", "reg = <1 2 3>;")), None),
    *((CPUS % (ONE + GIC % ("gic", reg)), "has an interrupt controller without usable addresses")
      for reg in ("", "reg = <1 2>;")),
    (CPUS % (ONE + BUS % ("", GIC % ("any", "reg = <1 2 3>;"))),
     "has an interrupt controller that no CPU can address"),
    (CPUS % (ONE + BUS % ("ranges;", GIC % ("any", "reg = <1 2 3>;"))), None),
    (CPUS % (ONE + BUS % ("ranges = <5 0 1 0 0x80 4>;", GIC % ("any", "reg = <1 2 3>;"))),
     "has an interrupt controller that no CPU can address"),
    (CPUS % (ONE + BUS % ("ranges = <5 0 1 0 0x80 4>;", GIC % ("intc", "reg = <1 2 4>;"))),
     "has an interrupt controller that no CPU can address"),
    (CPUS % ("#address-cells = <2>; #size-cells = <1>; " + ONE +
             BUS % ("ranges = <5 0 0 1 0 0 0x8000 9>;", GIC % ("intc", "reg = <1 2 4>;"))), None),
    (CPUS % ("#address-cells = <2>; #size-cells = <1>; " + ONE +
             BUS % ("ranges = <0 1 0x8000 9>;", GIC % ("intc", "reg = <1 2 4>;"))),
     "has an interrupt controller that no CPU can address"),
    # Without usable cells, on one bus or another.
    *((CPUS % (ONE + "a { %s ranges; b { %s ranges; %s }; };" % (above, below, GIC % ("gic", reg))),
       f"has an interrupt controller {wrong}") for above, below, reg, wrong in (
        ("", "#address-cells = <0>; #size-cells = <1>;", "reg = <1 2>;", "without usable addresses"),
        ("", "#address-cells = <1>; #size-cells = <9>;", "reg = <1 2>;", "without usable addresses"),
        ("#address-cells = <1>; #size-cells = <1>;", "#address-cells = <1>; #size-cells = <0>;",
         "reg = <1 2>;", "that no CPU can address"),
        ("#address-cells = <0>; #size-cells = <1>;", "#address-cells = <1>; #size-cells = <1>;",
         "reg = <1 2 3>;", "that no CPU can address"),
        ("#address-cells = <1>; #size-cells = <0>;", "#address-cells = <1>; #size-cells = <1>;",
         "reg = <1 2 3>;", "that no CPU can address"))),
    # GICD and GICC are not on the same side of 4 GiB.
    (CPUS % ("#address-cells = <2>; #size-cells = <1>; " + ONE + BUS % (
        "ranges = <1 0 0x8000 1 4 1 0x8000 4>;", GIC % ("gic", "reg = <1 2 4>;"))),
     "has an interrupt controller that no CPU can address"),
    # GICC is beside what the bus passes on, or above all of it.
    *((CPUS % (ONE + BUS % (f"ranges = <5 0 0 1 {base:#x} 0 0x8000 1>;", GIC % (
        "gic", "reg = <5 2 8>;"))), "has an interrupt controller that no CPU can address")
      for base in (7, 9)),
    (CPUS % ("interrupt-parent = <1 2>; " + ONE), None),
    (CPUS % ('#size-cells = <1 2>; ' + ONE),
     "has a root whose #address-cells or #size-cells is neither 1 nor 2"),
    (CPUS % 'cpus { cpu@0 { reg = <0>; status = "disabled"; }; };', None),
    # RAM: of more banks than are kept, of more than can be read, of none that is usable.
    (CPUS % (ONE + MEMORY % " ".join(f"{n:#x} 0x1000" for n in range(0, 0x10000, 0x4000))), None),
    (CPUS % (ONE + MEMORY % " ".join(f"{n * n * 0x2000:#x} 0x1000" for n in range(16))), None),
    (CPUS % (ONE + MEMORY % " ".join(f"{n:#x} 0x1000" for n in range(0, 0x24000, 0x2000))),
     "has more than 16 banks of RAM that do not touch"),
    (CPUS % (ONE + MEMORY % " ".join(f"{(300 - n * n) * 0x2000:#x} 0x1000" for n in range(16))),
     None),
    (CPUS % (ONE + MEMORY % "0xffffffff 1 0x1000 0 0x1800 0x1000 5"), None),
    (CPUS % (ONE + 'm { device_type = "memory"; }; n { device_type = "memorx"; reg = <0 0x1000>; };'
             'o { device_type = "memory"; status = "okay"; linux,usable-memory = <0 0x1000>; };'
             'p { device_type = "memory"; status = "ok"; reg = <0 0x1000>; };'
             'q { device_type = "memory"; status = "no"; reg = <0 0x1000>; };'
             'r { device_type = "memory"; status = "okax"; reg = <0 0x1000>; };'
             's { x = "memory"; reg = <0 0x1000>; };'
             't { x = "memory"; device_type = "memo"; reg = <0 0x1000>; };'
             'u { device_type = "memory"; reg = <0 0x1000>; v { w { }; }; };'), None),
    (CPUS % (ONE + "cpusx { cpu@0 { }; }; chosenx { };"), None),
])
def test_read(c, source, wrong):
    blob = Blob(c, compiled(source))
    assert blob.open() == 0 and blob.read() == wrong


def damaged(change):
    data = bytearray(compiled(SOURCE))
    return change(data, blocks(data)) or data


def put(data, at, *words):
    struct.pack_into(f">{len(words)}I", data, at, *words)


DAMAGED = {
    "a list of reservations without an end":
        (lambda d, b: put(d, 16, b["total"] - 8), TRUNCATED),
    "a list at an odd address": (lambda d, b: put(d, 16, b["reserved"] + 2), ALIGNMENT),
    "a tag that does not exist": (lambda d, b: put(d, b["struct"], 7), BADSTRUCTURE),
    "an end before a start": (lambda d, b: put(d, b["struct"], 2), BADSTRUCTURE),
    "a property before a node": (lambda d, b: put(d, b["struct"], 3), BADSTRUCTURE),
    "a name without an end": (lambda d, b: put(d, 36, 8) or put(d, b["struct"] + 4, 0x61616161),
                              BADSTRUCTURE),
    "no end": (lambda d, b: put(d, 36, b["struct_size"] - 8), BADSTRUCTURE),
    "half a property": (lambda d, b: put(d, 36, 16), BADSTRUCTURE),
    "a property that is too long": (lambda d, b: put(d, b["struct"] + 12, 0x7FFFFFFF),
                                    BADSTRUCTURE),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged(c, name):
    change, error = DAMAGED[name]
    assert Blob(c, damaged(change)).open() == error


def test_deep_tree(c):
    """As deep as Linux reads, and one node deeper."""
    for depth, result in ((63, 0), (64, 0), (65, BADSTRUCTURE)):
        source = "/dts-v1/; / { chosen { " + "n { " * (depth - 2) + "reg = <0x1000 0x1000>; " + \
            "}; " * (depth - 2) + "}; };"
        blob = Blob(c, compiled(source))
        assert blob.open() == result
        if not result:
            assert blob.reserved() == (1, [(0x1000, 0x2000)])


def test_nops_and_names_that_do_not_exist(c):
    """A property whose name lies outside the strings is no property that is looked for."""
    data = bytearray(compiled(SOURCE))
    at = data.index(b"arm,gic-400")
    put(data, at - 4, 0x7FFFFFF0)
    blob = Blob(c, data)
    assert blob.open() == 0 and blob.read() is None and struct.unpack_from("I", blob.platform, 36)
    data = bytearray(compiled(SOURCE))
    status = struct.pack(">4I", 3, 4, data.index(b"clock-frequency\0") - blocks(data)["strings"],
                         24000000)
    assert status in data
    blob = Blob(c, data.replace(status, struct.pack(">4I", 4, 4, 4, 4)))
    assert blob.open() == 0 and blob.read() is None and blob.mend() == 0
    gone = struct.pack(">I8sI", 1, b"empty", 2)
    assert gone in data
    blob = Blob(c, data.replace(gone, struct.pack(">4I", 4, 4, 4, 4)))
    assert blob.open() == 0 and blob.read() is None and blob.mend() == 0


@pytest.mark.parametrize("controller", ["arm,cortex-a15-gic", "acme,gic-9000"])
def test_node_behind_the_roots_end(c, controller):
    """It belongs to no tree, and nothing in it has been checked: it is not read."""
    node = f'any {{ compatible = "{controller}"; interrupt-controller; reg = <1 2 3 4>; }};'
    data = bytearray(compiled(CPUS % ("#address-cells = <1>; #size-cells = <1>; " + ONE + node)))
    start, end = blocks(data)["struct"], blocks(data)["strings"]
    inside = Blob(c, data)
    assert inside.open() == 0
    if "arm" in controller:
        assert inside.read() is None and struct.unpack_from("I", inside.platform, 36)[0] == 1
    else:
        assert "is not supported, acme,gic-9000" in inside.read()
    at = data.index(struct.pack(">I4s", 1, b"any\0"), start)
    stray = data[at:end - 8]
    # dtb_open() moves the names by so much, but not those of the stray node's properties.
    first = blocks(inside.bytes())["struct"] + 16
    shift = struct.unpack_from(">I", inside.bytes(), first)[0] - \
        struct.unpack_from(">I", data, start + 16)[0]
    for name in (b"compatible\0", b"interrupt-controller\0", b"reg\0"):
        offset = data.index(name, end) - end
        where = stray.index(struct.pack(">I", offset), 8)
        put(stray, where, offset + shift)
    data[start:end] = data[start:at] + struct.pack(">I", 2) + stray + struct.pack(">I", 9)
    blob = Blob(c, data)
    assert blob.open() == 0 and blob.read() is None
    assert struct.unpack_from("I", blob.platform, 36)[0] == 0


@pytest.mark.parametrize("root, board, other", [
    ("", "arm,vexpress", None),
    ('compatible = "a,b";', "", None),
    ('compatible = "a,b", "arm,vexpress";', "arm,vexpress", None),
    ('compatible = "a,b", "a,c";', "arm,vexpress", b"a,b"),
    ("compatible = [61 62];", "arm,vexpress", None),
    ("compatible;", "arm,vexpress", None),
])
def test_other_board(c, root, board, other):
    """The first name of a root that is not compatible; a name without an end is no name."""
    blob = Blob(c, compiled(CPUS % (root + ONE)))
    c.dtb_other_board.restype = ctypes.c_char_p
    assert blob.open() == 0
    assert c.dtb_other_board(ctypes.c_void_p(blob.at), board.encode()) == other


CONTROLLER = 'pic { compatible = %s; %s phandle = <7>; };'


@pytest.mark.parametrize("node, parent, wrong", [
    (CONTROLLER % ('"acme,intc"', "interrupt-controller;"), 7, "acme,intc"),
    (CONTROLLER % ('"acme,intc"', "interrupt-controller;"), 8, None),
    (CONTROLLER % ('"acme,intc"', ""), 7, None),
    (CONTROLLER % ('"ti,am33xx-intc"', "interrupt-controller;"), 7, None),
    (CONTROLLER % ("[61 62]", "interrupt-controller;"), 7, None),
    (CONTROLLER % ('"acme-gic"', "interrupt-controller;"), 8, "acme-gic"),
    (CONTROLLER % (f'"acme,{"x" * 200}"', "interrupt-controller;"), 7, "acme," + "x" * 76),
])
def test_controller(c, node, parent, wrong):
    """Refused by its name, cut to what the message has room for, if interrupts depend on it."""
    blob = Blob(c, compiled(CPUS % (f"interrupt-parent = <{parent}>; " + ONE + node)))
    said = blob.open() == 0 and blob.read()
    if wrong is None:
        assert said is None
    else:
        assert said.startswith(f"has an interrupt controller that is not supported, {wrong}")
        assert said.endswith(" (neither GICv2 nor GICv3)") and len(said) < 160


def test_gic_v3(c):
    node = 'gic { compatible = "arm,gic-v3"; reg = <1 2 3 4>; };'
    blob = Blob(c, compiled(CPUS % ("#address-cells = <1>; #size-cells = <1>; " + ONE + node)))
    assert blob.open() == 0 and blob.read() is None
    assert struct.unpack_from("3I", blob.platform, 36) == (1, 0, 3)     # gicd, gicc, gicr
