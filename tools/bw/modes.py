# SPDX-License-Identifier: BSD-2-Clause
"""The modes in which a kernel can be started: their names and numbers are those of
modes.c and include/boot_wrapper.h, their words those of the wrapper's console."""

# The wrapper's order of preference.
MODES = {"hyp": 2, "svc": 3, "secure-svc": 4, "secure-monitor": 1}

WORDS = {"Non-secure Hyp": "hyp", "Non-secure SVC": "svc", "Secure SVC": "secure-svc",
         "Secure Monitor": "secure-monitor"}
