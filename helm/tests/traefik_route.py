# SPDX-License-Identifier: Apache-2.0
"""The chart's route, carried out by a real Traefik: its IngressRoute and Middlewares become the same things of Traefik's file
provider, with stubs on loopback in the place of oauth2-proxy and of the operator. What Traefik does with Kubernetes' objects
themselves (names across namespaces, certificate resolvers) is not tried here.
"""
import contextlib
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

HOST = "watchbill.example"


class Stub(http.server.ThreadingHTTPServer):
    """Answers on loopback and remembers what it was asked."""

    def __init__(self, answer):
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked.append(self.path)
                code, headers, body = answer(self)
                self.send_response(code)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


def oauth(request):
    """oauth2-proxy, as far as a route needs it."""
    if request.path.startswith("/oauth2/auth"):
        if "session=good" in request.headers.get("Cookie", ""):
            return 202, {"X-Auth-Request-Access-Token": "token-of-the-crew"}, ""
        return 401, {}, "no session"
    if request.path.startswith("/oauth2/sign_in"):
        return 302, {"Location": "https://provider.example/authorize"}, ""
    return 200, {"Content-Type": "text/html"}, f"oauth2-proxy {request.path}"


def operator(request):
    return 200, {}, f"metrics for {request.headers.get('X-Auth-Request-Access-Token', 'nobody')}"


def dynamic(items, services):
    """The same in the words of the file provider; `services` gives the address of each Service by its name."""
    routers, middlewares = {}, {}
    for item in items:
        name, spec = item["metadata"]["name"], item["spec"]
        if item["kind"] == "Middleware":
            spec = json.loads(json.dumps(spec))
            if "chain" in spec:
                spec["chain"]["middlewares"] = [entry["name"] for entry in spec["chain"]["middlewares"]]
            if "errors" in spec:
                spec["errors"]["service"] = spec["errors"]["service"]["name"]
            middlewares[name] = spec
        if item["kind"] == "IngressRoute":
            for index, route in enumerate(spec["routes"]):
                routers[f"{name}-{index}"] = {
                    "rule": route["match"], "entryPoints": spec["entryPoints"], "service": route["services"][0]["name"], "tls": {},
                    "middlewares": [entry["name"] for entry in route.get("middlewares", [])]}
    parts = {"routers": routers, "middlewares": middlewares, "services": {
        name: {"loadBalancer": {"servers": [{"url": url}]}} for name, url in services.items()}}
    return {"http": {name: part for name, part in parts.items() if part}}


@contextlib.contextmanager
def traefik(program, configuration):
    """A running Traefik; gives a function that asks it and returns the status and the body, or where it sends one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "dynamic.yaml"
        path.write_text(json.dumps(configuration))
        log = open(pathlib.Path(folder) / "log", "w+")
        process = subprocess.Popen(
            [program, f"--entrypoints.websecure.address=127.0.0.1:{port}", f"--providers.file.filename={path}", "--log.level=ERROR", "--log.nocolor=true",
             "--global.checknewversion=false", "--global.sendanonymoususage=false"], stdout=log, stderr=log)

        def ask(path, host=HOST, cookie=None):
            headers = {"Host": host} | ({"Cookie": cookie} if cookie else {})
            request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", headers=headers)
            insecure = ssl._create_unverified_context()
            opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=insecure), urllib.request.ProxyHandler({}))
            try:
                with opener.open(request, timeout=5) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.headers.get("Location") or error.read().decode()

        try:
            limit = time.monotonic() + 20
            while True:
                try:
                    if ask("/metrics")[0] != 404:
                        break
                except OSError:
                    pass
                if time.monotonic() > limit or process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError("Traefik takes no route: " + log.read()[-800:])
                time.sleep(0.1)
            yield ask
            log.seek(0)
            complaints = [line for line in log.read().splitlines() if " ERR " in line or '"level":"error"' in line]
            if complaints:
                raise RuntimeError("\n".join(complaints))
        finally:
            process.terminate()
            process.wait()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def judge(report, program, render):
    """`render` gives the chart's objects for values, a list of Helm's arguments."""
    login, metrics = Stub(oauth), Stub(operator)
    values = ["--set", "ingressRoute.enabled=true", "--set", f"ingressRoute.host={HOST}", "--api-versions=traefik.io/v1alpha1"]
    items = render([*values, "--set", f"ingressRoute.oauth.address={login.url}/oauth2/auth", "--set", "ingressRoute.oauth.service.name=oauth2-proxy"])
    with traefik(program, dynamic(items, {"watchbill-metrics": metrics.url, "oauth2-proxy": login.url})) as ask:
        def case(title, expected, path, **options):
            metrics.asked.clear()
            login.asked.clear()
            found = ask(path, **options)
            asked = [request.split("?")[0] for request in metrics.asked]
            wrong = found != expected or asked != ([path] if "metrics for" in expected[1] else [])
            report.case(f"Traefik, {title}: {found[0]}", f"it answers {found}, the operator was asked {asked}" if wrong else None)

        case("without a session: to the provider, and the operator is not asked", (302, "https://provider.example/authorize"), "/metrics")
        way_back = [request for request in login.asked if "sign_in" in request]
        expected = [f"/oauth2/sign_in?rd=https%3A%2F%2F{HOST}%2Fmetrics"]
        report.case("Traefik, the way back", None if way_back == expected else f"it is {way_back}")
        case("with a session: the metrics, and who asks", (200, "metrics for token-of-the-crew"), "/metrics", cookie="session=good")
        case("the sign-in itself asks for none", (200, "oauth2-proxy /oauth2/callback?code=1"), "/oauth2/callback?code=1")
        case("another path of the operator", (404, "404 page not found\n"), "/healthz", cookie="session=good")
        case("another host", (404, "404 page not found\n"), "/metrics", host="other.example", cookie="session=good")
    items = render([*values, "--set", "ingressRoute.oauth.enabled=false"])
    with traefik(program, dynamic(items, {"watchbill-metrics": metrics.url})) as ask:
        code, body = ask("/metrics")
    report.case(f"Traefik, oauth.enabled=false: {code}", None if (code, body) == (200, "metrics for nobody") else f"it answers {code} {body[:200]}")
