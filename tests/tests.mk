# SPDX-License-Identifier: BSD-2-Clause
# "make check", "make check-quick", "make check-qemu10", "make check-kernels", "make mutants",
# "make soak", "make bench" and what compares loaders.
.PHONY: check check-quick check-qemu10 check-kernels mutants soak bench bench-clock bootcheck-others

include tests/host/fuzz.mk

PYTHON		?= $(firstword $(foreach p,python3 /usr/bin/python3,$(shell \
		     $(p) -c 'import pytest, pexpect, elftools, xdist' 2>/dev/null && echo $(p))) python3)

# The tests take QEMU from PATH, by its usual name.
pytest = $(if $(filter qemu-system-arm,$(notdir $(QEMU))),,$(error boot-wrapper: QEMU=$(QEMU): the \
	tests start qemu-system-arm; name a file that is called so)) \
	$(if $(findstring /,$(QEMU)),PATH=$(call quote,$(abspath $(dir $(QEMU)))):$$PATH) \
	O=$(call quote,$(O)) DEPS=$(call quote,$(deps)) $(PYTHON) -m pytest --tb=short

# In JOBS processes, by default one for each CPU of the host.
check-qemu10: QEMU := $(deps)/qemu/root/usr/bin/qemu-system-arm
check-qemu10: TESTS := tests/test_boards.py tests/test_qemu10.py
check-qemu10: | deps-qemu
check-kernels: TESTS := tests/test_kernels.py
check-kernels: | deps-kernels
check check-quick check-qemu10 check-kernels: | $(first)
	$(Q)$(pytest) -q -n $(or $(JOBS),auto) --durations=15 --durations-min=5 \
		$(if $(filter check-quick,$@),-m quick) $(or $(TESTS),tests) $(PYTEST_ARGS)

mutants: | $(first)
	$(Q)$(PYTHON) tools/mutants $(if $(LIST),--list) $(if $(ONLY),--only $(call quote,$(ONLY))) \
		$(if $(SAMPLE),--sample $(SAMPLE)) --tree $(O)/mutants --deps $(deps)

bootcheck-others: | $(first)
	$(Q)$(PYTHON) tools/bootcheck-others --write

soak: | $(first)
	$(Q)SOAK_CYCLES=$(or $(SOAK_CYCLES),20000) $(pytest) -v --durations=0 tests/test_stress.py $(PYTEST_ARGS)

bench bench-clock: | $(first)
	$(Q)$(PYTHON) tools/bench.py $(if $(filter %clock,$@),\
		--clock --picture docs/pictures/wall-clock.svg,--docs docs/costs.md)
