/* SPDX-License-Identifier: BSD-2-Clause */
/* path_octets - the compiled packet path, as part of edge-lb. */
	.section .rodata
	.balign 8
	.global path_octets, path_octets_end
path_octets:
	.incbin PATH_OBJECT
path_octets_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
