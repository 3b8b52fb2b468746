# SPDX-License-Identifier: BSD-2-Clause
# "make install", "make deps", "make deps-qemu", "make deps-kernels", "make run" and
# "make run-xen". Without KERNEL=, the kernel is Debian's with a busybox shell.
.PHONY: install deps deps-qemu deps-kernels run run-xen

# bw-run finds the installed files by BOOT_WRAPPER_DIR.
PREFIX		?= /usr/local
installed	= $(DESTDIR)$(PREFIX)/share/boot-wrapper-armv7/$(BOARD)
install: wrapper
	$(if $(DESTDIR)$(PREFIX),,$(error boot-wrapper: PREFIX= is empty; name a directory))
	$(call quiet,INSTALL,$(installed))
	$(Q)install -d $(call quote,$(installed))
	$(Q)install -m 644 $(addprefix $(out)/,boot-wrapper.bin boot-wrapper.elf linux-system-semi.axf \
		bootcheck.bin bootcheck.elf) $(call quote,$(installed))

debian_kernel	:= $(deps)/vmlinuz
debian_dtb	= $(if $(BOARD_DTB),$(deps)/dtbs/$(BOARD_DTB),$(out)/qemu-$(or $(SMP),1).dtb)
debian_initrd	:= $(O)/initramfs.cpio.gz
debian_xen	:= $(deps)/xen

ifneq ($(filter run run-xen,$(MAKECMDGOALS)),)
SMP	?= $(or $(BOARD_SMP),2)
ifeq ($(KERNEL),)
KERNEL	:= $(debian_kernel)
INITRD	?= $(debian_initrd)
endif
DTB	?= $(debian_dtb)
ifneq ($(filter run-xen,$(MAKECMDGOALS)),)
XEN	?= $(debian_xen)
endif
ifneq ($(XEN),)
XEN_BOOTARGS ?= $(BOARD_XEN_BOOTARGS)
BOOTARGS ?= $(BOARD_DOM0_BOOTARGS)
endif
BOOTARGS ?= $(BOARD_BOOTARGS)
endif

deps: | $(filter clean,$(first))
	@tools/deps $(deps)

deps-qemu deps-kernels: deps-%: | $(filter clean deps,$(first))
	@tools/deps-$* $(deps)/$*

not_fetched	= run "make deps", or set KERNEL= DTB= INITRD= XEN= to your own files
remedy		= $(not_fetched)
no_such_dtb	= Debian has none of this name: correct BOARD_DTB of boards/$(BOARD).mk, or set DTB=FILE
$(deps)/libfdt.a: remedy = run "make deps", or set LIBFDT_SRC=DIR to a dtc checkout
$(deps)/dtbs/%: remedy = $(if $(wildcard $(deps)/dtbs),$(no_such_dtb),$(not_fetched))
$(deps)/libfdt.a $(debian_kernel) $(debian_xen) $(if $(BOARD_DTB),$(debian_dtb)) $(deps)/busybox: | $(first)
	@[ -e $@ ] || { echo 'boot-wrapper: $@ is missing; $(remedy)' >&2; exit 1; }

# QEMU generates the DTB of a board that has none in Debian's kernel package. QEMU before 9.0
# runs a machine for which it has none.
$(out)/qemu-%.dtb: | $(first)
	$(call quiet,QEMU,$@)
	$(Q)timeout 10 $(QEMU) $(BOARD_QEMU) -machine dumpdtb=$@ -smp $* -display none -nic none </dev/null && [ -e $@ ] || \
	{ echo 'boot-wrapper: $(firstword $(BOARD_QEMU:-M=)): QEMU has no DTB for this machine; set DTB=FILE, or BOARD_DTB in boards/$(BOARD).mk' >&2; exit 1; }

$(debian_initrd): tools/mkinitramfs tools/initramfs-init | $(deps)/busybox $(first)
	$(call quiet,CPIO,$@)
	$(Q)tools/mkinitramfs $(deps)/busybox $@

# Without PSCI, Xen cannot switch the machine off: end QEMU when dom0 has halted.
xen_end = $(if $(XEN),$(if $(filter pen none,$(SMP_METHOD) $(SMC)),--end 'Dom0 halted: halting machine'))

# The second is not started here, but by bw-run: both are then of the same tree.
run run-xen: $(out)/linux-system.axf $(out)/linux-system-semi.axf
	$(Q)QEMU_AUDIO_DRV=none tools/run-qemu $(if $(RUN_TIMEOUT),--timeout $(RUN_TIMEOUT)) $(xen_end) -- \
		$(QEMU) $(BOARD_QEMU) -smp $(SMP) -display none -nic none -no-reboot \
		$(BOARD_SERIAL) -serial mon:stdio -semihosting-config enable=on,target=native \
		-kernel $< $(QEMU_ARGS)
