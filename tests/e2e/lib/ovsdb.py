# SPDX-License-Identifier: GPL-2.0-only
# ovsdb.py - a client of RFC 7047 that says exactly what a test tells it to
import json
import socket
import subprocess

from .wait import TIMEOUT


class Client:
    """A connection: requests go out as given, answers and notifications come in."""

    def __init__(self, path, timeout=TIMEOUT):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sock.connect(path)
        self.text, self.number, self.news = "", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def close(self):
        self.sock.close()

    def send(self, method, *params):
        """Ask without waiting. Return: the number of the request."""
        self.number += 1
        self.sock.sendall(json.dumps({"id": self.number, "method": method, "params": params}).encode())
        return self.number

    def notify(self, method, *params):
        self.sock.sendall(json.dumps({"id": None, "method": method, "params": params}).encode())

    def receive(self):
        """The next message, whatever it is."""
        while True:
            self.text = self.text.lstrip()
            if self.text:
                try:
                    message, end = json.JSONDecoder().raw_decode(self.text)
                    self.text = self.text[end:]
                    return message
                except json.JSONDecodeError:
                    pass
            chunk = self.sock.recv(1 << 20)
            if not chunk:
                raise EOFError("the connection has ended")
            self.text += chunk.decode()

    def reply(self, number):
        """The answer to request number; what comes before it is kept in news."""
        while True:
            message = self.receive()
            if message["id"] == number:
                return message
            self.news.append(message)

    def ask(self, method, *params):
        """What is answered; an error is one."""
        message = self.reply(self.send(method, *params))
        return message["result"] if message.get("error") is None else {"error": message["error"]}

    def transact(self, *operations):
        return self.ask("transact", "Open_vSwitch", *operations)

    def next_news(self):
        """The next notification: (method, params)."""
        message = self.news.pop(0) if self.news else self.receive()
        return message["method"], message["params"]


def run(*words, check=True, timeout=60, **more):
    """A client program of Open vSwitch. Return: what it printed."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=timeout, check=False, **more)
    assert not check or done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout if check else done
