/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOADER_FW_CFG_H
#define LOADER_FW_CFG_H

#include "loader/image.h"

/* fw_cfg.c. Add QEMU's -kernel, -initrd and -append, if no kernel was found before. */
void find_fw_cfg(struct sources *sources);

#endif
