# SPDX-License-Identifier: BSD-2-Clause
"""topology - ready-made networks around a balancer, its configuration and its daemons.

The two layouts of an Edge pool behind a hardware load balancer:

  routed       client --- router --- balancer --- member, member, member
               packets sent straight to a member pass the balancer

  one_subnet   client --- router --+-- balancer
                                   +-- member, member, member
               the router hands direct packets to the members itself; only the
               members' answers pass the balancer, which is their default gateway

Both have the same addresses, dual stack, and an inner segment with every member, the
balancer and one client of its own ("inner").

               IPv4                     IPv6 (2001:92a5:2bb5:6007::)
  access       VIP .110  members .1i    VIP ::110  members ::1i
  webconf      VIP .120  members .2i    VIP ::120  members ::2i     131.107.155.0/24
  av           VIP .130  members .3i    VIP ::130  members ::3i
  internal     VIP .100  members .1i    VIP ::100  members ::1i     172.25.33.0/24,
                                                                    fd2e:4d7e:288b:c94e::/64
Edge i (from 1) has the last figure i-1: edge1 is .10, .20, .30.
"""
import json
import socket

from engine import KERNEL, RELAY, prepare
from lab import PATIENCE, LabError, program, wait_until, whole_lines

V4 = "131.107.155."
V6 = "2001:92a5:2bb5:6007::"
IN4 = "172.25.33."
IN6 = "fd2e:4d7e:288b:c94e::"
CLIENT4 = "198.51.100."
CLIENT6 = "2001:db8:c::"
OUT4 = "203.0.113."
OUT6 = "2001:db8:f::"
VIP = {"access": 110, "webconf": 120, "av": 130}
MEMBER = {"access": 10, "webconf": 20, "av": 30}
VIP_INTERNAL, INNER_CLIENT = 100, 200
# How many addresses the client has: distinct clients for affinity.
CLIENTS = range(10, 74)

# service word: (address, port, protocol); the names edge-sim and edgectl use
SERVICES = {
    "access": ("access", 443, "tcp"), "federation": ("access", 5061, "tcp"),
    "webconf": ("webconf", 443, "tcp"), "av-tcp": ("av", 443, "tcp"),
    "av-udp": ("av", 3478, "udp"), "sip": ("internal", 5061, "tcp"),
    "mras": ("internal", 5062, "tcp"), "int-av-tcp": ("internal", 443, "tcp"),
    "int-av-udp": ("internal", 3478, "udp"),
}


def libconfig(value, depth=0):
    """Text of a libconfig value: dict -> group, list of dicts -> list, list -> array."""
    pad = "  " * depth
    if isinstance(value, dict):
        body = "".join(f"{pad}{k} = {libconfig(v, depth + 1)};\n" for k, v in value.items())
        return body if depth == 0 else "{\n" + body + "  " * (depth - 1) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], dict):
            return "( " + ", ".join(libconfig(v, depth + 1) for v in value) + " )"
        return "[ " + ", ".join(libconfig(v) for v in value) + " ]"
    return json.dumps(value) if isinstance(value, str) else str(value)


class Member:
    """One Edge Server: a host with its addresses, running edge-sim."""

    options = ()  # of edge-sim, beside those that are always given

    def __init__(self, net, index):
        self.net, self.index, self.name = net, index, f"edge{index + 1}"
        self.host = net.lab.host(self.name)
        self.sim = None
        v6 = net.v6
        self.addresses = {g: [f"{V4}{n + index}"] + ([f"{V6}{n + index}"] if v6 else [])
                          for g, n in MEMBER.items()}
        self.addresses["internal"] = [f"{IN4}{10 + index}"] + ([f"{IN6}{10 + index}"] if v6 else [])
        self.control = net.lab.dir / f"{self.name}.sim"
        self.seen = net.lab.dir / f"{self.name}.jsonl"

    def conf(self):
        return {"name": self.name, "fqdn": f"{self.name}.contoso.net", **self.addresses}

    def listens(self):
        for service, (group, port, _) in SERVICES.items():
            for a in self.addresses[group]:
                yield f"{service}=[{a}]:{port}" if ":" in a else f"{service}={a}:{port}"

    def launch(self):
        """Starts (or restarts) the simulated member; answers() tells when it is there."""
        args = [a for spec in self.listens() for a in ("--listen", spec)]
        self.control.unlink(missing_ok=True)
        self.sim = self.host.popen("edge-sim", "--name", self.name, "--certs", self.net.certs(),
                                   "--control", self.control, "--log", self.seen, *args,
                                   *self.options, name=f"sim-{self.name}")

    def answers(self):
        wait_until(lambda: self.be("all", "well"), 10, f"edge-sim of {self.name} to answer")

    def start(self):
        self.launch()
        self.answers()
        return self

    def be(self, service, sickness):
        """be("access", "refuse"), be("all", "well"): True when the simulator said ok."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10 * PATIENCE)
            s.connect(str(self.control))
            s.sendall(f"{service} {sickness}\n".encode())
            answer = s.makefile().readline().strip()
        if answer != "ok":
            raise LabError(f"edge-sim of {self.name}: {service} {sickness}: {answer!r}")
        return True

    def saw(self, service=None):
        """What the member saw: a list of {"service", "peer", "local"}."""
        if not self.seen.exists():
            return []
        rows = [json.loads(line) for line in whole_lines(self.seen.read_text())]
        return [r for r in rows if service in (None, r["service"])]

    def kill(self):
        self.sim.kill()


class Edge:
    """edgepool's daemons on one host: a configuration, a run and a state directory."""

    DAEMONS = {"health": "edge-health", "lb": "edge-lb", "dnslb": "edge-dnslb", "snmp": "edge-snmp"}

    def __init__(self, lab, host, name="edge"):
        self.lab, self.host = lab, host
        self.conf_file = lab.dir / f"{name}.conf"
        self.run_dir, self.state_dir = lab.dir / f"{name}.run", lab.dir / f"{name}.state"
        self.run_dir.mkdir()
        self.state_dir.mkdir()
        self.daemon = {}

    def write(self, conf):
        """Replaces the configuration file; a dict or text."""
        text = conf if isinstance(conf, str) else libconfig(conf)
        aside = self.conf_file.with_suffix(".new")
        aside.write_text(text)
        aside.rename(self.conf_file)

    def options(self):
        return ["-c", self.conf_file, "-r", self.run_dir, "-s", self.state_dir]

    def start(self, *names, files=None, output=None):
        """start("health", "lb"): each is waited for until its control socket answers.
        files: how many descriptors each may have; output: see Host.popen()."""
        limit = ["prlimit", f"--nofile={files}:{files}"] if files else []
        for n in names:
            self.daemon[n] = self.host.popen(*limit, program(self.DAEMONS[n]), *self.options(),
                                             name=self.DAEMONS[n], output=output)
        for n in names:
            wait_until(lambda: self._alive(n), 15, f"{self.DAEMONS[n]} to answer its control socket")
        return self

    def _alive(self, name):
        return self.ask(name, "status") is not None

    def ask(self, name, request):
        """One request to a daemon's control socket; the text after "ok"."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(15 * PATIENCE)
            s.connect(str(self.run_dir / f"{name}.ctl"))
            s.sendall(request.encode() + b"\n")
            answer = s.makefile().read()
        word, _, text = answer.partition("\n")
        if word != "ok":
            raise LabError(f"{name}: {request}: {answer.strip()}")
        return text

    def ctl(self, *args, check=True):
        """edgectl with this instance's directories."""
        return self.host.run("edgectl", *self.options(), *args, check=check)

    def status(self):
        """`edgectl status --json`, parsed; also while daemons are missing."""
        return json.loads(self.ctl("status", "--json", check=False).stdout)

    def members(self):
        """The members of all pools, as status has them."""
        return [m for p in self.status()["pools"] for m in p["members"]]


class Net:
    """A layout: .client .router .balancer .inner .members, and an Edge on the balancer.

    dns_members: so many more members, in a second pool (fabrikam) in DNS mode: .dns_members
    engine: that of all services which name none
    """

    def __init__(self, lab, layout, members=3, dns_members=0, v6=True, engine=RELAY):
        self.lab, self.layout, self.v6, self.engine = lab, layout, v6, engine
        self.lb_conf = {}  # what its engine needs
        self._certs = None
        self.client, self.router = lab.host("client"), lab.host("router")
        self.balancer, self.inner = lab.host("balancer"), lab.host("inner")
        self.hosts = [Member(self, i) for i in range(members + dns_members)]
        self.members, self.dns_members = self.hosts[:members], self.hosts[members:]
        self.router.forward()
        self.balancer.forward()
        # As the manual asks of a gateway in one subnet; edge-lb checks it.
        for key in ("all", "default"):
            self.balancer.sysctl(f"net.ipv4.conf.{key}.send_redirects", 0)
        self._client_side()
        {"routed": self._routed, "one_subnet": self._one_subnet}[layout]()
        self._inner_side()
        self.edge = Edge(lab, self.balancer)
        if engine == KERNEL:
            prepare(self)
            self._inner_answers_pass_us()

    def _ips(self, *addresses):
        return [a for a in addresses if self.v6 or ":" not in a]

    def _routes(self, host, *routes):
        host.route(*[r for r in routes if self.v6 or ":" not in r[1]])

    def _client_side(self):
        s = self.lab.segment("client")
        self.client.link(s, *self._ips(*[f"{CLIENT4}{n}/24" for n in CLIENTS],
                                       *[f"{CLIENT6}{n}/64" for n in CLIENTS]))
        self.router.link(s, *self._ips(f"{CLIENT4}1/24", f"{CLIENT6}1/64"))
        self._routes(self.client, ("default", f"{CLIENT4}1"), ("default", f"{CLIENT6}1"))

    def _routed(self):
        out, pool = self.lab.segment("out"), self.lab.segment("pool")
        self.router.link(out, *self._ips(f"{OUT4}1/24", f"{OUT6}1/64"))
        self.balancer.link(out, *self._ips(f"{OUT4}2/24", f"{OUT6}2/64"))
        # Members' subnet ends below the VIPs, which live on the balancer alone.
        self.balancer.link(pool, *self._ips(f"{V4}1/26", f"{V6}1/121"))
        self.balancer.address(*self._ips(*[f"{V4}{n}/32" for n in VIP.values()],
                                         *[f"{V6}{n}/128" for n in VIP.values()]))
        self._routes(self.router, (f"{V4}0/24", f"{OUT4}2"), (f"{V6}/64", f"{OUT6}2"))
        self._routes(self.balancer, ("default", f"{OUT4}1"), ("default", f"{OUT6}1"))
        self._members_on(pool, "/26", "/121", 1)

    def _one_subnet(self):
        pool = self.lab.segment("pool")
        self.router.link(pool, *self._ips(f"{V4}1/24", f"{V6}1/64"))
        self.balancer.link(pool, *self._ips(f"{V4}2/24", f"{V6}2/64",
                                            *[f"{V4}{n}/24" for n in VIP.values()],
                                            *[f"{V6}{n}/64" for n in VIP.values()]))
        self._routes(self.balancer, ("default", f"{V4}1"), ("default", f"{V6}1"))
        self._members_on(pool, "/24", "/64", 2)

    def _members_on(self, segment, bits4, bits6, gateway):
        for m in self.hosts:
            m.host.link(segment, *[a + (bits6 if ":" in a else bits4)
                                   for g in MEMBER for a in m.addresses[g]])
            self._routes(m.host, ("default", f"{V4}{gateway}"), ("default", f"{V6}{gateway}"))

    def _inner_side(self):
        s = self.lab.segment("inner")
        for m in self.hosts:
            m.host.link(s, *[a + ("/64" if ":" in a else "/24") for a in m.addresses["internal"]])
        self.balancer.link(s, *self._ips(f"{IN4}2/24", f"{IN6}2/64",
                                         f"{IN4}{VIP_INTERNAL}/24", f"{IN6}{VIP_INTERNAL}/64"))
        self.inner.link(s, *self._ips(f"{IN4}{INNER_CLIENT}/24", f"{IN6}{INNER_CLIENT}/64"))

    def _inner_answers_pass_us(self):
        """Members answer a client of their own network past us; not where its source is kept."""
        for m in self.hosts:
            self._routes(m.host, (f"{IN4}{INNER_CLIENT}/32", f"{IN4}2"), (f"{IN6}{INNER_CLIENT}/128", f"{IN6}2"))

    def vip(self, group, v6=False):
        """vip("access"), vip("internal", v6=True)"""
        if group == "internal":
            return f"{IN6 if v6 else IN4}{VIP_INTERNAL}"
        return f"{V6 if v6 else V4}{VIP[group]}"

    def client_address(self, n=0, v6=False):
        """The n-th address of the client host, for edge-client --source and bind()."""
        return f"{CLIENT6 if v6 else CLIENT4}{CLIENTS[n]}"

    def certs(self):
        """Certificates of one test CA, made at the first call."""
        if self._certs is None:
            self._certs = self.lab.dir / "certs"
            self.balancer.run("make-certs", self._certs)
        return self._certs

    def conf(self, interval=0.5, tls=True, **pool):
        """A configuration for this net, as a dict to change before edge.write().

        interval: the health interval in seconds; tls: give edge-health the trusted client
        certificate; pool: keys set on the hardware-mode pool.
        """
        health = {"interval": interval, "fast_interval": interval / 2, "timeout": 2.0, "rise": 2, "fall": 2}
        if tls:
            c = self.certs()
            health["tls"] = {"certificate": f"{c}/client.pem", "key": f"{c}/client.key", "ca": f"{c}/ca.pem"}
        pools = [self._hardware_pool() | pool]
        if self.dns_members:
            pools.append(self._dns_pool())
        return {"instance": "lab", "lab": True, "lb": dict(self.lb_conf), "health": health, "pools": pools}

    def _hardware_pool(self):
        def group(name, fqdn):
            return {"fqdn": f"{fqdn}.contoso.com", "vip": self._ips(self.vip(name), self.vip(name, v6=True))}
        return {
            "fqdn": "edge.contoso.net", "sip_domains": ["contoso.com"], "product": "lync-2013",
            "external": {"balancing": "hardware", "access": group("access", "sip"),
                         "webconf": group("webconf", "webcon"), "av": group("av", "av")},
            "internal": {"balancing": "hardware",
                         "vip": self._ips(self.vip("internal"), self.vip("internal", v6=True))},
            "members": [m.conf() for m in self.members]}

    def _dns_pool(self):
        return {
            "fqdn": "edge.fabrikam.net", "sip_domains": ["fabrikam.com"], "product": "sfb-2019",
            "external": {"balancing": "dns", "access": {"fqdn": "sip.fabrikam.com"},
                         "webconf": {"fqdn": "webcon.fabrikam.com"}, "av": {"fqdn": "av.fabrikam.com"}},
            "internal": {"balancing": "dns"},
            "members": [m.conf() | {"fqdn": f"{m.name}.fabrikam.net"} for m in self.dns_members]}

    def zone(self, view="external", zone="fabrikam.com"):
        """The file edge-dnslb keeps for the DNS-mode pool."""
        return self.edge.state_dir / "dns" / view / f"{zone}.zone"

    def published(self, member):
        """How many of a member's IPv4 addresses are in the external zone file: 0 to 3."""
        records = [line.split() for line in self.zone().read_text().splitlines() if line[:1] != ";"]
        return sum(any(member.addresses[g][0] in r for r in records) for g in MEMBER)

    def start(self, *daemons, **conf):
        """Members, configuration and the named daemons (default: health and lb)."""
        self.start_members()
        self.edge.write(self.conf(**conf))
        self.edge.start(*(daemons or ("health", "lb")))
        return self

    def start_members(self):
        self.certs()
        for m in self.hosts:
            m.launch()
        for m in self.hosts:
            m.answers()

    def wait_members(self, state="up", members=None, timeout=20):
        """Until every endpoint of these members (default: all) is summarised as state."""
        names = {m.name for m in (members or self.hosts)}

        def all_there():
            rows = [e for m in self.edge.members() if m["name"] in names for e in m["endpoints"]]
            others = {f"{e['full_name']}: {e['state']['summary']} ({e['state']['reason']})"
                      for e in rows if e["state"]["summary"] != state}
            assert rows and not others, "; ".join(sorted(others)[:6])
            return True
        wait_until(all_there, timeout, f"{', '.join(sorted(names))} to be {state}", every=0.1)

    def ask(self, kind, *args, host=None, check=True):
        """edge-client on the client host (or another): its JSON line as a dict."""
        done = (host or self.client).run("edge-client", kind, *args, check=False)
        lines = done.stdout.strip().splitlines()
        if not lines:
            raise LabError(f"edge-client {kind} {args}: exit {done.returncode}: {done.stderr.strip()}")
        answer = json.loads(lines[-1])
        if check and not answer.get("ok"):
            raise LabError(f"edge-client {kind} {' '.join(map(str, args))}: {answer}")
        return answer


def routed(lab, **options):
    return Net(lab, "routed", **options)


def one_subnet(lab, **options):
    return Net(lab, "one_subnet", **options)


LAYOUTS = {"routed": routed, "one_subnet": one_subnet}
