# SPDX-License-Identifier: BSD-2-Clause
"""A walk shows pools, members, listeners and endpoints with the types the MIB declares."""
import re

from master import PORT
from published import MIB, Published

ENDPOINT = "edge.contoso.net/edge1/external/131.107.155.10:443/tcp"


def numbers(lab_text):
    return [tuple(map(int, line.split(" ")[0].strip(".").split("."))) for line in lab_text.splitlines()]


def test_every_column_is_served_with_its_type(lab):
    p = Published(lab).start()
    p.put(f"lb {ENDPOINT} octets-in {2 ** 40 + 7}")
    p.put("state edge.contoso.net/edge2 down tls-alert")
    for word in ("from", "until", "sha256", "chain"):
        p.put(f"health {ENDPOINT} certificate-{word} 1")
    p.put(f"health {ENDPOINT} tls-version {0x0303}")
    p.edge.ask("snmp", "reload")  # looks at once
    walk = p.master.walk()
    assert "Wrong Type" not in walk and "Unknown" not in walk, "a value is not of the declared type"
    columns = {re.match(r"EDGE-POOL-MIB::(\w+)", line).group(1) for line in walk.splitlines()}
    declared = p.host.run("snmptranslate", "-Ts", "-M", p.master.env["MIBDIRS"], "-m", "EDGE-POOL-MIB").stdout
    served = {name.rpartition(".")[2] for name in declared.split() if ".edgePoolObjects." in name}
    served -= {name.rpartition(".")[2] for name in declared.split() if re.search(r"(Table|Entry|Index)$", name)}
    served -= {"edgePoolSystem", "edgePoolNotify"} | {name for name in served if name.startswith("edgePoolEvent")}
    # nobody plays edge-dnslb here
    assert served - columns == {"edgePoolDnsWrites", "edgePoolDnsErrors", "edgePoolDnsFrozen"}
    assert columns <= served


def test_values_are_what_the_boards_say(lab):
    p = Published(lab).start()
    p.put(f"lb {ENDPOINT} octets-in {2 ** 40 + 7}")
    p.put("lb process log-lost 12")
    p.put("lb process loop-lag 4200000")
    p.put("state edge.contoso.net/edge2 down tls-alert")
    one, two = p.member("edge1"), p.member("edge2")
    endpoint = next(i for i, name in p.rows("edgePoolEndpointName").items() if name == ENDPOINT)
    assert endpoint.startswith(one + "."), "an endpoint's index begins with its member's"
    p.edge.ask("snmp", "reload")  # looks at once
    assert p.rows("edgePoolEndpointOctetsIn")[endpoint] == str(2 ** 40 + 7)
    assert p.rows("edgePoolSessionLogLost") == {"0": "12"}
    assert p.rows("edgePoolLoopLag") == {"0": "4200"}
    assert p.rows("edgePoolMemberHealth") == {one: "up", two: "down"}
    assert p.rows("edgePoolMemberReason")[two] == "tlsAlert"
    assert p.rows("edgePoolMemberUse") == {one: "new", two: "none"}
    assert p.rows("edgePoolListenerService")
    assert p.rows("edgePoolBoardStale") == {"health": "false", "lb": "false"}


def test_getnext_goes_up_and_every_way_of_asking_agrees(lab):
    p = Published(lab).start()
    walk = p.master.walk(MIB + "edgePoolObjects", "-On", "-OQ")
    names = numbers(walk)
    assert len(names) > 500 and names == sorted(names) and len(set(names)) == len(names)
    for size in ("1", "7", "50"):
        bulk = p.host.run("snmpbulkwalk", "-v2c", "-c", "public", "-On", "-OQ", f"-Cr{size}",
                          f"127.0.0.1:{PORT}", MIB + "edgePoolObjects", env=p.master.env).stdout
        assert numbers(bulk) == names
    some = names[::25]
    got = p.host.run("snmpget", "-v2c", "-c", "public", "-On", "-OQ", f"127.0.0.1:{PORT}",
                     *[".".join(map(str, n)) for n in some], env=p.master.env).stdout
    assert numbers(got) == some and "No Such" not in got


def test_indices_stay_over_a_restart_and_a_member_more(lab):
    p = Published(lab).start()
    before = p.rows("edgePoolEndpointName")
    assert p.edge.daemon["snmp"].stop() == 0
    text = p.edge.conf_file.read_text().replace('name = "edge1"', 'name = "edge0"')
    p.edge.write(text)
    p.edge.start("snmp")
    p.edge.write(text.replace('name = "edge0"', 'name = "edge1"'))
    p.edge.ask("snmp", "reload")
    p.wait_served()
    assert p.rows("edgePoolEndpointName") == before
