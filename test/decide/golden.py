"""
The vectors of golden.test.ts, by an implementation of its own: e-values as they are, not their logarithms, in decimals of
sixty digits. It is run by hand, when the rule itself changes:

    python3 test/decide/golden.py > test/decide/golden.json && npx biome check --write test/decide/golden.json
"""
import json
import random
from decimal import Decimal as D
from decimal import getcontext

getcontext().prec = 60
getcontext().Emax, getcontext().Emin = 10**15, -(10**15)

NULL = D("1.2")
RISKS = [D(2), D(6), D(30), D(1000)]
MULTIPLES = {
    "Errors": [D(2), D(8), D(50), D(600)],
    "Latency": [D("1.4"), D(2), D(4), D(10)],
    "Rate": [D(2), D(8), D(50), D(600)],
}
# Small excesses: an eighth of the whole, against a null of their own.
FINE_NULL = D("1.05")
FINE_RISKS = [D("1.2"), D("1.5")]
FINE_MULTIPLES = {"Errors": [D("1.15"), D("1.4")], "Latency": [D("1.15")], "Rate": [D("1.15"), D("1.4")]}
FINE = D(1) / 8
SUSPECTED = D(40)
# What fails alone for no longer may be the begin of an outage, or its end: milliseconds.
APART = 75_000
SICK = {"Errors": 5, "Latency": 3, "Rate": 5}
MILLION = D(10) ** 6


def dec(x):
    """The very number that a double holds."""
    return D(x)


def average(values):
    return sum(values) / len(values)


class Judge:
    def __init__(self, kind, slo, gating, ticks_to_convict, tick_ms, phi, allowed):
        self.kind, self.gating, self.phi = kind, gating, dec(phi)
        self.a, self.slo = dec(allowed), dec(slo)
        # The most one tick may multiply a process by.
        self.cap = (D(100) * gating * 2 * 4 / (1 - FINE)) ** (1 / D(ticks_to_convict))
        self.in_two_hours = max(D(1), D(7_200_000) / D(tick_ms))
        self.ticks = 0
        self.e = {"absolute": [], "relative": [], "mirrored": [], "fineAbsolute": [], "fineRelative": []}
        self.tick_ms, self.ms = tick_ms, 0
        self.was_fine, self.since, self.sick_at = False, None, None
        self.c = {"absolute": [], "relative": []}
        self.seen = {"candidate": [0, 0], "control": [0, 0]}
        self.cert = [D(0), D(0), D(0)]
        self.now = None
        self.last = None

    def absolute(self, bad, total, multiples):
        for g in multiples[self.kind]:
            if self.kind == "Rate":
                yield (g**bad * (-(g - 1) * self.a * total).exp()) ** (1 / self.phi)
            else:
                p1 = min(g * self.a, D("0.95"))
                yield ((p1 / self.a) ** bad * ((1 - p1) / (1 - self.a)) ** (total - bad)) ** (1 / self.phi)

    def compared(self, one, other, at_least, null=NULL, risks=RISKS):
        """e = A^k B^l, k of the arm on trial and l of the other one."""
        both = one[1] + other[1]
        q = max(one[1] / both if both else D(0), at_least)
        for theta in risks:
            b = (null * q + 1 - q) / (theta * q + 1 - q)
            a = b * theta / null
            yield (a ** one[0] * b ** other[0]) ** (1 / self.phi)

    def tick(self, tick):
        self.last = tick
        cand, ctrl = [[dec(x) for x in tick[arm]] for arm in ("candidate", "control")]
        for arm, counted in (("candidate", cand), ("control", ctrl)):
            self.seen[arm] = [x + y for x, y in zip(self.seen[arm], counted)]
        self.now = None
        self.ms += self.tick_ms
        was_sick = self.sick_at is not None and self.sick_at == self.ms - self.tick_ms
        if self.sick(ctrl):
            self.sick_at = self.ms
        if cand[1] == 0:
            return
        least, most = [dec(x) for x in tick["shares"]] if "shares" in tick else (D(1), D(0))
        views = [(cand, ctrl)]
        if "below" in tick:
            views.append(tuple([dec(x) for x in tick["below"][arm]] for arm in ("candidate", "control")))
        self.now = {
            "absolute": list(self.absolute(*cand, MULTIPLES)),
            "fineAbsolute": list(self.absolute(*cand, FINE_MULTIPLES)),
            "fineRelative": [e for c, s in views for e in self.compared(c, s, most, FINE_NULL, FINE_RISKS)],
            "relative": [e for c, s in views for e in self.compared(c, s, most)],
            "mirrored": [e for c, s in views for e in self.compared(s, c, 1 - least)],
        }
        t, j = max(0, self.ticks - 1), self.in_two_hours
        fresh = j / (2 * (t + j) * (t + j + 1))
        self.ticks += 1
        self.was_fine = self.was_fine or max(self.now["absolute"]) <= 1
        for test, ratios in self.now.items():
            if test in ("fineAbsolute", "fineRelative") and was_sick:
                continue
            grown = []
            for i in range(max(len(ratios), len(self.e[test]))):
                ratio = min(self.cap, ratios[i]) if i < len(ratios) else D(1)
                begun = self.e[test][i] + fresh if i < len(self.e[test]) else fresh if self.e[test] else D(1) / 2
                grown.append(begun * ratio)
            self.e[test] = grown
        for test in self.c:
            ratios, meter = self.now[test], self.c[test]
            self.c[test] = [
                max(meter[i] if i < len(meter) else D(1), D(1))
                * (min(self.cap, ratios[i]) if i < len(ratios) else D(1))
                for i in range(max(len(ratios), len(meter)))
            ]
        # What passes before it has lasted is not worth a conviction, nor nearly.
        if self.sick(ctrl) or max(self.now["absolute"]) <= 1:
            if self.since is not None and self.ms - self.tick_ms - self.since < APART:
                for test, odds in (("bsolute", 100), ("elative", 20)):
                    for name in [("a" if odds == 100 else "r") + test, "fine" + ("A" if odds == 100 else "R") + test]:
                        back = self.cap ** (1 + -((self.since + self.tick_ms - self.ms) // self.tick_ms))
                        self.e[name] = [min(e, max(odds * self.gating / self.cap**3, e / back)) for e in self.e[name]]
                self.c = {test: [D(1) for _ in meter] for test, meter in self.c.items()}
            self.since = None
        elif self.since is None and min(max(self.now["absolute"]), max(self.now["relative"])) >= MILLION:
            self.since = self.ms
        if not self.sick(ctrl) or average(self.e["mirrored"]) >= 20:
            usual = ctrl[0] / ctrl[1] if ctrl[1] else self.a
            self.cert = [self.cert[0] + cand[0], self.cert[1] + cand[1], self.cert[2] + cand[1] * usual]

    def most(self, test):
        """By the alternative that fits best."""
        return max([D(1)] + self.c[test])

    def whole(self, test, fine):
        if not self.e[test]:
            return D(1)
        return (1 - FINE) * average(self.e[test]) + FINE * (average(self.e[fine]) if self.e[fine] else D(0))

    def sick(self, ctrl):
        return ctrl[0] >= 5 * self.phi and ctrl[0] / ctrl[1] > SICK[self.kind] * self.a

    def many_bad(self, least=D("0.25")):
        """At least so many are bad, by the lower end of an interval at two standard deviations."""
        k, n = [dec(x) for x in self.last["candidate"]]
        if n == 0:
            return False
        if self.kind == "Rate":
            return max(D(0), k.sqrt() - 1) ** 2 / n >= least
        p = k / n
        return (p + 2 / n - 2 * (p * (1 - p) / n + 1 / n**2).sqrt()) / (1 + 4 / n) >= least

    def verdict(self):
        e_abs, e_rel = self.whole("absolute", "fineAbsolute"), self.whole("relative", "fineRelative")
        lasting = self.since is None or self.ms - self.since >= APART
        just_sick = self.sick_at is not None and self.ms - self.sick_at <= APART + self.tick_ms
        better = (average(self.e["mirrored"]) if self.e["mirrored"] else D(1)) >= 20
        s_abs = average(self.c["absolute"]) if self.c["absolute"] else D(1)
        s_rel = average(self.c["relative"]) if self.c["relative"] else D(1)
        best_abs = max(self.now["absolute"]) if self.now else D(1)
        power = min(best_abs, max(self.now["relative"])) if self.now else D(1)
        sick = self.sick([dec(x) for x in self.last["control"]])
        again = self.kind == "Errors" and self.since is not None and self.since != self.ms
        k, n, expected = self.cert
        upper, base, worse = D(1), self.a, False
        if n > 0:
            k = k / self.phi
            upper = min(D(1), (k + (6 * k).sqrt() + 3) / (n / self.phi))
            lower = max(D(0), k.sqrt() - D("1.645") / 2) ** 2 / (n / self.phi)
            worse = lower > max(self.a, expected / n)
            base = min(max(expected / n, self.a), max(self.a, 3 * self.slo))
        requests = sum(self.last[arm][1] for arm in ("candidate", "control"))
        return {
            "lnAbsolute": e_abs.ln(),
            "lnRelative": e_rel.ln(),
            "suspicionAbsolute": s_abs.ln(),
            "suspicionRelative": s_rel.ln(),
            "convicts": e_abs >= 100 * self.gating and e_rel >= 20 * self.gating and (lasting or not self.was_fine),
            "totalFailure": power >= MILLION and self.many_bad(D("0.15" if again else "0.25")) and not self.was_fine,
            "totalFailureAlone": best_abs >= MILLION and self.many_bad(),
            "strikes": power >= MILLION and self.kind != "Latency" and not sick and not just_sick,
            "suspect": min(self.most("absolute"), self.most("relative")) >= SUSPECTED,
            "doubtful": min(s_abs, s_rel) >= 5,
            "environmentBad": sick,
            "better": better,
            "tickPower": power.ln(),
            "tickAbsolute": best_abs.ln(),
            "tickShare": dec(self.last["candidate"][1]) / dec(requests) if requests else D(0),
            "upperBound": upper,
            "base": base,
            "certified": upper <= (D("1.2") if self.kind == "Latency" else D(2)) * base and not worse,
        }


def tick(cand, ctrl, shares=None, below=None):
    one = {"candidate": list(cand), "control": list(ctrl)}
    if shares:
        one["shares"] = list(shares)
    if below:
        one["below"] = {"candidate": list(below[0]), "control": list(below[1])}
    return one


def plain(value):
    return float(value) if isinstance(value, D) else value


def case(name, ticks, kind="Errors", slo=0.001, gating=1, n=6, tick_ms=15000, phi=1.0, allowed=None):
    terms = {"kind": kind, "sloAllows": slo, "gating": gating, "ticksToConvict": n, "tickMs": tick_ms}
    allowed = slo if allowed is None else allowed
    judge = Judge(kind, slo, gating, n, tick_ms, phi, allowed)
    for one in ticks:
        judge.tick(one)
    # What has not begun is not there at all.
    evidence = {test: [float(e.ln()) for e in es] for test, es in judge.e.items() if es or not test.startswith("fine")}
    evidence |= {f"{test}Meter": [float(c.ln()) for c in cs] for test, cs in judge.c.items()}
    evidence |= {arm: {"bad": float(k), "total": float(n)} for arm, (k, n) in judge.seen.items()}
    bad, total, expected = [float(x) for x in judge.cert]
    evidence["certified"] = {"bad": bad, "total": total, "expectedBad": expected}
    assessment = {key: plain(value) for key, value in judge.verdict().items()}
    return {
        "name": name, "terms": terms, "phi": phi, "allowed": allowed, "ticks": ticks,
        "evidence": evidence, "assessment": assessment,
    }


def drawn(seed, count, n_c, n_s, p_c, p_s, **more):
    """Counts at random, from a seed of their own."""
    chance = random.Random(seed)
    bad = lambda n, p: sum(chance.random() < p for _ in range(n))
    return [tick((bad(n_c, p_c), n_c), (bad(n_s, p_s), n_s), **more) for _ in range(count)]


ok, bad = tick((0, 300), (1, 2700)), tick((60, 300), (1, 2700))
night = tick((0, 2), (0, 38))
latency = {"kind": "Latency", "slo": 0.05}
rate = {"kind": "Rate", "slo": 0.01}
below = ((60, 100), (100, 900))
CASES = [
    case("one healthy tick", [ok]),
    case("a healthy hour", drawn(1, 240, 300, 1200, 0.0005, 0.0005)),
    case("one error of one request", [tick((1, 1), (0, 19))]),
    case("a quiet night", [night] * 20 + [tick((1, 2), (0, 38))]),
    case("six full ticks", [bad] * 6),
    case("five full ticks", [bad] * 5),
    case("three full ticks of a slow source", [bad] * 3, n=3, tick_ms=60000),
    case("four objectives share the error", [bad] * 5, gating=4),
    case("tempered by bursts", [bad] * 3 + [ok] * 2, phi=4.25),
    case("a little worse, dispersed", drawn(2, 40, 300, 2700, 0.004, 0.0008), phi=1.5),
    case("late: an hour of health, then failures", [ok] * 240 + [bad] * 4),
    case("a shared outage", [tick((60, 300), (540, 2700))] * 12),
    case("the candidate is the cure", [tick((0, 300), (540, 2700))] * 6),
    case("a shared fault that is a little worse for the candidate", [tick((33, 300), (180, 2700))] * 6),
    case("one tick that is nearly certain", [tick((7, 300), (1, 2700))]),
    case("one tick that is just certain", [tick((9, 300), (1, 2700))]),
    case("a control that is bad, but not for a service with such bursts", [tick((3, 300), (16, 2700))] * 2, phi=4.0),
    case("total failure in the first tick", [tick((290, 300), (1, 2700))]),
    case("total failure of what was fine", [ok, tick((290, 300), (1, 2700))]),
    case("five ticks of what was fine", [ok] * 3 + [tick((290, 300), (1, 2700))] * 5),
    case("six ticks of what was fine", [ok] * 3 + [tick((290, 300), (1, 2700))] * 6),
    case("fails a minute longer than its control", [ok] + [tick((290, 300), (2650, 2700))] * 3 + [tick((290, 300), (1, 2700))] * 4),
    case("a tenth more than is allowed, for hours", [tick((46, 40000), (36, 40000))] * 400, phi=1.0),
    case("as bad, and not clearly so", [tick((46, 40000), (36, 40000))] * 20, phi=1.0),
    case("both a little worse than is allowed", [tick((46, 40000), (46, 40000))] * 400, phi=1.0),
    case("total failure of very many requests", [tick((900_000_000, 1_000_000_000), (10_000, 1_000_000_000))] * 2),
    case("without a control", [tick((30, 300), (0, 0))] * 4),
    case("without the candidate in the middle", [bad, tick((0, 0), (5, 3000)), bad]),
    case("nothing but silence", [tick((0, 0), (0, 300))] * 3),
    case("already worse than its SLO", drawn(3, 30, 200, 1800, 0.0025, 0.0025), phi=2.0, allowed=0.0025),
    case("a target so loose that alternatives are clipped", drawn(4, 20, 100, 100, 0.5, 0.3), slo=0.4),
    case("slow: half as many again", drawn(5, 30, 200, 1800, 0.075, 0.05), phi=1.3, **latency),
    case("slow all at once, and it strikes nothing", [tick((280, 300), (130, 2700))] * 2, **latency),
    case("between two boundaries", [tick((8, 100), (60, 900), below=below)] * 8, phi=1.2, **latency),
    case("two boundaries, then only one", [tick((8, 100), (60, 900), below=below)] * 3 + [tick((9, 100), (30, 900))] * 2, **latency),
    case("one boundary, then two", [tick((8, 100), (60, 900))] * 2 + [tick((8, 100), (60, 900), below=below)], **latency),
    case("a fifth fails from the first request", [tick((200, 1000), (5, 9900))]),
    case("and in the tick after", [tick((200, 1000), (5, 9900))] * 2),
    case("a fifth of few fails from the first request", [tick((20, 100), (5, 9900))]),
    case("a fifth is slow from the first request", [tick((200, 1000), (50, 9900))], **latency),
    case("a step up in the middle of a tick", [ok, tick((5, 480), (12, 2520), shares=(0.1, 0.25)), tick((9, 750), (3, 2250))]),
    case("a retreat in the middle of a tick, at two boundaries", [tick((20, 100), (50, 900), shares=(0.01, 0.3), below=below), tick((5, 10), (50, 990))], **latency),
    case("a share of everything in the tick", [tick((6, 300), (0, 2700), shares=(0.0, 1.0))] * 2),
    case("disconnects like its control's", drawn(6, 20, 60, 540, 0.01, 0.01), **rate),
    case("more disconnects than connections", [tick((300, 100), (1, 400))] * 2, phi=2.5, **rate),
    case("a few disconnects of fractions of connections", [tick((2, 3.4), (0, 400.25)), tick((0, 2.6), (5, 399.75))], gating=2, n=8, **rate),
]

print("[\n" + ",\n".join(json.dumps(one) for one in CASES) + "\n]")
