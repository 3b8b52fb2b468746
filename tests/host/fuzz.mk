# SPDX-License-Identifier: BSD-2-Clause
# libFuzzer targets for what reads a user's files: "make -f tests/host/fuzz.mk", from the
# top. FUZZ_SECONDS= for each; what is found is in build/fuzz, as is the corpus, which
# begins as Debian's kernel, Xen and DTBs and goes on growing.

DEPS		?= build/deps
FUZZ_SECONDS	?= 60
out		:= build/fuzz
flags		:= -g -O1 -fsanitize=address,undefined,fuzzer -fno-sanitize-recover=all -Iinclude -I. \
		   -DBOARD_HEADER='"../boards/vexpress-a15.h"'
dtb		:= loader/dtb.c plan.c
formats		:= loader/formats.c loader/elf_note.c

fuzz: $(out)/dtb.done $(out)/formats.done

$(out)/%.done: $(out)/fuzz_% $(out)/corpus
	$< -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -artifact_prefix=$(out)/ $(out)/corpus/$*

.SECONDEXPANSION:
$(out)/fuzz_%: tests/host/fuzz_%.c $$($$*)
	@mkdir -p $(@D)
	clang $(flags) -o $@ $^ -lfdt

# The first byte of the DTBs' corpus chooses the changes.
$(out)/corpus:
	@mkdir -p $@/dtb $@/formats
	for dtb in $(DEPS)/dtbs/vexpress*.dtb $(DEPS)/dtbs/am335x-bone.dtb $(DEPS)/dtbs/sun8i-h3-orangepi-pc.dtb; do \
		{ printf '\007'; cat $$dtb; } >$@/dtb/$${dtb##*/}; done
	for file in vmlinuz xen; do head -c 16384 $(DEPS)/$$file >$@/formats/$$file; done

.PHONY: fuzz
