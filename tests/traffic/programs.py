"""Programs that the tests start on loopback, and ports that are free."""

import pathlib
import re
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(what, found, seconds=60):
    """Waits until `found` gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.02)
    raise TimeoutError(f"{what} did not come in {seconds} s")


class Program:
    """A program with a log of its own, which can be killed and started again."""

    def __init__(self, command, log, ready=r"listening: (\S+)"):
        self.command, self.log, self.ready = [str(part) for part in command], pathlib.Path(log), ready
        self.log.write_text("")
        self.process = None
        self.starts = 0

    def start(self):
        """Starts it, and waits until it is ready."""
        seen = self.log.stat().st_size
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command, stderr=log, stdout=subprocess.DEVNULL)
        self.starts += 1

        def found():
            with self.log.open(encoding="utf-8") as log:
                log.seek(seen)
                said = re.search(self.ready, re.sub(r"\x1b\[[0-9;]*m", "", log.read()))
            if not said and self.process.poll() is not None:
                raise RuntimeError(f"{self.command[:2]} ended with {self.process.returncode}:\n{self.log.read_text()[-2000:]}")
            return said and said.group(1)

        return until(f"the start of {self.command[0]}", found)

    def kill(self):
        """Ends it at once, wherever it is."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=90)
        if code not in (0, -signal.SIGTERM):
            raise RuntimeError(f"{self.command[:2]} ended with {code}:\n{self.log.read_text()[-2000:]}")


def envoy(binary, folder, listen, upstream, processor):
    """Envoy with the configuration of examples/envoy, before an upstream and with a processor."""
    text = (HERE.parent.parent / "examples/envoy/envoy-ext-proc.yaml").read_text(encoding="utf-8")
    for written, port in ((10000, listen), (8080, upstream), (7320, processor)):
        assert text.count(f"port_value: {written} ") == 1, f"port {written} stands once in the example"
        text = text.replace(f"port_value: {written} ", f"port_value: {port} ")
    config = folder / "envoy.yaml"
    config.write_text(text.replace("path: access.log", f"path: {folder / 'access.log'}"), encoding="utf-8")
    command = [binary, "--config-path", config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "info"]
    return Program(command, folder / "envoy.log", ready=r"(starting main dispatch loop)")
