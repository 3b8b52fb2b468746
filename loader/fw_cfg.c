/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read -kernel, -initrd and -append from QEMU's fw_cfg device (QEMU,
 * docs/specs/fw_cfg.rst). Its registers and control blocks are big-endian, its items
 * little-endian. Only DMA is used; the control block must be in memory that the device
 * can access, which Secure RAM is not. Transient.
 */
#include "boot.h"
#include "board.h"
#include "loader/fw_cfg.h"
#include "loader/options.h"

#define FW_CFG_DATA		0x00
#define FW_CFG_SELECTOR		0x08
#define FW_CFG_DMA		0x10

#define FW_CFG_SIGNATURE	0x00		/* "QEMU" */
#define FW_CFG_ID		0x01		/* bit 1: it has DMA */
#define FW_CFG_KERNEL_SIZE	0x08
#define FW_CFG_INITRD_SIZE	0x0b
#define FW_CFG_KERNEL_DATA	0x11
#define FW_CFG_INITRD_DATA	0x12
#define FW_CFG_CMDLINE_SIZE	0x14
#define FW_CFG_CMDLINE_DATA	0x15

#define DMA_ERROR		(1 << 0)
#define DMA_READ		(1 << 1)
#define DMA_SKIP		(1 << 2)
#define DMA_SELECT		(1 << 3)

static uint32_t swap(uint32_t value)
{
	return __builtin_bswap32(value);
}

/* Make one transfer; the device completes it before the last store returns. */
static void transfer(uint32_t control, uint32_t to, uint32_t size)
{
	volatile uint32_t *dma = scratch()->dma;

	dma[0] = swap(control);
	dma[1] = swap(size);
	dma[2] = 0;
	dma[3] = swap(to);
	dsb();
	write32(BOARD_FW_CFG + FW_CFG_DMA, 0);
	write32(BOARD_FW_CFG + FW_CFG_DMA + 4, swap((uintptr_t)dma));
	while (swap(dma[0]) & ~DMA_ERROR)
		yield();
	dsb();
	if (dma[0])
		refuse("fw_cfg: QEMU could not write %x bytes to %x; give the "
		       "machine more memory (-m)", size, to);
}

static void read(const struct image *image, uint32_t offset, uint32_t to,
		 uint32_t size)
{
	transfer(image->handle << 16 | DMA_SELECT | DMA_SKIP, 0, offset);
	transfer(DMA_READ, to, size);
}

static uint32_t word(uint32_t item)
{
	volatile uint32_t *value = (uint32_t *)scratch()->notes;

	transfer(item << 16 | DMA_SELECT | DMA_READ, (uintptr_t)value, 4);
	return *value;
}

static void find_image(struct image *image, const char *what,
		       uint32_t size_item, uint32_t data_item)
{
	uint32_t size = word(size_item);

	if (size && !image->size)
		*image = (struct image){
			.what = what, .from = "fw_cfg", .size = size,
			.read = read, .handle = data_item,
		};
}

void find_fw_cfg(struct sources *sources)
{
	static const char signature[] = "QEMU";

	if (!BOARD_FW_CFG || sources->kernel.size)
		return;
	/* The selector is a half-word; the data register returns one byte a read. */
	*(volatile uint16_t *)(BOARD_FW_CFG + FW_CFG_SELECTOR) = FW_CFG_SIGNATURE;
	for (int i = 0; i < 4; i++)
		if (*(volatile uint8_t *)(BOARD_FW_CFG + FW_CFG_DATA) != signature[i])
			return;
	if (!(word(FW_CFG_ID) & 2))
		refuse("fw_cfg: this QEMU has no DMA; use 2.9 or later");

	find_image(&sources->kernel, "kernel", FW_CFG_KERNEL_SIZE, FW_CFG_KERNEL_DATA);
	if (!sources->kernel.size)
		return;
	find_image(&sources->initrd, "initrd", FW_CFG_INITRD_SIZE, FW_CFG_INITRD_DATA);

	struct image line = { .handle = FW_CFG_CMDLINE_DATA,
			      .size = word(FW_CFG_CMDLINE_SIZE) };

	if (line.size > BOOTARGS_SIZE)
		keep_bootargs(NULL, NULL, line.size - 1);	/* refuses */
	if (line.size > 1) {
		read(&line, 0, (uintptr_t)scratch()->bootargs, line.size);
		sources->bootargs = scratch()->bootargs;
	}
}
