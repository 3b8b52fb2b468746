/* SPDX-License-Identifier: BSD-2-Clause */
/* Call a libFuzzer target once for each file that is named: no clang is needed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	static uint8_t data[1 << 22];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size = file ? fread(data, 1, sizeof data, file) : 0;
		uint8_t *exact = malloc(size);

		if (!file || !exact)
			return 2;
		memcpy(exact, data, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
		fclose(file);
	}
	printf("%d files\n", argc - 1);
	return 0;
}
