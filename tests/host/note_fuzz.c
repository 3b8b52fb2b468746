/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile ELF notes for elf_note.c, on the host, with sanitizers: test_note.py
 * compiles and runs it. Usage: note_fuzz ROUNDS. Each line of stdin is a file:
 * its PT_NOTE segments in hex, "-" for an empty one. For each a line comes out,
 * what is wrong with it, or "modes " and the word in hex. Then each round
 * changes a few bytes of one of those segments, and its size. All segments end
 * where their memory ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_wrapper.h"
#include "loader/elf_note.h"
#include "random.h"

#define MODES	(BW_TAKES_SECURE_MONITOR | BW_TAKES_HYP | BW_TAKES_SVC | \
		 BW_TAKES_SECURE_SVC)
#define SEEDS	1000

static struct {
	uint8_t *data;
	uint32_t size;
} seeds[SEEDS];

static const char *read_copy(const uint8_t *data, uint32_t size, uint32_t *modes)
{
	/* At an odd address: what a segment begins at, too. */
	uint8_t *exact = malloc(size + 1);
	uint32_t was = *modes;

	memcpy(exact + 1, data, size);
	const char *wrong = elf_note_modes(exact + 1, size, modes);

	free(exact);
	if ((wrong || was) && *modes != was)
		abort();
	if (*modes & ~MODES)
		abort();
	return wrong;
}

int main(int argc, char **argv)
{
	static char line[1 << 16];
	uint32_t count = 0, refused = 0, found = 0, none = 0;

	if (argc != 2)
		return 2;
	while (fgets(line, sizeof line, stdin)) {
		const char *wrong = NULL;
		uint32_t modes = 0;

		for (char *word = strtok(line, " \n"); word && !wrong;
		     word = strtok(NULL, " \n")) {
			uint32_t size = *word == '-' ? 0 : strlen(word) / 2;
			uint8_t *data = malloc(size);

			for (uint32_t i = 0; i < size; i++)
				sscanf(word + 2 * i, "%2hhx", &data[i]);
			wrong = read_copy(data, size, &modes);
			if (count < SEEDS && size) {
				seeds[count].data = data;
				seeds[count++].size = size;
			} else {
				free(data);
			}
		}
		if (wrong)
			printf("%s\n", wrong);
		else
			printf("modes %x\n", modes);
	}

	for (int round = atoi(argv[1]); round > 0; round--) {
		static const uint32_t words[] = {
			0, 1, 2, 3, 4, 5, 8, 12, 24, 0x7fffffff, 0x80000000,
			0xffffffff, 0xfffffffc, 0xfffffff0, 0xffffffec,
		};
		uint32_t n = next(count), size = seeds[n].size;
		uint32_t modes = next(4) ? 0 : next(16) << 1;
		uint8_t *data = malloc(size);

		memcpy(data, seeds[n].data, size);
		for (uint32_t changes = next(4); changes > 0; changes--) {
			if (size >= 4 && next(2))
				memcpy(data + (next(size - 3) & ~3u),
				       &words[next(sizeof words / 4)], 4);
			else
				data[next(size)] ^= 1 << next(8);
		}
		if (next(2))
			size = next(size + 1);
		if (read_copy(data, size, &modes))
			refused++;
		else if (modes)
			found++;
		else
			none++;
		free(data);
	}
	while (count)
		free(seeds[--count].data);
	fprintf(stderr, "%u refused, %u with modes, %u without\n", refused,
		found, none);
	return 0;
}
