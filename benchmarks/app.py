"""Times what a person at the page waits for: a video opening, previews under the pointer, prompts while others track.

    python benchmarks/app.py --clip dog.mp4 --at 607,430 --sessions 20 --seconds 60 --out figures

A server of its own is started with nano, and asked over HTTP, as the page asks it. Times are wall-clock round trips in
milliseconds. `open`: from sending the file to its first frame, of the clip and of the clip repeated to --minutes.
`hover`: first on a frame that has just been shown, on one that the server has looked at ahead (as the page lets it once
a frame is shown for 80 ms), and again on the same frame. `load`: that many projects follow the same
object at once, and every --pause seconds one of them, in turn, is prompted anew. `memory`: the server with few
projects in memory and many on disk. Leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np

from masklet.bench.machine import this_machine


class Client:
    """One connection to the server, kept open as a browser keeps it."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(str(urlsplit(address).netloc), timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, as JSON where it is that. Raises RuntimeError for a refusal."""
        plain = isinstance(body, bytes)
        data = body if plain or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if plain else "application/json"
        self._connection.request(
            method, f"/api{path}", data, {"Content-Type": kind, "Content-Length": str(len(data or b""))}
        )
        answer = self._connection.getresponse()
        given = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {given[:200]!r}")
        return json.loads(given) if "json" in answer.headers.get("Content-Type", "") else given

    def timed(self, method: str, path: str, body: Any = None) -> float:
        """Milliseconds until the whole answer is here."""
        started = time.perf_counter()
        self.ask(method, path, body)
        return (time.perf_counter() - started) * 1e3


@contextmanager
def serving(**settings: int) -> Iterator[tuple[str, int]]:
    """A server on a free port: its address and its process's number."""
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-m", "masklet", "app", "--no-browser", "--port", "0", "--home", home]
        environment = {**os.environ, **{f"MASKLET_APP_{key.upper()}": str(value) for key, value in settings.items()}}
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
        assert process.stderr is not None
        try:
            line = next(one for one in process.stderr if "http://" in one)
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield line.split("masklet app: ")[1].split()[0].rstrip("/"), process.pid
        finally:
            process.terminate()
            process.wait()


def spread(times: Sequence[float]) -> dict[str, float]:
    """How many, and the middle, the 95th percentile and the largest, in milliseconds."""
    middle, high = (float(np.percentile(times, part)) for part in (50, 95)) if times else (0.0, 0.0)
    return {
        "count": len(times),
        "median": round(middle, 1),
        "p95": round(high, 1),
        "max": round(max(times, default=0), 1),
    }


def time_opening(address: str, clip: Path) -> dict[str, float]:
    """Seconds from sending a file to having its first frame."""
    client, data = Client(address), clip.read_bytes()
    started = time.perf_counter()
    made = client.ask("POST", "/projects?title=clip", data)
    client.ask("GET", f"/projects/{made['id']}/frames/0?width=1280")
    seconds = time.perf_counter() - started
    return {"frames": made["frames"], "bytes": len(data), "first_frame_seconds": round(seconds, 2)}


def time_hovering(address: str, clip: Path, at: tuple[float, float], count: int) -> dict[str, dict[str, float]]:
    """First previews on `count` // 2 frames, half of them looked at ahead, then `count` on one frame, at the object."""
    client, chance = Client(address), np.random.default_rng(0)
    made = client.ask("POST", "/projects", clip.read_bytes())
    place = f"/projects/{made['id']}"
    client.timed("POST", f"{place}/hover", {"frame": 0, "x": at[0], "y": at[1]})  # what is compiled is compiled here
    ahead, shown, again = [], [], []
    for number in range(1, min(made["frames"], count // 2)):
        client.ask("GET", f"{place}/frames/{number}?width=1280")  # the page shows a frame before anybody points at it
        if number % 2:
            client.ask("POST", f"{place}/see", {"frame": number})
        pointer = {"frame": number, "x": at[0], "y": at[1]}
        (ahead if number % 2 else shown).append(client.timed("POST", f"{place}/hover", pointer))
    for number in range(count + 1):
        x, y = np.add(at, chance.normal(0, 20, 2)).clip(0, [made["width"] - 1, made["height"] - 1]).tolist()
        taken = client.timed("POST", f"{place}/hover", {"frame": 0, "x": x, "y": y})
        again += [taken] if number else []
    return {"frame just shown": spread(shown), "frame seen ahead": spread(ahead), "same frame": spread(again)}


def time_load(
    address: str, server: int, clip: Path, at: tuple[float, float], sessions: int, seconds: float, pause: float
) -> dict[str, Any]:
    """Prompts while all sessions track."""
    client, data = Client(address), clip.read_bytes()
    places = []
    for _ in range(sessions):
        place = f"/projects/{client.ask('POST', '/projects', data)['id']}"
        client.ask("POST", f"{place}/objects", {})
        client.ask("POST", f"{place}/prompts", {"object": "o1", "frame": 0, "points": [at]})
        places.append(place)
    for place in places:
        client.ask("POST", f"{place}/follow")
    began, times, number = time.perf_counter(), [], 0
    while time.perf_counter() - began < seconds:
        place, number = places[number % sessions], number + 1
        where = {"object": "o1", "frame": 0, "points": [np.add(at, (number // sessions) % 7 - 3).tolist()]}
        times.append(client.timed("POST", f"{place}/prompts", where))
        time.sleep(pause)
    span = time.perf_counter() - began
    tracked = []
    for place in places:
        client.ask("POST", f"{place}/stop")
        client.ask("POST", f"{place}/objects", {})
        tracked.append(len(client.ask("GET", place)["objects"][0]["timeline"]) - 1)
    held = memory_of(server)
    return {"sessions": sessions, "prompts": spread(times), "seconds": round(span, 1), "tracked": tracked, **held}


def time_memory(address: str, server: int, clip: Path, at: tuple[float, float], sessions: int) -> dict[str, Any]:
    """What the server and its decoders hold as projects come, and how soon one that was let go answers again."""
    client, data, places, grown = Client(address), clip.read_bytes(), [], []
    for _ in range(sessions):
        places.append(f"/projects/{client.ask('POST', '/projects', data)['id']}")
        client.ask("POST", f"{places[-1]}/objects", {})
        client.ask("POST", f"{places[-1]}/prompts", {"object": "o1", "frame": 0, "points": [at]})
        grown.append(memory_of(server))
    back = [client.timed("GET", f"{place}/masks") for place in places[:4]]
    prompt = [
        client.timed("POST", f"{one}/prompts", {"object": "o1", "frame": 0, "points": [at]}) for one in places[:4]
    ]
    return {
        "projects": sessions,
        "held": grown,
        "masks of one let go": spread(back),
        "prompt after that": spread(prompt),
    }


def memory_of(server: int) -> dict[str, int]:
    """Megabytes of the server and of the processes that it has started (Linux), and how many these are."""
    children = [
        int(one)
        for one in subprocess.run(
            ["pgrep", "-P", str(server)], capture_output=True, text=True, check=False
        ).stdout.split()
    ]
    return {"server_mb": _resident(server), "decoders": len(children), "decoders_mb": sum(map(_resident, children))}


def _resident(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def repeated(clip: Path, minutes: float, out: Path) -> Path:
    """The clip's pictures again and again, without decoding them, until that many minutes are full."""
    with av.open(str(out), "w") as output:
        target, base, shown = None, 0, 0.0
        while shown < minutes * 60:
            with av.open(str(clip)) as source:
                stream = source.streams.video[0]
                target = target or output.add_stream_from_template(stream)
                last = base
                for packet in source.demux(stream):
                    if packet.pts is None or packet.dts is None or packet.time_base is None:
                        continue
                    last = max(last, base + packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts, packet.stream = base + packet.pts, base + packet.dts, target
                    shown = float(last * packet.time_base)
                    output.mux(packet)
                base = last
    return out


def main() -> None:
    """Measures, prints the table, and writes JSON into --out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, required=True)
    parser.add_argument("--at", default="0,0", help="x,y of the object on frame 0")
    parser.add_argument("--parts", default="open,hover,load,memory")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0.2)
    parser.add_argument("--hovers", type=int, default=80)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    x, y = (float(one) for one in asked.at.split(","))
    parts, figures = asked.parts.split(","), dict[str, Any]()
    if {"open", "hover", "load"} & set(parts):
        with serving() as (address, server), tempfile.TemporaryDirectory() as folder:
            if "open" in parts:
                long = repeated(asked.clip, asked.minutes, Path(folder) / f"long{asked.clip.suffix}")
                figures["open"] = [time_opening(address, one) for one in (asked.clip, asked.clip, long)]
            if "hover" in parts:
                figures["hover"] = time_hovering(address, asked.clip, (x, y), asked.hovers)
            if "load" in parts:
                how = asked.sessions, asked.seconds, asked.pause
                figures["load"] = time_load(address, server, asked.clip, (x, y), *how)
    if "memory" in parts:
        with serving(max_sessions=4) as (address, server):
            figures["memory"] = time_memory(address, server, asked.clip, (x, y), asked.sessions)
    show(figures)
    machine = this_machine()
    print(f"{asked.clip.name}; {machine}")
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"clip": asked.clip.name, **figures, "machine": asdict(machine)}, indent=1)
        (asked.out / "app.json").write_text(text + "\n", encoding="utf-8")


def show(figures: dict[str, Any]) -> None:
    """The table."""
    for one in figures.get("open", ()):
        print(
            f"open, {one['frames']} frames, {one['bytes'] >> 20} MiB: first frame after {one['first_frame_seconds']} s"
        )
    rows = [(f"hover, {name}", held) for name, held in figures.get("hover", {}).items()]
    if "load" in figures:
        rows.append((f"prompt, {figures['load']['sessions']} sessions track", figures["load"]["prompts"]))
    if "memory" in figures:
        rows += [(name, figures["memory"][name]) for name in ("masks of one let go", "prompt after that")]
    if rows:
        print(f"{'ms':34s} {'count':>6s} {'median':>8s} {'p95':>8s} {'max':>8s}")
    for name, held in rows:
        print(f"{name:34s} {held['count']:6d} {held['median']:8.1f} {held['p95']:8.1f} {held['max']:8.1f}")
    if "load" in figures:
        load = figures["load"]
        tracked = load["tracked"]
        print(
            f"meanwhile {sum(tracked) / load['seconds']:.1f} frames/s tracked in all; of a session {min(tracked)} to "
            f"{max(tracked)}; server {load['server_mb']} MB, {load['decoders']} decoders {load['decoders_mb']} MB"
        )
    if "memory" in figures:
        held = figures["memory"]["held"]
        told = [f"{n + 1}: {one['server_mb']} + {one['decoders_mb']} ({one['decoders']})" for n, one in enumerate(held)]
        print("server + decoders, MB, by projects:", ", ".join(told[:: max(1, len(told) // 5)]))


if __name__ == "__main__":
    main()
