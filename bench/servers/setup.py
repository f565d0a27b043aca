"""The settings that all servers share: one key pair, issuers, a policy. All of it is thrown away with the folder."""
import base64
import hashlib
import hmac
import json
import secrets
import string
import subprocess
import time

import builds

ISSUER = "https://id.example.com"


class Setup:
    """What is in the folder of one run."""

    def __init__(self, folder):
        self.folder = folder
        letters = string.ascii_letters + string.digits
        self.key = "API" + "".join(secrets.choice(letters) for _ in range(12))
        self.secret = "".join(secrets.choice(letters) for _ in range(43))
        self.load = builds.go("load")
        self.empty = folder / "none.bearers"
        self.empty.touch()

    def ring(self, program, work):
        """Made by Keyturn itself, as by an operator who brings LiveKit's pair; in a file unless the work says where."""
        file = self.folder / "ring.json"
        settings = {"KEYTURN_RING_STORE": "file", "KEYTURN_RING_FILE_PATH": str(file)} | work.settings
        if settings["KEYTURN_RING_STORE"] != "file" or not file.exists():
            subprocess.run([*program, "init", "--import", "-"], input=f"{self.key}: {self.secret}\n", text=True,
                           env=settings, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        return settings

    def bearers(self, work):
        """The file of the bearer tokens of a work, one a line."""
        if not work.callers:
            return self.empty
        everyone = self.folder / f"{work.algorithm}.bearers"
        if not everyone.exists():
            subprocess.run([self.load, "bearers", "-algorithm", work.algorithm, "-issuer", ISSUER,
                            "-folder", self.folder], check=True)
        chosen = self.folder / f"{work.name}.bearers"
        chosen.write_text("".join(everyone.read_text().splitlines(True)[:work.callers]))
        return chosen

    def body(self, work):
        if work.path == "/introspect":
            now = int(time.time())
            return b"token=" + self.signed({"iss": self.key, "sub": "ada", "nbf": now, "exp": now + 86400,
                                            "video": {"roomJoin": True, "room": "standup"}}).encode()
        return json.dumps(work.asked).encode()

    def keyturn(self, work):
        """As in production: a policy file, an issuer, audit and metrics as they are by default."""
        settings = {"KEYTURN_POLICY_FILE": str(self.policy(work)), "KEYTURN_CALLERS_ANONYMOUS": "true",
                    "KEYTURN_CALLERS_CACHE_SIZE": str(work.cache)}
        if work.callers:
            self.bearers(work)
            issuer = "KEYTURN_CALLERS_ISSUERS_MAIN_"
            settings |= {issuer + "ISSUER": ISSUER, issuer + "AUDIENCES": "keyturn",
                         issuer + "ALGORITHMS": work.algorithm,
                         issuer + "PUBLIC_KEY_FILE": str(self.folder / f"{work.algorithm}.pem")}
        return settings

    def policy(self, work):
        callers = [f"""
  - name: tenant-{number}
    for: {{issuer: "{ISSUER}", claims: {{tenant: {tenant}}}}}
    rooms: ["*"]
    may_set: [participant_name, room_config]
    agents: ["*"]
""" for number, tenant in enumerate([f"other-{n}" for n in range(work.rules - 1)] + ["acme"])]
        anonymous = """
  - name: anonymous
    for: anonymous
    rooms: ["*"]
    identity: "guest-*"
    may_set: [participant_name, room_config]
    agents: ["*"]
"""
        file = self.folder / f"{work.name}.yaml"
        file.write_text("rules:" + "".join([*callers, anonymous] if work.callers else [anonymous]))
        return file

    def peer(self, work):
        """What a peer is told by its environment."""
        settings = {"LIVEKIT_API_KEY": self.key, "LIVEKIT_API_SECRET": self.secret}
        if work.callers:
            self.bearers(work)
            settings |= {"ISSUER": ISSUER, "ISSUER_ALGORITHM": work.algorithm, "CACHE_SIZE": str(work.cache),
                         "ISSUER_KEY_FILE": str(self.folder / f"{work.algorithm}.pem")}
        return settings

    def claims(self, token):
        """Of a token that is signed with the pair; anything else is an error."""
        claims = verified(token, {self.key: self.secret})
        if claims is None:
            raise SystemExit("a token is not signed with the pair")
        return claims

    def signed(self, claims):
        """A token as LiveKit's."""
        text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return text + "." + encoded(hs256(self.secret, text))


def verified(token, pairs):
    """The claims of a token that one of the pairs (API key -> secret) has signed, or None."""
    signed, _, signature = token.rpartition(".")
    claims = json.loads(decoded(signed.split(".")[1]))
    secret = pairs.get(claims["iss"])
    return claims if secret and hmac.compare_digest(hs256(secret, signed), decoded(signature)) else None


def hs256(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
