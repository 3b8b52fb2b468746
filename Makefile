# SPDX-License-Identifier: BSD-2-Clause
# boot-wrapper-armv7: `make help` tells what there is.

BOARD		?= vexpress-a15
O		?= build
DEPS		?= $(O)/deps
SMP_METHOD	?= $(if $(filter none,$(SMC)),pen,psci)
KERNEL_FORMAT	?= auto
DTB_MEND	?= build
QEMU		?= qemu-system-arm
TESTS		?= tests
HOSTCC		?= cc
PYTHON		?= $(firstword $(foreach p,python3 /usr/bin/python3,$(shell \
		     $(p) -c 'import pytest, pexpect, elftools' 2>/dev/null && echo $(p))) python3)

ifeq ($(wildcard boards/$(BOARD).mk),)
$(error BOARD=$(BOARD): no such board; there are: $(patsubst boards/%.mk,%,$(wildcard boards/*.mk)))
endif
include boards/$(BOARD).mk

deps	:= $(DEPS)
out	:= $(O)/$(BOARD)

#
# Toolchain: GCC by CROSS_COMPILE, or clang and lld with LLVM=1.
#
ifneq ($(LLVM),)
CC		:= clang --target=arm-none-eabi
LD		:= ld.lld
NM		:= llvm-nm
OBJCOPY		:= llvm-objcopy
else
CROSS_COMPILE	?= arm-none-eabi-
CC		:= $(CROSS_COMPILE)gcc
LD		:= $(CROSS_COMPILE)ld
NM		:= $(CROSS_COMPILE)nm
OBJCOPY		:= $(CROSS_COMPILE)objcopy
endif

ifeq ($(V),1)
quiet	= @printf ''
Q	:=
else
quiet	= @printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$(2))
Q	:= @
endif

#
# Flags. Hard-float ABI only in name, to be linkable with Debian's libfdt: no
# floating-point register is ever used.
#
warnings	:= -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-declarations
ifneq ($(LLVM),)
arch		:= -march=armv7-a -mfloat-abi=hard -mfpu=vfpv3-d16 -mimplicit-it=always
nofloat		:= -Xclang -target-feature -Xclang -neon
else
arch		:= -march=armv7-a+fp -mfloat-abi=hard
nofloat		:= -mgeneral-regs-only
endif
defines		:= -DBOARD_HEADER='"../boards/$(BOARD).h"' $(if $(WRAPPER_ADDR),-DWRAPPER_ADDR=$(WRAPPER_ADDR))
includes	:= -Iinclude -I.
CFLAGS		:= $(warnings) $(arch) $(nofloat) -marm -Os -std=gnu11 -ffreestanding \
		   -fno-common -fno-short-enums -fno-delete-null-pointer-checks -fno-pic -fno-stack-protector \
		   -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
		   -mno-unaligned-access -ffunction-sections -Wa,--noexecstack \
		   '-ffile-prefix-map=$(CURDIR)/=' $(defines) $(includes)
ifneq ($(LLVM),)
CFLAGS		:= $(filter-out -fno-tree-loop-distribute-patterns,$(CFLAGS)) -fno-builtin
endif
AFLAGS		:= $(arch) -Wa,--noexecstack '-ffile-prefix-map=$(CURDIR)/=' $(defines) $(includes)
LDFLAGS		:= -static -nostdlib --build-id=none -z max-page-size=4096 \
		   -z noexecstack --gc-sections
HOSTCFLAGS	:= -Wall -Wextra -Werror -O2 -std=gnu11 $(defines) $(includes)

# libfdt: Debian's static library for armhf, or a dtc checkout.
ifneq ($(LIBFDT_SRC),)
libfdt		:= $(out)/libfdt.a
fdt_include	:= $(LIBFDT_SRC)/libfdt
host_libfdt	:= $(filter-out %/fdt_overlay.c,$(wildcard $(LIBFDT_SRC)/libfdt/fdt*.c))
else
libfdt		:= $(deps)/libfdt.a
fdt_include	:= $(deps)/include
host_libfdt	:= -lfdt
endif
CFLAGS		+= -isystem libfdt/include -isystem $(fdt_include)

transient	:= boot.S.o boot.c.o plan.c.o semihosting.c.o \
		   $(patsubst %,%.o,$(wildcard loader/*.c lib/*.c))
resident	:= monitor.S.o psci.c.o secure.c.o kernel_state.c.o hyp_psci.S.o
objects		:= $(addprefix $(out)/,$(transient) resident.o hyp_stub.S.o pen.S.o) $(EXTRA_SOURCES:%=$(out)/%.o)
BOOT_ENTRY	?= reset

debian_kernel	:= $(deps)/vmlinuz
debian_dtb	= $(if $(BOARD_DTB),$(deps)/dtbs/$(BOARD_DTB),$(out)/qemu-$(or $(SMP),1).dtb)
debian_initrd	:= $(O)/initramfs.cpio.gz
debian_xen	:= $(deps)/xen

# What `make run` boots without KERNEL=: Debian's, with a busybox shell.
ifneq ($(filter run-now,$(MAKECMDGOALS)),)
SMP	?= 2
ifeq ($(KERNEL),)
KERNEL	:= $(debian_kernel)
INITRD	?= $(debian_initrd)
endif
DTB	?= $(debian_dtb)
ifneq ($(XEN),)
XEN_BOOTARGS ?= $(BOARD_XEN_BOOTARGS)
BOOTARGS ?= $(BOARD_DOM0_BOOTARGS)
endif
BOOTARGS ?= $(BOARD_BOOTARGS)
endif

.PHONY: all wrapper deps run run-xen run-now check soak bench docs clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

ifneq ($(KERNEL)$(DTB)$(INITRD)$(XEN),)
all: wrapper $(out)/linux-system.axf
else
all: wrapper
endif

wrapper: $(out)/boot-wrapper.elf $(out)/boot-wrapper.bin $(out)/linux-system-semi.axf

#
# A file that changes only when its content does: flags as prerequisites.
#
define tracked
$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' $(2) | cmp -s - $$@ || printf '%s\n' $(2) >$$@
endef
quote = '$(subst ','\'',$(1))'
$(eval $(call tracked,$(out)/.flags,$$(call quote,$$(CC) $$(LD) $$(CFLAGS) $$(LDFLAGS) $$(BOOT_ENTRY) $$(EXTRA_SOURCES))))
$(eval $(call tracked,$(out)/.payload,$$(call quote,$$(prepare_arguments) $$(payload_files))))

FORCE:

# Nothing is compiled before its compiler has been installed.
$(out)/.flags: | $(filter deps,$(MAKECMDGOALS))

$(out)/%.c.o: %.c $(out)/.flags
	$(call quiet,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(out)/%.S.o: %.S $(out)/.flags
	$(call quiet,AS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(AFLAGS) -MMD -MP -c -o $@ $<

$(out)/lib/string.c.o: CFLAGS += -fno-builtin -O2
# What stays in memory for good is Thumb code, which takes two thirds of ARM's; clang's
# -Oz is what gcc's -Os is.
$(out)/psci.c.o $(out)/secure.c.o $(out)/kernel_state.c.o: CFLAGS += -mthumb $(if $(LLVM),-Oz)
$(out)/loader/dtb.c.o $(out)/boot.c.o: CFLAGS += -O2
$(addprefix $(out)/,boot.c.o loader/dtb.c.o lib/string.c.o loader/multiboot.c.o loader/load.c.o loader/memory.c.o): | $(libfdt)

$(deps)/libfdt.a: | $(filter deps,$(MAKECMDGOALS))
	@[ -e $@ ] || echo 'boot-wrapper: $@ is missing; run "make deps", or say LIBFDT_SRC= with a dtc checkout' >&2; [ -e $@ ]

ifneq ($(LIBFDT_SRC),)
include libfdt/Makefile
endif

#
# Resident code may call nothing that a kernel overwrites: linked alone, it
# must leave nothing undefined but the symbols of the linker script, the Hyp
# stub, and what payload.c and boot.S put among its data: the RAM banks, and a
# pointer that is NULL after hand-over. Its sections get a prefix, for
# model.lds.S to tell them apart.
#
$(out)/resident.o: $(addprefix $(out)/,$(resident)) | $(out)/hyp_stub.S.o $(out)/pen.S.o
	$(call quiet,LD,$@)
	$(Q)$(LD) -r -o $@.tmp $^
	$(Q)$(OBJCOPY) --prefix-alloc-sections=.resident $@.tmp $@
	@rm -f $@.tmp
	@undefined=$$($(NM) -u $@ $(out)/hyp_stub.S.o $(out)/pen.S.o | awk '$$1 == "U" { print $$2 }' | grep -vxE 'resident_start|resident_end|hyp_stub_vectors|ram_banks|on_unexpected'); \
	if [ -n "$$undefined" ]; then \
		echo "boot-wrapper: resident code refers to transient code:" $$undefined >&2; \
		rm -f $@; exit 1; \
	fi

lds = $(CC) -E -P -x assembler-with-cpp $(defines) $(includes) \
      -DLAYOUT_HEADER='"$(1)"' -DBOOT_ENTRY=$(BOOT_ENTRY) -MMD -MP -MT $@ -MF $@.d model.lds.S -o $@

# For a board with Secure RAM the same is linked once more, for there, and is
# part of the other link (see model.lds.S): $(1) of layout $(2), with object $(3).
define link_for_secure_ram
$(out)/$(1)-secure.lds: model.lds.S $(filter-out no_payload.h,$(2)) $(out)/.flags
	$$(call quiet,LDS,$$@)
	$$(Q)$$(call lds,$(2)) -DSECURE_LINK=1

$(out)/$(1)-secure.elf: $(out)/$(1)-secure.lds $(objects) $(out)/$(3) $(libfdt)
	$$(call quiet,LD,$$@)
	$$(Q)$$(LD) $$(LDFLAGS) -T $$< -o $$@ $$(filter %.o %.a,$$^)

$(out)/$(1)-secure.bin: $(out)/$(1)-secure.elf
	$$(call quiet,OBJCOPY,$$@)
	$$(Q)$$(OBJCOPY) -O binary $$< $$@
	$$(Q)truncate -s %4096 $$@

$(out)/$(1)-secure.o: $(out)/$(1)-secure.bin
	$$(call quiet,AS,$$@)
	$$(Q)printf '.section .secure_link, "a"\n.incbin "%s"\n' $$< | $$(CC) $$(arch) -Wa,--noexecstack -x assembler -c -o $$@ -
endef
ifneq ($(BOARD_SECURE_LINK),)
$(eval $(call link_for_secure_ram,boot-wrapper,no_payload.h,boot-wrapper-payload.o))
$(eval $(call link_for_secure_ram,linux-system,$(abspath $(out))/layout.h,linux-system-payload.o))
endif
secure_link = $(if $(BOARD_SECURE_LINK),$(out)/$(1)-secure.o)

# The wrapper alone.
$(out)/boot-wrapper.lds: model.lds.S $(out)/.flags
	$(call quiet,LDS,$@)
	$(Q)$(call lds,no_payload.h)

$(out)/boot-wrapper-payload.o: payload.c $(out)/.flags
	$(call quiet,CC,$@)
	$(Q)$(CC) $(CFLAGS) -DLAYOUT_HEADER='"no_payload.h"' -MMD -MP -c -o $@ $<

$(out)/boot-wrapper.elf: $(out)/boot-wrapper.lds $(objects) $(out)/boot-wrapper-payload.o $(libfdt) $(call secure_link,boot-wrapper)
	$(call quiet,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T $< -o $@ $(filter %.o %.a,$^)

# The name that users of semihosting look for.
$(out)/linux-system-semi.axf: $(out)/boot-wrapper.elf
	$(call quiet,CP,$@)
	$(Q)cp $< $@

# Whole pages, for what is put behind it to be aligned.
$(out)/boot-wrapper.bin: $(out)/boot-wrapper.elf
	$(call quiet,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@
	$(Q)truncate -s %4096 $@

include kernels/Makefile

# The wrapper with a payload.
prepare_arguments = --kernel $(call quote,$(KERNEL)) --kernel-format $(call quote,$(KERNEL_FORMAT)) \
	--dtb $(call quote,$(DTB)) $(if $(INITRD),--initrd $(call quote,$(INITRD))) \
	$(if $(filter undefined,$(origin BOOTARGS)),,--bootargs $(call quote,$(BOOTARGS))) \
	$(if $(SMP),--cpus $(call quote,$(SMP))) --mend $(call quote,$(DTB_MEND)) \
	--smp-method $(call quote,$(SMP_METHOD)) $(if $(filter 1,$(QUIET)),--quiet) \
	$(if $(MODE),--mode $(call quote,$(MODE))) $(if $(GRANT),--grant $(call quote,$(GRANT))) \
	$(if $(SMC),--smc $(call quote,$(SMC))) \
	$(if $(KERNEL_ADDR),--kernel-addr $(call quote,$(KERNEL_ADDR))) \
	$(if $(DTB_ADDR),--dtb-addr $(call quote,$(DTB_ADDR))) \
	$(if $(INITRD_ADDR),--initrd-addr $(call quote,$(INITRD_ADDR))) \
	$(if $(XEN),--xen $(call quote,$(XEN))) \
	$(if $(filter undefined,$(origin XEN_BOOTARGS)),,--xen-bootargs $(call quote,$(XEN_BOOTARGS))) \
	$(if $(XEN_ADDR),--xen-addr $(call quote,$(XEN_ADDR)))

host_objects := $(addprefix $(out)/host/,tools/prepare/prepare.o plan.o $(addprefix loader/,dtb.o elf_note.o formats.o multiboot.o))

$(out)/host/%.o: %.c $(out)/.flags
	$(call quiet,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTCFLAGS) $(if $(LIBFDT_SRC),-I$(fdt_include)) -MMD -MP -c -o $@ $<

$(out)/prepare: $(host_objects)
	$(call quiet,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOSTCFLAGS) $(if $(LIBFDT_SRC),-I$(fdt_include)) -o $@ $(host_objects) $(host_libfdt)

# make cannot name a file with a space in its path; stat can.
payload_files = $(shell stat -c '%n %s %y' $(foreach f,KERNEL DTB INITRD XEN,$(if $($f),$(call quote,$($f)))) /dev/null 2>&1)

# A missing file is tools/prepare's to complain of, unless we know how to make it.
$(out)/layout.h: $(out)/prepare $(out)/.payload $(wildcard $(KERNEL) $(DTB) $(INITRD) $(XEN)) \
		 $(filter $(debian_kernel) $(debian_dtb) $(debian_initrd) $(debian_xen),$(KERNEL) $(DTB) $(INITRD) $(XEN))
	$(call quiet,PREPARE,$@)
	$(Q)$(out)/prepare $(prepare_arguments) --layout $@ --output-dtb $(out)/payload.dtb \
		--output-kernel $(out)/kernel.bin

$(out)/linux-system-payload.o: payload.c $(out)/layout.h
	$(call quiet,CC,$@)
	$(Q)$(CC) $(CFLAGS) -DLAYOUT_HEADER='"$(abspath $(out))/layout.h"' -MMD -MP -c -o $@ $<

$(out)/linux-system.lds: model.lds.S $(out)/layout.h
	$(call quiet,LDS,$@)
	$(Q)$(call lds,$(abspath $(out))/layout.h)

$(out)/linux-system.axf: $(out)/linux-system.lds $(objects) $(out)/linux-system-payload.o $(libfdt) $(call secure_link,linux-system)
	$(call quiet,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T $< -o $@ $(filter %.o %.a,$^)

-include $(wildcard $(out)/*.d $(out)/loader/*.d $(out)/kernels/*.d $(out)/host/*.d $(out)/host/tools/prepare/*.d $(out)/host/loader/*.d $(out)/lib/*.d)

#
# Debian's kernel, a busybox shell, tests.
#
deps:
	@tools/deps $(deps)

# A board without one in Debian's package has its DTB from QEMU.
$(out)/qemu-%.dtb:
	$(call quiet,QEMU,$@)
	@mkdir -p $(@D)
	$(Q)$(QEMU) $(BOARD_QEMU) -machine dumpdtb=$@ -smp $* -display none -nic none

$(debian_kernel) $(if $(BOARD_DTB),$(debian_dtb)) $(deps)/busybox: | $(filter deps,$(MAKECMDGOALS))
	@[ -e $@ ] || echo 'boot-wrapper: $@ is missing; run "make deps", or say KERNEL=, DTB= and INITRD=' >&2; [ -e $@ ]

$(debian_xen): | $(filter deps,$(MAKECMDGOALS))
	@[ -e $@ ] || echo 'boot-wrapper: $@ is missing; run "make deps", or say XEN=' >&2; [ -e $@ ]

$(debian_initrd): tools/mkinitramfs tools/initramfs-init | $(deps)/busybox
	$(call quiet,CPIO,$@)
	@mkdir -p $(@D)
	$(Q)tools/mkinitramfs $(deps)/busybox $@

# "make deps run": what depends on files that deps brings is looked at after it.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
wrapper all run run-xen check soak bench: | deps
endif

run:
	$(Q)$(MAKE) --no-print-directory run-now

run-xen:
	$(Q)$(MAKE) --no-print-directory run-now XEN=$(call quote,$(or $(XEN),$(debian_xen)))

# Without PSCI, Xen cannot switch the machine off.
xen_end = $(if $(XEN),$(if $(filter pen,$(SMP_METHOD)),--end 'Dom0 halted: halting machine'))

run-now: $(out)/linux-system.axf
	$(Q)QEMU_AUDIO_DRV=none tools/run-qemu $(if $(RUN_TIMEOUT),--timeout $(RUN_TIMEOUT)) $(xen_end) -- \
		$(QEMU) $(BOARD_QEMU) -smp $(SMP) -display none -nic none -no-reboot \
		-serial mon:stdio -semihosting-config enable=on,target=native \
		-kernel $< $(QEMU_ARGS)

check:
	$(Q)$(PYTHON) -m pytest -q --tb=short $(TESTS) $(PYTEST_ARGS)

soak:
	$(Q)SOAK_CYCLES=$(or $(SOAK_CYCLES),20000) \
		$(PYTHON) -m pytest -v --tb=short --durations=0 tests/test_stress.py $(PYTEST_ARGS)

docs: docs/pictures/boot-path.svg docs/pictures/psci-states.svg docs/pictures/sources.svg
docs/pictures/%.svg: docs/pictures/%.dot
	$(call quiet,DOT,$@)
	$(Q)dot -Tsvg -o $@ $<

bench:
	$(Q)$(PYTHON) tools/bench.py --output bench.json

clean:
	$(Q)rm -rf $(out) $(O)/check $(O)/initramfs.cpio.gz

help:
	@sed -n 's/^#? \{0,1\}//p' Makefile

#? boot-wrapper-armv7: start a kernel in Hyp mode on every CPU.
#?
#?   make deps         get what is missing: compilers, QEMU, Debian's armhf kernel
#?   make run          Debian's kernel and a busybox shell, in QEMU
#?   make run-xen      the same under Debian's Xen, as its dom0
#?   make check        all tests
#?   make soak         PSCI under stress for hours: SOAK_CYCLES=20000 of CPU hotplug,
#?                     SEED=1 for what is random
#?   make bench        what is measured, beside what others need
#?   make              boot-wrapper.elf and .bin, for any kernel: docs/sources.md
#?   make KERNEL= DTB= linux-system.axf too: the wrapper with your kernel in it
#?   make docs         draw the pictures of the documentation anew
#?   make clean        all but what "make deps" fetched
#?
#? The payload:
#?   KERNEL=FILE       a zImage or ELF; KERNEL_FORMAT=raw for anything else
#?   DTB=FILE          the board's devicetree
#?   INITRD=FILE       none by default
#?   XEN=FILE          a Xen to start; KERNEL and INITRD are then its dom0's
#?   XEN_BOOTARGS="..."  Xen's command line; BOOTARGS= is dom0's then
#?   BOOTARGS="..."    the kernel's command line; the DTB's own by default, and
#?                     the board's usual one with "make run"
#?   SMP=1..8          that many CPUs in the DTB; what it has by default, and 2
#?                     with "make run"
#?   SMP_METHOD=psci   or pen: how the kernel gets its other CPUs
#?   DTB_MEND=build    or boot: when the DTB is mended
#?   MODE=hyp          or svc, secure-svc, secure-monitor: start the kernel so; by
#?                     default the best that its ELF note and the CPU allow
#?   GRANT=secure      the kernel owns Secure state, too: SMC can set MVBAR
#?   SMC=none          no SMC service: the pen, and in Hyp mode nothing resident
#?   QUIET=1           print errors only
#?   KERNEL_ADDR= DTB_ADDR= INITRD_ADDR= XEN_ADDR= WRAPPER_ADDR=   where each is placed
#?
#? The build:
#?   BOARD=vexpress-a15   or vexpress-a9, virt: a file in boards/
#?   CROSS_COMPILE=arm-none-eabi-   or LLVM=1 for clang and lld
#?   LIBFDT_SRC=DIR    build libfdt from a dtc checkout
#?   O=build V=1       where to, and say every command
#?   DEPS=build/deps   where "make deps" puts Debian's files
#?   QEMU= QEMU_ARGS= RUN_TIMEOUT=seconds   for "make run" and "make run-xen"
