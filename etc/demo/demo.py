# SPDX-License-Identifier: BSD-2-Clause
"""demo - a whole Edge deployment in network namespaces, told as a story.

Owns: the story and its expectations.  The laboratory (hosts, links, processes and their
end) is the one the flow tests use.  Everything started here ends with this process.
"""
import os
import re
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests/flow")]

from lab import Lab, LabError, become_root, program, wait_until  # noqa: E402
from master import Master  # noqa: E402
from sessions import SipSession, turn_udp  # noqa: E402
from show import Show  # noqa: E402
from topology import Net  # noqa: E402

CLIENTS = 12
HARDWARE, DNS = 3, 2
PICTURE = """\
 client ------ router ------ balancer ------ edge1 edge2 edge3   pool edge.contoso.net, hardware mode
198.51.100.10+                   |   \\------ edge4 edge5         pool edge.fabrikam.net, DNS mode
                                 |
 VIPs  access 131.107.155.110    +-- edge-lb  edge-health  edge-dnslb  edge-snmp  snmpd  snmptrapd
       webconf .120  a/v .130
"""


class Demo:
    def __init__(self, lab, show):
        self.lab, self.show = lab, show
        self.net = Net(lab, "routed", members=HARDWARE, dns_members=DNS)
        self.pool, self.dns_pool = self.net.members, self.net.dns_members
        self.master = Master(lab, self.net.balancer)
        self.held, self.event = [], time.monotonic()

    # --- the world ---------------------------------------------------------------------

    def conf(self):
        conf = self.net.conf()
        conf["instance"] = "demo"
        # Everything else as it comes: probes every 2 s, three failures make a member down.
        conf["health"] = {"tls": conf["health"]["tls"]}
        conf["snmp"] = self.master.conf()
        return conf

    def build(self):
        self.show.chapter("Five Edge Servers, a balancer, a client")
        self.show.text(PICTURE)
        self.net.start_members()
        self.net.edge.write(self.conf())
        self.master.start()
        self.show.say("Members are simulated (edge-sim); daemons, TLS, MS-TURN, SNMP and packets are real.")
        self.show.say("All intervals are the defaults: probes every 2 s, three failures make a member down.")
        check = self.net.edge.ctl("check", self.net.edge.conf_file, check=False)
        self.show.expect(f"edgectl check finds no error in {self.net.edge.conf_file}", check.returncode == 0)
        self.net.edge.start("health", "lb", "dnslb", "snmp")
        self.show.expect("all four daemons run and answer", True)
        self.show.expect("every service of every member is found up",
                         lambda: self.net.wait_members("up", timeout=20))

    def status(self):
        self.show.chapter("What edgectl shows")
        self.show.command(self.edgectl("status"))
        self.show.text(self.net.edge.ctl("status", check=False).stdout)
        address = self.pool[0].addresses["av"][0]
        self.show.command(self.edgectl(f"probe {address} av-udp"))
        asked = self.net.edge.ctl("probe", address, "av-udp", check=False)
        self.show.text(asked.stdout)
        self.show.expect("asked by hand, step by step, edge1's A/V service is well", asked.returncode == 0)

    def edgectl(self, verb):
        """A command to type: a script beside the logs that knows this demo's directories."""
        script = self.lab.dir / "edgectl"
        if not script.exists():
            options = " ".join(map(str, self.net.edge.options()))
            script.write_text(f'#!/bin/sh\nexec {program("edgectl")} {options} "$@"\n')
            script.chmod(0o755)
        return f"{script} {verb}"

    # --- sessions ----------------------------------------------------------------------

    def client(self, n):
        return self.net.client_address(n)

    def av_names(self):
        """Which member an A/V address belongs to: what Alternate-Server tells a client."""
        return {m.addresses["av"][0]: m.name for m in self.pool}

    def sip(self, n):
        """One more SIP session from client n, held open; the status of its first answer."""
        session = SipSession(self.net.client, (self.net.vip("access"), 443), self.client(n))
        self.held.append(session)
        return session.options()

    def udp(self, n):
        """(code, Alternate-Server, who answered, our address and port) through the A/V VIP."""
        return turn_udp(self.net.client, (self.net.vip("av"), 3478), self.client(n))

    def tcp(self, n):
        """What edge-client prints for an Allocate behind pseudo-TLS through the A/V VIP."""
        return self.net.ask("turn-tcp", f"{self.net.vip('av')}:443", "--source", self.client(n), check=False)

    def alternate(self, answer):
        """Who answered edge-client, by its Alternate-Server "address:port"."""
        return self.av_names().get((answer.get("alternate") or "").rsplit(":", 1)[0])

    def counted(self):
        """Access sessions open now, as edge-lb counts them."""
        return sum((e["lb"] or {}).get("sessions", 0) for m in self.net.edge.members()
                   for e in m["endpoints"] if "access" in e["services"])

    def distribution(self, udp, tcp):
        names = self.av_names()
        rows = [(m.name, sum(s.member == m.name for s in self.held),
                 sum(names.get(a[1]) == m.name for a in udp),
                 sum(self.alternate(a) == m.name for a in tcp)) for m in self.pool]
        self.show.table(("member", "SIP (held open)", "Allocate, UDP", "Allocate, TCP"), rows)
        return rows

    def sessions(self):
        show, net = self.show, self.net
        show.chapter(f"{CLIENTS} clients come in through the VIPs")
        statuses = [self.sip(n) for n in range(CLIENTS)]
        udp = [self.udp(n) for n in range(CLIENTS)]
        with ThreadPoolExecutor(4) as pool:
            tcp = list(pool.map(self.tcp, range(CLIENTS)))
        show.expect(f"SIP OPTIONS over TLS to {net.vip('access')}:443: 504, as a real Access Edge answers",
                    statuses == [504] * CLIENTS)
        show.expect(f"Allocate over UDP to {net.vip('av')}:3478: 401, and the answer comes from the VIP",
                    all(u[0] == 401 and u[2] == (net.vip("av"), 3478) for u in udp))
        show.expect(f"Allocate over TCP to {net.vip('av')}:443: 401",
                    all(t.get("ok") and t.get("status") == 401 for t in tcp))
        show.expect("Alternate-Server names a member's own public address, never the VIP",
                    all(self.av_names().get(u[1]) for u in udp) and all(map(self.alternate, tcp)))
        rows = self.distribution(udp, tcp)
        wait_until(lambda: self.counted() == CLIENTS, 15, "edge-lb to count the open sessions")
        show.expect("every member takes a share of the SIP sessions", all(r[1] > 0 for r in rows))
        show.expect("every member takes a share of the media sessions", all(r[2] + r[3] > 0 for r in rows))
        self.own_addresses(udp)

    def own_addresses(self, udp):
        seen = {r["peer"] for m in self.pool for r in m.saw("av-udp")}
        asked = {f"{u[3][0]}:{u[3][1]}" for u in udp}
        self.show.expect("members saw each media client's own address and port, not the balancer's",
                         asked <= seen)
        example = udp[0]
        self.show.say(f"for example {example[3][0]}:{example[3][1]} was answered by "
                      f"{self.av_names().get(example[1])}, Alternate-Server {example[1]}")

    # --- what others see ---------------------------------------------------------------

    def dns(self):
        self.show.chapter("What edge-dnslb publishes for the pool in DNS mode")
        self.show.command(f"cat {self.net.zone()}")
        try:
            # from "unproven" to "complete": at most one spacing (5 s) after the first verdicts
            wait_until(lambda: all(self.net.published(m) == 3 for m in self.dns_pool) and
                       "state: complete" in self.net.zone().read_text(), 15, "the records")
        except LabError as e:
            self.show.expect(f"both members are published ({e})", False)
            return
        self.show.text(self.net.zone().read_text())
        self.show.expect("both members are published under all three names", True)

    def member_states(self):
        """Member -> state as SNMP tells it."""
        names = self.master.walk("EDGE-POOL-MIB::edgePoolMemberName", "-Oqs").splitlines()
        states = self.master.walk("EDGE-POOL-MIB::edgePoolMemberState", "-Oqs").splitlines()
        return {n.split()[-1].strip('"'): s.split()[-1] for n, s in zip(names, states)}

    def snmp(self):
        self.show.chapter("What a network management system sees")
        self.show.command("snmpwalk -v2c -c public 127.0.0.1:1161 EDGE-POOL-MIB::edgePoolMemberTable   (some columns)")
        for column in ("Name", "State", "Sessions"):
            self.show.text(self.master.walk(f"EDGE-POOL-MIB::edgePoolMember{column}", "-OQs"), 4)
        self.show.expect("snmpwalk through a real snmpd shows all members up",
                         lambda: list(self.member_states().values()) == ["up"] * (HARDWARE + DNS))

    # --- a bad day ---------------------------------------------------------------------

    def until(self, sentence, condition, timeout):
        """An expectation with a deadline; says how long after the event of the chapter."""
        try:
            wait_until(condition, timeout, "it")
            self.show.expect(f"{sentence} ({time.monotonic() - self.event:.1f} s)", True)
        except LabError as e:
            self.show.expect(f"{sentence} ({e})", False)

    def down(self, *members):
        states = {m["name"]: m["state"]["summary"] for m in self.net.edge.members()}
        return all(states[m.name] in ("down", "member down") for m in members)

    def crash(self):
        show, victim, dns_victim = self.show, self.pool[1], self.dns_pool[1]
        show.chapter(f"{victim.name} and {dns_victim.name} are killed")
        others = sum(s.member != victim.name for s in self.held)
        notified = len(self.master.notifications())
        show.command(f"kill -9 {victim.sim.pid} {dns_victim.sim.pid}")
        self.event = time.monotonic()
        victim.kill()
        dns_victim.kill()
        self.until("edge-health finds both down", lambda: self.down(victim, dns_victim), 15)
        alive = self.ask_held()
        show.expect(f"the {others} open SIP sessions on the other members never noticed", alive == others)
        self.until(f"new sessions all go to the others ({CLIENTS} of each kind)", self.others_take_over, 15)
        self.until(f"{dns_victim.name}'s records left the DNS snippet, {self.dns_pool[0].name}'s stay",
                   lambda: self.net.published(dns_victim) == 0 and self.net.published(self.dns_pool[0]) == 3, 15)
        self.until("snmptrapd received memberDown for both", lambda: self.notified(
            notified, "memberDown", victim, dns_victim), 15)
        self.show_events(notified)
        show.command(self.edgectl("status edge.contoso.net"))
        show.text(self.net.edge.ctl("status", "edge.contoso.net", check=False).stdout)

    def show_events(self, since):
        """What the notifications say to people."""
        texts = re.findall(r"edgePoolEventText\S* = STRING: (member .*)", self.master.notifications()[since:])
        for text in texts:
            self.show.say(f"     {text}")

    def ask_held(self):
        alive = []
        for session in self.held:
            try:
                session.options()
                alive.append(session)
            except OSError:
                session.close()
        self.held = alive
        return len(alive)

    def others_take_over(self):
        victim = self.pool[1]
        udp = [self.udp(n) for n in range(CLIENTS)]
        for n in range(CLIENTS):
            with SipSession(self.net.client, (self.net.vip("access"), 443), self.client(n)) as s:
                if s.options() != 504 or s.member == victim.name:
                    return False
        return all(u[0] == 401 and self.av_names()[u[1]] != victim.name for u in udp)

    def notified(self, since, what, *members):
        text = self.master.notifications()[since:]
        return all(any(what in line.replace("edgePoolM", "m") and m.name in line for line in text.splitlines())
                   for m in members)

    def return_home(self):
        show, victim, dns_victim = self.show, self.pool[1], self.dns_pool[1]
        show.chapter(f"{victim.name} and {dns_victim.name} come back")
        notified = len(self.master.notifications())
        self.event = time.monotonic()
        victim.start()
        dns_victim.start()
        self.until("edge-health finds them up", lambda: self.net.wait_members("up", timeout=1) or True, 20)
        self.until(f"{dns_victim.name} is published again", lambda: self.net.published(dns_victim) == 3, 15)
        self.until("snmptrapd received memberUp for both", lambda: self.notified(
            notified, "memberUp", victim, dns_victim), 15)
        self.show_events(notified)
        self.until(f"{victim.name} takes sessions again", self.victim_serves, 20)

    def victim_serves(self):
        """From clients it never saw: a returned member starts slowly."""
        self.fresh = getattr(self, "fresh", CLIENTS) + 1
        code, alternate, _, _ = self.udp(self.fresh % 60)
        return code == 401 and alternate == self.pool[1].addresses["av"][0]

    # --- the end -----------------------------------------------------------------------

    def stay(self):
        edge, show = self.net.edge, self.show
        show.chapter("It goes on until Ctrl-C; try")
        for what, command in (
                ("the picture", self.edgectl("status")),
                ("take a member out gently", self.edgectl("drain edge.contoso.net/edge1")),
                ("and back", self.edgectl("enable edge.contoso.net/edge1")),
                ("a member hangs; and goes on", f"kill -STOP {self.pool[0].sim.pid}; sleep 10; kill -CONT {self.pool[0].sim.pid}"),
                ("be a client", f"{self.net.client.enter_command()} bash"),
                ("be the balancer", f"{self.net.balancer.enter_command()} bash")):
            show.say(f"# {what}")
            show.say(f"  {command}")
        show.say("# where to look")
        for path in (self.lab.dir, edge.conf_file, self.net.zone(), self.master.trapd.log,
                     edge.daemon["health"].log):
            show.say(f"  {path}")
        signal.pause()


def story(demo):
    demo.build()
    demo.status()
    demo.sessions()
    demo.dns()
    demo.snmp()
    demo.crash()
    demo.return_home()


def main():
    once = "--once" in sys.argv[1:]
    become_root()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    show = Show()
    lab, code = Lab(), 130
    try:
        demo = Demo(lab, show)
        story(demo)
        code = show.summary()
        if not once:
            demo.stay()
    except KeyboardInterrupt:
        print()
    except (LabError, OSError) as e:
        show.expect(f"the demo runs to its end ({e})", False)
        lab.keep = True
        print(lab.logs(15))
        code = show.summary()
    wrong = lab.close()
    for sentence in wrong:
        print(f"  at the end: {sentence}")
    if code not in (0, 130) and lab.dir.exists():
        print(f"logs: {lab.dir}")
    sys.exit(code or (1 if wrong and once else 0))


main()
