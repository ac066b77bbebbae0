/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_LAYOUT_H
#define LB_KERNEL_LAYOUT_H

/*
 * layout - whether maps that somebody pinned are those of this program.
 */
#include <edge/sbuf.h>

#include "object.h"

/* Their names: in the program, and of their pins. */
extern const char *const layout_names[KERNEL_MAPS];

/* The maps of @bpf, not yet loaded, are from now on those in DIR/maps.  0, with a remark
 * in @why where a table has another size than @sizes (NULL: any); or -errno with a
 * sentence: -EPROTO: they are of another version. */
int layout_adopt(struct bpf_object *bpf, const struct pins *pins,
    const struct object_sizes *sizes, struct sbuf *why);

#endif
