# SPDX-License-Identifier: BSD-2-Clause
# boot-wrapper-armv7: "make help" lists the targets and variables.

BOARD		?= vexpress-a15
O		?= build
DEPS		?= $(O)/deps
KERNEL_FORMAT	?= auto
DTB_MEND	?= build
MEMORY		?= $(BOARD_MEMORY)
BOOT_ENTRY	?= reset
QEMU		?= qemu-system-arm
HOSTCC		?= cc

# The wrapper's own options, OPTION:VARIABLE.
wrapper_options := $(shell sed -n '/^OPTION/{s/^OPTION."\([a-z-]*\)".*/\1:\U\1/; s/\(:[A-Z]*\)-/\1_/; p}' loader/options.def | uniq)

# Make ignores a misspelt variable, so name it. A parent make passes its own variables
# down: for those a warning must do.
variables := BOARD O DEPS V KERNEL KERNEL_FORMAT DTB DTB_MEND INITRD XEN BOOTARGS \
	XEN_BOOTARGS SMP KERNEL_ADDR DTB_ADDR INITRD_ADDR XEN_ADDR MEMORY \
	WRAPPER_ADDR CROSS_COMPILE LLVM LIBFDT_SRC QEMU QEMU_ARGS RUN_TIMEOUT TESTS PYTEST_ARGS JOBS \
	PREFIX DESTDIR SOAK_CYCLES SEED FUZZ_SECONDS LIST ONLY SAMPLE PYTHON HOSTCC CC LD NM AR OBJCOPY EXTRA_SOURCES BOOT_ENTRY \
	defines
variables += $(foreach o,$(wrapper_options),$(lastword $(subst :, ,$(o))))
unknown := $(strip $(foreach v,$(filter-out $(variables) MAKE% -*,$(.VARIABLES)),$(if $(filter command,$(origin $(v))),$(v)=)))
ifneq ($(unknown),)
complaint := boot-wrapper: $(unknown) unknown variable; "make help" lists the variables
$(if $(filter 0,$(MAKELEVEL)),$(error $(complaint)),$(warning $(complaint)))
endif
$(foreach v,V QUIET,$(if $(filter-out 0 1 2 n no y yes,$($(v))),\
	$(error boot-wrapper: $(v)=$($(v)): neither yes nor no; set $(v)=1 or $(v)=0)))
yes = $(filter 1 2 y yes,$($(1)))
quote = '$(subst ','\'',$(1))'
override QUIET := $(if $(call yes,QUIET),1)

boards := $(patsubst boards/%.mk,%,$(sort $(wildcard boards/*.mk)))
ifeq ($(filter $(BOARD),$(boards)),)
$(error BOARD=$(BOARD): no such board; there are: $(boards))
endif
include boards/$(BOARD).mk

$(if $(findstring =,$(O))$(findstring :,$(O))$(word 2,$(O)),\
	$(error boot-wrapper: O=$(O): make cannot handle blanks, "=" or ":" in it; choose another directory))
$(if $(O),,$(error boot-wrapper: O= is empty; name a directory))
$(if $(WRAPPER_ADDR),$(if $(shell a=$$(printf %u $(call quote,$(WRAPPER_ADDR)) 2>&1) && [ "$$a" -lt 4294967296 ] 2>&- && echo y),,\
	$(error boot-wrapper: WRAPPER_ADDR=$(WRAPPER_ADDR): not a 32-bit address; set it like WRAPPER_ADDR=0x87e00000)))
deps := $(DEPS)
out := $(O)/$(BOARD)
# Targets of the same command line that must have run before anything is built.
first := $(filter clean deps,$(MAKECMDGOALS))

# Toolchain: GCC by CROSS_COMPILE, or clang and lld. As in Linux, LLVM=1 takes them from
# PATH, LLVM=-14 takes clang-14, LLVM=/usr/lib/llvm-14/bin/ takes those in that directory.
ifneq ($(filter-out 0 n no,$(LLVM)),)
ifeq ($(filter 1 y yes -% %/,$(LLVM)),)
$(error boot-wrapper: LLVM=$(LLVM): unknown toolchain; set LLVM=1, LLVM=-14 (a suffix) or LLVM=/path/to/bin/ (a prefix))
endif
clang		:= y
llvm		= $(filter %/,$(LLVM))$(1)$(filter -%,$(LLVM))
CC		:= $(call llvm,clang) --target=arm-none-eabi
LD		:= $(call llvm,ld.lld)
NM		:= $(call llvm,llvm-nm)
AR		:= $(call llvm,llvm-ar)
OBJCOPY		:= $(call llvm,llvm-objcopy)
else
CROSS_COMPILE	?= arm-none-eabi-
CC		:= $(CROSS_COMPILE)gcc
LD		:= $(CROSS_COMPILE)ld
NM		:= $(CROSS_COMPILE)nm
AR		:= $(CROSS_COMPILE)ar
OBJCOPY		:= $(CROSS_COMPILE)objcopy
endif

Q	:= $(if $(call yes,V),,@)
silent	:= $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
quiet	= @mkdir -p $(@D) $(if $(silent)$(call yes,V),,&& printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$(2)))

# Sources. Resident code stays in memory and is linked on its own first; hyp_stub and
# pen share a page of their own. Every other file here and in the folders is transient.
resident	:= resident.c monitor.S psci.c gic.c cache.S secure.c kernel_state.c hyp_psci.S
resident_page	:= hyp_stub.S pen.S
transient	:= $(filter-out $(resident) $(resident_page) payload.c %.lds.S,$(sort \
		   $(wildcard *.S *.c loader/*.S loader/*.c lib/*.S lib/*.c)))
objects		:= $(addprefix $(out)/,$(transient:=.o) resident.o $(resident_page:=.o) $(EXTRA_SOURCES:=.o))
# tools/prepare, and what it shares with the wrapper.
prepare_sources	:= $(addprefix tools/prepare/,prepare.c files.c devicetree.c output.c) plan.c \
		   $(addprefix loader/,choice.c dtb.c elf_note.c formats.c multiboot.c place.c)

include libfdt/Makefile

# Flags. Hard-float is there only to link with Debian's libfdt; no code uses its registers.
# GCC keeps the order of the code where it does not guess: failures stand apart from the path.
warnings	:= -Wall -Wextra -Werror -Wshadow -Wundef -Wstrict-prototypes -Wmissing-declarations
ifeq ($(clang),y)
arch		:= -march=armv7-a -mfloat-abi=hard -mfpu=vfpv3-d16 -mimplicit-it=always
compiler	:= -Xclang -target-feature -Xclang -neon -fno-builtin
else
arch		:= -march=armv7-a+fp -mfloat-abi=hard
compiler	:= -mgeneral-regs-only -fno-tree-loop-distribute-patterns -fno-guess-branch-probability
endif
defines		:= -DBOARD_HEADER='"../boards/$(BOARD).h"' $(if $(WRAPPER_ADDR),-DWRAPPER_ADDR=$(WRAPPER_ADDR))
includes	:= -Iinclude -I.
common		= $(arch) -Wa,--noexecstack '-ffile-prefix-map=$(CURDIR)/=' $(defines) $(includes)
CFLAGS		:= $(warnings) $(common) $(compiler) -marm $(if $(clang),-Oz,-Os) -std=gnu11 -ffreestanding \
		   -fno-common -fno-short-enums -fno-pic -fno-stack-protector -fno-delete-null-pointer-checks \
		   -fno-asynchronous-unwind-tables -mno-unaligned-access -ffunction-sections \
		   -isystem libfdt/include -isystem $(fdt_include)
AFLAGS		:= -Wundef $(common)
LDFLAGS		:= -static -nostdlib --build-id=none -z max-page-size=4096 -z noexecstack --gc-sections
HOSTCFLAGS	:= $(warnings) -O2 -std=gnu11 $(defines) $(includes) $(host_fdt_include)

# Resident C is Thumb code, which takes two thirds of the size of ARM code.
$(patsubst %,$(out)/%.o,$(filter %.c,$(resident))): CFLAGS += -mthumb $(if $(clang),,-fno-if-conversion -fno-thread-jumps)
# The loader runs once, but every byte of the image is loaded for each boot.
$(patsubst %,$(out)/%.o,$(filter loader/%.c lib/console.c lib/string.c plan.c cores.c boot.c distributor.c,$(transient))): CFLAGS += -mthumb
# cores.c must not use a stack; and an ISB is to stay behind the write that it is for.
$(out)/cores.c.o: CFLAGS += -fno-jump-tables -fomit-frame-pointer $(if $(clang),-Wframe-larger-than=0, \
			    -Wstack-usage=0 -fno-crossjumping -fno-tree-tail-merge)
$(out)/lib/string.c.o: CFLAGS += -fno-builtin -O2

include tools/run.mk
include tests/tests.mk

.PHONY: all wrapper docs clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

.DEFAULT_GOAL := all
all: wrapper $(if $(KERNEL)$(DTB)$(INITRD)$(XEN),$(out)/linux-system.axf)
wrapper: $(out)/boot-wrapper.elf $(out)/boot-wrapper.bin $(out)/linux-system-semi.axf $(out)/bootcheck.bin

# A file that changes only when its content does makes flags and settings prerequisites.
tracked = mkdir -p $(@D); printf '%s\n' $(call quote,$(1)) | cmp -s - $@ || printf '%s\n' $(call quote,$(1)) >$@

$(out)/.flags: FORCE | $(first)
	@command -v $(firstword $(CC)) >/dev/null || { echo 'boot-wrapper: $(firstword $(CC)): not installed; run "make deps", or set CROSS_COMPILE= or LLVM=1' >&2; exit 1; }
	@$(call tracked,$(CC) $(LD) $(CFLAGS) $(LDFLAGS) $(BOOT_ENTRY) $(transient) $(resident) $(EXTRA_SOURCES))

# How each kind of file is made.
compile = $(Q)$(CC) $(1) -MMD -MP -MF $@.d -c -o $@ $<
preprocess = $(Q)$(CC) -E -P -x assembler-with-cpp $(AFLAGS) $(1) -MMD -MP -MT $@ -MF $@.d $< -o $@
link = $(Q)$(LD) $(LDFLAGS) -T $(filter %.lds,$^) -o $@ $(filter %.o %.a,$^)

$(out)/%.c.o: %.c $(out)/.flags Makefile
	$(call quiet,CC,$@)
	$(call compile,$(CFLAGS))

$(out)/%.S.o: %.S $(out)/.flags Makefile
	$(call quiet,AS,$@)
	$(call compile,$(AFLAGS))

$(out)/host/%.o: %.c $(out)/.flags
	$(call quiet,HOSTCC,$@)
	$(Q)$(HOSTCC) $(HOSTCFLAGS) -MMD -MP -MF $@.d -c -o $@ $<
# The wrapper is padded to whole pages, so that what is appended to it is aligned.
$(out)/%.bin: $(out)/%.elf
	$(call quiet,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@ $(if $(filter $(kernels),$@),,&& truncate -s %4096 $@)

$(filter %.c.o,$(objects)): | $(libfdt)

include kernels/Makefile
include boards/armstub/Makefile

# A kernel may overwrite all that is transient, so resident code may refer only to
# itself and to these symbols of the linker script and the Hyp stub. The prefix lets model.lds.S tell its sections from transient ones.
resident_may_use := resident_start|resident_end|hyp_stub_vectors

$(out)/resident.o: $(patsubst %,$(out)/%.o,$(resident)) | $(patsubst %,$(out)/%.o,$(resident_page))
	$(call quiet,LD,$@)
	$(Q)$(LD) -r -o $@.tmp $^
	$(Q)$(OBJCOPY) --prefix-alloc-sections=.resident $@.tmp $@
	@undefined=$$($(NM) -u $@.tmp $| | awk '$$1 == "U" { print $$2 }' | grep -vxE '$(resident_may_use)'); \
	rm -f $@.tmp; [ -z "$$undefined" ] || \
	{ echo "boot-wrapper: resident code refers to transient code:" $$undefined >&2; exit 1; }

# The links: $(1) the name of the image, $(2) its suffix, $(3) the header that has the
# addresses and the payload. For a board with Secure RAM the same objects are linked a
# second time, to run there, and the first link includes the result.
define link_wrapper
$(out)/$(1)-payload.o: payload.c $(out)/.flags $(filter $(out)/%,$(3))
	$$(call quiet,CC,$$@)
	$$(call compile,$$(CFLAGS) -DLAYOUT_HEADER='"$(3)"')

$(out)/$(1).lds $(out)/$(1)-secure.lds: model.lds.S $(out)/.flags $(filter $(out)/%,$(3))
	$$(call quiet,LDS,$$@)
	$$(call preprocess,-DLAYOUT_HEADER='"$(3)"' -DBOOT_ENTRY=$$(BOOT_ENTRY) -DSECURE_LINK=$$(if $$(filter %-secure.lds,$$@),1,0))

$(out)/$(1).$(2) $(out)/$(1)-secure.elf: $(objects) $(out)/$(1)-payload.o $(libfdt)
	$$(call quiet,LD,$$@)
	$$(link)
$(out)/$(1)-secure.elf: $(out)/$(1)-secure.lds
$(out)/$(1).$(2): $(out)/$(1).lds $(if $(BOARD_SECURE_LINK),$(out)/$(1)-secure.o)
endef
$(eval $(call link_wrapper,boot-wrapper,elf,no_payload.h))
$(eval $(call link_wrapper,linux-system,axf,$(out)/layout.h))

$(out)/%-secure.o: $(out)/%-secure.bin
	$(call quiet,AS,$@)
	$(Q)printf '.section .secure_link, "a"\n.incbin "%s"\n' $< | $(CC) $(arch) -Wa,--noexecstack -x assembler -c -o $@ -

# The name that users of semihosting expect.
$(out)/linux-system-semi.axf: $(out)/boot-wrapper.elf
	$(call quiet,CP,$@)
	$(Q)cp $< $@

# The payload: tools/prepare checks and places it. OPTION:VARIABLE; an option is passed if
# its variable is set, BOOTARGS= and XEN_BOOTARGS= even if they are empty.
prepare_options := kernel:KERNEL kernel-format:KERNEL_FORMAT dtb:DTB initrd:INITRD xen:XEN \
	bootargs:BOOTARGS xen-bootargs:XEN_BOOTARGS cpus:SMP $(wrapper_options) mend:DTB_MEND kernel-addr:KERNEL_ADDR dtb-addr:DTB_ADDR \
	initrd-addr:INITRD_ADDR xen-addr:XEN_ADDR memory:MEMORY
variable = $(lastword $(subst :, ,$(1)))
given = $(or $($(1)),$(filter KERNEL DTB,$(1)),$(and $(filter %BOOTARGS,$(1)),$(filter-out undefined,$(origin $(1)))))
prepare_arguments = $(foreach o,$(prepare_options),$(if \
	$(call given,$(call variable,$(o))),--$(firstword $(subst :, ,$(o))) $(call quote,$($(call variable,$(o))))))

$(out)/prepare: $(patsubst %.c,$(out)/host/%.o,$(prepare_sources))
	$(call quiet,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOSTCFLAGS) -o $@ $^ $(host_libfdt)

# Make cannot name a file with a space in its path, but stat can. tools/prepare reports
# missing files, except those that this Makefile can build.
payload_files = $(shell stat -c '%n %s %y' $(foreach f,KERNEL DTB INITRD XEN,$(if $($f),$(call quote,$($f)))) /dev/null 2>&1)
payload_built := $(filter $(debian_kernel) $(debian_dtb) $(debian_initrd) $(debian_xen) $(kernels),$(KERNEL) $(DTB) $(INITRD) $(XEN))

$(out)/.payload: FORCE | $(payload_built) $(first)
	@$(call tracked,$(prepare_arguments) $(payload_files))

$(out)/layout.h: $(out)/prepare $(out)/.payload $(wildcard $(KERNEL) $(DTB) $(INITRD) $(XEN)) $(payload_built)
	$(call quiet,PREPARE,$@)
	$(Q)$(out)/prepare $(prepare_arguments) --layout $@ --output-dtb $(out)/payload.dtb \
		--output-kernel $(out)/kernel.bin

-include $(wildcard $(addprefix $(out)/,*.d */*.d */*/*.d */*/*/*.d))

docs: $(patsubst %.dot,%.svg,$(wildcard docs/pictures/*.dot))
docs/pictures/%.svg: docs/pictures/%.dot
	$(call quiet,DOT,$@)
	$(Q)dot -Tsvg -o $@ $<

clean:
	$(Q)rm -rf $(boards:%=$(O)/%) $(O)/check $(O)/initramfs.cpio.gz bench.json

help:
	@sed -n '1,/^#? Options/s/^#? \{0,1\}//p' Makefile
	@sed -n 's/^OPTION("\([a-z-]*\)", "\([^"]*\)".*"\(.*\)")$$/  \U\1\E=\2: \3/; s/^\(  [A-Z]*\)-/\1_/; /^  [A-Z]/p' loader/options.def
	@sed -n '/^#? Options/,$$s/^#? \{0,1\}//p' Makefile | tail -n +2

#? boot-wrapper-armv7: start a kernel in Hyp mode on every CPU.
#?
#?   make deps         install what is missing: compilers, QEMU, Debian's armhf kernel
#?   make deps-qemu check-qemu10    run the boards under the QEMU of Debian's backports
#?   make deps-kernels check-kernels    boot the kernels of several Debian releases
#?   make run          boot Debian's kernel and a busybox shell in QEMU
#?   make run-xen      the same under Debian's Xen, as its dom0
#?   make check        run all tests; "make check-quick" runs those of a minute
#?   make soak         stress PSCI for hours: SOAK_CYCLES=20000 of CPU hotplug;
#?                     SEED=1 sets what is random
#?   make mutants      break the wrapper in one place at a time, and see which test
#?                     notices: LIST=1, ONLY=REGEX, SAMPLE=N
#?   make bootcheck-others  run bootcheck.bin behind other loaders: docs/bootcheck.md
#?   make fuzz         feed damaged files to the readers, FUZZ_SECONDS=60 each
#?   make coverage     the lines and branches of these that the host's tests miss
#?   make bench        measure costs, beside those of other firmware
#?   make bench-clock  measure the wall clock of boots, beside QEMU's own loader
#?   make              build boot-wrapper.elf and .bin, for any kernel: docs/sources.md
#?   make install      copy these and bootcheck.bin to DESTDIR=, PREFIX=/usr/local
#?   make KERNEL= DTB= build linux-system.axf as well: the wrapper with your kernel in it
#?   make docs         redraw the pictures of the documentation
#?   make clean        remove all that was built, of every board; keep what deps fetched
#?
#? The payload:
#?   KERNEL=FILE       a zImage or ELF file; KERNEL_FORMAT=raw for anything else
#?   DTB=FILE          the board's devicetree
#?   INITRD=FILE       none by default
#?   MEMORY=BASE,SIZE[,...]  the RAM, instead of what the DTB says; a size like 512M;
#?                     by default what the board needs (BOARD_MEMORY), else the DTB's
#?   XEN=FILE          a Xen to start; KERNEL and INITRD are then its dom0's
#?   XEN_BOOTARGS="..."  Xen's command line; BOOTARGS= is then dom0's
#?   BOOTARGS="..."    the kernel's command line; by default that of the DTB, and with
#?                     "make run" the board's usual one
#?   SMP=1..8          number of CPUs in the DTB; by default those that it has, and
#?                     those of the board with "make run"
#?   DTB_MEND=build    or boot: when the DTB is fixed up
#?   KERNEL_ADDR= DTB_ADDR= INITRD_ADDR= XEN_ADDR= WRAPPER_ADDR=   where to place each
#?
#? Options of the wrapper, here and in each of docs/sources.md:
#?
#? The build:
#?   BOARD=vexpress-a15   or another of the files boards/*.mk
#?   CROSS_COMPILE=arm-none-eabi-   or LLVM=1, LLVM=-14, LLVM=/path/to/bin/: clang and lld
#?   LIBFDT_SRC=DIR    build libfdt from a dtc checkout
#?   O=build V=1       where to build; print every command
#?   DEPS=build/deps   where "make deps" puts Debian's files
#?   QEMU=FILE         another qemu-system-arm, for "make run" and "make check"
#?   QEMU_ARGS= RUN_TIMEOUT=seconds   for "make run" and "make run-xen"
#?   TESTS= PYTEST_ARGS= JOBS=   which tests "make check" runs, with which other options of
#?                     pytest, in how many processes
