"""What is asked of the servers."""
import json
from dataclasses import dataclass, field

EVERYONE = ("keyturn-native", "keyturn-jvm17", "keyturn-jvm25", "floor-native", "floor-jvm17", "floor-jvm25", "go",
            "node", "express")
NOT_NODE = tuple(name for name in EVERYONE if name not in ("node", "express"))
OURS = tuple(name for name in EVERYONE if name.startswith("keyturn"))
JSON = "application/json"
THREE_FIELDS = {"room_name": "standup", "participant_identity": "guest-ada", "participant_name": "Ada Lovelace"}
SETTLED = 600_000  # requests, after which a JVM compiles next to nothing any more
AUDIT_OFF = {'QUARKUS_LOG_CATEGORY__KEYTURN_AUDIT__LEVEL': "OFF"}


@dataclass(frozen=True)
class Work:
    """The same request again and again, or one that differs in its bearer token only."""

    name: str
    what: str
    servers: tuple = EVERYONE
    asked: dict = field(default_factory=lambda: THREE_FIELDS)
    algorithm: str = "RS256"
    callers: int = 0  # how many bearer tokens take turns; none is an anonymous caller
    cache: int = 20_000  # bearer tokens that a server remembers
    rules: int = 1  # of the policy that are for callers with a bearer token; the last is the one that holds
    settings: dict = field(default_factory=dict)  # further ones of Keyturn's
    path: str = "/token"
    content_type: str = JSON
    warm: int = 150_000  # requests to a JVM before anything is measured; it still compiles a little then
    latency: bool = False  # whether its percentiles are taken too


def as_bearer(asked):
    """A caller with a bearer token has its subject as identity."""
    return {name: value for name, value in asked.items() if name != "participant_identity"}


def config_of(size):
    """A body with a room_config, so many bytes long."""
    asked = THREE_FIELDS | {"room_config": {
        "name": "standup", "empty_timeout": 300, "departure_timeout": 20, "max_participants": 50,
        "agents": [{"agent_name": f"agent-{n}", "metadata": '{"language": "en"}'} for n in range(4)], "metadata": ""}}
    asked["room_config"]["metadata"] = "m" * (size - len(json.dumps(asked)))
    return asked


def caller(name, what, **more):
    return Work(name, what, **{"servers": NOT_NODE, "asked": as_bearer(THREE_FIELDS), "callers": 1} | more)


def distinct(algorithm):
    each = {"algorithm": algorithm, "callers": 10_000}
    return [caller(f"{algorithm.lower()}-cached", f"10,000 callers, {algorithm}, all cached", **each),
            caller(f"{algorithm.lower()}-uncached", f"10,000 callers, {algorithm}, none cached", cache=1, **each)]


WORKS = {work.name: work for work in [
    Work("anonymous", "an anonymous caller, a body of three fields", latency=True, warm=SETTLED),
    caller("cached", "one caller with a bearer token, cached", latency=True, warm=SETTLED),
    *distinct("RS256"), *distinct("ES256"), *distinct("EdDSA"),
    *(caller(f"rules-{count}", f"one cached caller, a policy of {count:,} rules", servers=OURS, rules=count)
      for count in (1, 100, 1000)),
    Work("body-empty", "a body of `{}`", asked={}),
    Work("body-1k", "a `room_config`: 1 KiB in all", asked=config_of(1024)),
    Work("body-4k", "a `room_config`: 4 KiB in all", asked=config_of(4096)),
    Work("audit-off", "as anonymous, without the audit", settings=AUDIT_OFF, servers=OURS),
    caller("introspection", "`POST /introspect` by one cached caller", servers=OURS, asked=None, path="/introspect",
           content_type="application/x-www-form-urlencoded"),
]}
