"""What breaks off: answers, clients, Envoy, the processor."""

import os
import random
import socket
import threading
import time

import httpx

from clients import raw, text
from servers import PATIENCE, until


def test_answer_that_is_cut_is_cut(rig):
    rig.begin()
    raw(rig.envoy.port, b"GET /api/cut HTTP/1.1\r\nhost: x\r\n\r\n")
    (found,) = rig.processor.wait(1)
    assert (found["status"], found["ended"], text(found["response_body"])) == (200, "Cut", b"abc")


def test_client_that_goes_away(rig):
    rig.begin()
    # Within its body: it has asked nothing. Behind it: nobody knows.
    raw(rig.envoy.port, b"POST /api/part HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345", read=False)
    with socket.create_connection(("127.0.0.1", rig.envoy.port)) as connection:
        connection.sendall(b"POST /api/slow HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
    (found,) = rig.processor.wait(1)
    assert (found["target"], found["status"]) == ("/api/slow", None)
    assert "abandoned: 1" in rig.processor.stop()


def test_envoy_that_dies_leaves_doubt(rig):
    rig.begin()
    with socket.create_connection(("127.0.0.1", rig.envoy.port)) as connection:
        connection.sendall(b"DELETE /api/slow HTTP/1.1\r\nhost: x\r\n\r\n")
        until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
        rig.envoy.process.kill()
        rig.envoy.process.wait()
        (found,) = rig.processor.wait(1)
    assert (found["method"], found["status"], found["ended"]) == ("DELETE", None, "Unknown")
    assert "malformed: 0" in rig.processor.stop()


def test_stop_lets_what_has_begun_end(rig):
    rig.begin()
    answers = []
    thread = threading.Thread(target=lambda: answers.append(rig.ask("GET", "/api/slow").status_code))
    thread.start()
    until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
    rig.processor.stop()
    thread.join()
    assert answers == [200]
    assert [(exchange["status"], exchange["ended"]) for exchange in rig.processor.exchanges()] == [(200, "Whole")]


def test_kill_leaves_everything_that_was_done(rig):
    """ACTLOG_KILLS says how many times."""
    kills = int(os.environ.get("ACTLOG_KILLS", "10"))
    rig.begin()
    answered, sent, over = set(), set(), threading.Event()
    seed = random.randrange(1 << 32)
    print("seed", seed)

    def load(who):
        with httpx.Client(timeout=PATIENCE, http1=who % 2 == 0, http2=who % 2 == 1) as client:
            number = 0
            while not over.is_set():
                target = f"/api/{who}/{number}"
                number += 1
                sent.add(target)
                # By turns: nothing, a body of known length, one of unknown length in several pieces or in none. With HTTP/2 a frame
                # without bytes ends all of them, so that what a head says is all that an upstream waits for.
                content = [None, b"x" * 3000, iter([b"x" * 700] * 4), iter([])][number % 4]
                try:
                    if client.request("POST", rig.url + target, content=content).status_code == 200:
                        answered.add(target)
                    else:
                        time.sleep(0.02)
                except httpx.TransportError:
                    pass

    threads = [threading.Thread(target=load, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    for _ in range(kills):
        time.sleep(0.1 + chance.random() * 0.5)
        rig.processor.kill()
        rig.processor.start()
    until("some answers more", lambda: len(answered) > kills)
    over.set()
    for thread in threads:
        thread.join()
    executed = rig.upstream.targets()
    # Stopped, it has given out what it has; started again, what was left.
    rig.processor.stop()
    rig.processor.start()
    until("everything that was executed", lambda: set(executed) <= {exchange["target"] for exchange in rig.processor.exchanges()})
    rig.processor.stop()
    exchanges = rig.processor.exchanges()
    doubt = [exchange for exchange in exchanges if exchange["status"] is None]
    print(f"{len(sent)} sent, {len(executed)} executed, {len(answered)} answered, {len(exchanges)} kept, {len(doubt)} in doubt, {kills} kills")
    assert len(answered) > 5 * kills, "too little happened to tell anything"
    assert len({exchange["id"] for exchange in exchanges}) == len(exchanges)
    assert len({exchange["target"] for exchange in exchanges}) == len(exchanges)
    assert len(set(executed)) == len(executed)
    for exchange in exchanges:
        assert exchange["target"] in sent
        assert exchange["status"] is None or exchange["target"] in executed, exchange
    known = {exchange["target"] for exchange in exchanges if exchange["status"] == 200}
    assert answered <= known
    assert rig.count() > 0
