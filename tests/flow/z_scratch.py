"""scratch"""
import pytest, subprocess, time, json
from echo import Session, echoes, relay_conf, until_applied
def rows(p, m):
    out = json.loads(subprocess.run(["bpftool","-j","map","dump","pinned",f"{p}/maps/{m}"],capture_output=True,text=True).stdout)
    return [x["formatted"] for x in out]
@pytest.mark.engines("kernel")
def test_it(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        p = routed.bpffs.pins
        ss = [Session(routed, "av", 1, False)]
        routed.edge.write(relay_conf(routed, av={"tcp_port": 444}, webconf={"port": 4443}))
        print(routed.edge.ask("lb", "reload"))
        def look(when):
            l = [x["value"] for x in rows(p,"listeners") if x["value"]["row"]]
            e = [x["value"] for x in rows(p,"endpoints") if x["value"]["id"]]
            print(when, len(l), [x["row"] for x in l].count(1), len(e), len(rows(p,"vips")), len(rows(p,"members")))
        look("now")
        t = time.time()
        while time.time() < t + 100:
            time.sleep(10)
            ss[0].s.settimeout(5)
            assert ss[0].ask(b"x") == b"x"
            look(int(time.time()-t))
        ss[0].close()
        t = time.time()
        while time.time() < t + 60:
            time.sleep(10)
            look(int(time.time()-t))
        assert 0
