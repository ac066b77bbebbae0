# SPDX-License-Identifier: BSD-2-Clause
"""layers - who may include whom; every arrow that is not here is an error.

  lb  health  dnslb  snmp  ctl      no arrow between any two of these
            \\  |  /
             core                   knows libc and libconfig only

Two libraries of a part may be used outside it: health/probe, by who probes by hand, and
what lb/kernel has to end the kernel engine, by who detaches.
"""
import re

from tree import ROOT, files, name, verdict

# A library's headers, and the files (prefixes of paths) that may see them.
CONFINED = {
    "ev.h": ("lb/", "health/", "dnslb/", "web/", "tests/"),
    "openssl/": ("health/", "tests/"),
    "net-snmp/": ("snmp/", "tests/"),
    "libconfig.h": ("core/conf", "tests/unit/test_conf_", "tests/fuzz/fuzz_conf"),
    "nftables/": ("lb/",),
    "libmnl/": ("lb/",),
    "bpf/": ("lb/kernel/", "tests/bench/flows", "tests/bpf/", "tests/fuzz/fuzz_path",
             "tests/unit/test_kernel"),
    "pthread.h": ("lb/", "tests/"),
    "systemd/": ("core/systemd/",),
    "nice/": ("tests/",),
    "stun/": ("tests/",),
    "cmocka.h": ("tests/",),
}
LIBRARIES = {"health/probe": ("health/probe/", "health/", "ctl/probe"),
             "lb/kernel": ("lb/", "ctl/detach")}
PARTS = ("lb", "health", "dnslb", "snmp", "web", "ctl")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def allowed(path, quote, header):
    here = name(path)
    part = here.split("/")[0]
    for prefix, places in CONFINED.items():
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            return here.startswith(places) or f"{prefix} is confined to {', '.join(places)}"
    if part == "tests" or quote == "<":
        return True
    if header.startswith("edge/"):
        return True
    target = (path.parent / header).resolve()
    if not target.exists():
        target = ROOT / part / header
    for library, places in LIBRARIES.items():
        if not target.exists() and (ROOT / library / header).exists():
            return here.startswith(places) or f"{library} is confined to {', '.join(places)}"
    if not target.exists():
        other = next((p for p in PARTS if (ROOT / p / header).exists()), None)
        return other is None or f"{part} may not include from {other}"
    owner = target.relative_to(ROOT).parts[0]
    return owner in (part, "core") or f"{part} may not include from {owner}"


def main():
    findings, examined = [], 0
    for path in files(".c", ".h"):
        text = path.read_text(errors="replace")
        for quote, header in INCLUDE.findall(text):
            examined += 1
            answer = allowed(path, quote, header)
            if answer is not True:
                findings.append(f"{name(path)}: {header}: {answer}")
    verdict(findings, examined)


main()
