"""Walks all exchanges: sends the request of each case, as it is written, to an address.

    walk.py PORT ANSWERS_FILE

A line in ANSWERS_FILE for each: the case and the status that came, `closed` where the connection was, or why none did. Nothing but the
request's own headers is sent, and Host, Content-Length and the case's name.
"""

import http.client
import json
import socket
import sys

import cases


def ask(port, case):
    """Sends a request on a connection of its own, and gives the status."""
    head = f"{case.method()} {case.target()} HTTP/1.1\r\nHost: contoso.crm.dynamics.com\r\nX-Case: {case.name}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in case.headers())
    if case.request.body or case.method() in ("POST", "PUT", "PATCH"):
        head += f"Content-Length: {len(case.request.body)}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + b"\r\n" + case.request.body)
        answer = http.client.HTTPResponse(connection, method=case.method())
        answer.begin()
        answer.read()
        return answer.status


def main():
    """Walks."""
    port, answers = sys.argv[1:]
    with open(answers, "w", encoding="utf-8") as file:
        for case in cases.all_cases():
            try:
                came = ask(int(port), case)
            except http.client.RemoteDisconnected:
                came = "closed"
            except (OSError, http.client.HTTPException) as error:
                came = repr(error)
            file.write(json.dumps([case.name, came]) + "\n")


if __name__ == "__main__":
    main()
