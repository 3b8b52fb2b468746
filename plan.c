/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decide how a kernel is started: plan_boot(), plan_takes(), and the names of
 * the modes. Nothing here touches hardware or the console, so that the wrapper
 * (transient) and tools/prepare decide with the same code.
 */
#include <stddef.h>

#include "arm.h"
#include "plan.h"

const char *const mode_names[MODE_COUNT] = {
	[BW_MODE_SECURE_MONITOR] = "secure-monitor",
	[BW_MODE_HYP] = "hyp",
	[BW_MODE_SVC] = "svc",
	[BW_MODE_SECURE_SVC] = "secure-svc",
};

const char *const entered_names[] = {
	"Secure state", "Non-secure Hyp mode", "SVC mode without Secure state",
};

const char *list_modes(uint32_t modes, char list[MODE_LIST_SIZE])
{
	char *end = list;

	for (uint32_t mode = 1; mode < MODE_COUNT; mode++) {
		if (!(modes >> mode & 1))
			continue;
		if (end != list) {
			*end++ = ',';
			*end++ = ' ';
		}
		for (const char *name = mode_names[mode]; *name; name++)
			*end++ = *name;
	}
	*end = '\0';
	return list;
}

uint32_t plan_takes(uint32_t note, uint32_t asked)
{
	if (!asked)
		return note ? note : BW_TAKES_DEFAULT;
	return note ? note & 1u << asked : 1u << asked;
}

static bool is_secure(uint32_t mode)
{
	return mode == BW_MODE_SECURE_SVC || mode == BW_MODE_SECURE_MONITOR;
}

/* Hyp mode exists and can be entered. */
static bool reaches_hyp(const struct plan_input *input)
{
	return input->has_hyp && input->entered != ENTERED_SVC;
}

static uint32_t modes_given(const struct plan_input *input)
{
	return BW_TAKES_SVC |
	       (reaches_hyp(input) ? BW_TAKES_HYP : 0) |
	       (input->entered == ENTERED_SECURE ?
		BW_TAKES_SECURE_SVC | BW_TAKES_SECURE_MONITOR : 0);
}

static uint32_t preferred(uint32_t modes)
{
	return modes & BW_TAKES_HYP ? BW_MODE_HYP :
	       modes & BW_TAKES_SVC ? BW_MODE_SVC :
	       modes & BW_TAKES_SECURE_SVC ? BW_MODE_SECURE_SVC :
					     BW_MODE_SECURE_MONITOR;
}

static const char *refusal(const struct plan_input *input, struct plan *plan)
{
	bool grant = input->flags & PAYLOAD_GRANT_SECURE;
	bool smc_none = input->flags & PAYLOAD_SMC_NONE;
	uint32_t gives = modes_given(input);

	if (smc_none && grant)
		return "SMC=none GRANT=secure: SMC is how Secure state is "
		       "granted; leave one of them out";
	if (smc_none && !(input->flags & PAYLOAD_PEN))
		return "SMC=none SMP_METHOD=psci: PSCI is called by SMC; leave "
		       "SMP_METHOD= out";
	if (!(input->takes & gives)) {
		plan->words[0] = list_modes(input->takes, plan->lists[0]);
		plan->words[1] = input->takes_why;
		plan->words[2] = entered_names[input->entered];
		plan->words[3] = list_modes(gives, plan->lists[1]);
		return "the kernel takes %s (%s), but this CPU, entered in %s, "
		       "gives %s; change one of them (QEMU: secure=, "
		       "virtualization=)";
	}
	if (grant && input->entered != ENTERED_SECURE) {
		plan->words[0] = entered_names[input->entered];
		return "GRANT=secure, but the CPU was entered in %s, so Secure "
		       "state is not ours to give; start the wrapper from reset "
		       "(QEMU: secure=on)";
	}
	return NULL;
}

/* Secure state is ours, and so are the CPUs. */
static enum cpu_start start_in_secure(const struct plan_input *input, uint32_t mode)
{
	if (!is_secure(mode) && !(input->flags & PAYLOAD_PEN))
		return START_BY_PSCI;
	return input->board_pen ? START_BY_PEN : START_NEVER;
}

/*
 * Other firmware may have the CPUs. It turns them on in the wrapper's own mode.
 * If the kernel's mode is another, the kernel's calls must trap to us first:
 * PSCI 0.2 is needed, for its fixed function numbers.
 */
static enum cpu_start start_in_nonsecure(const struct plan_input *input, uint32_t mode)
{
	if (input->firmware == FIRMWARE_NO_PSCI)
		return input->board_pen ? START_BY_PEN : START_BY_BOARD;
	if (input->entered == ENTERED_SVC || mode == BW_MODE_HYP)
		return START_BY_FIRMWARE;
	return input->firmware == FIRMWARE_PSCI_0_2 ? START_BY_TRAP : START_NEVER;
}

/* SCD exists with the Virtualization Extensions only. */
static uint32_t scr(const struct plan_input *input, const struct plan *plan)
{
	uint32_t value = SCR_FW | SCR_AW;

	if (input->entered != ENTERED_SECURE)
		return 0;
	if (!is_secure(plan->mode))
		value |= SCR_NS;
	if (!input->has_hyp)
		return value;
	if (plan->start != START_BY_PSCI && !(plan->boot_mode & BW_OWNS_SECURE))
		value |= SCR_SCD;
	return value | SCR_HCE;
}

/*
 * `waits`: a CPU may wait in the resident range.
 *
 * With SMC=none, the Secure part has no task left if SMC is UNDEFINED (SCR.SCD
 * exists only on a CPU with Hyp mode), or if the kernel is in Secure state and
 * has its own Monitor. For a kernel in Hyp mode, the Hyp stub then only reports
 * early exceptions, and SMC=none gives that up.
 */
static enum reserve reserve(const struct plan_input *input, const struct plan *plan,
			    bool waits)
{
	bool hyp = plan->boot_mode & BW_OWNS_HYP;
	bool frugal = input->flags & PAYLOAD_SMC_NONE && !waits;
	bool monitor = input->entered == ENTERED_SECURE &&
		       !(frugal && (hyp || is_secure(plan->mode)));

	if (plan->start == START_BY_TRAP || (monitor && !input->board_secure_ram))
		return RESERVE_ALL;
	if (frugal && (!hyp || plan->mode == BW_MODE_HYP))
		return RESERVE_NOTHING;
	return RESERVE_HYP_STUB;
}

void plan_boot(const struct plan_input *input, struct plan *plan)
{
	bool secure = input->entered == ENTERED_SECURE;
	bool grant = input->flags & PAYLOAD_GRANT_SECURE;

	plan->refusal = refusal(input, plan);
	if (plan->refusal)
		return;
	plan->mode = preferred(input->takes & modes_given(input));
	plan->boot_mode = BW_BOOT_MODE_MAGIC | plan->mode << BW_MODE_SHIFT |
			  (reaches_hyp(input) ? BW_OWNS_HYP : 0) |
			  (grant || is_secure(plan->mode) ? BW_OWNS_SECURE : 0);
	plan->start = secure ? start_in_secure(input, plan->mode) :
			       start_in_nonsecure(input, plan->mode);
	plan->scr = scr(input, plan);
	plan->hcr = plan->start == START_BY_TRAP ? HCR_TSC : 0;

	bool firmwares = !secure && input->firmware != FIRMWARE_NO_PSCI;

	plan->psci = firmwares ? DTB_PSCI_FIRMWARES :
		     plan->start == START_BY_PSCI ? DTB_PSCI_OURS : DTB_PSCI_NONE;
	plan->gathers = !firmwares;
	plan->loses_present = plan->start == START_NEVER ||
			      plan->start == START_BY_BOARD;
	plan->loses_missing = secure || plan->start == START_NEVER;
	plan->reserve = reserve(input, plan, !firmwares && !input->board_pen_ram);
	plan->reserve_missing = reserve(input, plan, !firmwares);
}
