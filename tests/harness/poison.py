# SPDX-License-Identifier: BSD-2-Clause
"""Build settings for junk before reset, and lines of the wrapper that a test can remove."""

POISON = {"EXTRA_SOURCES": "tests/guest/poison.S", "BOOT_ENTRY": "poison"}
# A line of the wrapper, taken out, and what notices: a function, and the text of
# its instructions there (a compiler may have made more than one of the line).
R = r"(?:r\d+|ip|lr|sl|fp)"
MCR = r"mcr(r)?\s+15, "
FORGOTTEN = {
    "HSCTLR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr0, \{0\}"),
    "HCR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{0\}"),
    "HDCR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{1\}"),
    "HCPTR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{2\}"),
    "HSTR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{3\}"),
    "HVBAR": ("kernel_state_init", MCR + r"4, r\d+, cr12, cr0, \{0\}"),
    "VPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr0, cr0, \{0\}"),
    "VMPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr0, cr0, \{5\}"),
    "VTTBR": ("kernel_state_init", MCR + r"6, r\d+, r\d+, cr2"),
    "CNTHCTL": ("kernel_state_init", MCR + r"4, r\d+, cr14, cr1, \{0\}"),
    "CNTVOFF": ("kernel_state_init", MCR + r"4, r\d+, r\d+, cr14"),
    "CNTHP_CTL": ("kernel_state_init", MCR + r"4, r\d+, cr14, cr2, \{1\}"),
    "CNTV_CTL": ("kernel_state_init", MCR + r"0, r\d+, cr14, cr3, \{1\}"),
    "HTCR": ("kernel_state_init", MCR + r"4, r\d+, cr2, cr0, \{2\}"),
    "VTCR": ("kernel_state_init", MCR + r"4, r\d+, cr2, cr1, \{2\}"),
    "HMAIR0": ("kernel_state_init", MCR + r"4, r\d+, cr10, cr2, \{0\}"),
    "HMAIR1": ("kernel_state_init", MCR + r"4, r\d+, cr10, cr2, \{1\}"),
    "HTPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr13, cr0, \{2\}"),
    "TTBR0": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{0\}"),
    "TTBR1": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{1\}"),
    "TTBCR": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{2\}"),
    "DACR": ("pl1_init", MCR + r"0, r\d+, cr3, cr0, \{0\}"),
    "CONTEXTIDR": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{1\}"),
    "TPIDRURW": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{2\}"),
    "TPIDRURO": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{3\}"),
    "TPIDRPRW": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{4\}"),
    "CPACR": ("pl1_init", MCR + r"0, r\d+, cr1, cr0, \{2\}"),
    "PMCR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr12, \{0\}"),
    "PMCNTENCLR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr12, \{2\}"),
    "PMINTENCLR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr14, \{2\}"),
    "PMUSERENR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr14, \{0\}"),
    "CNTFRQ": ("kernel_state_init", MCR + r"0, r\d+, cr14, cr0, \{0\}"),
    "NSACR": ("kernel_state_init", MCR + r"0, r\d+, cr1, cr1, \{2\}"),
    "Non-secure SCTLR": ("pl1_init", MCR + r"0, r\d+, cr1, cr0, \{0\}"),
    "GICD_IGROUPR0": ("gic_cpu_init", rf"str\w*\s+{R}, \[{R}, #128\]"),
    "GICC_PMR": ("gic_cpu_init", rf"str\w*\s+{R}, \[{R}, #4\]"),
    "SPIs in GICD_IGROUPR": ("distributor_init", rf"str[\w.]*\s+{R}, \[{R}, #128\]"),
    "r3": ("enter_kernel", r"ldr\s+r3, \[r4, #4\]"),
    "MVBAR": ("where_are_we", MCR + r"0, r\d+, cr12, cr0, \{1\}"),
}
