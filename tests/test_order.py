# SPDX-License-Identifier: BSD-2-Clause
"""Barriers, maintenance and their order: what hardware needs and QEMU does not notice.

QEMU has no caches, no write buffers and no pipeline, and ignores ACTLR. So the
instructions are traced (harness/trace.py), and rules are checked on what each CPU
executes from reset to the kernel, in CPU_ON, and in CPU_OFF.
"""

import collections
import re
import subprocess
import tempfile

import pytest

import harness
from harness.trace import accesses, trace

# CP15 by (opc1, CRn, CRm, opc2).
SCTLR, ACTLR, CPACR, SCR, NSACR = ((0, 1, 0, 0), (0, 1, 0, 1), (0, 1, 0, 2), (0, 1, 1, 0),
                                   (0, 1, 1, 2))
TTBCR, VBAR, MVBAR = (0, 2, 0, 2), (0, 12, 0, 0), (0, 12, 0, 1)
CSSELR, CCSIDR = (2, 0, 0, 0), (1, 0, 0, 0)
HSCTLR, HCR, HVBAR = (4, 1, 0, 0), (4, 1, 1, 0), (4, 12, 0, 0)
ICIALLU, BPIALL, DCISW, DCCISW = (0, 7, 5, 0), (0, 7, 5, 6), (0, 7, 6, 2), (0, 7, 14, 2)
TLBIALL, TLBIALLH, TLBIALLNSNH = (0, 8, 7, 0), (4, 8, 7, 0), (4, 8, 7, 4)
CNTFRQ = (0, 14, 0, 0)
ICC_PMR, ICC_MSRE, ICC_SRE, ICC_HSRE = (0, 4, 6, 0), (6, 12, 12, 5), (0, 12, 12, 5), (4, 12, 9, 5)
ICC_MGRPEN1, ICC_IGRPEN0 = (6, 12, 12, 7), (0, 12, 12, 6)
ICC_SGI = ((0, 12), (1, 12), (2, 12))       # MCRR
GICD_SGIR = 0xF00
SMP, SCTLR_C, SCTLR_I, NS = 1 << 6, 1 << 2, 1 << 12, 1 << 0

# What each CPU writes before each entry to the kernel, in Non-secure state or for it.
ALWAYS = {
    "SCTLR": (SCTLR, 0xC50078), "TTBCR": (TTBCR, 0), "TTBR0": ((0, 2, 0, 0), 0),
    "TTBR1": ((0, 2, 0, 1), 0), "DACR": ((0, 3, 0, 0), 0), "CONTEXTIDR": ((0, 13, 0, 1), 0),
    "TPIDRURW": ((0, 13, 0, 2), 0), "TPIDRURO": ((0, 13, 0, 3), 0),
    "TPIDRPRW": ((0, 13, 0, 4), 0), "VBAR": (VBAR, 0), "CPACR": (CPACR, 0),
}
PMU = {     # QEMU's Cortex-A9 has none
    "PMCR": ((0, 9, 12, 0), 0), "PMUSERENR": ((0, 9, 14, 0), 0),
    "PMCNTENCLR": ((0, 9, 12, 2), 0xFFFFFFFF), "PMINTENCLR": ((0, 9, 14, 2), 0xFFFFFFFF),
}
TIMERS = {"CNTKCTL": ((0, 14, 1, 0), 0), "CNTV_CTL": ((0, 14, 3, 1), 0),
          "CNTP_CTL": ((0, 14, 2, 1), 0), "CNTFRQ": (CNTFRQ, None)}
SECURE = {"NSACR": (NSACR, 0x43FFF), "SCR": (SCR, None)}
HYP = {
    "HVBAR": (HVBAR, None), "HSCTLR": (HSCTLR, 0x30C50878), "HCR": (HCR, 0),
    "HSTR": ((4, 1, 1, 3), 0), "HACR": ((4, 1, 1, 7), 0), "HTPIDR": ((4, 13, 0, 2), 0),
    "HMAIR0": ((4, 10, 2, 0), 0), "HMAIR1": ((4, 10, 2, 1), 0), "HCPTR": ((4, 1, 1, 2), 0x33FF),
    "HDCR": ((4, 1, 1, 1), None), "HTCR": ((4, 2, 0, 2), 0x80800000),
    "VTCR": ((4, 2, 1, 2), 0x80000000), "VPIDR": ((4, 0, 0, 0), None),
    "VMPIDR": ((4, 0, 0, 5), None), "VTTBR": ((6, 2), 0), "CNTHCTL": ((4, 14, 1, 0), 3),
    "CNTVOFF": ((4, 14), 0), "CNTHP_CTL": ((4, 14, 2, 1), 0),
}


def writes(event, *registers):
    return event.name in ("mcr", "mcrr") and (not registers or event.register in registers)


def is_maintenance(event):
    return event.name == "mcr" and len(event.register) == 4 and event.register[1] in (7, 8)


def is_broadcast(event):
    return is_maintenance(event) and (event.register[1:3] in ((8, 3), (7, 1)))


def lives(events):
    """The events up to each entry to the kernel; what follows the last is left over."""
    parts, start = [], 0
    for n, event in enumerate(events):
        if event.name == "enter" and event.function == "enter_kernel":
            parts.append(events[start:n + 1])
            start = n + 1
    return parts, events[start:]


# Each rule yields what is wrong.

def isb_after_context_change(events):
    """No use of a new context before an ISB; nothing at all after ACTLR, no write after SCTLR."""
    changed = {}
    for event in events:
        if ACTLR in changed and event.name != "isb":
            yield f"{event.pc:#x}: no ISB after ACTLR"
            changed.pop(ACTLR)
        if SCTLR in changed and writes(event) and event.register != VBAR:
            yield f"{event.pc:#x}: no ISB after SCTLR"
            changed = {}
        if event.name == "isb":
            changed = {}
            continue
        mode = event.name in ("cps", "enter", "smc", "hvc")
        for register, where in changed.items():
            if (mode or register == SCR and event.name in ("mcr", "mcrr", "mrc")
                    or register == CSSELR and event.name == "mrc" and event.register == CCSIDR
                    or register == ACTLR and is_maintenance(event)
                    or register in (SCTLR, HSCTLR) and is_maintenance(event)):
                yield f"{where.pc:#x}: no ISB before {event.name} at {event.pc:#x}"
        if mode:
            changed = {}
        if writes(event, SCR, SCTLR, HSCTLR, ACTLR, CSSELR, VBAR, MVBAR):
            changed[event.register] = event


def dsb_after_maintenance(events):
    """Maintenance is complete before what relies on it, and the pipeline is flushed then."""
    pending, fetched = None, None
    for event in events:
        if is_maintenance(event):
            pending = event
            if event.register not in (DCISW, DCCISW):
                fetched = event
        elif event.name == "dsb":
            pending = None
        elif event.name == "isb" and not pending:
            fetched = None
        elif pending and (event.name in ("sev", "enter", "wfi", "wfe", "cps", "isb")
                          or writes(event, SCTLR, ACTLR)):
            yield f"{pending.pc:#x}: no DSB before {event.name} at {event.pc:#x}"
            pending = None
        if fetched and event.name in ("enter", "cps") or fetched and writes(event, SCTLR):
            yield f"{fetched.pc:#x}: no ISB after DSB before {event.name} at {event.pc:#x}"
            fetched = None


def dsb_first(events):
    """SEV, an SGI, WFI and the entry to the kernel come right after a DSB; not a WFI for good."""
    last = None
    while events and events[-1].name == "wfi":
        events = events[:-1]
    for event in events:
        sgi = (event.name == "str" and event.value & 0xFFF == GICD_SGIR and event.function != "move"
               or writes(event, *ICC_SGI))
        enters = event.name == "enter" and event.function == "enter_kernel"
        if event.name in ("sev", "wfi") or sgi or enters:
            if last is None or last.name != "dsb" and (last.name, event.name) != ("wfi", "wfi"):
                yield f"{event.pc:#x}: {event.name} without DSB"
        last = event


def is_interface(event):
    """An access to a system register of a GICv3's CPU interface, but for those that open them."""
    register = event.register
    return (event.name in ("mcr", "mrc", "mcrr") and register not in (ICC_MSRE, ICC_SRE, ICC_HSRE)
            and (register == ICC_PMR or register in ICC_SGI
                 or len(register) == 4 and register[1] == 12 and register[2] in (8, 9, 11, 12)))


def interface_opened_first(events):
    """ICC_MSRE.SRE is set, and an ISB follows, before any other register of the interface."""
    is_open = written = False
    for event in events:
        written |= writes(event, ICC_MSRE) and bool(event.value & 1)
        is_open |= written and event.name == "isb"
        if is_interface(event) and not is_open:
            yield f"{event.pc:#x}: CP15 {event.register} before ICC_MSRE and an ISB"
            return
    if not is_open:
        yield "ICC_MSRE is not written"


def coherency_first(events, bits):
    """ACTLR has all `bits` before caches, broadcast maintenance, and the kernel."""
    seen = 0
    for event in events:
        if writes(event, ACTLR):
            seen |= event.value
        needs = (is_broadcast(event) or writes(event, SCTLR) and event.value & (SCTLR_C | SCTLR_I)
                 or event.name == "enter" or writes(event, ICIALLU, TLBIALL))
        if needs and seen & bits != bits:
            yield f"{event.pc:#x}: {event.name} with ACTLR bits {seen:#x} of {bits:#x} set"
            return


def locked(events):
    """The state of a CPU is decided with the lock held."""
    held = False
    for event in events:
        if event.name == "enter":
            held = False
        held |= event.function == "lock"
        if event.function == "turn_on" and not held:
            yield f"{event.pc:#x}: turn_on() without the lock"
            return


def sweeps(events):
    """Runs of maintenance by set and way: [(register, [values])]."""
    found = []
    run = None
    for event in events:
        if writes(event, DCISW, DCCISW):
            if run is None or run[0] != event.register:
                run = (event.register, [])
                found.append(run)
            run[1].append(event.value)
        elif event.name in ("dsb", "enter", "wfi", "wfe"):
            run = None
    return found


def wanted_lines(geometry):
    """All set/way values of the levels: (sets, ways, line) of each."""
    values = []
    for level, (sets, ways, line) in enumerate(geometry):
        way_shift = 32 - (ways - 1).bit_length() if ways > 1 else 0
        values += [way << way_shift | index * line | level << 1
                   for way in range(ways) for index in range(sets)]
    return sorted(values)


def cleaned_when_off(events, geometry):
    """A CPU that goes off cleans exactly each line of its own data caches, in coherency."""
    joined = ordered = selected = False
    for event in events:
        if writes(event, ACTLR) and event.value & SMP:
            joined, ordered = True, False
        ordered |= event.name == "dsb"
        selected |= writes(event, CSSELR)
        if writes(event, DCCISW):
            break
    if not joined:
        yield "not in coherency while the caches are cleaned"
    if geometry and not (ordered and selected):
        yield "no DSB, or no CSSELR, before the caches are cleaned"
    runs = [sorted(values) for register, values in sweeps(events) if register == DCCISW]
    if geometry and runs != [wanted_lines(geometry)]:
        yield f"DCCISW of {[len(values) for values in runs]} lines, not once of each"


def invalidated(events, hyp):
    """Instruction cache, predictor and TLBs, after the last change of their context."""
    last = {}
    for n, event in enumerate(events):
        if writes(event):
            last[event.register] = n
    for name, register in (("ICIALLU", ICIALLU), ("BPIALL", BPIALL), ("TLBIALL", TLBIALL),
                           *((("TLBIALLH", TLBIALLH), ("TLBIALLNSNH", TLBIALLNSNH)) if hyp else ())):
        if last.get(register, -1) < last.get(SCTLR, -1):
            yield f"no {name} before the kernel"


def registers_written(events, table):
    """Each register has its value at the entry, by the last write."""
    last = {event.register: event.value for event in events if writes(event)}
    for name, (register, value) in table.items():
        if register not in last:
            yield f"{name} is not written"
        elif value is not None and last[register] != value:
            yield f"{name} is {last[register]:#x}, not {value:#x}"


def in_its_state(events):
    """Non-secure copies are written while SCR.NS is set: each after the SCR that selects it."""
    ns = None
    written = set()
    for event in events:
        if writes(event, SCR):
            ns = event.value & NS
        elif writes(event, SCTLR, TTBCR, VBAR, CPACR) and ns:
            written.add(event.register)
    for register in {SCTLR, TTBCR, VBAR} - written:
        yield f"the Non-secure copy of CP15 {register} is not written"


def never_cached_before_invalidation(events):
    """At reset, the instruction cache is invalid before SCTLR.I is set."""
    done = set()
    for event in events:
        if is_maintenance(event):
            done.add(event.register)
        if writes(event, SCTLR) and event.value & SCTLR_I and not {ICIALLU, BPIALL, TLBIALL} <= done:
            yield f"{event.pc:#x}: SCTLR.I without ICIALLU, BPIALL and TLBIALL"
            return


A9_L1 = [(128, 4, 32)]
CORES = {
    # QEMU's machine and core, the bits of ACTLR, and the geometry of the levels of data
    # cache up to LoUIS, which CPU_OFF cleans. QEMU's Cortex-A9 has a LoUIS of 0 in CLIDR.
    "cortex-a15": ("vexpress-a15", "secure=on,virtualization=on", SMP | 1, [(256, 2, 64)]),
    "cortex-a7": ("vexpress-a15", "secure=on,virtualization=on", SMP, [(256, 2, 64)]),
    "cortex-a9": ("vexpress-a9", "secure=on", SMP | 1, []),
}


def faults(events, core):
    """All that is wrong with what one CPU has executed, the one that boots or another."""
    _, _, actlr, geometry = CORES[core]
    hyp = core != "cortex-a9"
    entered, rest = lives(events)
    found = [*isb_after_context_change(events), *dsb_after_maintenance(events),
             *dsb_first(events), *locked(events), *coherency_first(events, actlr)]
    if not entered:
        return [*found, "the kernel is not entered"]
    found += never_cached_before_invalidation(entered[0])
    table = {**ALWAYS, **SECURE, **PMU, **(TIMERS | HYP if hyp else {})}
    if core == "cortex-a7":
        table["SCTLR"] = (SCTLR, 0xC50878)
    for n, life in enumerate(entered):
        found += [f"life {n + 1}: {what}" for what in
                  [*invalidated(life, hyp), *registers_written(life, table), *in_its_state(life)]]
        scr = [event.value for event in life if writes(event, SCR)][-1:]
        if scr != [0x131 if hyp else 0x31]:
            found.append(f"life {n + 1}: SCR is {scr}")
        if n:
            found += [f"life {n + 1}: {what}" for what in cleaned_when_off(life, geometry)]
    if core == "cortex-a9":
        runs = [sorted(values) for register, values in sweeps(entered[0]) if register == DCISW]
        if wanted_lines(A9_L1) not in runs:
            found.append(f"reset: DCISW of {[len(run) for run in runs]} lines, not of each")
    return found


@pytest.fixture(scope="module")
def traces():
    """traces(core): what each of two CPUs executes; CPU 1 in two lives."""
    kept = {}

    def make(core):
        if core not in kept:
            board, state, _, _ = CORES[core]
            dtb = {"DTB": harness.A9_DTB, "BOARD": board} if core == "cortex-a9" else {}
            image = harness.conformance(f"order-{board}", "conformance=entry", SMP=2, **dtb)
            kept[core], text = trace(image, machine=f"{board},{state}", cpu=core)
            assert "conformance: PASS" in text, text
        return kept[core]
    return make


@pytest.mark.parametrize("core", CORES)
def test_order(traces, core):
    events = traces(core)
    assert sorted(events) == [0, 1]
    assert len(lives(events[0])[0]) == 1 and len(lives(events[1])[0]) == 2
    for cpu in events:
        assert not faults(events[cpu], core), f"CPU {cpu}"


GIC_V3 = {"ICC_MSRE": (ICC_MSRE, 0xF), "ICC_SRE": (ICC_SRE, 7), "ICC_HSRE": (ICC_HSRE, 0xF),
          "ICC_PMR": (ICC_PMR, 0xFF), "ICC_MGRPEN1": (ICC_MGRPEN1, 3), "ICC_IGRPEN0": (ICC_IGRPEN0, 0)}


@pytest.fixture(scope="module")
def traces_v3():
    """As traces(), of virt with GICv3, where the wrapper runs in Secure RAM."""
    variables, options = harness.virt_machine("secure=on,virtualization=on,gic-version=3", 2)
    image = harness.conformance("order-virt", "conformance=entry", SMP=2, **variables)
    events, text = trace(image, image.parent / "linux-system-secure.elf", cpu="cortex-a15",
                         machine=options["machine"])
    assert "conformance: PASS" in text, text
    return events


def faults_v3(events):
    found = [*faults(events, "cortex-a15"), *interface_opened_first(events)]
    for n, life in enumerate(lives(events)[0]):
        found += [f"life {n + 1}: {what}" for what in registers_written(life, GIC_V3)]
    return found


def test_order_gic_v3(traces_v3):
    assert sorted(traces_v3) == [0, 1]
    assert len(lives(traces_v3[0])[0]) == 1 and len(lives(traces_v3[1])[0]) == 2
    for cpu in traces_v3:
        assert not faults_v3(traces_v3[cpu]), f"CPU {cpu}"


def test_rules_of_gic_v3_are_felt(traces_v3):
    """Left out of a good trace, each write that opens the interface, or its ISB, is missed."""
    events = traces_v3[0]
    opens = [n for n, event in enumerate(events) if writes(event, ICC_MSRE, ICC_HSRE)]
    first = next(n for n in range(opens[0], len(events)) if events[n].name == "isb")
    assert len(opens) >= 2
    for n in (*opens, first):
        assert faults_v3(events[:n] + events[n + 1:]), events[n]


def test_secure_kernel():
    """For a kernel in Secure state both copies are set up, each in its state."""
    image = harness.conformance("order-secure", "conformance=entry", SMP=2, MODE="secure-svc")
    events, text = trace(image)
    assert "conformance: PASS" in text, text
    life = lives(events[0])[0][0]
    assert not [*isb_after_context_change(life), *dsb_first(life)]
    # The operations on Non-secure TLBs complete together with the later ones.
    last = max(n for n, event in enumerate(life) if writes(event, SCR))
    assert not [*dsb_after_maintenance(life[last:])]
    ns, written = None, collections.defaultdict(set)
    for event in life:
        if writes(event, SCR):
            ns = event.value & NS
        elif writes(event) and event.mode == "mon":
            written[ns].add(event.register)
    both = {register for register, _ in ALWAYS.values()} | {TLBIALL}
    assert both <= written[1] and both <= written[0]
    assert [event.value for event in life if writes(event, SCR)][-1] == 0x130


def needless(events, core):
    """Of a CPU's events, those that no rule misses when they are left out: by what they are."""
    quiet = collections.Counter()
    for n, event in enumerate(events):
        if not (is_maintenance(event) or event.name in ("isb", "dsb") or writes(event)):
            continue
        if not faults(events[:n] + events[n + 1:], core):
            quiet[event.name, event.register, event.function] += 1
    return quiet


def test_rules_are_felt(traces):
    """Left out of a good trace, nearly each barrier, operation and register is missed."""
    events = traces("cortex-a15")[0]
    counted = [event for event in events
               if is_maintenance(event) or event.name in ("isb", "dsb") or writes(event)]
    quiet = needless(events, "cortex-a15")
    print(quiet)
    assert sum(quiet.values()) < len(counted) / 3


def test_nothing_else_is_executed_before_the_kernel():
    """No CPU fetches an instruction outside the wrapper until it enters the kernel."""
    image = harness.conformance("order-vexpress-a15", "conformance=entry", SMP=2)
    at = harness.symbols(image)
    start, end = at["start"], at["resident_end"]
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run(harness.qemu_command(image, cpus=2, extra=[
            "-accel", "tcg,thread=single", "-d", "exec,nochain", "-D", log.name, "-dfilter",
            f"0..{start - 1:#x},{end:#x}..0xffffffff"]), check=False, timeout=60,
            capture_output=True, env=harness.environment(), stdin=subprocess.DEVNULL)
        first = {}
        for line in open(log.name, encoding="ascii", errors="replace"):
            if match := re.match(r"Trace (\d): \S+ \[\w+/(\w+)/", line):
                first.setdefault(int(match[1]), int(match[2], 16))
    kernel = harness.symbols(harness.payload().parent / "conformance.elf")
    assert first[0] == kernel["start"]
    assert first[1] & ~0xF == kernel["secondary_entry"] & ~0xF


def test_resident_code_leaves_the_kernels_memory_alone():
    """After hand-over the resident code accesses its own range and devices, no other RAM."""
    image = harness.conformance("order-vexpress-a15", "conformance=entry", SMP=2)
    at = harness.symbols(image)
    start, end = at["resident_start"], at["resident_end"]
    found = accesses(image, start, end)
    assert len(found) > 100
    ram = range(0x80000000, 0xC0000000)
    outside = {(hex(pc), hex(address)) for _, pc, address in found
               if address in ram and not start <= address < end}
    # On their way to the kernel CPUs use what the boot CPU has prepared outside.
    allowed = {at[name] for name in ("boot_stack_end",) if name in at}
    outside = {entry for entry in outside
               if not any(stack - 0x1000 <= int(entry[1], 16) <= stack for stack in allowed)}
    assert not outside
