/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For programs in the tests' Linux without a C library: its system calls (Linux,
 * arch/arm/tools/syscall.tbl), and where such a program starts.
 */
#ifndef GUEST_H
#define GUEST_H

#define SYS_EXIT	1
#define SYS_FORK	2
#define SYS_READ	3
#define SYS_WRITE	4
#define SYS_OPEN	5
#define SYS_CLOSE	6
#define SYS_SYNC	36
#define SYS_KILL	37
#define SYS_REBOOT	88
#define SYS_WAIT4	114
#define SYS_NANOSLEEP	162
#define SYS_KEXEC_LOAD	347

/* Returns its result, or minus an error number. */
static inline long call(long number, long a0, long a1, long a2, long a3)
{
	register long r7 asm("r7") = number;
	register long r0 asm("r0") = a0;
	register long r1 asm("r1") = a1;
	register long r2 asm("r2") = a2;
	register long r3 asm("r3") = a3;

	asm volatile("svc #0" : "+r" (r0)
		     : "r" (r1), "r" (r2), "r" (r3), "r" (r7) : "memory");
	return r0;
}

static inline _Noreturn void leave(long status)
{
	for (;;)
		call(SYS_EXIT, status, 0, 0, 0);
}

/* The program: stack[0] arguments, then pointers to them. */
_Noreturn void start(long *stack);
asm(".global _start\n_start:\n\tmov r0, sp\n\tb start");

#endif
