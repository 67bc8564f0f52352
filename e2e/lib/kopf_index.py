"""The peer: Kopf keeps an index of all Pods. Prints the seconds from its start until it has COUNT of them, or how many after LIMIT."""
import os
import threading
import time

import kopf

BEGIN = float(os.environ["BEGIN"])
COUNT = int(os.environ["COUNT"])
LIMIT = float(os.environ["LIMIT"])
seen = 0


@kopf.on.startup()
def configure(settings, **_):
    settings.posting.enabled = False
    settings.scanning.disabled = True


@kopf.index("pods")
def pods(namespace, name, body, **_):
    global seen
    seen += 1
    return {(namespace, name): dict(body)}


def watch():
    while seen < COUNT and time.time() - BEGIN < LIMIT:
        time.sleep(0.02)
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
    print(f"{time.time() - BEGIN:.3f} {seen} {int(peak) / 1000:.1f}", flush=True)
    os._exit(0)


threading.Thread(target=watch, daemon=True).start()
kopf.run(clusterwide=True, standalone=True)
