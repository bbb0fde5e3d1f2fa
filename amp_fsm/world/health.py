"""Is a service healthy?  One bounded GET for each, side by side.  Called by `runner` alone; decides nothing."""

from __future__ import annotations

import ipaddress
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from amp_fsm.model.project import HttpExpect
from amp_fsm.model.seen import Failed, HttpSeen

MOST_BYTES = 1_000_000
SAID = 200
OK = 200


def fetch_all(wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
    """Return the answer of each URL.  A refused connection is unhealthy; one that says nothing in time is failed."""
    answers: SimpleQueue[tuple[str, HttpSeen | Failed]] = SimpleQueue()
    for key, expect in wanted.items():
        # Daemons: looking up a name has no time-out, and must not keep the process from ending.
        Thread(target=lambda k=key, e=expect: answers.put((k, fetch(e))), daemon=True).start()
    until = time.monotonic() + max((expect.timeout for expect in wanted.values()), default=0.0) + 0.5
    seen: dict[str, HttpSeen | Failed] = {}
    while len(seen) < len(wanted):
        try:
            key, answer = answers.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        seen[key] = answer
    late = Failed(reason="no answer in time")
    return {key: seen.get(key, late) for key in wanted}


def fetch(expect: HttpExpect) -> HttpSeen | Failed:
    """Ask one URL once and judge the answer."""
    try:
        status, body = _answer(expect)
        return _judged(expect, body) if status == OK else HttpSeen(healthy=False, said=f"HTTP {status}")
    except urllib.error.HTTPError as error:
        error.close()
        return HttpSeen(healthy=False, said=f"HTTP {error.code}")
    except TimeoutError:
        return Failed(reason=f"no answer in {expect.timeout:g} s")
    except urllib.error.URLError as error:
        return _unreached(expect, error.reason)
    except (OSError, ValueError) as error:
        return Failed(reason=str(error) or type(error).__name__)


def _answer(expect: HttpExpect) -> tuple[int, bytes]:
    if urlsplit(expect.url).scheme not in ("http", "https"):
        message = f"{expect.url!r} is no http or https URL"
        raise ValueError(message)
    until = time.monotonic() + expect.timeout
    with _opener(expect.url).open(expect.url, timeout=expect.timeout) as answer:
        body = b""
        while len(body) < MOST_BYTES and (part := answer.read1(65536)):
            body += part
            if time.monotonic() > until:
                raise TimeoutError
        return answer.status, body


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Return an opener that asks this machine's own services directly, whatever proxy the environment names."""
    if _is_loopback(urlsplit(url).hostname or ""):
        return urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener()


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _judged(expect: HttpExpect, body: bytes) -> HttpSeen:
    if not expect.json:
        return HttpSeen(healthy=True, said="HTTP 200")
    try:
        value = json.loads(body)
        for step in expect.json.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (ValueError, LookupError, TypeError):
        return HttpSeen(healthy=False, said=f"no {expect.json} in the answer")
    said = value if isinstance(value, str) else json.dumps(value)
    return HttpSeen(healthy=said == expect.equals, said=f"{expect.json} = {said[:SAID]}")


def _unreached(expect: HttpExpect, reason: object) -> HttpSeen | Failed:
    match reason:
        case ConnectionRefusedError():
            return HttpSeen(healthy=False, said="connection refused")
        case TimeoutError():
            return Failed(reason=f"no answer in {expect.timeout:g} s")
        case _:
            return Failed(reason=str(reason))
