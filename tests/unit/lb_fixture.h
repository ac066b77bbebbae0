/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_LB_FIXTURE_H
#define EDGE_TESTS_LB_FIXTURE_H

/*
 * lb_fixture - a model for the balancer's tests, from the text of a configuration.
 */
#include <edge/conf.h>
#include <edge/model.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

/* Three members in hardware mode, dual stack; @lb and @access are further text. */
static inline struct model *
fixture_model(const char *lb, const char *access)
{
	char path[] = "/tmp/edge-lb-test.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct model *m = NULL;
	struct diags diags;

	assert_non_null(f);
	fprintf(f,
	    "lab = true; lb = { %s };\n"
	    "pools = ( { fqdn = \"edge.contoso.net\"; sip_domains = [ \"contoso.com\" "
	    "];\n"
	    "product = \"lync-2013\";\n"
	    "external = { balancing = \"hardware\";\n"
	    "access = { fqdn = \"sip.contoso.com\"; vip = [ \"131.107.155.110\", "
	    "\"2001:92a5:2bb5:6007::110\" ]; %s };\n"
	    "webconf = { fqdn = \"webcon.contoso.com\"; vip = [ \"131.107.155.120\", "
	    "\"2001:92a5:2bb5:6007::120\" ]; };\n"
	    "av = { fqdn = \"av.contoso.com\"; vip = [ \"131.107.155.130\", "
	    "\"2001:92a5:2bb5:6007::130\" ]; }; };\n"
	    "internal = { balancing = \"hardware\"; vip = [ \"172.25.33.100\" ]; };\n"
	    "members = (",
	    lb, access);
	for (int i = 0; i < 3; i++)
		fprintf(f,
		    "%s { name = \"edge%d\"; fqdn = \"edge%d.contoso.net\"; "
		    "internal = [ \"172.25.33.1%d\" ];\n"
		    "access = [ \"131.107.155.1%d\", \"2001:92a5:2bb5:6007::1%d\" ];\n"
		    "webconf = [ \"131.107.155.2%d\", \"2001:92a5:2bb5:6007::2%d\" ];\n"
		    "av = [ \"131.107.155.3%d\", \"2001:92a5:2bb5:6007::3%d\" ]; }",
		    i == 0 ? "" : ",", i + 1, i + 1, i, i, i, i, i, i, i);
	fprintf(f, "); } );\n");
	fclose(f);
	diags_init(&diags);
	if (!conf_load(path, &m, &diags))
		diags_print(&diags, stderr);
	assert_non_null(m);
	diags_fini(&diags);
	unlink(path);
	return m;
}

#endif
