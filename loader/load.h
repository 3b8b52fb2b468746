/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOADER_LOAD_H
#define LOADER_LOAD_H

/*
 * load.c: find a payload that was not linked with the wrapper, move its images to where the
 * payload can start, and fill `payload`; or refuse().
 */
struct entry;
void load_payload(const struct entry *entry);

#endif
