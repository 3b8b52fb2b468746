/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcheck's report in TAP (version 13): bootcheck.h has the public functions. */
#include "bootcheck.h"

const char *scope = "";
volatile uint32_t checks;
static volatile uint32_t failures;
static uint32_t detail;
static bool has_detail;

/*
 * Two strings an item: the id, then a letter for the severity and the text. One
 * object, since a table of pointers would have to be relocated.
 */
#define MUST	"M"
#define OURS	"O"
#define ADVICE	"A"
static const char items[] =
#define ITEM(id, severity, text, reference, remedy) #id "\0" severity text "\0"
#include "items.def"
#undef ITEM
;

static const char *item_id(enum item item)
{
	const char *at = items;

	for (uint32_t skip = 2 * item; skip; skip--)
		while (*at++)
			;
	return at;
}

static const char *item_text(enum item item)
{
	const char *at = item_id(item);

	while (*at++)
		;
	return at + 1;
}

static char severity_of(enum item item)
{
	return item_text(item)[-1];
}

static bool is_reported(enum item item)
{
	return is_from_us() || severity_of(item) != 'O';
}

void of(uint32_t value)
{
	detail = value;
	has_detail = true;
}

static void put_check(enum item item, bool ok)
{
	struct percpu *me = this_cpu();
	char severity = severity_of(item);

	checks++;
	if (!ok && severity != 'A')
		failures++;
	put(ok ? "ok " : "not ok ");
	put_decimal(checks);
	put(" - cpu");
	put_decimal(number(me));
	if (me->lives > 1) {
		put(" life ");
		put_decimal(me->lives);
	}
	put(" ");
	put(scope);
	put(item_text(item));
	if (has_detail) {
		put(" ");
		put_hex(detail, 8);
	}
	put(" [");
	put(item_id(item));
	put("]");
	if (!ok)
		put(severity == 'A' ? " # TODO advice" : "");
	has_detail = false;
}

void check_item(enum item item, bool ok, uint32_t got)
{
	if (!is_reported(item))
		return;
	put_check(item, ok);
	if (!ok) {
		put(": got ");
		put_hex(got, 8);
	}
	put("\r\n");
}

void check_item_is(enum item item, uint32_t got, uint32_t wanted)
{
	if (!is_reported(item))
		return;
	put_check(item, got == wanted);
	if (got != wanted) {
		put(": got ");
		put_hex(got, 8);
		put(", not ");
		put_hex(wanted, 8);
	}
	put("\r\n");
}

void skip_item(enum item item, const char *why)
{
	if (!is_reported(item))
		return;
	put_check(item, true);
	put(" # SKIP ");
	put(why);
	put("\r\n");
}

bool begin_failure(enum item item)
{
	if (!is_reported(item))
		return false;
	put_check(item, false);
	put(": ");
	return true;
}

void end_failure(void)
{
	put("\r\n");
}

_Noreturn void finish(void)
{
	put("1..");
	put_decimal(checks);
	put("\r\nconformance: ");
	if (failures) {
		put("FAIL (");
		put_decimal(failures);
		put(" of ");
		put_decimal(checks);
		put(")\r\n");
	} else {
		put("PASS\r\n");
	}
	power_off(!failures);
}

static void put_fault(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	uint32_t vector = fault & 0xf;

	if (fault == FAULT_STUCK) {
		put("no way back to Hyp mode by HVC, r0 ");
		put_hex(syndrome, 8);
		return;
	}
	/* In PL1, lr is ahead of the instruction; ARM state. */
	if (fault & FAULT_PL1)
		pc -= vector == 4 ? 8 : 4;
	put(fault & FAULT_HYP ? "exception to Hyp mode" : "exception to PL1");
	put(", vector ");
	put_decimal(vector);
	put(", PC ");
	put_hex(pc, 8);
	put(", syndrome ");
	put_hex(syndrome, 8);
	put(", address ");
	if (fault & FAULT_HYP)
		put_hex(vector == 3 ? read_cp15(HIFAR) : read_cp15(HDFAR), 8);
	else
		put_hex(vector == 3 ? read_cp15(IFAR) : read_cp15(DFAR), 8);
}

void unexpected_exception(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	scope = "";
	begin_failure(item_no_exception);
	put_fault(fault, pc, syndrome);
	end_failure();
	finish();
}

bool item_works_in_svc(enum item item, void (*function)(void *), void *argument)
{
	struct percpu *me = this_cpu();

	if (!run_in_svc(function, argument))
		return true;
	if (begin_failure(item)) {
		put_fault(me->fault, me->fault_pc, me->syndrome);
		end_failure();
	}
	return false;
}
