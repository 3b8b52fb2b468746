/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, the interrupt controller: which interrupts the kernel's world has,
 * and whether they are taken as exceptions, where and as what they should be.
 * GICv2 by its registers, GICv3 by system registers and redistributors.
 */
#include "bootcheck.h"

#define TAKEN_POLLS	(1 << 22)
#define ACTIVE_POLLS	1000

static uint32_t redistributor;		/* GICv3: of this CPU */

/* Word n of a register that is banked or a redistributor's for n = 0. */
static uintptr_t word(uint32_t offset, uint32_t n)
{
	if (machine.gicr && !n)
		return redistributor + GICR_SGI_BASE + offset;
	return machine.gicd + offset + 4 * n;
}

/* What it returns is to be given to end() as it is. */
static uint32_t acknowledge(void)
{
	uint32_t taken;

	if (!machine.gicr)
		return read32(machine.gicc + GICC_IAR);
	taken = read_cp15(ICC_IAR1);
	isb();
	return taken;
}

static void end(uint32_t taken)
{
	if ((taken & GIC_ID_MASK) >= GIC_SPECIAL)
		return;
	if (machine.gicr)
		write_cp15(ICC_EOIR1, taken);
	else
		write32(machine.gicc + GICC_EOIR, taken);
	isb();
}

/* Acknowledge and end `interrupt` once it comes, and what comes before. */
bool comes(uint32_t interrupt)
{
	struct deadline deadline = patience(INTERRUPT_PATIENCE);
	uint32_t taken;

	do {
		taken = acknowledge();
		end(taken);
		taken &= GIC_ID_MASK;
	} while (taken != interrupt && !is_over(&deadline));
	return taken == interrupt;
}

void send_to_oneself(uint32_t sgi)
{
	if (machine.gicr) {
		uint32_t mpidr = own_mpidr();

		write_cp15_64(ICC_SGI1R, ICC_SGIR_AFFINITY(mpidr) |
			      sgi << 24 | 1 << (mpidr & 0xf));
		isb();
	} else {
		write32(machine.gicd + GICD_SGIR, GICD_SGIR_SELF | sgi);
	}
	dsb();
}

/* A CPU is on again: whichever CPU suspends, standby has no entry address. */
void check_standby(void)
{
	scope = "";
	send_to_oneself(7);
	check_is(suspend_standby, psci(PSCI_CPU_SUSPEND, 0, 0, 0), PSCI_SUCCESS);
	check(suspend_interrupt, comes(7), 0);
}

/*
 * To Non-secure state, a Group 0 interrupt's enable bit is 0 and cannot be
 * changed. Returns the interrupts of a word that are not the kernel's.
 */
static uint32_t secure_interrupts(uint32_t n, uint32_t mask)
{
	uint32_t was = read32(word(GICD_ISENABLER, n));

	write32(word(GICD_ISENABLER, n), mask);
	uint32_t is = read32(word(GICD_ISENABLER, n));

	write32(word(GICD_ICENABLER, n), ~was);
	return mask & ~is;
}

/* The first interrupt number that is not the kernel's, or how many there are. */
static uint32_t first_secure_spi(uint32_t count)
{
	for (uint32_t n = 1; n < count / 32; n++) {
		uint32_t mask = n == GIC_SPECIAL / 32 ? 0x0fffffff : 0xffffffff;
		uint32_t taken = secure_interrupts(n, mask);

		if (taken)
			return 32 * n + __builtin_ctz(taken);
	}
	return count;
}

void open_gic(void)
{
	if (machine.gicr) {
		write_cp15(ICC_PMR, 0xf0);
		write_cp15(ICC_IGRPEN1, 1);
		isb();
		return;
	}
	write32(machine.gicd + GICD_CTLR, 1);
	write32(machine.gicd + GICD_ISENABLER, SGIS);
	write32(machine.gicc + GICC_PMR, 0xf0);
	write32(machine.gicc + GICC_CTLR, 1);
}

/*
 * What no CPU should find when it is turned on again: its interface off; and with `sgis`,
 * SGI 5, which is active, and SGI 6, which is pending behind it.
 */
void dirty_gic(bool sgis)
{
	if (machine.gicd && sgis) {
		send_to_oneself(5);
		for (uint32_t polls = 0; polls < ACTIVE_POLLS; polls++)
			if ((acknowledge() & GIC_ID_MASK) == 5)
				break;
		send_to_oneself(6);
	}
	if (machine.gicc) {
		write32(machine.gicc + GICC_PMR, 0);
		write32(machine.gicc + GICC_CTLR, 0);
	}
}

static void wait_in_svc(void *polls)
{
	wait_unmasked(*(uint32_t *)polls);
}

/*
 * An interrupt is pending or about to be: it is to be taken as an IRQ, in the
 * mode that the CPU is in, and from Hyp mode also in SVC mode.
 */
static void check_taken(enum item item, enum item item_svc, uint32_t interrupt,
			void (*fire)(uint32_t interrupt))
{
	struct percpu *me = this_cpu();
	uint32_t polls = TAKEN_POLLS;

	me->irq = me->fiq = 0;
	fire(interrupt);
	wait_unmasked(polls);
	check_item(item, me->irq && !me->fiq, me->fiq ? me->fiq : interrupt);
	if (!comes(interrupt) || !me->hyp)
		return;

	me->irq = me->fiq = 0;
	fire(interrupt);
	if (item_works_in_svc(item_svc, wait_in_svc, &polls))
		check_item(item_svc, me->irq && !me->fiq && me->taken_in != PSR_HYP,
			   me->taken_in);
	comes(interrupt);
}

static void fire_virtual_timer(uint32_t interrupt)
{
	(void)interrupt;
	set_timer(VIRTUAL_TIMER, 1);
}

static void fire_pl1_timer(uint32_t interrupt)
{
	(void)interrupt;
	set_timer(PL1_TIMER, 1);
}

static void fire_spi(uint32_t spi)
{
	write32(machine.gicd + GICD_ISPENDR + spi / 32 * 4, 1u << spi % 32);
	dsb();
}

static void check_exceptions(uint32_t count)
{
	uint32_t ppi = secure ? PPI_SECURE_TIMER : PPI_PL1_TIMER;

	scope = "GIC: ";
	check_taken(item_irq_sgi, item_irq_sgi_svc, 5, send_to_oneself);
	if (has_timer()) {
		write32(word(GICD_ISENABLER, 0), 1u << PPI_VIRTUAL_TIMER);
		check_taken(item_irq_virtual, item_irq_virtual_svc,
			    PPI_VIRTUAL_TIMER, fire_virtual_timer);
		set_timer(VIRTUAL_TIMER, 0);
		write32(word(GICD_ICENABLER, 0), 1u << PPI_VIRTUAL_TIMER);
		write32(word(GICD_ISENABLER, 0), 1u << ppi);
		check_taken(item_irq_physical, item_irq_physical_svc, ppi,
			    fire_pl1_timer);
		set_timer(PL1_TIMER, 0);
		write32(word(GICD_ICENABLER, 0), 1u << ppi);
	}
	if (count <= 32)
		return;

	/* The last SPI: no device here is likely to use it meanwhile. */
	uint32_t spi = (count < GIC_SPECIAL ? count : GIC_SPECIAL) - 1;

	if (machine.gicr) {
		write32(machine.gicd + GICD_IROUTER + 8 * spi, own_mpidr());
		write32(machine.gicd + GICD_IROUTER + 8 * spi + 4, 0);
	} else {
		uint32_t own = read32(machine.gicd + GICD_ITARGETSR) & 0xff;
		uintptr_t targets = machine.gicd + GICD_ITARGETSR + spi;

		*(volatile uint8_t *)targets = own;
	}
	*(volatile uint8_t *)(machine.gicd + GICD_IPRIORITYR + spi) = 0x80;
	write32(machine.gicd + GICD_ISENABLER + spi / 32 * 4, 1u << spi % 32);
	check_taken(item_irq_spi, item_irq_spi_svc, spi, fire_spi);
	write32(machine.gicd + GICD_ICENABLER + spi / 32 * 4, 1u << spi % 32);
	write32(machine.gicd + GICD_ICPENDR + spi / 32 * 4, 1u << spi % 32);
}

#define check_timer(id, timer, ppi)	check_timer_item(item_##id, timer, ppi)
static void check_timer_item(enum item item, enum timer timer, uint32_t ppi)
{
	write32(word(GICD_ISENABLER, 0), 1u << ppi);
	set_timer(timer, 1);
	check_item(item, comes(ppi), read32(word(GICD_ISENABLER, 0)));
	set_timer(timer, 0);
	write32(word(GICD_ICENABLER, 0), 1u << ppi);
}

/* GICv3: this CPU's redistributor, and the system registers. */

static void read_sre(void *value)
{
	*(uint32_t *)value = read_cp15(ICC_SRE);
}

static bool check_gic_v3(struct percpu *me)
{
	uint32_t frame = machine.gicr, sre = 0;

	while (read32(frame + GICR_TYPER + 4) != own_mpidr()) {
		if (read32(frame + GICR_TYPER) & GICR_TYPER_LAST)
			break;
		frame += GICR_FRAME;
	}
	redistributor = frame;
	check_is(gicr_found, read32(frame + GICR_TYPER + 4), own_mpidr());
	/* What Linux does itself: it wakes the redistributor and takes Group 1. */
	write32(frame + GICR_WAKER, read32(frame + GICR_WAKER) & ~2u);
	for (uint32_t polls = 0; polls < 1 << 20 &&
	     read32(frame + GICR_WAKER) & GICR_WAKER_SLEEPS; polls++)
		;
	check_is(gicr_awake, read32(frame + GICR_WAKER) & GICR_WAKER_SLEEPS, 0);
	write32(word(GICD_IGROUPR, 0), 0xffffffff);
	for (uint32_t n = 1; n <= (read32(machine.gicd + GICD_TYPER) & 0x1f); n++)
		write32(word(GICD_IGROUPR, n), 0xffffffff);
	write32(machine.gicd + GICD_CTLR, GICD_CTLR_ARE_NS | 3);
	check_is(gicd_are, read32(machine.gicd + GICD_CTLR) & GICD_CTLR_ARE_NS,
		 GICD_CTLR_ARE_NS);
	if (me->hyp) {
		write_cp15(ICC_HSRE, 0xf);
		isb();
		check_is(icc_hsre, read_cp15(ICC_HSRE) & 1, 1);
	}
	if (!svc_works(icc_sre, read_sre, &sre))
		return false;
	write_cp15(ICC_SRE, sre | 1);
	isb();
	check_is(icc_sre, read_cp15(ICC_SRE) & 1, 1);
	return read_cp15(ICC_SRE) & 1;
}

static void check_interface(void)
{
	if (machine.gicr) {
		write_cp15(ICC_PMR, 0xf0);
		write_cp15(ICC_IGRPEN1, 1);
		isb();
		check_is(gicc_pmr, read_cp15(ICC_PMR), 0xf0);
		check_is(gicc_enables, read_cp15(ICC_IGRPEN1) & 1, 1);
		return;
	}
	write32(machine.gicc + GICC_PMR, 0xf0);
	check_is(gicc_pmr, read32(machine.gicc + GICC_PMR), 0xf0);
	write32(machine.gicd + GICD_CTLR, 1);
	check_is(gicd_enables, read32(machine.gicd + GICD_CTLR) & 1, 1);
	write32(machine.gicc + GICC_CTLR, 1);
	check_is(gicc_enables, read32(machine.gicc + GICC_CTLR) & 1, 1);
}

void check_gic(struct percpu *me)
{
	scope = "GIC: ";
	if (!machine.gicd) {
		skip(gic_sgis, "none in the DTB");
		return;
	}

	uint32_t typer = read32(machine.gicd + GICD_TYPER);
	uint32_t count = 32 * ((typer & 0x1f) + 1);

	if (machine.gicr && !check_gic_v3(me))
		return;
	/* To Secure state all of them are the kernel's. */
	if (secure) {
		uint32_t groups = 0;

		for (uint32_t n = 0; n < count / 32; n++)
			groups |= read32(machine.gicd + GICD_IGROUPR + 4 * n);
		check_is(gic_group0, groups, 0);
	}
	check_is(gic_sgis, secure_interrupts(0, SGIS), 0);
	check_is(gic_ppis, secure_interrupts(0, PPIS_OF_CORTEX), 0);
	if (me == boot_cpu)
		check_is(gic_spis, first_secure_spi(count), count);
	check_interface();

	uint32_t sgi;

	if (machine.gicr)
		write32(word(GICD_ISENABLER, 0), SGIS);
	for (sgi = 0; sgi < 16; sgi++) {
		send_to_oneself(sgi);
		if (!comes(sgi))
			break;
	}
	check_is(gic_sgis_come, sgi, 16);
	check_exceptions(count);

	if (!has_timer())
		return;
	check_timer(timer_virtual, VIRTUAL_TIMER, PPI_VIRTUAL_TIMER);
	check_timer(timer_physical, PL1_TIMER,
		    secure ? PPI_SECURE_TIMER : PPI_PL1_TIMER);
	if (me->hyp) {
		check_timer(timer_hyp, HYP_TIMER, PPI_HYP_TIMER);

		uint32_t on = 1;

		write32(word(GICD_ISENABLER, 0), 1u << PPI_PL1_TIMER);
		if (svc_works(timer_physical_svc, set_pl1_timer, &on))
			check(timer_physical_svc, comes(PPI_PL1_TIMER), 0);
		set_timer(PL1_TIMER, 0);
		write32(word(GICD_ICENABLER, 0), 1u << PPI_PL1_TIMER);
	}
}
