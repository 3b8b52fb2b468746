# SPDX-License-Identifier: BSD-2-Clause
"""psci.c's CPU state machine: every state of its model, by SPIN, and the model by its source."""

import re
import subprocess

import pytest

import harness

MODEL = harness.TOP / "tests" / "model" / "psci.pml"
STRONG = "STRONGLY_ORDERED"
EXCEPTIONS = (STRONG, "MONITOR_FAULTS")
NO_GIC = (STRONG, "NO_GIC")

# What SPIN says when one of the model's properties, which its head explains, does not hold.
COMPLAINTS = {
    "MUTEX": "assertion violated !(locked)",
    "ONE": "c[target].given==0",
    "ENTRY": "entry==",
    "TRUTH": "c[_pid].new_state) : ",
    "TICKETS": "ticket!=0",
    "CLEAN": "armed",
    "end": "invalid end state",
    "claim": "acceptance cycle",
}


def verifiers(directory, model, defines, claims, compile_for):
    """The commands that check the model, one for each claim; without, for all assertions."""
    (directory / "psci.pml").write_text(model)
    subprocess.run(["spin", "-a", *(f"-D{define}" for define in defines), "psci.pml"],
                   cwd=directory, check=True, capture_output=True)
    flags = ["-DNFAIR=3"] if claims else ["-DSAFETY", "-DNOREDUCE"]
    subprocess.run(["gcc", compile_for, "-w", "-DMEMLIM=3500", *flags, "-o", "pan", "pan.c"],
                   cwd=directory, check=True)
    command = ["./pan", "-m2000000", "-w26"]
    return [command + ["-a", "-f", "-N", claim] for claim in claims] or [command]


def violations(directory, model, *defines, claims=(), compile_for="-O2"):
    """The properties, by the names above, that SPIN finds violated; it stops at the first.

    With none it must have seen every state, and each statement in some of them.
    No reduction of any kind is used, but for the claims.
    """
    for command in verifiers(directory, model, defines, claims, compile_for):
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        text = " ".join(done.stdout.split())
        count = re.search(r"errors: (\d+) (\d+) states, stored", text)
        assert count, done.stdout + done.stderr
        print(f"{' '.join([*command, *defines])}: {count.group(2)} states")
        if count.group(1) != "0":
            first = re.search(r"pan:1: (.*?) \(at depth", text).group(1)
            found = [name for name, complaint in COMPLAINTS.items() if complaint in first]
            assert found, done.stdout
            return found
        assert "Search not completed" not in text and "too small" not in text, done.stdout
        missed = re.findall(r"state \d+, \"(?!-end-)(.*)\"", done.stdout)
        assert not missed, f"never executed: {missed}"
    return []


@pytest.mark.parametrize("defines", [(), (STRONG, "TICKET_BITS=3"), EXCEPTIONS, NO_GIC,
                                     (*EXCEPTIONS, "NO_GIC")],
                         ids=["store-buffers", "strongly-ordered", "exceptions", "no-gic",
                              "exceptions-no-gic"])
def test_every_state(tmp_path, defines):
    assert violations(tmp_path, MODEL.read_text(), *defines) == []


def test_every_cpu_gets_there(tmp_path):
    claims = [f"{claim}_{cpu}" for claim in ("arrives", "served") for cpu in range(3)]
    assert violations(tmp_path, MODEL.read_text(), STRONG, "CLAIMS", claims=claims) == []


LOCKED = "	atomic {\n		dmb;\n		assert(!locked);"
LOCK_WAIT = """(c[i].ticket != 0 &&
			  (c[i].ticket < ticket || (c[i].ticket == ticket && i < _pid)))"""
OFF_STORE = "atomic { dsb; store_state(_pid, OFF); me.waits = 1 };"
ENTRY_STORE = "atomic { store_entry(target) };"
PENDING_STORE = "atomic { dmb; store_state(target, ON_PENDING) };"
WAKE = "atomic { dsb; wake(target) };"
ARM = "atomic { me.armed = 1 };"
WAIT = """	:: wait();
		/* psci.c: cpu_wait: while (me->state != CPU_ON_PENDING) */
		if
		:: atomic { load_state(_pid) == ON_PENDING -> me.waits = 0; break }
		:: load_state(_pid) != ON_PENDING
		fi
	od;"""
LOOK_FIRST = """	:: atomic { load_state(_pid) == ON_PENDING -> me.waits = 0; break }
	:: load_state(_pid) != ON_PENDING -> wait()
	od;"""
LOOK_NEVER = "	:: wait(); me.waits = 0; break\n	od;"
ENTRY_LOAD = "atomic { dmb; entry = me.entry };"
MAX_WAIT = "atomic { c[i].ticket == TICKET_MAX ->"
TARGETS = """if
		:: c[0].listed -> target = 0
		:: c[1].listed -> target = 1
		:: c[2].listed -> target = 2
		fi;"""

# Faults: what SPIN must find; with which defines; what is replaced by what.
FAULTS = {
    "no lock": ("MUTEX", STRONG, (":: goto cpu_on", ":: goto no_lock"),
                (LOCKED, "no_lock:" + LOCKED)),
    "no lock, two succeed": ("ONE", STRONG, (":: goto cpu_on", ":: goto no_lock"),
                             (LOCKED, "no_lock: atomic { dmb;")),
    "choosing is not looked at": ("MUTEX", STRONG, (":: !c[i].choosing ->", ":: true ->")),
    "choosing is looked at too late": (
        "MUTEX", STRONG, (f"!{LOCK_WAIT};", "HERE;"), (":: !c[i].choosing ->", f":: !{LOCK_WAIT} ->"),
        ("HERE;", "!c[i].choosing;")),
    "a ticket is drawn without a look": (
        "MUTEX", STRONG, (":: atomic { others_have_no(ticket) -> goto drawn }",
                          ":: atomic { true -> goto drawn }")),
    "who seems alone has not looked at choosing": (
        "MUTEX", STRONG, (":: others_have_no(choosing) ->", ":: true ->")),
    "who seems alone has not looked at tickets": (
        "MUTEX", STRONG, ("dmb && others_have_no(ticket) ->", "dmb ->")),
    "who seems alone has looked at tickets first": (
        "MUTEX", STRONG, (":: others_have_no(choosing) ->", ":: others_have_no(ticket) ->"),
        ("dmb && others_have_no(ticket) ->", "dmb && others_have_no(choosing) ->"),
        ("dmb && !others_have_no(ticket)", "dmb && !others_have_no(choosing)"),
        (":: !others_have_no(choosing)\n	fi", ":: !others_have_no(ticket)\n	fi")),
    "equal tickets both pass": ("MUTEX", STRONG, ("(c[i].ticket == ticket && i < _pid)", "false")),
    "equal tickets both wait": ("end", STRONG, ("c[i].ticket == ticket && i < _pid",
                                                "c[i].ticket == ticket")),
    "tickets wrap": ("TICKETS", STRONG, (MAX_WAIT, "atomic { false ->"),
                     ("atomic { c[i].ticket != TICKET_MAX ->\n		ticket", "atomic { ticket")),
    "tickets wrap, two pass": (
        "MUTEX", STRONG, (MAX_WAIT, "atomic { false ->"), ("assert(ticket != 0)", "skip"),
        ("atomic { c[i].ticket != TICKET_MAX ->\n		ticket", "atomic { ticket")),
    "choosing while the last ticket is out": (
        "end", STRONG, ("store_choosing(0); ticket = 0 }", "ticket = 0 }")),
    "ticket is kept": ("end", STRONG, ("store_ticket(0); goto kernel", "goto kernel")),
    "state is looked at before the lock": (
        "ONE", STRONG,
        (":: goto cpu_on", "".join(f":: atomic {{ c[{n}].listed && load_state({n}) == OFF -> "
                                   f"target = {n}; goto cpu_on }}\n" for n in range(3))),
        (TARGETS, "skip;"), ("load_state(target) == OFF ->", "true ->")),
    "entry is stored after state": (
        "ENTRY", NO_GIC, (ENTRY_STORE, ""), (PENDING_STORE, PENDING_STORE + ENTRY_STORE)),
    "entry is stored after the SGI": (
        "ENTRY", STRONG, (ENTRY_STORE, ""), (WAKE, WAKE + ENTRY_STORE)),
    "entry is loaded before state": (
        "ENTRY", STRONG, (ENTRY_LOAD, ""), (OFF_STORE, OFF_STORE + ENTRY_LOAD)),
    "CPU_ON is lost": ("end", STRONG, (PENDING_STORE, "dmb;"),
                       ("c[target].given == NOBODY && ", "")),
    "no SGI": ("end", STRONG, (WAKE, "dsb;")),
    "no SEV": ("end", NO_GIC, (WAKE, "dsb;")),
    "SGI before state": ("end", STRONG, (WAKE, ""), (PENDING_STORE, WAKE + PENDING_STORE)),
    "SEV before state": ("end", NO_GIC, (WAKE, ""), (PENDING_STORE, WAKE + PENDING_STORE)),
    "an SGI that comes before WFI is lost": (
        "end", STRONG, ("	c[t].sgi = 1\n", "	c[t].sgi = c[t].asleep\n")),
    "the SGI is enabled after OFF": (
        "CLEAN", STRONG, (ARM, ""), (OFF_STORE, OFF_STORE + ARM)),
    "a CPU leaves without its SGI": ("CLEAN", STRONG, (WAIT, LOOK_FIRST)),
    "the SGI stays enabled in the kernel": ("CLEAN", STRONG, ("atomic { me.armed = 0 };", "")),
    "a second SGI stays pending in the kernel": (
        "CLEAN", EXCEPTIONS, ("atomic { me.sgi = 0; me.gic = 1;", "atomic { me.gic = 1;")),
    "no SEV for those that come out of reset": (
        "end", STRONG, ("atomic { sev(); i = 1 };", "i = 1;")),
    "SEV is not remembered": ("end", STRONG, ("c[1].event = 1;", "c[1].event = c[1].asleep;")),
    "WFE's end is taken for CPU_ON": ("TRUTH", NO_GIC, (WAIT, LOOK_NEVER)),
    "an SGI is taken for CPU_ON": ("ENTRY", EXCEPTIONS, (WAIT, LOOK_NEVER)),
    "OFF before the caches are clean": (
        "TRUTH", STRONG, ("atomic { dsb; me.dirty = 0; me.kernel = 0 };", "atomic { me.kernel = 0 };"),
        (OFF_STORE, OFF_STORE + "me.dirty = 0;")),
    "OFF before the GIC is left": (
        "TRUTH", STRONG, ("atomic { store_gic_off(); forget_wfe() };", "atomic { forget_wfe() };"),
        (OFF_STORE, OFF_STORE + "atomic { store_gic_off() };")),
    "ON before CPU_ON": ("TRUTH", STRONG, ("store_state(target, ON_PENDING)",
                                           "store_state(target, ON)")),
    "a CPU that is absent can be turned on": (
        "TRUTH", STRONG, ("atomic { c[i].listed = 0; i++ }", "i++")),
    "no DMB behind choosing = 1": ("MUTEX", None, ("	dmb;\n	/* psci.c: lock: if", "	/* psci.c: lock: if")),
    "no DMB behind ticket": ("MUTEX", None, ("atomic { dmb; store_choosing(0)",
                                             "atomic { store_choosing(0)")),
    "no DMB before state": ("ENTRY", "NO_GIC", (PENDING_STORE, PENDING_STORE.replace("dmb; ", ""))),
    "no DSB before the SGI": ("end", None, (WAKE, "atomic { wake(target) };")),
    "no DSB before OFF": ("TRUTH", None, ("atomic { dsb; me.dirty", "atomic { me.dirty"),
                          (OFF_STORE, OFF_STORE.replace("dsb; ", ""))),
    "no DSB before the kernel": ("TRUTH", None, ("		dsb;\n		assert(entry",
                                                 "		assert(entry")),
    "who takes an exception keeps its ticket": (
        "end", EXCEPTIONS, ("!me.choosing -> me.ticket = 0;", "!me.choosing ->")),
    "who takes an exception is choosing for ever": (
        "end", EXCEPTIONS, (":: atomic { me.choosing -> me.choosing = 0 }", ""),
        ("atomic { !me.choosing -> me.ticket", "atomic { true -> me.ticket")),
    "who takes an exception wakes nobody": ("end", EXCEPTIONS, ("	atomic { wake_others() };\n", "")),
    "FAULTED is stored but once": (
        "end", EXCEPTIONS, ("atomic { me.state = FAULTED; me.asleep = 1 };", "me.asleep = 1;")),
    "who has taken an exception is still OFF": (
        "end", EXCEPTIONS, (":: else -> me.state = FAULTED", ":: else"),
        ("atomic { me.state = FAULTED; me.asleep = 1 };", "me.asleep = 1;")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(tmp_path, fault):
    """SPIN finds what is wrong with a model that is wrong."""
    expected, defines, *changes = FAULTS[fault]
    model = MODEL.read_text()
    for old, new in changes:
        assert model.count(old) == 1, f"{model.count(old)} times in psci.pml: {old}"
        model = model.replace(old, new)
    defines = (defines,) if isinstance(defines, str) else defines or ()
    # It is found soon: what takes time is gcc.
    assert expected in violations(tmp_path, model, *defines, compile_for="-O0")


def squeeze(text):
    return " ".join(text.split())


def body(file, function):
    """The text of a C function, or of an assembly routine up to the next global label."""
    source = (harness.TOP / file).read_text()
    if file.endswith(".S"):
        found = re.search(rf"^(?:FUNC {function}|{function}:)\n(.*?)(?=^\w*[a-z]\w*:|^END |\Z)", source, re.M | re.S)
    else:
        found = re.search(rf"^[^\n#]*\b{function}\([^;{{]*\)\n{{\n(.*?)^}}", source, re.M | re.S)
    assert found, f"{file} has no {function}"
    return squeeze(found.group(1))


# Accesses to what CPUs share, and what orders them.
SHARED = re.compile(r"(->|\.)(state|entry|context_id|choosing|ticket)\b|\b(dmb|dsb|sev|wfe)\(\)|"
                    r"\b(lock|unlock|write32|clean_own_dcaches|cpu_restart|enter_kernel|wfi|"
                    r"gic_\w+)\(")


def test_model_is_of_this_source():
    """What the model quotes is in the source, in that order, and nothing of weight is left out."""
    rest = {}
    for file, function, line in re.findall(r"/\* (\w+\.\w): (\w+): (.*?) \*/", MODEL.read_text()):
        done, text = rest.get((file, function), ("", body(file, function)))
        found = re.search(r"(?<!\w)" + re.escape(squeeze(line)), text)
        assert found, f"psci.pml quotes {file}: {function}: {line!r}, which is not in: {text}"
        rest[file, function] = (f"{done} {text[:found.start()]}", text[found.end():])
    for function in ("lock", "unlock", "turn_on", "cpu_wait", "cpu_off"):
        left_out = " ".join(rest["psci.c", function])
        assert not SHARED.search(left_out), f"not in psci.pml: psci.c: {function}: {left_out}"
    left_out = " ".join(rest["monitor.S", "leave_others_alone"])
    assert not re.search(r"\b(strb?|dmb|dsb|sev|wfe)\b", left_out), left_out


def test_nobody_else_changes_state():
    """The model has every store to a CPU's state; fill_resident() is before them all."""
    stores = []
    for file in sorted(harness.TOP.glob("*.c")):
        function = None
        for line in file.read_text().splitlines():
            name = re.match(r"\w.*?\b(\w+)\(", line)
            function = name.group(1) if name else function
            if re.search(r"(->|\.)state\s*=[^=]", line):
                stores.append(f"{file.name}: {function}: {line.strip()}")
    known = re.findall(r"/\* (\w+\.c: \w+: \S+state = .*?) \*/", MODEL.read_text())
    known.append("boot.c: fill_resident: cpus[i].cpu.state = CPU_ABSENT;")
    assert sorted(stores) == sorted(known)
