/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay - gives every file of the named directories to a fuzz target once, so that what
 * was found stays found in builds without libFuzzer.  An empty corpus is a failure: a
 * test that cannot fail is none.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1u << 20)

static int
replay_file(const char *path)
{
	uint8_t *octets = malloc(INPUT_MAX), *exact;
	FILE *f = fopen(path, "rb");
	size_t n;

	if (octets == NULL || f == NULL) {
		perror(path);
		free(octets);
		return -1;
	}
	n = fread(octets, 1, INPUT_MAX, f);
	fclose(f);
	/* Exactly as long as the input, so that a sanitizer sees one octet too many. */
	exact = malloc(n > 0 ? n : 1);
	if (exact != NULL) {
		memcpy(exact, octets, n);
		LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(octets);
	return 0;
}

static int
replay_directory(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int files = 0;

	if (d == NULL) {
		perror(path);
		return -1;
	}
	while ((e = readdir(d)) != NULL) {
		char file[4096];
		int n = snprintf(file, sizeof file, "%s/%s", path, e->d_name);

		if (e->d_name[0] == '.' || n < 0 || (size_t)n >= sizeof file)
			continue;
		if (replay_file(file) != 0) {
			files = -1;
			break;
		}
		files++;
	}
	closedir(d);
	return files;
}

int
main(int argc, char **argv)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		int n = replay_directory(argv[i]);

		if (n <= 0) {
			fprintf(stderr, "%s: nothing to replay\n", argv[i]);
			return 1;
		}
		files += n;
	}
	printf("%d inputs\n", files);
	return files > 0 ? 0 : 1;
}
