# SPDX-License-Identifier: BSD-2-Clause
# Included by the Makefile at the top. "make fuzz": libFuzzer targets for what reads a
# user's files, FUZZ_SECONDS= for each; build/fuzz has what they find and their corpus,
# which begins as Debian's kernel, Xen and DTBs, and grows. No input may take 5 seconds.
# SEED= makes a run begin as an earlier one did.
# "make coverage": the tests that run the wrapper's code on the host, and the lines and
# branches that they miss.

FUZZ_SECONDS	?= 60
fuzz		:= $(O)/fuzz
fuzz_flags	:= -g -O1 -fsanitize=address,undefined,fuzzer -fno-sanitize-recover=all -Iinclude -I. \
		   -DBOARD_HEADER='"../boards/vexpress-a15.h"'
fuzz_dtb	:= loader/dtb.c plan.c
fuzz_formats	:= loader/formats.c loader/elf_note.c
fuzz_options	:= loader/choice.c
fuzz_layout	:= loader/dtb.c loader/formats.c loader/place.c plan.c
fuzz_targets	:= dtb formats options layout
covered		:= loader/choice.c loader/dtb.c loader/elf_note.c loader/formats.c loader/place.c plan.c

# The tests that run these on the host.
covering	:= dtb_host.py formats.py plan.py place.py::test_brute_force $(addprefix note.py::test_, \
		   cases hostile_notes c_and_python_agree) $(addprefix options.py::test_, \
		   options_are_taken_out without_a_prefix choice every_option_of_the_table)

.PHONY: fuzz coverage

fuzz: $(fuzz_targets:%=$(fuzz)/%.done)

$(fuzz)/%.done: $(fuzz)/fuzz_% $(fuzz)/corpus FORCE
	$(Q)$< -seed=$(or $(SEED),0) -max_total_time=$(FUZZ_SECONDS) -timeout=5 -max_len=16384 -artifact_prefix=$(fuzz)/ $(fuzz)/corpus/$*

$(fuzz_targets:%=$(fuzz)/fuzz_%): $(fuzz)/fuzz_%: tests/host/fuzz_%.c \
		$(sort $(foreach target,$(fuzz_targets),$(fuzz_$(target))))
	@mkdir -p $(@D)
	$(Q)clang $(fuzz_flags) -o $@ $< $(fuzz_$*) -lfdt

$(fuzz)/corpus: tests/host/fuzz_corpus
	$(Q)$(PYTHON) $< $(deps) $@

coverage:
	$(Q)rm -rf $(O)/coverage && mkdir -p $(O)/coverage
	$(Q)COVERAGE=$(abspath $(O))/coverage $(PYTHON) -m pytest -q -p no:xdist $(covering:%=tests/test_%)
	$(Q)gcovr -r . $(covered:%=--filter %) $(O)/coverage
	$(Q)gcovr -r . $(covered:%=--filter %) --branches --fail-under-line 100 --fail-under-branch 100 $(O)/coverage
